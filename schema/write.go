package schema

import (
	"io"
	"time"

	"github.com/embedscim/scim/internal/wire"
)

// flushAt is how many bytes are gathered before they go to the writer.
const flushAt = 32 << 10

// An encoder appends JSON to buf, and passes it on to w, if there is one, before it becomes large.
type encoder struct {
	buf []byte
	w   io.Writer
	err error
}

func (e *encoder) flush() {
	if e.w != nil && e.err == nil && len(e.buf) > 0 {
		_, e.err = e.w.Write(e.buf)
		e.buf = e.buf[:0]
	}
}

// AppendJSON appends r as a JSON object (RFC 7643 §3): schemas, the other common attributes, and all others in schema order.
// It fails only if a [Stream] does.
func (r *Resource) AppendJSON(dst []byte) ([]byte, error) {
	e := encoder{buf: dst}
	e.resource(r)
	return e.buf, e.err
}

// MarshalJSON returns r as a JSON object; see [Resource.AppendJSON].
func (r *Resource) MarshalJSON() ([]byte, error) { return r.AppendJSON(nil) }

// WriteJSON writes r as a JSON object, the elements of a [Stream] as they come. It returns the stream's error or w's.
func (r *Resource) WriteJSON(w io.Writer) error {
	e := encoder{w: w}
	e.resource(r)
	e.flush()
	return e.err
}

func (e *encoder) resource(r *Resource) {
	e.buf = append(e.buf, '{')
	if t := r.Attributes.Type(); t != nil {
		e.buf = append(e.buf, t.schemas.key...)
		e.buf = append(e.buf, '[')
		e.buf = wire.AppendString(e.buf, t.base.ID)
		for _, a := range t.root.attrs[len(t.root.attrs)-len(t.extensions):] {
			if a.Required || !r.Attributes.Value(a).IsUnassigned() {
				e.buf = append(e.buf, ',')
				e.buf = wire.AppendString(e.buf, a.Name)
			}
		}
		e.buf = append(e.buf, ']')
	}
	e.member(`"id":`, r.ID)
	e.member(`"externalId":`, r.ExternalID)
	e.meta(&r.Meta)
	for i := range r.Attributes.entries {
		e.entry(&r.Attributes.entries[i])
	}
	e.buf = append(e.buf, '}')
}

// separate writes the comma that is due unless an object or array has just begun.
func (e *encoder) separate() {
	if n := len(e.buf); n == 0 || e.buf[n-1] != '{' && e.buf[n-1] != '[' {
		e.buf = append(e.buf, ',')
	}
}

func (e *encoder) member(key, s string) {
	if s != "" {
		e.separate()
		e.buf = wire.AppendString(append(e.buf, key...), s)
	}
}

func (e *encoder) time(key string, t time.Time) {
	if !t.IsZero() {
		e.separate()
		e.buf = append(append(e.buf, key...), '"')
		e.buf = t.UTC().AppendFormat(e.buf, metaTime)
		e.buf = append(e.buf, '"')
	}
}

func (e *encoder) meta(m *Meta) {
	if *m == (Meta{}) {
		return
	}
	e.separate()
	e.buf = append(e.buf, `"meta":{`...)
	e.member(`"resourceType":`, m.ResourceType)
	e.time(`"created":`, m.Created)
	e.time(`"lastModified":`, m.LastModified)
	e.member(`"location":`, m.Location)
	e.member(`"version":`, string(m.Version))
	e.buf = append(e.buf, '}')
}

func (e *encoder) entry(x *entry) {
	if e.err != nil {
		return
	}
	e.separate()
	if x.attr != nil {
		e.buf = append(e.buf, x.attr.key...)
	} else {
		e.buf = append(wire.AppendString(e.buf, x.value.Raw().Name), ':')
	}
	e.value(x.value)
}

func (e *encoder) value(v Value) {
	switch d := v.data.(type) {
	case nil:
		e.buf = append(e.buf, "null"...)
	case bool:
		e.buf = append(e.buf, v.Text()...)
	case *dateTime:
		e.buf = wire.AppendString(e.buf, v.text)
	case *Object:
		e.buf = append(e.buf, '{')
		for i := range d.entries {
			e.entry(&d.entries[i])
		}
		e.buf = append(e.buf, '}')
	case []Value:
		e.buf = append(e.buf, '[')
		for i := range d {
			e.element(d[i])
		}
		e.buf = append(e.buf, ']')
	case stream:
		// The loop body is a closure, for which e would have to be on the heap: only a copy is.
		s := *e
		s.stream(d)
		*e = s
	case *Raw:
		e.buf = append(e.buf, d.JSON...)
	case Kind:
		switch d {
		case KindNull:
			e.buf = append(e.buf, "null"...)
		case KindInteger, KindDecimal:
			e.buf = append(e.buf, v.text...)
		default:
			e.buf = wire.AppendString(e.buf, v.text)
		}
	}
}

func (e *encoder) stream(s stream) {
	e.buf = append(e.buf, '[')
	for x, err := range s.seq {
		if err != nil {
			e.err = err
		}
		if e.err != nil {
			return
		}
		e.element(x)
	}
	e.buf = append(e.buf, ']')
}

// element writes one element of a list. A flush keeps the last byte back, for separate to see.
func (e *encoder) element(v Value) {
	e.separate()
	e.value(v)
	if e.w != nil && len(e.buf) > flushAt {
		last := e.buf[len(e.buf)-1]
		e.buf = e.buf[:len(e.buf)-1]
		e.flush()
		e.buf = append(e.buf, last)
	}
}

// AppendJSON appends v as JSON, null if it is unassigned. It fails only if a [Stream] does.
func (v Value) AppendJSON(dst []byte) ([]byte, error) {
	e := encoder{buf: dst}
	e.value(v)
	return e.buf, e.err
}

// MarshalJSON returns v as JSON; see [Value.AppendJSON].
func (v Value) MarshalJSON() ([]byte, error) { return v.AppendJSON(nil) }

// AppendJSON appends o as a JSON object in schema order. It fails only if a [Stream] does.
func (o Object) AppendJSON(dst []byte) ([]byte, error) { return Complex(o).AppendJSON(dst) }

// MarshalJSON returns o as a JSON object in schema order.
func (o Object) MarshalJSON() ([]byte, error) { return o.AppendJSON(nil) }

// Streams reports whether a value of r is a [Stream].
func (r *Resource) Streams() bool {
	for i := range r.Attributes.entries {
		if _, ok := r.Attributes.entries[i].value.data.(stream); ok {
			return true
		}
	}
	return false
}
