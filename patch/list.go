package patch

import (
	"slices"

	"github.com/embedscim/scim/schema"
)

// A list is a multi-valued attribute at work. It stays in use for all operations of a request, so that elements are
// indexed once: adding ten thousand members to a hundred thousand must not compare each with each.
type list struct {
	a       *schema.Attribute
	value   *schema.Attribute // identifies an element alone: a itself if simple, an immutable sub-attribute value; else nil
	primary *schema.Attribute
	carries bool // elements have sub-attributes that a client need not or can't send

	elems    []schema.Value // the zero Value is an element that was removed
	live     int
	index    map[string]int // by ElementKey
	repeated bool           // two elements have one key: the store's fault, but then the index does not see all
	scans    int
	work     *budget
	weighed  int // how many elements weighs is for
	weighs   int

	loaded   int            // the first elements are from the resource, not from the request
	removed  []schema.Value // of those, if carries
	touched  bool
	shuffled bool  // elements may be the same as before in another order
	asserted []int // elements that the operation makes primary
}

func newList(a *schema.Attribute, v schema.Value, work *budget) *list {
	n := v.Len()
	// Mostly a few elements come in: they find room.
	l := &list{a: a, elems: make([]schema.Value, n, n+4), live: n, loaded: n, work: work}
	for i := range n {
		l.elems[i] = v.Index(i)
	}
	if a.Type != schema.TypeComplex {
		l.value = a
		return l
	}
	if value := a.SubAttribute("value"); value != nil && value.Mutability == schema.Immutable {
		l.value = value
	}
	if primary := a.SubAttribute("primary"); primary != nil && primary.Type == schema.TypeBoolean {
		l.primary = primary
	}
	for _, sub := range a.SubAttributes {
		l.carries = l.carries || carried(sub) && sub != l.value
	}
	return l
}

// assign adds the elements of v, a list or one element, or puts them in the place of all others.
func (l *list) assign(v schema.Value, add bool) error {
	switch {
	case nothing(v):
		v = schema.List()
	case v.Kind() != schema.KindList:
		v = schema.List(v) // AMB-25b
	}
	if l.a.Mutability == schema.Immutable && l.live > 0 {
		if add && v.Len() == 0 || l.a.Equal(l.current(), v) {
			return nil
		}
		return immutable(l.a.String())
	}
	if !add {
		l.clear()
	}
	for i := range v.Len() {
		if err := l.insert(v.Index(i)); err != nil {
			return err
		}
	}
	return nil
}

// insert adds one element, unless it is there already (RFC 7644 §3.5.2.1). Then a value that is all there is to an element
// leaves it as it is, as with members; others take on the sub-attributes that came along, such as primary.
func (l *list) insert(v schema.Value) error {
	e, err := l.fresh(v)
	if err != nil || e.IsUnassigned() {
		return err
	}
	i := l.find(e)
	switch {
	case i < 0:
		i = len(l.elems)
		l.elems = append(l.elems, e)
		l.live++
		l.touched = true
		if l.index != nil {
			l.index[l.a.ElementKey(e)] = i
		}
	case l.value == nil || l.primary != nil:
		o := e.Object()
		for sub := range o.All() {
			if sub.Name == "value" || sub.Name == "type" || sub.Mutability == schema.Immutable {
				o = o.With(sub, schema.Value{})
			}
		}
		merged, changed, err := merge(l.elems[i].Object(), o, true, ignoreReadOnly)
		if err != nil {
			return err
		}
		if changed {
			i = l.set(i, schema.Complex(merged))
		}
	}
	l.assert(i, e)
	return nil
}

// fresh returns v as a new element: without null and readOnly parts.
func (l *list) fresh(v schema.Value) (schema.Value, error) {
	if l.a.Type != schema.TypeComplex {
		return v, nil
	}
	o := v.Object()
	plain := true
	for sub, sv := range o.All() {
		if sub.Mutability == schema.ReadOnly || sub.MultiValued || nothing(sv) {
			plain = false
			break
		}
	}
	if plain {
		return v, nil
	}
	o, _, err := merge(l.a.Object(), o, true, ignoreReadOnly)
	return schema.ComplexOrNone(o), err
}

// set changes the element at position i, or removes it if v is unassigned. Should the element become the same as another,
// the two become one. It returns the element's position, or -1.
func (l *list) set(i int, v schema.Value) int {
	old := l.elems[i]
	if v.IsUnassigned() {
		l.drop(i)
		return -1
	}
	if same(old, v) {
		return i
	}
	l.touched = true
	was, is := l.a.ElementKey(old), l.a.ElementKey(v)
	if was == is {
		l.elems[i] = v
		return i
	}
	l.makeIndex() // of the elements as they were
	l.elems[i] = v
	if l.index[was] == i {
		delete(l.index, was)
	}
	j, ok := l.index[is]
	if !ok || j == i {
		l.index[is] = i
		return i
	}
	keep, gone := min(i, j), max(i, j)
	if l.a.Type == schema.TypeComplex {
		o := l.elems[j].Object()
		for sub, sv := range v.Object().All() {
			o = o.With(sub, sv)
		}
		l.elems[keep] = schema.Complex(o)
	}
	l.elems[gone] = schema.Value{}
	l.live--
	l.index[is] = keep
	return keep
}

func (l *list) drop(i int) {
	e := l.elems[i]
	if l.index != nil {
		if k := l.a.ElementKey(e); l.index[k] == i {
			delete(l.index, k)
		}
	}
	if l.carries && i < l.loaded {
		l.removed = append(l.removed, e)
	}
	l.elems[i] = schema.Value{}
	l.live--
	l.touched, l.shuffled = true, true
}

// withdraw removes the elements that count as the same as e.
func (l *list) withdraw(e schema.Value) {
	for i := l.find(e); i >= 0; i = l.find(e) {
		l.drop(i)
	}
	if !l.repeated {
		return
	}
	k := l.a.ElementKey(e)
	for i, x := range l.elems {
		if l.isLive(i) && l.a.ElementKey(x) == k {
			l.drop(i)
		}
	}
}

func (l *list) clear() {
	if l.live == 0 {
		return
	}
	if l.carries {
		for i := range l.loaded {
			if l.isLive(i) {
				l.removed = append(l.removed, l.elems[i])
			}
		}
	}
	l.elems, l.index, l.live, l.loaded, l.scans, l.repeated = nil, nil, 0, 0, 0, false
	l.touched, l.shuffled = true, true
}

// assert notes that the operation makes the element at position i primary, if e says so.
func (l *list) assert(i int, e schema.Value) {
	if l.primary != nil && i >= 0 && e.Object().Value(l.primary).Bool() {
		l.asserted = append(l.asserted, i)
	}
}

// settle ends an operation: an element that it has made primary is the only one (RFC 7644 §3.5.2), and a required
// attribute still has elements (§3.5.2.2).
func (l *list) settle() error {
	if l.live == 0 && l.a.Required && l.touched {
		return required(l.a.String())
	}
	asserted := l.asserted
	l.asserted = nil
	if len(asserted) == 0 {
		return nil
	}
	slices.Sort(asserted)
	if len(slices.Compact(asserted)) > 1 {
		return fault(schema.InvalidValue, l.a.String()+".primary", "only one value may be primary, and the operation makes several so (RFC 7643 §2.4)")
	}
	l.work.spend(len(l.elems))
	for i, e := range l.elems {
		if i != asserted[0] && l.isLive(i) && e.Object().Value(l.primary).Bool() {
			l.set(i, schema.Complex(e.Object().With(l.primary, schema.Boolean(false))))
		}
	}
	return nil
}

// current returns the elements as they are.
func (l *list) current() schema.Value {
	if l.live > 0 && l.live == len(l.elems) {
		return schema.List(l.elems...)
	}
	out := make([]schema.Value, 0, l.live)
	for i, e := range l.elems {
		if l.isLive(i) {
			out = append(out, e)
		}
	}
	if len(out) == 0 {
		return schema.Value{}
	}
	return schema.List(out...)
}

// result returns the elements at the end of the request. One that was removed and came back is the one it was: it has again
// what only the service provider knows of it.
func (l *list) result() schema.Value {
	if len(l.removed) > 0 && l.live > 0 {
		known := make(map[string]schema.Object, len(l.removed))
		for _, e := range l.removed {
			known[l.a.ElementKey(e)] = e.Object()
		}
		for i := l.loaded; i < len(l.elems); i++ {
			if !l.isLive(i) {
				continue
			}
			was, ok := known[l.a.ElementKey(l.elems[i])]
			if !ok {
				continue
			}
			o := l.elems[i].Object()
			for sub, v := range was.All() {
				if carried(sub) && o.Value(sub).IsUnassigned() {
					o = o.With(sub, v)
				}
			}
			l.elems[i] = schema.Complex(o)
		}
		l.removed = nil
	}
	return l.current()
}

// carried reports whether an element keeps its value of sub if the client leaves it out: as in PUT, if it is not the
// client's to set, or to set again (RFC 7644 §3.5.1).
func carried(sub *schema.Attribute) bool { return sub.Mutability != schema.ReadWrite }
