package scim

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// The errors of RFC 9865 §2.1. That of a cursor says the same for every cause: who made it and for whom is nobody's business
// (RFC 9865 §5.2).
var (
	errInvalidCursor error = &Error{Status: http.StatusBadRequest, Type: "invalidCursor", Detail: "The cursor is not one of this query: start again with an empty cursor, and leave all other parameters as they are from page to page."}
	errExpiredCursor error = &Error{Status: http.StatusBadRequest, Type: "expiredCursor", Detail: "The cursor has expired: start again with an empty cursor, and ask for the next page sooner."}
	errInvalidCount  error = &Error{Status: http.StatusBadRequest, Type: "invalidCount", Detail: "count must be the same for all pages of a query."}
)

// What a cursor leads to: a cursor of the store, or the index of a resource.
const (
	stateOfStore = "s"
	stateOfIndex = "i"
)

// withStates returns a copy of the page with these states as its cursors, if there are any.
func (p *Page) withStates(kind, next, prev string) *Page {
	out := *p
	if out.Next = ""; next != "" {
		out.Next = kind + next
	}
	if out.Prev = ""; prev != "" {
		out.Prev = kind + prev
	}
	return &out
}

// byIndex returns a copy of a page of n resources with the states of its neighbours.
func (p *Page) byIndex(start, count, n int) *Page {
	var next, prev string
	if end := start + n; end > start && (end <= p.TotalResults || p.TotalResults < 0 && end == start+count) {
		next = strconv.Itoa(end)
	}
	if start > 1 && count > 0 {
		prev = strconv.Itoa(max(1, start-count))
	}
	return p.withStates(stateOfIndex, next, prev)
}

// A position says which page a query asks for.
type position struct {
	start, count int
	byCursor     bool
	state        string // of the cursor; "" for the first page
}

// position reads the parameters that say which page is wanted. A cursor brings its count along; if the client repeats it, it must
// be the same (RFC 9865 §2.1).
func (q *request) position() (position, error) {
	p, cfg := &q.params, &q.h.cfg
	at := position{start: 1, byCursor: p.hasCursor}
	kind := ErrInvalidValue
	if at.byCursor {
		kind = errInvalidCount
		if p.startIndex != "" {
			return at, Errorf(ErrInvalidValue, "startIndex and cursor exclude each other: send one of them.")
		}
	}
	var err error
	if at.count, err = intParam(kind, "count", p.count, cfg.PageSize); err != nil {
		return at, err
	}
	at.count = min(max(0, at.count), cfg.MaxPageSize)
	if !at.byCursor {
		at.start, err = intParam(ErrInvalidValue, "startIndex", p.startIndex, 1)
		at.start = max(1, at.start)
		return at, err
	}
	if p.cursor == "" {
		return at, nil
	}
	state, count, err := q.h.cursors.open(p.cursor, q.boundTo())
	if err != nil {
		return at, err
	}
	if count = min(count, cfg.MaxPageSize); p.count != "" && count != at.count {
		return at, errInvalidCount
	}
	at.state, at.count = state, count
	if strings.HasPrefix(state, stateOfStore) {
		return at, nil
	}
	if at.start, err = strconv.Atoi(strings.TrimPrefix(state, stateOfIndex)); err != nil {
		return at, errInvalidCursor
	}
	return at, nil
}

// listing makes the list response of a page, in which found are the resources as they are sent.
func (q *request) listing(at position, page *Page, found []*Resource) *listing {
	out := &listing{resources: found, totalResults: page.TotalResults, startIndex: at.start, byCursor: at.byCursor}
	if at.byCursor && at.count > 0 {
		bound := q.boundTo()
		out.next = q.h.cursors.seal(page.Next, at.count, bound)
		out.prev = q.h.cursors.seal(page.Prev, at.count, bound)
	}
	return out
}

// boundTo returns what a cursor is good for and nothing else: the client, the endpoint, and all parameters but the cursor itself and
// count, which the cursor holds.
func (q *request) boundTo() []byte {
	endpoint := "/"
	if q.route.kind != routeRoot && q.route.rs != nil {
		endpoint = q.route.rs.Endpoint()
	}
	p := &q.params
	h := sha256.New()
	for _, s := range []string{
		q.h.base, q.principal.Tenant, q.principal.TokenID, endpoint, strconv.FormatBool(p.hasFilter), p.filter,
		p.sortBy, p.sortOrder, p.attributes, p.excluded,
	} {
		h.Write(binary.AppendUvarint(nil, uint64(len(s))))
		h.Write([]byte(s))
	}
	return h.Sum(nil)
}

const minCursorKey = 32

// cursors makes states into what clients get, and back: encrypted, since a state may hold values that the client may not see,
// and authenticated together with what the cursor is good for. The handler keeps nothing.
type cursors struct {
	key     []byte
	timeout time.Duration
}

func newCursors(c *Config) cursors {
	key := c.CursorKey
	if key == nil {
		key = make([]byte, minCursorKey)
		_, _ = rand.Read(key) // it never fails
	}
	return cursors{key, c.CursorTimeout}
}

const saltSize = 16

// aead returns the cipher of one cursor. As each has a key of its own, no number of cursors wears out the key.
func (c *cursors) aead(salt []byte) (cipher.AEAD, error) {
	mac := hmac.New(sha256.New, c.key)
	mac.Write([]byte("scim cursor 1"))
	mac.Write(salt)
	block, err := aes.NewCipher(mac.Sum(nil))
	if err != nil {
		return nil, err
	}
	return cipher.NewGCM(block)
}

// seal returns a cursor, in characters that RFC 9865 §2 allows; "" for no state.
func (c *cursors) seal(state string, count int, bound []byte) string {
	if state == "" {
		return ""
	}
	out := make([]byte, saltSize)
	_, _ = rand.Read(out) // it never fails
	aead, err := c.aead(out)
	if err != nil {
		panic(err) // the key has the size of a key
	}
	plain := binary.AppendUvarint(nil, uint64(time.Now().Add(c.timeout).Unix()))
	plain = append(binary.AppendUvarint(plain, uint64(count)), state...)
	return base64.RawURLEncoding.EncodeToString(aead.Seal(out, make([]byte, aead.NonceSize()), plain, bound))
}

// open returns what seal has put into a cursor.
func (c *cursors) open(cursor string, bound []byte) (state string, count int, err error) {
	sealed, err := base64.RawURLEncoding.Strict().DecodeString(cursor)
	if err != nil || len(sealed) < saltSize {
		return "", 0, errInvalidCursor
	}
	aead, err := c.aead(sealed[:saltSize])
	if err != nil {
		return "", 0, err
	}
	plain, err := aead.Open(nil, make([]byte, aead.NonceSize()), sealed[saltSize:], bound)
	if err != nil {
		return "", 0, errInvalidCursor
	}
	expires, n := binary.Uvarint(plain)
	number, m := binary.Uvarint(plain[max(n, 0):])
	if n <= 0 || m <= 0 {
		return "", 0, errors.New("a cursor of this handler is malformed")
	}
	if time.Now().Unix() >= int64(expires) {
		return "", 0, errExpiredCursor
	}
	return string(plain[n+m:]), int(number), nil
}
