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

// queryParams are the parameters of a query (RFC 7644 §3.4.2; RFC 9865 §2), as they came in a URL or in the body of a search
// request. An empty one is as good as none, except for the filter and the cursor.
type queryParams struct {
	filter               string
	sortBy, sortOrder    string
	startIndex, count    string
	cursor               string
	attributes, excluded string
	hasFilter, hasCursor bool
}

// readParams reads the parameters of a URL; what it does not know it ignores.
func readParams(raw string) (queryParams, error) {
	var p queryParams
	values, err := url.ParseQuery(raw)
	if err != nil {
		return p, Errorf(ErrInvalidSyntax, "The query string is not percent-encoded correctly: a %% must be written as %%25.")
	}
	one := func(name string) (string, bool) {
		var v []string
		for k, list := range values {
			// A client that writes startindex means it, and would get the first page for ever.
			if strings.EqualFold(k, name) {
				v = append(v, list...)
			}
		}
		if len(v) > 1 {
			err = Errorf(ErrInvalidValue, "The parameter %s appears more than once: send it once.", name)
		}
		return strings.Join(v, ""), len(v) > 0
	}
	p.filter, p.hasFilter = one("filter")
	p.sortBy, _ = one("sortBy")
	p.sortOrder, _ = one("sortOrder")
	p.startIndex, _ = one("startIndex")
	p.count, _ = one("count")
	p.cursor, p.hasCursor = one("cursor")
	p.attributes, _ = one("attributes")
	p.excluded, _ = one("excludedAttributes")
	return p, err
}

// readFilter lets compat mend the filter, and parses it. Without a filter it returns nil.
func (q *request) readFilter() (filter.Expr, error) {
	if !q.params.hasFilter {
		return nil, nil
	}
	text, done, err := compat.RewriteFilter(q.route.rs.ResourceType, q.profile, q.params.filter)
	if err != nil {
		return nil, err
	}
	q.rewrote(done)
	x, err := filter.Parse(text)
	if err != nil {
		q.explainFilter()
	}
	return x, err
}

// explainFilter finds out whether another profile would have accepted the filter.
func (q *request) explainFilter() {
	q.hint = compat.AcceptsFilter(q.route.rs.ResourceType, q.profile, q.params.filter)
}

// query makes the operation's query from the parameters, all but the attribute to sort by.
func (q *request) query(at position, checked *filter.Checked) (*Query, error) {
	out := &Query{Filter: checked, StartIndex: at.start, Count: at.count, Projection: q.op.Projection}
	switch order := q.params.sortOrder; {
	case order == "", strings.EqualFold(order, "ascending"):
	case strings.EqualFold(order, "descending"):
		out.Descending = true
	default:
		return nil, Errorf(ErrInvalidValue, "sortOrder must be ascending or descending.")
	}
	return out, q.maySend(checked)
}

// maySend refuses a filter in a URL by an attribute whose values must not be there (RFC 7644 §7.5.2).
func (q *request) maySend(checked *filter.Checked) error {
	rs := q.route.rs
	if checked == nil || q.Method == http.MethodPost {
		return nil
	}
	for _, p := range checked.Paths() {
		for _, s := range rs.sensitive {
			if p.Contains(s) || s.Contains(p) {
				return &Error{
					Status: http.StatusForbidden, Type: "sensitive",
					Detail: "A URL must not hold values of " + s.String() + ", because URLs are logged: POST the query to " + rs.Endpoint() + "/.search.",
				}
			}
		}
	}
	return nil
}

func intParam(kind error, name, s string, unset int) (int, error) {
	if s == "" {
		return unset, nil
	}
	n, err := strconv.Atoi(s)
	if err != nil || n > math.MaxInt32 || n < -math.MaxInt32 {
		return 0, Errorf(kind, "%s must be an integer.", name)
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
		return p, Errorf(ErrInvalidValue, "sortBy: resources can't be sorted by %s: name another attribute.", target)
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

// list answers a query for resources of one type (RFC 7644 §3.4.2).
func (q *request) list() (*response, error) {
	q.op.Kind = KindQuery
	rs := q.route.rs
	at, err := q.position()
	if err != nil {
		return nil, err
	}
	x, err := q.readFilter()
	if err != nil {
		return nil, err
	}
	var checked *filter.Checked
	if x != nil {
		if checked, err = filter.Check(rs.ResourceType, x); err != nil {
			q.explainFilter()
			return nil, err
		}
	}
	if q.op.Query, err = q.query(at, checked); err != nil {
		return nil, err
	}
	if q.params.sortBy != "" {
		path, err := sortPath(rs.ResourceType, q.params.sortBy)
		if err != nil {
			return nil, err
		}
		q.op.Query.SortBy = &path
	}
	run := rs.runQuery
	if at.byCursor {
		run = func(ctx context.Context, op *Operation) (*Result, error) {
			page, err := rs.searchAfter(ctx, op.Query, at.state)
			return &Result{Page: page}, err
		}
	}
	page, err := q.find(run)
	if err != nil {
		return nil, err
	}
	at.start = q.op.Query.StartIndex
	var found []*Resource
	for _, r := range page.Resources {
		found = append(found, q.represent(r))
	}
	return &response{status: http.StatusOK, page: q.listing(at, page, found)}, nil
}

// find runs a query through the interceptors.
func (q *request) find(run Func) (*Page, error) {
	res, err := q.do(run)
	if err != nil {
		return nil, err
	}
	if res.Page == nil {
		// An empty list would make the client create what is there already.
		return nil, errors.New("the result of the query has no page")
	}
	return res.Page, nil
}

func (rs *resources) runQuery(ctx context.Context, op *Operation) (*Result, error) {
	page, err := rs.search(ctx, op.Query)
	if err != nil {
		return nil, err
	}
	return &Result{Page: page}, nil
}
