package elimity

import (
	"context"
	"net/http"
	"net/url"
)

type requestKey struct{}

// KeepRequest is middleware for handlers that read headers, the host or path values of the request that they are given. In
// front of the [scim.Handler] it keeps the client's request, of which each call then gets a copy: with the method and URL of
// the single operation, without a body, and without If-Match and If-None-Match, which have been seen to.
//
// Handlers that use the context only do without it: values that middleware puts into the request's context reach them anyway,
// and [scim.PrincipalFrom] tells who the client is.
func KeepRequest(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		next.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), requestKey{}, r)))
	})
}

// request returns the request that elimity's server would have had for an operation on the resource with the given id, or
// on the collection if it is "".
func (s *Store) request(ctx context.Context, method, id string) *http.Request {
	out := (&http.Request{Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1, Header: http.Header{}}).WithContext(ctx)
	if kept, ok := ctx.Value(requestKey{}).(*http.Request); ok {
		out = kept.WithContext(ctx)
		out.Header = kept.Header.Clone()
		for _, name := range []string{"If-Match", "If-None-Match", "Content-Length", "Content-Type"} {
			out.Header.Del(name)
		}
	}
	path := s.typ.Endpoint()
	if id != "" {
		path += "/" + url.PathEscape(id)
	}
	// The type has checked its endpoint, and the id is escaped.
	u, err := url.Parse(path)
	if err != nil {
		u = &url.URL{Path: path}
	}
	out.Method, out.URL, out.RequestURI = method, u, path
	out.Body, out.ContentLength, out.TransferEncoding, out.GetBody = http.NoBody, 0, nil, nil
	out.Form, out.PostForm, out.MultipartForm = nil, nil, nil
	return out
}
