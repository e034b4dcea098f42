package memstore

import (
	"context"
	"encoding/base64"
	"encoding/binary"
	"net/http"

	"github.com/embedscim/scim"
)

// SearchAfter returns the page that a cursor leads to; see [scim.CursorSearcher] and RFC 9865. A cursor says between which
// resources it stands: it stays good when resources come, go and change, then no resource that stays where it is appears
// twice or is missed. It holds what its resource is sorted by; whoever hands it to clients may have to hide and to sign it.
// It is of use with the same filter and order only. A cursor that is none is the error 400 invalidCursor.
func (s *Store) SearchAfter(ctx context.Context, q *scim.Query, cursor string) (*scim.Page, error) {
	at, err := s.parseCursor(q, cursor)
	if err != nil {
		return nil, err
	}
	st := s.d.branch(ctx).head.Load()
	found, err := s.matches(ctx, st, q)
	if err != nil {
		return nil, err
	}
	count := max(0, q.Count)
	var from, to int
	switch at.side {
	case before:
		to = found.position(at.key, false)
		from = max(0, to-count)
	case after:
		from = found.position(at.key, true)
		to = from + min(count, found.len()-from)
	default:
		to = min(count, found.len())
	}
	page := s.page(st, q, found, from, to)
	if from < to {
		if from > 0 {
			page.Prev = found.cursor(before, from)
		}
		if to < found.len() {
			page.Next = found.cursor(after, to-1)
		}
	}
	return page, nil
}

// A side says on which side of a resource a cursor stands: the page ends before it, or begins after it.
type side byte

const (
	start  side = 0
	before side = '<'
	after  side = '>'
)

type cursorAt struct {
	side side
	key  sortKey
}

// cursor returns a cursor on one side of the match at position i.
func (m *matches) cursor(on side, i int) string {
	k := sortKey{seq: m.part(i, i+1)[0].seq}
	if m.keys != nil {
		k = m.keys[i]
	}
	b := binary.AppendUvarint([]byte{byte(on)}, k.seq)
	if !k.value.IsUnassigned() {
		// Only a stream makes this fail, and no value to sort by is one.
		b, _ = k.value.AppendJSON(b)
	}
	return base64.RawURLEncoding.EncodeToString(b)
}

var errCursor error = &scim.Error{Status: http.StatusBadRequest, Type: "invalidCursor", Detail: "The cursor is not valid for this query: start again with an empty cursor."}

func (s *Store) parseCursor(q *scim.Query, cursor string) (cursorAt, error) {
	var at cursorAt
	if cursor == "" {
		return at, nil
	}
	b, err := base64.RawURLEncoding.DecodeString(cursor)
	if err != nil || len(b) == 0 || side(b[0]) != before && side(b[0]) != after {
		return at, errCursor
	}
	seq, n := binary.Uvarint(b[1:])
	if n <= 0 {
		return at, errCursor
	}
	at = cursorAt{side(b[0]), sortKey{seq: seq}}
	rest := b[1+n:]
	if len(rest) == 0 {
		return at, nil
	}
	if q.SortBy == nil {
		return at, errCursor
	}
	at.key.value, err = s.typ.ReadValue(q.SortBy.Target(), rest, 0, 1)
	if err != nil || at.key.value.IsUnassigned() || !at.key.value.Conforms() {
		return at, errCursor
	}
	return at, nil
}
