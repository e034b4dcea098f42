package patch

import (
	"errors"
	"strings"

	"github.com/embedscim/scim/internal/wire"
	"github.com/embedscim/scim/schema"
)

// Check reports the first operation that can't be carried out whatever the resource: a wrong name or path, a value that is
// missing, not wanted, or not of the attribute's type, an attribute that is not for clients to change. What depends on
// the resource, [Apply] finds. The error is an [*Error].
//
// Unknown sub-attributes are errors too, although POST and PUT may ignore unknown attributes: what an operation names is all
// that it is about, and to drop a part of it in silence would answer success for a change that was not made.
func Check(t *schema.ResourceType, ops []Op) error {
	for i := range ops {
		if err := checkOp(t, &ops[i]); err != nil {
			return wrap(i, &ops[i], err)
		}
	}
	return nil
}

func checkOp(t *schema.ResourceType, op *Op) error {
	switch op.Op {
	case Add, Replace:
	case Remove:
		if !op.HasPath || op.Path == "" && op.Target == nil {
			return fault(schema.NoTarget, "", "a remove needs a path (RFC 7644 §3.5.2.2)")
		}
	default:
		return fault(schema.InvalidSyntax, "op", opRule)
	}
	if op.HasPath {
		if op.PathErr != nil {
			return pathError(op.PathErr)
		}
		if op.Target == nil {
			return fault(schema.InvalidPath, "", "the path leads to nothing")
		}
	}
	switch given := op.Value.Kind() != schema.KindUnassigned; {
	case op.Op == Remove && given:
		// To ignore the value would remove every value of the attribute.
		return fault(schema.InvalidValue, "value", `a remove has no value: say what to remove in the path, as in members[value eq "id"]`)
	case op.Op != Remove && !given:
		return fault(schema.InvalidValue, "value", "is missing")
	}
	if err := checkMutability(op); err != nil {
		return err
	}
	if op.Op == Remove {
		return nil
	}
	return checkValue(t, op)
}

// pathError brings an error of a path into the words of an operation's error, which shows the path already.
func pathError(err error) error {
	var e *schema.Error
	if !errors.As(err, &e) {
		return fault(schema.InvalidPath, "", "the path can't be read")
	}
	out := *e
	// The position is one in the path, not in the request.
	out.Offset = -1
	out.Path = publicText(e.Path)
	return &out
}

// checkMutability checks what the path alone tells (RFC 7644 §3.5.2, §3.5.2.2).
func checkMutability(op *Op) error {
	if op.Target == nil {
		return nil
	}
	p := op.Target
	for _, a := range [...]*schema.Attribute{p.Attr.Attribute, p.Attr.Sub, p.Sub} {
		if a != nil && a.Mutability == schema.ReadOnly {
			return readOnly(a.String())
		}
	}
	// What a filter selects may be some of the values.
	whole := p.Filter == nil || p.Sub != nil
	clears := op.Op == Remove || op.Op == Replace && nothing(op.Value)
	if target := p.Target(); clears && whole && target.Required {
		return required(target.String())
	}
	return nil
}

func readOnly(path string) error {
	return fault(schema.ViolatesMutability, path, "is read-only: leave it out")
}

func required(path string) error {
	return fault(schema.ViolatesMutability, path, "is required and can't be removed: replace it with another value")
}

func immutable(path string) error {
	return fault(schema.ViolatesMutability, path, "is immutable and has a value already, which can't be changed or removed")
}

// nothing reports whether v says that there is no value: null or an empty array (RFC 7643 §2.5). An empty object is none
// of that: it names no sub-attributes.
func nothing(v schema.Value) bool {
	switch v.Kind() {
	case schema.KindUnassigned, schema.KindNull:
		return true
	case schema.KindList:
		return v.Len() == 0
	case schema.KindRaw:
		return wire.IsEmptyArray(v.Raw().JSON)
	}
	return false
}

// checkValue checks the value of an add or replace against what its path leads to.
func checkValue(t *schema.ResourceType, op *Op) error {
	if op.Target == nil {
		switch v := op.Value; {
		case v.Kind() == schema.KindRaw:
			return v.Raw().Err
		case v.Kind() != schema.KindComplex || v.Object().Type() != t:
			return fault(schema.InvalidValue, "value", "must be an object with attributes, as there is no path")
		default:
			if err := conformObject(nil, v.Object()); err != nil || op.Op != Replace {
				return err
			}
			return namelessIn(v.Object())
		}
	}
	a := op.Target.Target()
	if err := conform(a, op.Value, false); err != nil {
		return err
	}
	if op.Op == Replace && op.Target.Filter == nil {
		if err := nameless(a, op.Value); err != nil {
			return err
		}
	}
	if op.Target.Filter != nil && op.Target.Sub == nil && op.Value.Len() > 1 {
		return fault(schema.InvalidValue, "value", "must be one value, not several: the filter of the path selects what it replaces")
	}
	return nil
}

// nameless reports an element, of those that are to replace all, that lacks the value which says what it is, such as a member
// without value. It would count as none, and a list of such would remove all.
func nameless(a *schema.Attribute, v schema.Value) error {
	if a.IsExtension() {
		return namelessIn(v.Object())
	}
	value := a.SubAttribute("value")
	if !a.MultiValued || value == nil || value.Mutability != schema.Immutable {
		return nil
	}
	missing := v.Kind() == schema.KindComplex && v.Object().Value(value).Text() == ""
	for i := range v.Len() {
		missing = missing || v.Index(i).Object().Value(value).Text() == ""
	}
	if missing {
		return fault(schema.InvalidValue, a.String(), "an element has no value: send its value, or an empty array to remove all")
	}
	return nil
}

func namelessIn(o schema.Object) error {
	for a, v := range o.All() {
		if err := nameless(a, v); err != nil {
			return err
		}
	}
	return nil
}

// conform reports the first part of v, a value or one element of a, that is not as the schema says.
func conform(a *schema.Attribute, v schema.Value, element bool) error {
	switch v.Kind() {
	case schema.KindUnassigned, schema.KindNull:
		if element {
			return fault(schema.InvalidValue, a.String(), "an element must not be null")
		}
		return nil
	case schema.KindRaw:
		// The empty array is no value at all for RFC 7643 §2.5, if strictly for multi-valued attributes only. A client that
		// sends one for a complex attribute takes it for multi-valued, and does not mean to clear it.
		if !a.MultiValued && a.Type != schema.TypeComplex && wire.IsEmptyArray(v.Raw().JSON) {
			return nil
		}
		return v.Raw().Err
	case schema.KindList:
		if !a.MultiValued || element {
			return mismatch(a)
		}
		for i := range v.Len() {
			if err := conform(a, v.Index(i), true); err != nil {
				return err
			}
		}
		return nil
	case schema.KindComplex:
		if a.Type != schema.TypeComplex {
			return mismatch(a)
		}
		return conformObject(a, v.Object())
	}
	if v.Kind() != schema.KindString+schema.Kind(a.Type) {
		return mismatch(a)
	}
	return nil
}

func mismatch(a *schema.Attribute) error {
	kind := "of type " + a.Type.String()
	if a.MultiValued {
		kind = "a list of values " + kind
	}
	return fault(schema.InvalidValue, a.String(), "must be "+kind)
}

// conformObject is conform for the value of a complex attribute, or for attributes of the resource if a is nil.
func conformObject(a *schema.Attribute, o schema.Object) error {
	for sub, v := range o.All() {
		if a != nil && sub.Parent() != a {
			return fault(schema.InvalidValue, a.String(), "holds "+sub.String()+", which is part of another attribute")
		}
		if err := conform(sub, v, false); err != nil {
			return err
		}
	}
	for _, raw := range o.Unknown() {
		return unknown(a, raw)
	}
	return nil
}

func unknown(a *schema.Attribute, raw *schema.Raw) error {
	e := &schema.Error{Type: schema.InvalidPath, Path: publicText(raw.Name), Rule: "no such attribute", Offset: raw.Err.Offset}
	switch {
	case a == nil && strings.ContainsAny(raw.Name, ".:["):
		e.Rule += `: a sub-attribute, a name with its schema URI or a filter belongs in the path of an operation of its own`
	case a != nil && !a.IsExtension():
		e.Type, e.Path, e.Rule = schema.InvalidSyntax, a.String()+"."+e.Path, "no such sub-attribute"
	}
	return e
}
