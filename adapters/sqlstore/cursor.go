package sqlstore

import (
	"cmp"
	"context"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"slices"
	"strings"

	"github.com/embedscim/scim"
	"github.com/embedscim/scim/schema"
)

// A cursor says between which resources it stands: by their key, and by what they are sorted by.
type cursor struct {
	Before bool            `json:"b,omitempty"` // the page ends before it, and does not begin after it
	Key    string          `json:"k"`
	Value  json.RawMessage `json:"v,omitempty"`
}

var errCursor error = &scim.Error{Status: http.StatusBadRequest, Type: "invalidCursor", Detail: "The cursor is not valid for this query: start again with an empty cursor."}

// SearchAfter returns the page that a cursor leads to; see [scim.CursorSearcher] and RFC 9865. The database reads on from where
// the cursor stands, however far that is, unless the query is sorted or rows have to be looked at.
func (s *Store) SearchAfter(ctx context.Context, q *scim.Query, at string) (page *scim.Page, err error) {
	t, err := s.tenant(ctx)
	if err != nil {
		return nil, err
	}
	var c *cursor
	if at != "" {
		c = &cursor{}
		data, err := base64.RawURLEncoding.DecodeString(at)
		if err != nil || json.Unmarshal(data, c) != nil {
			return nil, errCursor
		}
	}
	err = s.snapshot(ctx, func(ctx context.Context) error {
		where, err := s.narrowed(ctx, t, q)
		if err != nil {
			return err
		}
		if q.SortBy == nil {
			total, exact, err := s.count(ctx, t, where, ordering{unsure: never})
			if err != nil {
				return err
			}
			if exact {
				page, err = s.keyset(ctx, t, q, where, c, total)
				return err
			}
		}
		page, err = s.siftedAfter(ctx, t, q, where, c)
		return err
	})
	return page, err
}

// keyset returns a page by comparing keys.
func (s *Store) keyset(ctx context.Context, t tenant, q *scim.Query, where cond, c *cursor, total int) (*scim.Page, error) {
	page := &scim.Page{TotalResults: total}
	count := max(0, q.Count)
	if count == 0 {
		return page, nil
	}
	f, dir := where.may, ""
	if c != nil {
		key, ok := s.cfg.Key.parse(s.cfg.Key.Prefix + c.Key)
		if !ok || c.Value != nil {
			return nil, errCursor
		}
		sign := " > ?"
		if c.Before {
			sign, dir = " < ?", " DESC"
		}
		f = allOf(f, sqlf("t."+s.key+sign, key))
	}
	rows, err := s.rows(ctx, t, f, sqlf(" ORDER BY t."+s.key+dir+" LIMIT ?", count+1))
	if err != nil {
		return nil, err
	}
	more := len(rows) > count
	rows = rows[:min(count, len(rows))]
	back := c != nil && c.Before
	if back {
		slices.Reverse(rows)
	}
	if len(rows) > 0 {
		// On the side that the cursor comes from there was something when it was made.
		if back && more || !back && c != nil {
			page.Prev = encode(cursor{Before: true, Key: keyText(rows[0].key)})
		}
		if back || more {
			page.Next = encode(cursor{Key: keyText(rows[len(rows)-1].key)})
		}
	}
	page.Resources, err = s.resources(ctx, t, rows, s.needs(q.Projection))
	return page, err
}

func encode(c cursor) string {
	data, _ := json.Marshal(c)
	return base64.RawURLEncoding.EncodeToString(data)
}

// siftedAfter returns a page by looking at each candidate.
func (s *Store) siftedAfter(ctx context.Context, t tenant, q *scim.Query, where cond, c *cursor) (*scim.Page, error) {
	var at schema.Value
	if c != nil {
		if (c.Value != nil) && q.SortBy == nil {
			return nil, errCursor
		}
		if c.Value != nil {
			v, err := s.typ.ReadValue(q.SortBy.Target(), c.Value, 0, 1)
			if err != nil || !v.Conforms() {
				return nil, errCursor
			}
			at = v
		}
	}
	found, err := s.sifted(ctx, t, q, where)
	if err != nil {
		return nil, err
	}
	// Among equals the order must not depend on how the database compares keys.
	order := func(m match, v schema.Value, key string) int {
		d := 0
		if q.SortBy != nil {
			d = compare(q, q.SortValue(m.sorted), v)
		}
		return cmp.Or(d, compareKeys(s.cfg.Key.Kind, keyText(m.key), key))
	}
	slices.SortStableFunc(found, func(a, b match) int {
		var v schema.Value
		if q.SortBy != nil {
			v = q.SortValue(b.sorted)
		}
		return order(a, v, keyText(b.key))
	})
	from, to := 0, min(max(0, q.Count), len(found))
	if c != nil {
		i, exact := slices.BinarySearchFunc(found, c.Key, func(m match, key string) int { return order(m, at, key) })
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
	page.Resources, err = s.pick(ctx, t, q, found[from:to])
	return page, err
}

func (s *Store) cursorAt(q *scim.Query, m match, before bool) string {
	c := cursor{Before: before, Key: keyText(m.key)}
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

// compareKeys orders keys: integers by value.
func compareKeys(kind KeyKind, a, b string) int {
	if kind == KeyInteger {
		return cmp.Compare(mustInt(a), mustInt(b))
	}
	return strings.Compare(a, b)
}
