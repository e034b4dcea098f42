package scim

import (
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// A routeKind is what a path leads to.
type routeKind uint8

const (
	routeOff        routeKind = iota // an endpoint of the protocol that this handler does not serve
	routeRoot                        // /
	routeSearch                      // /.search, /Users/.search
	routeMe                          // /Me
	routeConfig                      // /ServiceProviderConfig
	routeTypes                       // /ResourceTypes
	routeType                        // /ResourceTypes/{name}
	routeSchemas                     // /Schemas
	routeSchema                      // /Schemas/{uri}
	routeCollection                  // /Users
	routeResource                    // /Users/{id}
	routeBulk                        // /Bulk
)

// A route is where a request leads.
type route struct {
	kind routeKind
	name string // the endpoint, for logs and messages
	id   string // of the resource, schema or resource type
	rs   *resources
}

func (rt route) discovery() bool { return rt.kind >= routeConfig && rt.kind <= routeSchema }

// searchSegment ends the paths of queries by POST (RFC 7644 §3.4.3). It is the id of no resource.
const searchSegment = ".search"

var versionSegment = regexp.MustCompile(`^v[0-9]+$`)

// route finds out where a path leads. It looks at escaped segments and decodes each once, so that an id may hold any
// character, and nothing like // or .. leads anywhere.
func (h *Handler) route(escaped string) (route, error) {
	rest := escaped
	if h.path != "" {
		if after, ok := strings.CutPrefix(rest, h.path); ok && (after == "" || after[0] == '/') {
			rest = after
		}
	}
	rest = strings.TrimPrefix(rest, "/")
	notFound := func() error {
		return Errorf(ErrNotFound, "There is no such endpoint: the service provider has %s.", h.endpointNames())
	}
	root := route{kind: routeRoot, name: "/"}
	if rest == "" {
		return root, nil
	}
	segments := strings.Split(rest, "/")
	for i, s := range segments {
		s, err := url.PathUnescape(s)
		if err != nil || s == "" || s == "." || s == ".." || !utf8.ValidString(s) || strings.ContainsFunc(s, unicode.IsControl) {
			return route{}, notFound()
		}
		segments[i] = s
	}
	if versionSegment.MatchString(segments[0]) && !versionSegment.MatchString(h.path[strings.LastIndexByte(h.path, '/')+1:]) {
		// The version may be left out, and then is the newest (RFC 7644 §3.13).
		if segments[0] != "v2" {
			return route{}, &Error{Status: http.StatusBadRequest, Type: "invalidVers", Detail: "The service provider speaks version v2 of the protocol only: use /v2, or leave the version out."}
		}
		if segments = segments[1:]; len(segments) == 0 {
			return root, nil
		}
	}
	name, id := segments[0], ""
	if len(segments) > 2 {
		return route{}, notFound()
	}
	if len(segments) == 2 {
		id = segments[1]
	}
	with := func(all, one routeKind) (route, error) {
		if id == "" {
			return route{kind: all, name: name}, nil
		}
		return route{kind: one, name: name, id: id}, nil
	}
	switch name {
	case "ServiceProviderConfig":
		if id != "" {
			return route{}, notFound()
		}
		return route{kind: routeConfig, name: name}, nil
	case "ResourceTypes":
		return with(routeTypes, routeType)
	case "Schemas":
		return with(routeSchemas, routeSchema)
	case "Bulk":
		if h.cfg.DisableBulk || id != "" {
			return route{kind: routeOff, name: name}, nil
		}
		return route{kind: routeBulk, name: name}, nil
	case "Me", searchSegment:
		if id != "" {
			return route{}, notFound()
		}
		if name == "Me" {
			return route{kind: routeMe, name: name}, nil
		}
		return route{kind: routeSearch, name: name}, nil
	}
	rs := h.endpoints[name]
	if rs == nil {
		return route{}, notFound()
	}
	if id == searchSegment {
		return route{kind: routeSearch, name: name + "/" + id, rs: rs}, nil
	}
	rt, err := with(routeCollection, routeResource)
	rt.rs = rs
	return rt, err
}

func (h *Handler) endpointNames() string {
	var names []string
	for _, rs := range h.types {
		names = append(names, rs.Endpoint())
	}
	slices.Sort(names)
	return strings.Join(append(names, "/ServiceProviderConfig", "/ResourceTypes", "/Schemas"), ", ")
}

// method returns what serves requests with the given method, or nil.
func (rt route) method(m string) func(*request) (*response, error) {
	switch {
	case rt.kind == routeRoot && m == http.MethodGet:
		return (*request).root
	case rt.kind == routeSearch && m == http.MethodPost:
		return (*request).search
	case rt.kind == routeCollection && m == http.MethodGet:
		return (*request).list
	case rt.kind == routeCollection && m == http.MethodPost:
		return (*request).create
	case rt.kind == routeResource && m == http.MethodGet:
		return (*request).get
	case rt.kind == routeResource && m == http.MethodPut:
		return (*request).replace
	case rt.kind == routeResource && m == http.MethodPatch:
		return (*request).patch
	case rt.kind == routeResource && m == http.MethodDelete:
		return (*request).delete
	}
	return nil
}

// allow returns the methods that may be used, for the Allow header.
func (rt route) allow() string {
	switch rt.kind {
	case routeCollection:
		return "GET, HEAD, POST, OPTIONS"
	case routeSearch:
		return "POST, OPTIONS"
	case routeResource, routeMe:
		return "GET, HEAD, PUT, PATCH, DELETE, OPTIONS"
	case routeBulk:
		return "POST, OPTIONS"
	case routeOff:
		return "OPTIONS"
	}
	return "GET, HEAD, OPTIONS"
}

func methodNotAllowed(rt route) error {
	return &Error{
		Status: http.StatusMethodNotAllowed,
		Detail: "The method can't be used here: use one of " + rt.allow() + ".",
		Header: http.Header{"Allow": {rt.allow()}},
	}
}
