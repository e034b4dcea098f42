package patch

import (
	"slices"
	"strings"

	"github.com/embedscim/scim/schema"
)

// Reduce returns what operations on a resource of type t come to, if that does not depend on the resource: the Delta then
// does the same to any resource as [Apply]. keyed names the multi-valued attributes whose elements may be added and
// removed by it. It reports false for operations that do not pass [Check], and for all but these:
//   - add and replace of singular attributes and sub-attributes that are readWrite, and remove unless they are required, but
//     not of a reference to another resource, such as manager.value, on which other sub-attributes depend;
//   - add, replace and remove of a keyed attribute as a whole, and remove of elements that a filter selects by their value,
//     as in members[value eq "id"], or by several values joined with "or".
//
// A keyed attribute must be one whose elements are identified by their value alone: simple, or with an immutable value
// as members have it. Extensions with required attributes are left to [Apply], since whether they may be there depends on
// the resource.
func Reduce(t *schema.ResourceType, ops []Op, keyed ...string) (*Delta, bool) {
	rd := reducer{t: t, keyed: keyed}
	for i := range ops {
		if checkOp(t, &ops[i]) != nil || !rd.op(&ops[i]) {
			return nil, false
		}
	}
	return rd.delta(), true
}

type reducer struct {
	t     *schema.ResourceType
	keyed []string
	set   []Change
	lists []*elementChanges
}

// elementChanges is an [ElementDelta] in the making.
type elementChanges struct {
	path        schema.Path
	list        *list // for the rules of elements; it has none itself
	clear       bool
	remove, add ordered
}

// An ordered set of elements by key.
type ordered struct {
	at   map[string]int // position in list, which holds the zero Value for what was taken out again
	list []schema.Value
}

func (o *ordered) put(k string, v schema.Value) {
	if _, ok := o.at[k]; ok {
		return
	}
	if o.at == nil {
		o.at = map[string]int{}
	}
	o.at[k] = len(o.list)
	o.list = append(o.list, v)
}

func (o *ordered) take(k string) {
	if i, ok := o.at[k]; ok {
		o.list[i] = schema.Value{}
		delete(o.at, k)
	}
}

func (o *ordered) values() []schema.Value {
	return slices.DeleteFunc(o.list, func(v schema.Value) bool { return v.Kind() == schema.KindUnassigned })
}

func (rd *reducer) delta() *Delta {
	d := &Delta{Set: rd.set}
	for _, c := range rd.lists {
		e := ElementDelta{Path: c.path, Clear: c.clear, Remove: c.remove.values(), Add: c.add.values()}
		if e.Clear || len(e.Remove)+len(e.Add) > 0 {
			d.Elements = append(d.Elements, e)
		}
	}
	return d
}

func (rd *reducer) op(op *Op) bool {
	add := op.Op == Add
	p := op.Target
	switch {
	case p == nil:
		return rd.attributes(op.Value.Object(), add)
	case p.Filter != nil:
		if op.Op != Remove || p.Sub != nil {
			return false
		}
		c := rd.elements(p.Attr)
		if c == nil {
			return false
		}
		terms, ok := identities(p.Filter.Expr(), c.list.value, nil)
		for _, v := range terms {
			c.removed(c.list.element(v))
		}
		return ok
	case op.Op == Remove && p.Attr.Target().MultiValued:
		c := rd.elements(p.Attr)
		if c != nil {
			c.cleared()
		}
		return c != nil
	case op.Op == Remove:
		return rd.unset(p.Attr)
	}
	return rd.value(p.Attr, op.Value, add)
}

func (rd *reducer) attributes(o schema.Object, add bool) bool {
	for a, v := range o.All() {
		if !rd.value(a.Path(), v, add) {
			return false
		}
	}
	return true
}

// value reduces an add or replace of what p leads to.
func (rd *reducer) value(p schema.Path, v schema.Value, add bool) bool {
	a := p.Target()
	switch {
	case a.IsExtension():
		return v.Kind() == schema.KindComplex && rd.attributes(v.Object(), add)
	case a.MultiValued:
		c := rd.elements(p)
		return c != nil && c.assign(v, add)
	case nothing(v):
		return add || rd.unset(p)
	case a.Type == schema.TypeComplex:
		for sub, sv := range v.Object().All() {
			if !rd.value(sub.Path(), sv, add) {
				return false
			}
		}
		return true
	}
	if !settable(p) || staleBy(p) || a.Required && strings.TrimSpace(v.Text()) == "" {
		return false
	}
	rd.put(p, v)
	return true
}

// unset reduces the removal of a singular attribute.
func (rd *reducer) unset(p schema.Path) bool {
	a := p.Target()
	if a.IsExtension() || a.Required || !settable(p) || p.Sub != nil && p.Attribute.Required {
		return false
	}
	if a.Type != schema.TypeComplex {
		rd.put(p, schema.Value{})
		return true
	}
	for _, sub := range a.SubAttributes {
		if !settable(sub.Path()) {
			return false
		}
	}
	for _, sub := range a.SubAttributes {
		rd.put(sub.Path(), schema.Value{})
	}
	return true
}

// settable reports whether p leads to a singular attribute that may be set or not whatever the resource.
func settable(p schema.Path) bool {
	for _, a := range [...]*schema.Attribute{p.Attribute, p.Sub} {
		if a != nil && (a.Mutability != schema.ReadWrite || a.MultiValued) {
			return false
		}
	}
	if p.Sub != nil && needsParts(p.Attribute) {
		return false
	}
	return p.Extension == nil || !p.Extension.Required && !needsParts(p.Extension)
}

// staleBy reports whether to set what p leads to makes other sub-attributes stale; see dropStale.
func staleBy(p schema.Path) bool {
	return p.Sub != nil && p.Sub.Name == "value" && slices.ContainsFunc(p.Attribute.SubAttributes, stale)
}

// needsParts reports whether a, once it is there, must have certain parts.
func needsParts(a *schema.Attribute) bool {
	return slices.ContainsFunc(a.SubAttributes, func(sub *schema.Attribute) bool { return sub.Required })
}

// put notes a new value, in the place of one that an operation before has set.
func (rd *reducer) put(p schema.Path, v schema.Value) {
	rd.set = slices.DeleteFunc(rd.set, func(c Change) bool { return c.Path == p })
	rd.set = append(rd.set, Change{Path: p, New: v})
}

// elements returns what happens to the elements of p, or nil if they depend on the resource.
func (rd *reducer) elements(p schema.Path) *elementChanges {
	for _, c := range rd.lists {
		if c.path == p {
			return c
		}
	}
	a := p.Attribute
	switch {
	case a == nil || p.Sub != nil || a.IsCommon() || a.Mutability != schema.ReadWrite || a.Required:
		return nil
	case p.Extension != nil && (p.Extension.Required || needsParts(p.Extension)):
		return nil
	case !slices.ContainsFunc(rd.keyed, func(name string) bool { return strings.EqualFold(name, p.String()) }):
		return nil
	}
	l := newList(a, schema.Value{}, new(budget))
	if l.value == nil || l.primary != nil {
		return nil
	}
	c := &elementChanges{path: p, list: l}
	rd.lists = append(rd.lists, c)
	return c
}

func (c *elementChanges) cleared() {
	c.clear, c.remove, c.add = true, ordered{}, ordered{}
}

func (c *elementChanges) removed(e schema.Value) {
	k := c.list.a.ElementKey(e)
	c.add.take(k)
	if !c.clear {
		c.remove.put(k, e)
	}
}

func (c *elementChanges) assign(v schema.Value, add bool) bool {
	if !add {
		c.cleared()
	}
	if v.Kind() != schema.KindList {
		return nothing(v) || c.added(v)
	}
	for i := range v.Len() {
		if !c.added(v.Index(i)) {
			return false
		}
	}
	return true
}

// added notes an element. One that lacks what it must have is left for [Apply] to refuse.
func (c *elementChanges) added(v schema.Value) bool {
	e, err := c.list.fresh(v)
	if err != nil {
		return false
	}
	if e.IsUnassigned() {
		return true
	}
	if c.list.identity(e).IsUnassigned() {
		return false
	}
	for _, sub := range c.list.a.SubAttributes {
		if v := e.Object().Value(sub); sub.Required && (v.IsUnassigned() || v.Kind() == schema.KindString && strings.TrimSpace(v.Text()) == "") {
			return false
		}
	}
	c.add.put(c.list.a.ElementKey(e), e)
	return true
}
