package scim

import (
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"strconv"
)

// A response is what will be written; one of body, resource and page, or none.
type response struct {
	status   int
	header   http.Header
	body     []byte
	resource *Resource
	page     *listing
}

// A listing is a ListResponse (RFC 7644 §3.4.2). A page by cursor has no startIndex, and may have no total (RFC 9865 §2).
type listing struct {
	resources    []*Resource
	totalResults int
	startIndex   int
	byCursor     bool
	next, prev   string
}

// listURI is the schema of list responses.
const listURI = "urn:ietf:params:scim:api:messages:2.0:ListResponse"

// respond makes the response that shows the result's resource.
func (q *request) respond(status int, res *Result) (*response, error) {
	r := res.Resource
	if r == nil {
		return nil, fmt.Errorf("the result of the %s has no resource", q.op.Kind)
	}
	header, err := q.route.rs.tagged(r.Meta.Version)
	if err != nil {
		return nil, err
	}
	location := q.h.location(q.route.rs, r.ID)
	header.Set("Location", location)
	if q.op.Kind != KindCreate {
		header.Set("Content-Location", location)
	}
	return &response{status: status, header: header, resource: q.represent(r)}, nil
}

// write writes a response, and logs it.
func (q *request) write(res *response) {
	body := res.body
	switch {
	case res.resource != nil && q.Method != http.MethodHead && res.resource.Streams():
		q.stream(res)
		return
	case res.resource != nil:
		b, err := res.resource.AppendJSON(nil)
		if err != nil {
			q.fail(err)
			return
		}
		body = b
	case res.page != nil:
		b, err := res.page.append(nil)
		if err != nil {
			q.fail(err)
			return
		}
		body = b
	}
	q.logSuccess(res.status)
	res.setHeader(q.w)
	if body == nil {
		q.w.Header().Set("Cache-Control", "no-store")
		q.w.WriteHeader(res.status)
		return
	}
	writeBody(q.w, res.status, q.media, body, q.Method == http.MethodHead)
}

// setHeader sets the response's own header. It is the last step before the status, so that an error response never has it.
func (res *response) setHeader(w http.ResponseWriter) {
	for name, values := range res.header {
		w.Header()[name] = values
	}
}

// describeBody sets the header of every response that has a body.
func describeBody(h http.Header, media string) {
	h.Set("Content-Type", media)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Cache-Control", "no-store")
}

// writeBody writes a response with a body.
func writeBody(w http.ResponseWriter, status int, media string, body []byte, head bool) {
	describeBody(w.Header(), media)
	w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(status)
	if !head {
		// A client that has gone away is no error of ours.
		_, _ = w.Write(body)
	}
}

// stream writes a resource that does not fit into memory.
func (q *request) stream(res *response) {
	out := &startingWriter{q: q, res: res}
	if err := res.resource.WriteJSON(out); err != nil {
		if out.err != nil {
			q.h.cfg.Logger.LogAttrs(q.Context(), slog.LevelInfo, "scim client gone", q.logAttrs(res.status)...)
			return
		}
		q.fail(err)
		return
	}
	q.logSuccess(res.status)
}

// logSuccess logs a request that was answered as asked for.
func (q *request) logSuccess(status int) {
	if log := q.h.cfg.Logger; log.Enabled(q.Context(), slog.LevelDebug) {
		log.LogAttrs(q.Context(), slog.LevelDebug, "scim request", q.logAttrs(status)...)
	}
}

// A startingWriter writes the header with the first bytes, so that an error before them can still be answered as one.
type startingWriter struct {
	q   *request
	res *response
	err error
}

var _ io.Writer = (*startingWriter)(nil)

func (s *startingWriter) Write(p []byte) (int, error) {
	if !s.q.wrote {
		s.q.wrote = true
		s.res.setHeader(s.q.w)
		describeBody(s.q.w.Header(), s.q.media)
		s.q.w.WriteHeader(s.res.status)
	}
	n, err := s.q.w.Write(p)
	if err != nil {
		s.err = err
	}
	return n, err
}

// appendListStart appends a list response up to its n resources.
func appendListStart(dst []byte, total, start, n int) []byte {
	dst = append(dst, `{"schemas":["`+listURI+`"],"totalResults":`...)
	dst = strconv.AppendInt(dst, int64(total), 10)
	dst = append(dst, `,"startIndex":`...)
	dst = strconv.AppendInt(dst, int64(start), 10)
	dst = append(dst, `,"itemsPerPage":`...)
	dst = strconv.AppendInt(dst, int64(n), 10)
	return append(dst, `,"Resources":[`...)
}

// append appends the list response.
func (l *listing) append(dst []byte) ([]byte, error) {
	if l.byCursor {
		dst = l.appendCursors(dst)
	} else {
		dst = appendListStart(dst, l.totalResults, l.startIndex, len(l.resources))
	}
	for i, r := range l.resources {
		if i > 0 {
			dst = append(dst, ',')
		}
		var err error
		if dst, err = r.AppendJSON(dst); err != nil {
			return nil, err
		}
	}
	return append(dst, "]}"...), nil
}

// appendCursors appends the list response of a page by cursor up to its resources.
func (l *listing) appendCursors(dst []byte) []byte {
	dst = append(dst, `{"schemas":["`+listURI+`"]`...)
	if l.totalResults >= 0 {
		dst = strconv.AppendInt(append(dst, `,"totalResults":`...), int64(l.totalResults), 10)
	}
	dst = strconv.AppendInt(append(dst, `,"itemsPerPage":`...), int64(len(l.resources)), 10)
	if l.next != "" {
		dst = append(append(append(dst, `,"nextCursor":"`...), l.next...), '"')
	}
	if l.prev != "" {
		dst = append(append(append(dst, `,"previousCursor":"`...), l.prev...), '"')
	}
	return append(dst, `,"Resources":[`...)
}
