package scim

import (
	"errors"
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

// A listing is a ListResponse (RFC 7644 §3.4.2).
type listing struct {
	resources    []*Resource
	totalResults int
	startIndex   int
}

// listURI is the schema of list responses.
const listURI = "urn:ietf:params:scim:api:messages:2.0:ListResponse"

func asError[T error](err error, target *T) bool { return errors.As(err, target) }

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

// writeBody writes a response with a body.
func writeBody(w http.ResponseWriter, status int, media string, body []byte, head bool) {
	h := w.Header()
	h.Set("Content-Type", media)
	h.Set("Content-Length", strconv.Itoa(len(body)))
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Cache-Control", "no-store")
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
		h := s.q.w.Header()
		h.Set("Content-Type", s.q.media)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Cache-Control", "no-store")
		s.q.w.WriteHeader(s.res.status)
	}
	n, err := s.q.w.Write(p)
	if err != nil {
		s.err = err
	}
	return n, err
}

// append appends the list response.
func (l *listing) append(dst []byte) ([]byte, error) {
	dst = append(dst, `{"schemas":["`+listURI+`"],"totalResults":`...)
	dst = strconv.AppendInt(dst, int64(l.totalResults), 10)
	dst = append(dst, `,"startIndex":`...)
	dst = strconv.AppendInt(dst, int64(l.startIndex), 10)
	dst = append(dst, `,"itemsPerPage":`...)
	dst = strconv.AppendInt(dst, int64(len(l.resources)), 10)
	dst = append(dst, `,"Resources":[`...)
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
