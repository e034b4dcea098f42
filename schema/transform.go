package schema

// Transform returns a copy of o in which each attribute's value is what f makes of it; a zero Value unassigns it. What
// the schema does not know is kept. Nothing is copied if f changes nothing.
func (o Object) Transform(f func(a *Attribute, v Value) Value) Object {
	o.entries, _ = replaceEntries(o.entries, func(e *entry) (Value, error) {
		if e.attr == nil {
			return e.value, nil
		}
		return f(e.attr, e.value), nil
	})
	return o
}

// Transform returns the list with each element replaced by what f makes of it; a zero Value drops the element. The
// elements of a stream change as they are read. Other kinds are passed to f as they are. Nothing is copied if f changes nothing.
func (v Value) Transform(f func(Value) Value) Value {
	switch d := v.data.(type) {
	case stream:
		return d.transform(f)
	case []Value:
		out, _ := replaceElements(d, func(e Value) (Value, error) { return f(e), nil })
		return relist(v, out)
	default:
		return f(v)
	}
}

func (s stream) transform(f func(Value) Value) Value {
	return Stream(func(yield func(Value, error) bool) {
		for e, err := range s.seq {
			if err == nil {
				if e = f(e); e.data == nil {
					continue
				}
			}
			if !yield(e, err) {
				return
			}
		}
	})
}

// replaceEntries returns entries with the values that f makes of them, without those it leaves unassigned. It copies them
// only if something changes.
func replaceEntries(entries []entry, f func(*entry) (Value, error)) ([]entry, error) {
	var out []entry
	for i := range entries {
		e := &entries[i]
		v, err := f(e)
		if err != nil {
			return nil, err
		}
		if out == nil {
			if sameValue(v, e.value) {
				continue
			}
			out = append(make([]entry, 0, len(entries)), entries[:i]...)
		}
		if v.data != nil {
			out = append(out, entry{e.attr, v})
		}
	}
	if out == nil {
		return entries, nil
	}
	return out, nil
}

// replaceElements is replaceEntries for the elements of a list.
func replaceElements(elements []Value, f func(Value) (Value, error)) ([]Value, error) {
	var out []Value
	for i, e := range elements {
		v, err := f(e)
		if err != nil {
			return nil, err
		}
		if out == nil {
			if sameValue(v, e) {
				continue
			}
			out = append(make([]Value, 0, len(elements)), elements[:i]...)
		}
		if v.data != nil {
			out = append(out, v)
		}
	}
	if out == nil {
		return elements, nil
	}
	return out, nil
}

// relist returns the list v with other elements, or v itself if they are its own.
func relist(v Value, elements []Value) Value {
	if own, _ := v.data.([]Value); sameSlice(own, elements) {
		return v
	}
	return listOf(elements)
}

// sameValue reports whether v and w are certainly the same value, at no cost: what Transform needs to know.
func sameValue(v, w Value) bool {
	if v.text != w.text {
		return false
	}
	switch x := v.data.(type) {
	case []Value:
		y, ok := w.data.([]Value)
		return ok && sameSlice(x, y)
	case stream:
		return false
	case nil:
		return w.data == nil
	default:
		switch w.data.(type) {
		case []Value, stream:
			return false
		}
		return v.data == w.data
	}
}

// sameSlice reports whether x and y are one slice, or both empty.
func sameSlice[T any](x, y []T) bool { return len(x) == len(y) && (len(x) == 0 || &x[0] == &y[0]) }
