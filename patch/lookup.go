package patch

import (
	"slices"

	"github.com/embedscim/scim/filter"
	"github.com/embedscim/scim/schema"
)

// maxScans is how often elements are looked up one by one before it is worth making an index.
const maxScans = 2

// identity returns the part of an element that l.value stands for.
func (l *list) identity(e schema.Value) schema.Value {
	if l.value == l.a {
		return e
	}
	return e.Object().Value(l.value)
}

// find returns the position of the element that counts as the same as e, or -1.
func (l *list) find(e schema.Value) int {
	if l.live == 0 {
		return -1
	}
	if l.index == nil && l.scans < maxScans && l.value != nil {
		l.scans++
		if want := l.identity(e); !want.IsUnassigned() {
			for i, x := range l.elems {
				if l.isLive(i) && l.value.Equal(l.identity(x), want) {
					return i
				}
			}
			return -1
		}
	}
	l.makeIndex()
	if i, ok := l.index[l.a.ElementKey(e)]; ok {
		return i
	}
	return -1
}

func (l *list) makeIndex() {
	if l.index != nil {
		return
	}
	l.index = make(map[string]int, l.live)
	for i, e := range l.elems {
		if !l.isLive(i) {
			continue
		}
		k := l.a.ElementKey(e)
		if _, ok := l.index[k]; ok {
			l.repeated = true
			continue
		}
		l.index[k] = i
	}
}

func (l *list) isLive(i int) bool { return l.elems[i].Kind() != schema.KindUnassigned }

// positions returns the positions of the elements that f selects, or of all if f is nil.
func (l *list) positions(f *filter.Checked) []int {
	var out []int
	if f != nil && l.value != nil && l.scans >= maxScans {
		if terms, ok := identities(f.Expr(), l.value, nil); ok {
			if l.makeIndex(); !l.repeated {
				for _, v := range terms {
					if i := l.find(l.element(v)); i >= 0 && !slices.Contains(out, i) {
						out = append(out, i)
					}
				}
				slices.Sort(out)
				return out
			}
		}
	}
	l.scans++
	cost := l.weight()
	if f != nil {
		cost *= terms(f.Expr())
	}
	if !l.work.spend(cost) {
		return nil
	}
	for i, e := range l.elems {
		if l.isLive(i) && (f == nil || f.MatchElement(e)) {
			out = append(out, i)
		}
	}
	return out
}

// element returns an element with no more than the given identity.
func (l *list) element(v schema.Value) schema.Value {
	if l.value == l.a {
		return v
	}
	return schema.Complex(l.a.Object().With(l.value, v))
}

// identities returns the values that x compares with, if x is comparisons of value with eq, joined by "or".
func identities(x filter.Expr, value *schema.Attribute, terms []schema.Value) ([]schema.Value, bool) {
	switch x := x.(type) {
	case *filter.Logical:
		if x.Op != filter.Or {
			return nil, false
		}
		terms, ok := identities(x.Left, value, terms)
		if !ok {
			return nil, false
		}
		return identities(x.Right, value, terms)
	case *filter.Comparison:
		if x.Op == filter.Equal && x.Path.Target() == value && !x.Operand.IsUnassigned() {
			return append(terms, x.Operand), true
		}
	}
	return nil, false
}
