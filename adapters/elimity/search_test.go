package elimity_test

import (
	"fmt"
	"net/http"
	"net/url"
	"testing"

	theirs "github.com/elimity-com/scim"
	"github.com/stretchr/testify/require"

	"github.com/embedscim/scim"
	"github.com/embedscim/scim/adapters/elimity"
)

// unversioned is a handler without versions.
type unversioned struct{ *table }

func (h unversioned) strip(r theirs.Resource, err error) (theirs.Resource, error) {
	r.Meta.Version = ""
	return r, err
}

func (h unversioned) Create(r *http.Request, a theirs.ResourceAttributes) (theirs.Resource, error) {
	return h.strip(h.table.Create(r, a))
}

func (h unversioned) Get(r *http.Request, id string) (theirs.Resource, error) {
	return h.strip(h.table.Get(r, id))
}

func (h unversioned) Replace(r *http.Request, id string, a theirs.ResourceAttributes) (theirs.Resource, error) {
	return h.strip(h.table.Replace(r, id, a))
}

// lister is a handler with a GetAll of its own, over what the table returns.
type lister struct {
	*table
	list func(t *table, r *http.Request, params theirs.ListRequestParams) (theirs.Page, error)
}

func (l lister) GetAll(r *http.Request, params theirs.ListRequestParams) (theirs.Page, error) {
	return l.list(l.table, r, params)
}

// listers are ways to write GetAll that elimity's server does not notice.
var listers = map[string]func(t *table, r *http.Request, params theirs.ListRequestParams) (theirs.Page, error){
	"as it should be": func(t *table, r *http.Request, params theirs.ListRequestParams) (theirs.Page, error) {
		return t.GetAll(r, params)
	},
	"everything, whatever was asked": func(t *table, r *http.Request, _ theirs.ListRequestParams) (theirs.Page, error) {
		return t.GetAll(r, theirs.ListRequestParams{StartIndex: 1, Count: 1 << 30})
	},
	"without the filter": func(t *table, r *http.Request, params theirs.ListRequestParams) (theirs.Page, error) {
		params.FilterValidator = nil
		return t.GetAll(r, params)
	},
	"total is that of the page": func(t *table, r *http.Request, params theirs.ListRequestParams) (theirs.Page, error) {
		page, err := t.GetAll(r, params)
		page.TotalResults = len(page.Resources)
		return page, err
	},
	"at most three, and the total is that of the page": func(t *table, r *http.Request, params theirs.ListRequestParams) (theirs.Page, error) {
		params.Count = min(params.Count, 3)
		page, err := t.GetAll(r, params)
		page.TotalResults = len(page.Resources)
		return page, err
	},
	"at most three": func(t *table, r *http.Request, params theirs.ListRequestParams) (theirs.Page, error) {
		params.Count = min(params.Count, 3)
		return t.GetAll(r, params)
	},
	"no total": func(t *table, r *http.Request, params theirs.ListRequestParams) (theirs.Page, error) {
		page, err := t.GetAll(r, params)
		page.TotalResults = 0
		return page, err
	},
	"pages that overlap": func(t *table, r *http.Request, params theirs.ListRequestParams) (theirs.Page, error) {
		params.StartIndex = max(1, params.StartIndex-1)
		return t.GetAll(r, params)
	},
	"count 0 is no limit": func(t *table, r *http.Request, params theirs.ListRequestParams) (theirs.Page, error) {
		if params.Count == 0 {
			params.Count = 1 << 30
		}
		return t.GetAll(r, params)
	},
}

// names returns the userNames of a page, in its order.
func names(a answer) []string {
	var out []string
	list, _ := a.body["Resources"].([]any)
	for _, r := range list {
		out = append(out, r.(map[string]any)["userName"].(string))
	}
	return out
}

// TestPaging checks that a client that goes through the pages sees each resource once and right totals (RFC 7644 §3.4.2.4), over
// handlers of all kinds, and whatever the page size.
func TestPaging(t *testing.T) {
	t.Parallel()
	for name, list := range listers {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			users := newUsers()
			users.typ.Handler = lister{users, list}
			s := newService(t, &elimity.Options{PageSize: 4, Filters: []string{"userName"}}, users.typ)
			var all []string
			for i := range 10 {
				all = append(all, fmt.Sprintf("user%d", i))
				s.must(t, 201, "POST", "/Users", user(all[i]))
			}
			for _, query := range []string{"", "&sortBy=userName", "&filter=userName%20sw%20%22user%22"} {
				if name == "pages that overlap" && query == "" {
					continue // these are the handler's own pages, and wrong
				}
				for _, count := range []int{1, 2, 3, 5, 9, 10, 11, 50} {
					var seen []string
					for start := 1; ; {
						page := s.must(t, 200, "GET", fmt.Sprintf("/Users?startIndex=%d&count=%d%s", start, count, query), "")
						require.EqualValues(t, 10, page.body["totalResults"], "count=%d startIndex=%d%s", count, start, query)
						got := names(page)
						require.LessOrEqual(t, len(got), count)
						require.LessOrEqual(t, start, 11, "the pages have no end")
						if len(got) == 0 {
							break
						}
						seen = append(seen, got...)
						start += len(got)
					}
					require.Equal(t, all, seen, "count=%d%s", count, query)
				}
				none := s.must(t, 200, "GET", "/Users?count=0"+query, "")
				require.EqualValues(t, 10, none.body["totalResults"])
				require.Empty(t, none.body["Resources"])
			}
			one := s.must(t, 200, "GET", "/Users?filter="+url.QueryEscape(`userName eq "USER7"`), "")
			require.EqualValues(t, 1, one.body["totalResults"])
			require.Equal(t, []string{"user7"}, names(one))
		})
	}
}

// TestFilters checks which part of a filter reaches a handler, and that the answer does not depend on it.
func TestFilters(t *testing.T) {
	t.Parallel()
	users := newUsers()
	s := newService(t, &elimity.Options{Filters: []string{"userName", "externalId", "userType", enterURN + ":employeeNumber"}}, users.typ)
	plain := newService(t, nil, users.typ)
	for i := range 4 {
		s.must(t, 201, "POST", "/Users", fmt.Sprintf(`{"schemas":["%s"],"userName":"User%d","externalId":"X%d","active":%t,"userType":"staff","title":"t\"\\%d","%s":{"employeeNumber":"%d"}}`,
			userURN, i, i, i%2 == 0, i, enterURN, i))
	}
	for _, tt := range []struct {
		filter string
		sent   string // to the handler
		want   []string
	}{
		{`userName eq "user1"`, `userName eq "user1"`, []string{"User1"}},
		{`USERNAME EQ "User1"`, `userName eq "User1"`, []string{"User1"}},
		{`userName eq "none"`, `userName eq "none"`, nil},
		{`userName eq "a\"b\\"`, `userName eq "a\"b\\"`, nil},
		{`externalId eq "X2"`, `externalId eq "X2"`, []string{"User2"}},
		{`externalId eq "x2"`, `externalId eq "x2"`, nil},
		{`active eq true and userName eq "user1"`, `userName eq "user1"`, nil},
		{`userName eq "user2" and active eq true`, `userName eq "user2"`, []string{"User2"}},
		{`title pr and (active eq true and userName eq "user2")`, `userName eq "user2"`, []string{"User2"}},
		{`userName eq "user1" or userName eq "user2"`, "", []string{"User1", "User2"}},
		{`not (userName eq "user1")`, "", []string{"User0", "User2", "User3"}},
		{`userName ne "user1"`, "", []string{"User0", "User2", "User3"}},
		{`userName sw "user"`, "", []string{"User0", "User1", "User2", "User3"}},
		{`userName eq null`, "", nil},
		{`title eq "T\"\\1"`, "", []string{"User1"}},
		{`id eq "u1"`, "", []string{"User0"}},
		{`meta.resourceType eq "User" and userName eq "user0"`, `userName eq "user0"`, []string{"User0"}},
	} {
		users.mu.Lock()
		users.filters = nil
		users.mu.Unlock()
		a := s.must(t, 200, "GET", "/Users?filter="+url.QueryEscape(tt.filter), "")
		require.Equal(t, tt.want, names(a), tt.filter)
		require.EqualValues(t, len(tt.want), a.body["totalResults"], tt.filter)
		for _, sent := range users.filters {
			require.Equal(t, tt.sent, sent, tt.filter)
		}
		require.Equal(t, tt.sent != "", len(users.filters) > 0, tt.filter)
		if tt.sent != "" {
			require.Equal(t, tt.sent, users.request.URL.Query().Get("filter"), tt.filter)
		}
		require.Equal(t, tt.want, names(plain.must(t, 200, "GET", "/Users?filter="+url.QueryEscape(tt.filter), "")), "without Filters: %s", tt.filter)
	}
	for _, filter := range []string{`userName sw "u"`, `userType eq "Staff"`} {
		page := s.must(t, 200, "GET", "/Users?startIndex=2&count=1&sortBy=userName&sortOrder=descending&filter="+url.QueryEscape(filter), "")
		require.Equal(t, []string{"User2"}, names(page), filter)
		require.EqualValues(t, 4, page.body["totalResults"], filter)
	}
}

// TestFilterExtension checks the filter that a handler gets for an attribute of an extension.
func TestFilterExtension(t *testing.T) {
	t.Parallel()
	users := newUsers()
	var sent []string
	users.typ.Handler = lister{users, func(t *table, r *http.Request, params theirs.ListRequestParams) (theirs.Page, error) {
		if params.FilterValidator != nil {
			sent = append(sent, fmt.Sprint(params.FilterValidator.GetFilter()))
			params.FilterValidator = nil
		}
		return t.GetAll(r, params)
	}}
	s := newService(t, &elimity.Options{Filters: []string{enterURN + ":employeeNumber"}}, users.typ)
	s.must(t, 201, "POST", "/Users", `{"schemas":["`+userURN+`"],"userName":"ann","`+enterURN+`":{"employeeNumber":"7"}}`)
	a := s.must(t, 200, "GET", "/Users?filter="+url.QueryEscape(enterURN+`:employeeNumber eq "7"`), "")
	require.Equal(t, []string{"ann"}, names(a))
	require.Contains(t, sent, enterURN+`:employeeNumber eq "7"`)
}

// TestManyFound checks that a handler that ignores a filter it is said to know is not read without end for it.
func TestManyFound(t *testing.T) {
	t.Parallel()
	users := newUsers()
	filtered := 0
	users.typ.Handler = lister{users, func(_ *table, _ *http.Request, params theirs.ListRequestParams) (theirs.Page, error) {
		const all = 12_000
		page := theirs.Page{TotalResults: all}
		for i := params.StartIndex; i < min(params.StartIndex+params.Count, all+1); i++ {
			page.Resources = append(page.Resources, theirs.Resource{ID: fmt.Sprint(i), Attributes: theirs.ResourceAttributes{"userName": fmt.Sprint("user", i)}})
		}
		if params.FilterValidator != nil {
			filtered += len(page.Resources)
		}
		return page, nil
	}}
	s := newService(t, &elimity.Options{Filters: []string{"userName"}}, users.typ)
	a := s.must(t, 200, "GET", "/Users?filter="+url.QueryEscape(`userName eq "user11999"`), "")
	require.Equal(t, []string{"user11999"}, names(a))
	require.LessOrEqual(t, filtered, 11_000)
}

// TestList checks that a store's iterator stops when it is told to, and at the first error.
func TestList(t *testing.T) {
	t.Parallel()
	users := newUsers()
	store, err := elimity.New(users.typ, &elimity.Options{PageSize: 2})
	require.NoError(t, err)
	for i := range 9 {
		r := &scim.Resource{Attributes: store.Type().Object()}
		require.NoError(t, r.Attributes.Set("userName", fmt.Sprint("user", i)))
		_, err := store.Create(t.Context(), r)
		require.NoError(t, err)
	}
	users.callsSince()
	n := 0
	for _, err := range store.List(t.Context(), scim.Projection{}) {
		require.NoError(t, err)
		if n++; n == 3 {
			break
		}
	}
	require.Len(t, users.callsSince(), 2, "more pages were read than needed")

	users.rows[2].attributes["active"] = "yes"
	n = 0
	for r, err := range store.List(t.Context(), scim.Projection{}) {
		if n++; n == 3 {
			require.Error(t, err)
			require.Nil(t, r)
		}
	}
	require.Equal(t, 3, n)
}
