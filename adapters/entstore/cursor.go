package entstore

import (
	"cmp"
	"context"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"reflect"
	"slices"
	"strings"

	"github.com/embedscim/scim"
	"github.com/embedscim/scim/schema"
)

// A cursor says between which resources it stands: by their id, and by what they are sorted by.
type cursor struct {
	Before bool            `json:"b,omitempty"` // the page ends before it, and does not begin after it
	ID     string          `json:"k"`
	Value  json.RawMessage `json:"v,omitempty"`
}

var errCursor error = &scim.Error{Status: http.StatusBadRequest, Type: "invalidCursor", Detail: "The cursor is not valid for this query: start again with an empty cursor."}

// SearchAfter returns the page that a cursor leads to; see [scim.CursorSearcher] and RFC 9865. The database reads on from where
// the cursor stands, however far that is, unless the query is sorted or entities have to be looked at.
func (s *Store[T]) SearchAfter(ctx context.Context, q *scim.Query, at string) (page *scim.Page, err error) {
	var c *cursor
	if at != "" {
		c = &cursor{}
		data, err := base64.RawURLEncoding.DecodeString(at)
		if err != nil || json.Unmarshal(data, c) != nil {
			return nil, errCursor
		}
		if _, ok := s.key.parse(c.ID); !ok {
			return nil, errCursor
		}
	}
	err = s.snapshot(ctx, func(ctx context.Context) error {
		where, err := s.narrowed(ctx, q)
		if err != nil {
			return err
		}
		if q.SortBy == nil {
			total, exact, err := s.count(ctx, where, never)
			if err != nil {
				return err
			}
			if exact {
				page, err = s.keyset(ctx, q, where, c, total)
				return err
			}
		}
		page, err = s.siftedAfter(ctx, q, where, c)
		return err
	})
	return page, s.describe(ctx, err)
}

// keyset returns a page by comparing ids.
func (s *Store[T]) keyset(ctx context.Context, q *scim.Query, where cond, c *cursor, total int) (*scim.Page, error) {
	page := &scim.Page{TotalResults: total}
	count := min(max(0, q.Count), 1<<30)
	if count == 0 {
		return page, nil
	}
	f, order := where.may, s.key.column
	if c != nil {
		id, _ := s.key.parse(c.ID)
		if c.Value != nil {
			return nil, errCursor
		}
		sign := " > ?"
		if c.Before {
			sign, order = " < ?", s.key.column+" DESC"
		}
		f = allOf(f, sqlf(s.key.column+sign, id))
	}
	n := s.needs(q.Projection)
	xs, err := s.read(ctx, choice{where: f, order: sqlf(order), limit: count + 1}, n)
	if err != nil {
		return nil, err
	}
	more := len(xs) > count
	xs = xs[:min(count, len(xs))]
	back := c != nil && c.Before
	if back {
		slices.Reverse(xs)
	}
	if len(xs) > 0 {
		// On the side that the cursor comes from there was something when it was made.
		if back && more || !back && c != nil {
			page.Prev = encode(cursor{Before: true, ID: s.key.format(s.idOf(xs[0]))})
		}
		if back || more {
			page.Next = encode(cursor{ID: s.key.format(s.idOf(xs[len(xs)-1]))})
		}
	}
	page.Resources, err = s.resources(ctx, xs, n)
	return page, err
}

func encode(c cursor) string {
	data, _ := json.Marshal(c)
	return base64.RawURLEncoding.EncodeToString(data)
}

// siftedAfter returns a page by looking at each candidate.
func (s *Store[T]) siftedAfter(ctx context.Context, q *scim.Query, where cond, c *cursor) (*scim.Page, error) {
	var at schema.Value
	if c != nil && c.Value != nil {
		if q.SortBy == nil {
			return nil, errCursor
		}
		v, err := s.typ.ReadValue(q.SortBy.Target(), c.Value, 0, 1)
		if err != nil || !v.Conforms() {
			return nil, errCursor
		}
		at = v
	}
	found, err := s.sifted(ctx, q, where)
	if err != nil {
		return nil, err
	}
	value := func(m match) schema.Value {
		if q.SortBy == nil {
			return schema.Value{}
		}
		return q.SortValue(m.sorted)
	}
	// Among equals the order must not depend on how the database compares ids.
	order := func(m match, v schema.Value, id any) int {
		d := 0
		if q.SortBy != nil {
			d = compare(q, value(m), v)
		}
		return cmp.Or(d, s.key.compare(m.id, id))
	}
	slices.SortStableFunc(found, func(a, b match) int { return order(a, value(b), b.id) })
	from, to := 0, min(max(0, q.Count), len(found))
	if c != nil {
		id, _ := s.key.parse(c.ID)
		i, exact := slices.BinarySearchFunc(found, id, func(m match, id any) int { return order(m, at, id) })
		if c.Before {
			from, to = max(0, i-max(0, q.Count)), i
		} else {
			if exact {
				i++
			}
			from, to = i, min(len(found), i+max(0, q.Count))
		}
	}
	page := &scim.Page{TotalResults: len(found)}
	if from < to {
		if from > 0 {
			page.Prev = s.cursorAt(q, found[from], true)
		}
		if to < len(found) {
			page.Next = s.cursorAt(q, found[to-1], false)
		}
	}
	page.Resources, err = s.pick(ctx, q, found[from:to])
	return page, err
}

func (s *Store[T]) cursorAt(q *scim.Query, m match, before bool) string {
	c := cursor{Before: before, ID: s.key.format(m.id)}
	if q.SortBy != nil {
		if v := q.SortValue(m.sorted); !v.IsUnassigned() {
			c.Value, _ = v.AppendJSON(nil)
		}
	}
	return encode(c)
}

// compare orders two values as q asks for: without a value comes last, or first if the order descends.
func compare(q *scim.Query, v, w schema.Value) int {
	d := 0
	switch none, other := v.IsUnassigned(), w.IsUnassigned(); {
	case none && other:
	case none:
		d = 1
	case other:
		d = -1
	default:
		d = q.SortBy.Target().Compare(v, w)
	}
	if q.Descending {
		return -d
	}
	return d
}

// compare orders ids: integers by value.
func (k *key) compare(a, b any) int {
	v, w := reflect.ValueOf(a), reflect.ValueOf(b)
	switch {
	case k.text:
	case v.CanInt():
		return cmp.Compare(v.Int(), w.Int())
	case v.CanUint():
		return cmp.Compare(v.Uint(), w.Uint())
	}
	return strings.Compare(k.raw(a), k.raw(b))
}
