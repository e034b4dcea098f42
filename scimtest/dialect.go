package scimtest

import (
	"fmt"
	"net/http"
	"strings"
)

// A change is what an operation of a PATCH request is to do, in no dialect.
type change struct {
	op    string // add, remove, replace
	attr  entraAttr
	value any
	// named keeps it apart from the operation without a path.
	named bool
}

func set(path string, value any) change {
	return change{op: "replace", attr: parseAttr(path), value: value}
}

func add(path string, value any) change {
	return change{op: "add", attr: parseAttr(path), value: value}
}

func unset(path string) change { return change{op: "remove", attr: parseAttr(path)} }

// activate changes active, which has an operation of its own in all dialects.
func activate(active bool) change {
	return change{op: "replace", attr: parseAttr("active"), value: active, named: true}
}

func members(op string, ids ...string) change {
	return change{op: op, attr: parseAttr("members"), value: ids}
}

// dialect returns the dialect of the next request.
func (s *Session) dialect() Dialect {
	d := s.client.Options.Dialect
	if d == Mix {
		d = []Dialect{Legacy, Flag, Verbose}[s.random().IntN(3)]
	}
	if d == "" {
		d = Flag
	}
	return d
}

// change makes a PATCH request of changes in the dialect of the run, which must succeed.
func (r *entraResource) change(what string, changes ...change) *Response {
	return r.changeIn(r.t.s.dialect(), what, changes...)
}

func (r *entraResource) changeIn(d Dialect, what string, changes ...change) *Response {
	s := r.t.s
	s.Step("%s", what)
	if len(changes) == 0 {
		s.Skip("there is no attribute to change but the joining one")
	}
	res := s.send(http.MethodPatch, r.path, PatchBody(d.ops(changes)...))
	if res.Status/100 != 2 {
		r.blamePatch(res, changes)
	}
	return s.Want(res, Status(http.StatusOK, http.StatusNoContent))
}

// ops writes changes as operations.
func (d Dialect) ops(changes []change) (out []Object) {
	var bare []change // what goes in an operation without a path
	for _, c := range changes {
		switch {
		case c.attr.name == "members":
			out = append(out, d.memberOps(c)...)
		case d == Flag && c.op != "remove" && !c.named && c.attr.key == "" && c.attr.name != "manager":
			bare = append(bare, c)
		default:
			out = append(out, Op(d.op(c.op), c.attr.path, d.value(c)))
		}
	}
	for len(bare) > 0 {
		value, op := Object{}, bare[0].op
		var rest []change
		for _, c := range bare {
			if _, twice := value[c.attr.path]; twice || c.op != op || len(rest) > 0 {
				rest = append(rest, c)
				continue
			}
			value[c.attr.path] = c.value
		}
		out, bare = append(out, Op(op, "", value)), rest
	}
	return out
}

// op writes the name of an operation.
func (d Dialect) op(name string) string {
	if d == Legacy {
		return strings.ToUpper(name[:1]) + name[1:]
	}
	return name
}

func (d Dialect) value(c change) any {
	if b, ok := c.value.(bool); ok && d == Legacy {
		text := fmt.Sprint(b)
		return strings.ToUpper(text[:1]) + text[1:]
	}
	return c.value
}

// memberOps writes a change of the members of a group.
func (d Dialect) memberOps(c change) (out []Object) {
	ids, _ := c.value.([]string)
	if c.op == "remove" && d != Legacy {
		for _, id := range ids {
			out = append(out, Op("remove", "members[value eq "+Quote(id)+"]", nil))
		}
		return out
	}
	list := []any{}
	for _, id := range ids {
		m := Object{"value": id}
		if d == Legacy {
			m["$ref"] = Null
		}
		list = append(list, m)
	}
	return []Object{Op(d.op(c.op), "members", list)}
}
