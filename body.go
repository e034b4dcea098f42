package scim

import (
	"errors"
	"io"
	"mime"
	"net/http"
	"strconv"
	"strings"

	"github.com/embedscim/scim/compat"
)

// The media types of the protocol (RFC 7644 §3.8).
const (
	mediaSCIM = "application/scim+json"
	mediaJSON = "application/json"
)

// body reads the body of the request, which may have limit bytes.
func (q *request) body(limit int64) ([]byte, error) {
	if ct := q.Header.Get("Content-Type"); ct != "" {
		media, params, err := mime.ParseMediaType(ct)
		charset := strings.ToLower(params["charset"])
		if err != nil || media != mediaSCIM && media != mediaJSON || charset != "" && charset != "utf-8" && charset != "us-ascii" {
			return nil, &Error{Status: http.StatusUnsupportedMediaType, Detail: "The Content-Type must be " + mediaSCIM + " or " + mediaJSON + ", in UTF-8."}
		}
	}
	if enc := q.Header.Get("Content-Encoding"); enc != "" && !strings.EqualFold(enc, "identity") {
		return nil, &Error{Status: http.StatusUnsupportedMediaType, Detail: "The request body must not be compressed: send it without Content-Encoding.", Header: http.Header{"Accept-Encoding": {"identity"}}}
	}
	if q.ContentLength > limit {
		return nil, &http.MaxBytesError{Limit: limit}
	}
	data, err := io.ReadAll(http.MaxBytesReader(q.w, q.Body, limit))
	if err != nil {
		if tooLarge, ok := errors.AsType[*http.MaxBytesError](err); ok {
			return nil, tooLarge
		}
		return nil, Errorf(ErrInvalidSyntax, "The request body could not be read: %w", err)
	}
	return data, nil
}

// readResource reads the resource that a POST or PUT sends: reads it against the schema, lets compat mend it, and checks it.
func (q *request) readResource(data []byte) (*Resource, error) {
	rs, cfg := q.route.rs, &q.h.cfg
	o, err := rs.ReadObject(data, cfg.MaxDepth)
	if err != nil {
		return nil, err
	}
	sent := o
	done, err := compat.RewriteResource(rs.ResourceType, q.profile, &o)
	q.rewrote(done)
	var r *Resource
	if err == nil {
		r, err = rs.NewResource(o, cfg.RejectUnknown)
	}
	if err != nil {
		q.hint = compat.AcceptsResource(rs.ResourceType, q.profile, sent, cfg.RejectUnknown)
		return nil, err
	}
	q.name(r.Attributes)
	return r, nil
}

// negotiate chooses the media type of the response by the Accept header: application/json only if that is asked for by name
// and application/scim+json is not accepted as well. Where plain is set it takes the other way round.
func negotiate(h http.Header, plain bool) (string, error) {
	header := strings.Join(h.Values("Accept"), ",")
	any := mediaSCIM
	if plain {
		any = mediaJSON
	}
	if strings.TrimSpace(header) == "" {
		return any, nil
	}
	json, wild := false, false
	for part := range strings.SplitSeq(header, ",") {
		media, params, err := mime.ParseMediaType(part)
		if err != nil {
			continue
		}
		if q, err := strconv.ParseFloat(params["q"], 64); err == nil && q == 0 {
			continue
		}
		switch media {
		case mediaSCIM:
			return mediaSCIM, nil
		case "*/*", "application/*":
			wild = true
		case mediaJSON:
			json = true
		}
	}
	switch {
	case wild:
		return any, nil
	case json:
		return mediaJSON, nil
	}
	return "", &Error{Status: http.StatusNotAcceptable, Detail: "The response would be " + mediaSCIM + " or " + mediaJSON + ": the Accept header must allow one of them."}
}
