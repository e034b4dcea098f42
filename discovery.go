package scim

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/embedscim/scim/internal/wire"
)

// The schemas of the discovery documents (RFC 7643 §5, §6).
const (
	configURI       = "urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig"
	resourceTypeURI = "urn:ietf:params:scim:schemas:core:2.0:ResourceType"
)

// discovery holds the documents of RFC 7644 §4. They follow from the configuration, and never change.
type discovery struct {
	config  []byte
	types   documents
	schemas [shapes]documents
}

// documents is a list of documents by lower-case id, and the ListResponse of them.
type documents struct {
	byID map[string][]byte
	list []byte
}

func newDocuments(ids []string, docs [][]byte) documents {
	d := documents{byID: map[string][]byte{}, list: appendListStart(nil, len(docs), 1, len(docs))}
	for i, doc := range docs {
		d.byID[strings.ToLower(ids[i])] = doc
		if i > 0 {
			d.list = append(d.list, ',')
		}
		d.list = append(d.list, doc...)
	}
	d.list = append(d.list, "]}"...)
	return d
}

func newDiscovery(h *Handler) discovery {
	d := discovery{config: h.appendConfig(nil)}
	var ids, uris []string
	var types [][]byte
	var schemas [shapes][][]byte
	seen := map[string]bool{}
	for _, rs := range h.types {
		ids = append(ids, rs.Name())
		types = append(types, h.appendType(nil, rs))
		for _, s := range schemasOf(rs.ResourceType) {
			if seen[strings.ToLower(s.ID)] {
				continue
			}
			seen[strings.ToLower(s.ID)] = true
			uris = append(uris, s.ID)
			for i := range schemas {
				schemas[i] = append(schemas[i], shape(i).schema(s).AppendJSON(nil, h.base+"/Schemas/"+s.ID))
			}
		}
	}
	d.types = newDocuments(ids, types)
	for i := range schemas {
		d.schemas[i] = newDocuments(uris, schemas[i])
	}
	return d
}

// serve answers a request for a discovery document. Parameters other than filter are ignored (RFC 7644 §4).
func (d *discovery) serve(q *request) (*response, error) {
	if q.Method != http.MethodGet && q.Method != http.MethodHead {
		return nil, methodNotAllowed(q.route)
	}
	if query, err := url.ParseQuery(q.URL.RawQuery); err == nil && query.Has("filter") {
		return nil, Errorf(ErrForbidden, "%s can't be filtered (RFC 7644 §4): leave the filter out.", q.route.name)
	}
	var body []byte
	switch q.route.kind {
	case routeConfig:
		body = d.config
	case routeTypes:
		body = d.types.list
	case routeType:
		body = d.types.byID[strings.ToLower(q.route.id)]
	case routeSchemas:
		body = d.schemas[shapeOf(q.profile)].list
	case routeSchema:
		body = d.schemas[shapeOf(q.profile)].byID[strings.ToLower(q.route.id)]
	}
	if body == nil {
		return nil, Errorf(ErrNotFound, "There is no %s with this id: GET /%s lists them all.", strings.TrimSuffix(q.route.name, "s"), q.route.name)
	}
	return &response{status: http.StatusOK, body: body}, nil
}

func (h *Handler) appendMeta(dst []byte, resourceType, path string) []byte {
	dst = append(dst, `"meta":{"resourceType":"`+resourceType+`","location":`...)
	dst = wire.AppendString(dst, h.base+path)
	return append(dst, '}')
}

// appendConfig appends the service provider's configuration (RFC 7643 §5; RFC 9865 §4 for pagination).
func (h *Handler) appendConfig(dst []byte) []byte {
	c := &h.cfg
	dst = append(dst, `{"schemas":["`+configURI+`"],`...)
	if c.DocumentationURI != "" {
		dst = append(wire.AppendString(append(dst, `"documentationUri":`...), c.DocumentationURI), ',')
	}
	dst = append(dst, `"patch":{"supported":true},"bulk":`...)
	dst = append(c.appendBulk(dst), `,"filter":{"supported":true,"maxResults":`...)
	dst = strconv.AppendInt(dst, int64(c.MaxPageSize), 10)
	dst = append(dst, `},"changePassword":{"supported":`...)
	dst = strconv.AppendBool(dst, c.ChangePassword)
	dst = append(dst, `},"sort":{"supported":true},"etag":{"supported":true},"pagination":{"cursor":true,"index":true,"defaultPaginationMethod":"index","defaultPageSize":`...)
	dst = strconv.AppendInt(dst, int64(c.PageSize), 10)
	dst = append(dst, `,"maxPageSize":`...)
	dst = strconv.AppendInt(dst, int64(c.MaxPageSize), 10)
	dst = append(dst, `,"cursorTimeout":`...)
	dst = strconv.AppendInt(dst, int64(c.CursorTimeout/time.Second), 10)
	dst = append(dst, `},"authenticationSchemes":[`...)
	for i, s := range c.AuthenticationSchemes {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = wire.AppendString(append(dst, `{"type":`...), s.Type)
		dst = wire.AppendString(append(dst, `,"name":`...), s.Name)
		dst = wire.AppendString(append(dst, `,"description":`...), s.Description)
		if s.SpecURI != "" {
			dst = wire.AppendString(append(dst, `,"specUri":`...), s.SpecURI)
		}
		if s.DocumentationURI != "" {
			dst = wire.AppendString(append(dst, `,"documentationUri":`...), s.DocumentationURI)
		}
		if i == 0 {
			dst = append(dst, `,"primary":true`...)
		}
		dst = append(dst, '}')
	}
	dst = append(dst, "],"...)
	return append(h.appendMeta(dst, "ServiceProviderConfig", "/ServiceProviderConfig"), '}')
}

// appendType appends a resource type (RFC 7643 §6).
func (h *Handler) appendType(dst []byte, rs *resources) []byte {
	dst = append(dst, `{"schemas":["`+resourceTypeURI+`"],"id":`...)
	dst = wire.AppendString(dst, rs.Name())
	dst = wire.AppendString(append(dst, `,"name":`...), rs.Name())
	dst = wire.AppendString(append(dst, `,"endpoint":`...), rs.Endpoint())
	if rs.Description() != "" {
		dst = wire.AppendString(append(dst, `,"description":`...), rs.Description())
	}
	dst = wire.AppendString(append(dst, `,"schema":`...), rs.Base().ID)
	if ext := rs.Extensions(); len(ext) > 0 {
		dst = append(dst, `,"schemaExtensions":[`...)
		for i, e := range ext {
			if i > 0 {
				dst = append(dst, ',')
			}
			dst = wire.AppendString(append(dst, `{"schema":`...), e.Schema.ID)
			dst = append(dst, `,"required":`...)
			dst = append(strconv.AppendBool(dst, e.Required), '}')
		}
		dst = append(dst, ']')
	}
	dst = append(dst, ',')
	return append(h.appendMeta(dst, "ResourceType", "/ResourceTypes/"+url.PathEscape(rs.Name())), '}')
}
