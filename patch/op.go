package patch

import (
	"github.com/embedscim/scim/filter"
	"github.com/embedscim/scim/internal/wire"
	"github.com/embedscim/scim/schema"
)

// The names of operations (RFC 7644 §3.5.2).
const (
	Add     = "add"
	Remove  = "remove"
	Replace = "replace"
)

// An Op is one operation of a PATCH request (RFC 7644 §3.5.2). [Read] and [NewOp] make it.
type Op struct {
	// Op is "add", "remove" or "replace", exactly; before [Check] it is what was sent.
	Op string
	// Path is the path as it was sent, or "" if there was none. Target is what it leads to, or nil: if there was none,
	// or it is wrong, which PathErr then tells.
	Path    string
	HasPath bool // a path was sent: null is none, "" is one
	Target  *filter.Path
	PathErr error
	// Value is what was sent, read against the attribute that the path leads to, or against the resource if there is none
	// or it is wrong: a complex value, then. It is [schema.KindUnassigned] if no value was sent and null if null was; what
	// does not conform is raw.
	Value schema.Value
	// Create asks for a new element if the filter of the path selects none: one that fulfils the filter, which must be
	// comparisons with eq, joined by "and", of sub-attributes that describe an element, such as type, but do not identify
	// it: not value, $ref or display; see [Op.Creatable]. RFC 7644 leaves that open for add and answers replace with
	// noTarget; package compat sets it for identity providers that rely on it.
	Create bool
	// Index is the 1-based position of the operation in the request. Operations that are made from one share its position,
	// which errors tell; 0 stands for the position among the operations at hand.
	Index int

	at    int64 // position of Value in the text it was read from
	depth int   // how deep Value may nest
	text  []byte
}

// Names returns the names in a value without a path in the order in which they were sent, which the value itself does not
// keep; nil if the operation does not come from [Read].
func (o *Op) Names() []string {
	if o.Target != nil || len(o.text) == 0 || o.text[0] != '{' {
		return nil
	}
	r := wire.NewReader(o.text, 0)
	defer r.Close()
	var names []string
	for err := r.Next(); err == nil && r.Kind() == wire.KindString; _, _, err = r.Raw() {
		name, _, err := r.Raw()
		if err != nil {
			return nil
		}
		names = append(names, wire.Unquote(name))
	}
	return names
}

// NewOp returns the operation op on what path leads to. An empty path is none: the operation is on the resource itself.
// The value of a remove is the zero Value. A raw value is read again, against what the path leads to. A wrong path ends
// up in PathErr, like a wrong value it is what [Check] reports.
func NewOp(t *schema.ResourceType, op, path string, value schema.Value) Op {
	o := Op{Op: op, Value: value, at: -1, depth: defaultDepth}
	o.resolve(t, path, path != "")
	if value.Kind() == schema.KindRaw {
		o.reread(t)
	}
	return o
}

// WithPath returns o with another path, or none if it is empty, and its value read again against what that leads to.
func (o Op) WithPath(t *schema.ResourceType, path string) Op {
	o.resolve(t, path, path != "")
	if o.Value.Kind() != schema.KindUnassigned {
		o.reread(t)
	}
	return o
}

func (o *Op) resolve(t *schema.ResourceType, path string, has bool) {
	o.Path, o.HasPath, o.Target, o.PathErr = path, has, nil, nil
	if has {
		o.Target, o.PathErr = filter.ParsePath(t, path)
	}
}

func (o *Op) reread(t *schema.ResourceType) {
	data, err := o.Value.AppendJSON(nil)
	if err != nil {
		return
	}
	if o.depth == 0 {
		o.depth = defaultDepth
	}
	// What was read once reads again: only its meaning changes with the attribute.
	if v, err := t.ReadValue(o.attribute(), data, o.at, o.depth); err == nil {
		o.Value = v
	}
}

// attribute returns what the value belongs to, nil for the resource.
func (o *Op) attribute() *schema.Attribute {
	if o.Target == nil {
		return nil
	}
	return o.Target.Target()
}

// MarshalJSON returns the operation as it stands in the message of RFC 7644 §3.5.2.
func (o Op) MarshalJSON() ([]byte, error) {
	dst := wire.AppendString([]byte(`{"op":`), o.Op)
	if o.HasPath {
		dst = wire.AppendString(append(dst, `,"path":`...), o.Path)
	}
	if o.Value.Kind() != schema.KindUnassigned {
		var err error
		if dst, err = o.Value.AppendJSON(append(dst, `,"value":`...)); err != nil {
			return nil, err
		}
	}
	return append(dst, '}'), nil
}

// A Change says what an operation really changed: an attribute, a sub-attribute of a singular one, or one element of a
// multi-valued one. Old is the zero Value for what was added, New for what was removed. Values of writeOnly attributes,
// such as password, are secrets: their changes have neither.
type Change struct {
	Path     schema.Path
	Old, New schema.Value
}

// A Delta is what operations come to if carrying them out needs no knowledge of the resource.
type Delta struct {
	// IfMatch is the version that the resource must have, or "". It is for the store: [Delta.Apply] does not look at it.
	IfMatch schema.Version
	// Set holds new values for singular attributes and sub-attributes, none twice; a zero New unassigns. Old is unused.
	Set []Change
	// Elements holds what happens to the elements of multi-valued attributes, none twice.
	Elements []ElementDelta
}

// An ElementDelta says what happens to the elements of a multi-valued attribute, in this order: all go if Clear is set,
// those in Remove go if they are there, those in Add come if they are not. [schema.Attribute.ElementKey] tells which
// elements count as the same; those in Remove hold no more than that takes.
type ElementDelta struct {
	Path   schema.Path
	Clear  bool
	Remove []schema.Value
	Add    []schema.Value
}
