package idpsim

import (
	"strings"

	"github.com/embedscim/scim/scimtest"
)

// A Dialect is how Entra ID writes a PATCH.
type Dialect int

const (
	// Legacy is the default of Entra ID, and what it sends on demand: Add, Replace and Remove, an operation for each attribute, booleans
	// as text, and members to remove as a value.
	Legacy Dialect = iota
	// Flag is what aadOptscim062020 in the tenant URL leads to: lower case, a filter in the path for members to remove and for
	// multi-valued attributes, and one operation without a path for all others.
	Flag
	// Verbose is as Flag, with an operation and a path for each attribute.
	Verbose
	// Mix draws one of the others for each PATCH.
	Mix
)

// String returns the name, such as "legacy".
func (d Dialect) String() string {
	names := []string{"legacy", "flag", "verbose", "mix"}
	if d < 0 || int(d) >= len(names) {
		return "unknown dialect"
	}
	return names[d]
}

// drawn returns the dialect of the next PATCH.
func (d Dialect) drawn(k *task) Dialect {
	if d == Mix {
		return Dialect(k.draw.IntN(int(Mix)))
	}
	return d
}

func (d Dialect) op(name, path string, value any) scimtest.Object {
	if d == Legacy {
		name = strings.ToUpper(name[:1]) + name[1:]
		if b, ok := value.(bool); ok {
			value = map[bool]string{true: "True", false: "False"}[b]
		}
	}
	return scimtest.Op(name, path, value)
}

// A change is an attribute that is to have another value.
type change struct {
	m     *mapping
	value any
	add   bool // the attribute has no value yet
}

// attributes makes the operations for changes of simple attributes.
func (d Dialect) attributes(changes []change) []scimtest.Object {
	var ops []scimtest.Object
	rest := scimtest.Object{}
	for _, c := range changes {
		name := "replace"
		if c.add {
			name = "add"
		}
		if d == Flag && c.m.kind == "" {
			rest[c.m.path] = c.value
			continue
		}
		if d == Flag {
			name = "replace"
		}
		ops = append(ops, d.op(name, c.m.path, c.value))
	}
	if len(rest) > 0 {
		ops = append(ops, scimtest.Op("replace", "", rest))
	}
	return ops
}

const managerPath = enterprise + ":manager"

// manager makes the operation that sets the manager to the user with an id, or clears it.
func (d Dialect) manager(k *task, id string, had bool) scimtest.Object {
	if id == "" {
		if d == Legacy {
			return d.op("remove", managerPath, nil)
		}
		return d.op("replace", managerPath, "")
	}
	var value any = id
	if d == Legacy && k.draw.IntN(2) == 0 {
		value = []any{scimtest.Object{"$ref": nil, "value": id}}
	} else if d == Flag && k.draw.IntN(2) == 0 {
		value = scimtest.Object{"value": id}
	}
	if had {
		return d.op("replace", managerPath, value)
	}
	return d.op("add", managerPath, value)
}

// members makes the operations that add or remove members.
func (d Dialect) members(name string, ids []string) []scimtest.Object {
	if name == "remove" && d != Legacy {
		var ops []scimtest.Object
		for _, id := range ids {
			quoted, _ := encode(id)
			ops = append(ops, d.op(name, "members[value eq "+string(quoted)+"]", nil))
		}
		return ops
	}
	var list []any
	for _, id := range ids {
		o := scimtest.Object{"value": id}
		if d == Legacy && name == "add" {
			o["$ref"] = nil
		}
		list = append(list, o)
	}
	return []scimtest.Object{d.op(name, "members", list)}
}
