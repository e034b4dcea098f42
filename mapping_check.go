package scim

import (
	"errors"
	"fmt"
	"reflect"
	"strings"

	"github.com/embedscim/scim/filter"
	"github.com/embedscim/scim/schema"
)

// A builder makes a mapping of its fields, and collects what is wrong with them.
type builder[T any] struct {
	m    *Mapping[T]
	all  []placed[T]
	errs []error
}

// A placed is a field with where it lies in T.
type placed[T any] struct {
	*mapped[T]
	name   string
	region region
}

func (b *builder[T]) fail(path, format string, args ...any) {
	b.errs = append(b.errs, fmt.Errorf("scim: mapping of %v: %s: %w", reflect.TypeFor[T](), path, fmt.Errorf(format, args...)))
}

func (b *builder[T]) add(f Field[T]) {
	switch {
	case f.typ == nil:
		b.fail("a field", "it is empty: make it with Attr, AttrFunc or Extra")
		return
	case f.err != nil:
		b.fail(f.path, "%w", f.err)
		return
	case f.extra:
		b.addExtra(f)
		return
	}
	x := &mapped[T]{Field: f}
	if err := b.resolve(x); err != nil {
		var e *schema.Error
		if errors.As(err, &e) {
			err = errors.New(e.Rule)
		}
		b.fail(f.path, "%w", err)
		return
	}
	target := x.at.Target()
	var err error
	if x.codec, err = newCodec(f.typ, target, x.pick != nil && x.at.Sub == nil); err != nil {
		b.fail(f.path, "%w", err)
		return
	}
	if !b.mayBe(x) || b.conflicts(x) {
		return
	}
	b.place(x, f.path)
	if x.pick != nil {
		b.m.parts[x.at.Attribute] = true
		b.join(x)
	} else {
		b.m.whole[target] = true
		b.m.fields = append(b.m.fields, *x)
	}
	for a := target.Parent(); a != nil; a = a.Parent() {
		b.m.parts[a] = true
	}
	if target.Schema() == schema.UserURI && x.at.String() == "active" && x.codec.definite {
		b.m.activeByDefault = true
	}
}

func (b *builder[T]) addExtra(f Field[T]) {
	switch k := f.typ.Kind(); {
	case f.load == nil:
		b.fail("Extra", "the function for the field is nil")
	case b.m.extra != nil:
		b.fail("Extra", "there are two: keep one")
	case k != reflect.String && (k != reflect.Slice || f.typ.Elem().Kind() != reflect.Uint8):
		b.fail("Extra", "the field must be a json.RawMessage, []byte or string, not %v", f.typ)
	default:
		b.m.extra = &f
		b.place(&mapped[T]{Field: f}, "Extra")
	}
}

// resolve finds out where the path of x leads, and which element it selects, if it does.
func (b *builder[T]) resolve(x *mapped[T]) error {
	if strings.Contains(x.path, "[") {
		p, err := filter.ParsePath(b.m.typ, x.path)
		if err != nil {
			return err
		}
		c, ok := p.Filter.Expr().(*filter.Comparison)
		if !ok || c.Op != filter.Equal || c.Operand.IsUnassigned() || p.Attr.Attribute.Type != schema.TypeComplex {
			return errors.New(`the selection must be one comparison of a sub-attribute with eq, as in [type eq "work"]`)
		}
		if p.Sub == c.Path.Attribute {
			return fmt.Errorf("%s is what the element is selected by, and always that: map another sub-attribute", p.Sub.Name)
		}
		x.at, x.pick = p.Attr, p.Filter
		x.at.Sub = p.Sub
		return nil
	}
	p, err := b.m.typ.Path(x.path)
	if err != nil {
		return err
	}
	if a := p.Attribute; a != nil && a.IsCommon() {
		switch p.String() {
		case "id", "externalId", "meta.created", "meta.lastModified", "meta.version":
		default:
			return errors.New("the handler makes it: map id, externalId, meta.created, meta.lastModified and meta.version only")
		}
	}
	if p.Sub != nil && p.Attribute.MultiValued {
		return fmt.Errorf("the attribute has several values%s", selectionHint(p.Attribute))
	}
	x.at = p
	return nil
}

// mayBe reports whether the mutability of the attribute allows x, and notes it.
func (b *builder[T]) mayBe(x *mapped[T]) bool {
	for _, a := range [...]*schema.Attribute{x.at.Attribute, x.at.Sub} {
		x.readOnly = x.readOnly || a != nil && a.Mutability == schema.ReadOnly
		x.writeOnly = x.writeOnly || a != nil && a.Mutability == schema.WriteOnly
	}
	before := len(b.errs)
	switch {
	case x.direct && x.load == nil:
		b.fail(x.path, "the function for the field is nil")
	case x.writeOnly && x.direct:
		b.fail(x.path, "the attribute is writeOnly, a secret: use AttrFunc without get, and with a set that hashes the value")
	case x.load == nil && !x.writeOnly:
		b.fail(x.path, "there is no get: the attribute could not be returned")
	case x.store == nil && !x.readOnly:
		b.fail(x.path, "there is no set, but clients may write the attribute: add one, or make the attribute readOnly in a schema of your own")
	}
	return len(b.errs) == before
}

// conflicts reports whether another field holds what x holds, or a part of it.
func (b *builder[T]) conflicts(x *mapped[T]) bool {
	for _, y := range b.all {
		if y.codec != nil && b.conflict(x, y.mapped) {
			b.fail(x.path, "%s is mapped already, and one is a part of the other: keep one of them", y.path)
			return true
		}
	}
	return false
}

func (b *builder[T]) conflict(x, y *mapped[T]) bool {
	p, q := x.at, y.at
	if x.pick == nil || y.pick == nil {
		// Against a whole attribute, a selected element counts as all of them.
		if x.pick != nil {
			p.Sub = nil
		}
		if y.pick != nil {
			q.Sub = nil
		}
		return p.Contains(q) || q.Contains(p)
	}
	if p.Attribute != q.Attribute {
		return false
	}
	by, want := x.selection()
	otherBy, other := y.selection()
	if by != otherBy {
		b.fail(x.path, "it may select the same element as %s: select both by the same sub-attribute", y.path)
		return false
	}
	return by.Equal(want, other) && (p.Sub == nil || q.Sub == nil || p.Sub == q.Sub)
}

// join adds x to the slot that its path selects.
func (b *builder[T]) join(x *mapped[T]) {
	by, want := x.selection()
	at := x.at
	at.Sub = nil
	made := slot[T]{x.pick, want, []mapped[T]{*x}}
	for i := range b.m.lists {
		l := &b.m.lists[i]
		if l.at != at {
			continue
		}
		for j := range l.slots {
			if s := &l.slots[j]; by.Equal(s.want, want) {
				s.fields = append(s.fields, *x)
				return
			}
		}
		l.slots = append(l.slots, made)
		return
	}
	b.m.lists = append(b.m.lists, selections[T]{at, by, []slot[T]{made}})
}

// place finds out where x lies in T, and whether another field lies there too.
func (b *builder[T]) place(x *mapped[T], name string) {
	p := placed[T]{mapped: x, name: name}
	if x.direct {
		var err error
		if p.region, err = x.region(); err != nil {
			b.fail(name, "%w", err)
			return
		}
		for _, y := range b.all {
			if y.direct && p.region.overlaps(y.region) && !(x.readOnly && y.readOnly) {
				b.fail(name, "it is mapped to the same field as %s: clients send each by itself, and the later would overwrite the earlier. "+
					"Give one of them a field of its own, or leave it to Extra", y.name)
			}
		}
	}
	b.all = append(b.all, p)
}

// finish checks the mapping as a whole.
func (b *builder[T]) finish() {
	if len(b.errs) > 0 {
		// What is missing may be what is wrong.
		return
	}
	m := b.m
	if !m.whole[m.typ.Attribute("id")] {
		b.fail("id", "it is not mapped: clients find resources by it")
	}
	for _, a := range m.typ.Attributes() {
		if a.Required && a.Mutability != schema.ReadOnly && !a.IsCommon() && !a.IsExtension() && !m.whole[a] && !m.parts[a] && m.extra == nil {
			b.fail(a.String(), "it is required, but not mapped: every write would be refused")
		}
	}
}
