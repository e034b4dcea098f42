package scim

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
)

// me finds the resource that /Me stands for, and returns where that is (RFC 7644 §3.11).
func (q *request) me() (route, error) {
	rt, cfg := q.route, &q.h.cfg
	if cfg.Me == nil {
		return rt, Errorf(ErrNotImplemented, "The service provider does not support %s.", rt.name)
	}
	switch q.Method {
	case http.MethodOptions:
		return rt, nil
	case http.MethodPost:
		return rt, Errorf(ErrNotImplemented, "The service provider does not create resources at /Me: POST to the endpoint of the resource type.")
	}
	name, id, err := cfg.Me(WithPrincipal(q.Context(), q.principal), q.principal)
	if errors.Is(err, ErrNotFound) || err == nil && id == "" {
		return rt, Errorf(ErrNotFound, "/Me leads nowhere: there is no resource for the credentials of the request: use the endpoint of the resource type, such as /Users, with an id.")
	}
	if err != nil {
		return rt, failure(err)
	}
	for _, rs := range q.h.types {
		if strings.EqualFold(rs.Name(), name) {
			// Any response says where the resource really is.
			q.w.Header().Set("Location", q.h.location(rs, id))
			return route{kind: routeResource, name: rt.name, id: id, rs: rs}, nil
		}
	}
	return rt, fmt.Errorf("Config.Me returned the resource type %q, which the handler does not have", name)
}
