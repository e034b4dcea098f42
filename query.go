package scim

import (
	"context"
	"errors"
	"math"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/embedscim/scim/compat"
	"github.com/embedscim/scim/filter"
	"github.com/embedscim/scim/schema"
)

// Compare orders a and b as q.SortBy and q.Descending ask for (RFC 7644 §3.4.2.3), for stores that sort in memory: by the
// primary or else the first value of a multi-valued attribute, without regard to letter case unless the attribute is case
// exact; resources without a value come last, or first if q is descending. Use it with a stable sort.
func (q *Query) Compare(a, b *Resource) int {
	if q.SortBy == nil {
		return 0
	}
	v, w := q.SortValue(a), q.SortValue(b)
	c := 0
	switch none, other := v.IsUnassigned(), w.IsUnassigned(); {
	case none && other:
	case none:
		c = 1
	case other:
		c = -1
	default:
		c = q.SortBy.Target().Compare(v, w)
	}
	if q.Descending {
		return -c
	}
	return c
}

// SortValue returns the value that [Query.Compare] sorts r by, for stores that keep it: in an index, or in a cursor. It is
// unassigned if r has none, or q.SortBy is nil.
func (q *Query) SortValue(r *Resource) schema.Value {
	if q.SortBy == nil {
		return schema.Value{}
	}
	p := *q.SortBy
	a := p.Attribute
	if p.Sub == nil || !a.MultiValued {
		v := r.At(p)
		if v.Len() > 0 {
			return v.Index(0)
		}
		return v
	}
	list := r.At(schema.Path{Extension: p.Extension, Attribute: a})
	var chosen schema.Value
	primary := a.SubAttribute("primary")
	for _, e := range list.Elements() {
		v := e.Object().Value(p.Sub)
		if chosen.IsUnassigned() {
			chosen = v
		}
		if primary != nil && e.Object().Value(primary).Bool() {
			return v
		}
	}
	return chosen
}

// queryParams are the parameters of a query (RFC 7644 §3.4.2), which may come in a URL.
type queryParams struct {
	filter               string
	sortBy, sortOrder    string
	startIndex, count    string
	attributes, excluded string
	hasFilter            bool
}

// readParams reads the parameters of a URL; what it does not know it ignores.
func readParams(raw string) (queryParams, error) {
	var p queryParams
	values, err := url.ParseQuery(raw)
	if err != nil {
		return p, Errorf(ErrInvalidSyntax, "The query string is not percent-encoded correctly.")
	}
	one := func(name string) (string, bool) {
		v := values[name]
		if len(v) > 1 {
			err = Errorf(ErrInvalidValue, "The parameter %s appears more than once.", name)
		}
		return strings.Join(v, ""), len(v) > 0
	}
	p.filter, p.hasFilter = one("filter")
	p.sortBy, _ = one("sortBy")
	p.sortOrder, _ = one("sortOrder")
	p.startIndex, _ = one("startIndex")
	p.count, _ = one("count")
	p.attributes, _ = one("attributes")
	p.excluded, _ = one("excludedAttributes")
	return p, err
}

// query makes the operation's query from the parameters.
func (p *queryParams) query(rs *resources, profile *compat.Profile, cfg *Config) (*Query, []compat.Applied, error) {
	q := &Query{StartIndex: 1, Count: cfg.PageSize}
	var applied []compat.Applied
	if p.hasFilter {
		text, done, err := compat.RewriteFilter(rs.ResourceType, profile, p.filter)
		if err != nil {
			return nil, nil, err
		}
		applied = done
		x, err := filter.Parse(text)
		if err != nil {
			return nil, nil, err
		}
		if q.Filter, err = filter.Check(rs.ResourceType, x); err != nil {
			return nil, nil, err
		}
	}
	if p.sortBy != "" {
		path, err := sortPath(rs.ResourceType, p.sortBy)
		if err != nil {
			return nil, nil, err
		}
		q.SortBy = &path
	}
	switch {
	case p.sortOrder == "", strings.EqualFold(p.sortOrder, "ascending"):
	case strings.EqualFold(p.sortOrder, "descending"):
		q.Descending = true
	default:
		return nil, nil, Errorf(ErrInvalidValue, "sortOrder must be ascending or descending.")
	}
	var err error
	if q.StartIndex, err = intParam("startIndex", p.startIndex, q.StartIndex); err != nil {
		return nil, nil, err
	}
	if q.Count, err = intParam("count", p.count, q.Count); err != nil {
		return nil, nil, err
	}
	q.StartIndex = max(1, q.StartIndex)
	q.Count = min(max(0, q.Count), cfg.MaxPageSize)
	return q, applied, nil
}

func intParam(name, s string, unset int) (int, error) {
	if s == "" {
		return unset, nil
	}
	n, err := strconv.Atoi(s)
	if err != nil || n > math.MaxInt32 || n < -math.MaxInt32 {
		return 0, Errorf(ErrInvalidValue, "%s must be an integer.", name)
	}
	return n, nil
}

// sortPath resolves sortBy: a complex attribute stands for its value (RFC 7644 §3.4.2.3).
func sortPath(t *schema.ResourceType, name string) (schema.Path, error) {
	p, err := t.Path(name)
	if err != nil {
		return p, Errorf(ErrInvalidValue, "sortBy: %s has no attribute of this name.", t.Name())
	}
	target := p.Target()
	if target.Returned == schema.ReturnedNever || p.Attribute != nil && p.Attribute.Returned == schema.ReturnedNever {
		return p, Errorf(ErrInvalidValue, "sortBy: resources can't be sorted by %s.", target)
	}
	if target.Type == schema.TypeComplex {
		value := target.SubAttribute("value")
		if value == nil || target.IsExtension() {
			return p, Errorf(ErrInvalidValue, "sortBy: %s has several sub-attributes: name one of them.", target)
		}
		p.Sub = value
	}
	return p, nil
}

// list answers GET of a collection (RFC 7644 §3.4.2).
func (q *request) list() (*response, error) {
	q.op.Kind = KindQuery
	query, done, err := q.params.query(q.route.rs, q.profile, &q.h.cfg)
	if err != nil {
		return nil, err
	}
	q.op.Query, q.op.Rewrites = query, append(q.op.Rewrites, done...)
	q.op.Query.Projection = q.op.Projection
	res, err := q.do(q.route.rs.runQuery)
	if err != nil {
		return nil, err
	}
	if res.Page == nil {
		// An empty list would make the client create what is there already.
		return nil, errors.New("the result of the query has no page")
	}
	out := &listing{startIndex: q.op.Query.StartIndex, totalResults: res.Page.TotalResults}
	for _, r := range res.Page.Resources {
		out.resources = append(out.resources, q.h.represent(q.route.rs, r, q.op.Projection))
	}
	return &response{status: http.StatusOK, page: out}, nil
}

func (rs *resources) runQuery(ctx context.Context, op *Operation) (*Result, error) {
	page, err := rs.search(ctx, op.Query)
	if err != nil {
		return nil, err
	}
	return &Result{Page: page}, nil
}
