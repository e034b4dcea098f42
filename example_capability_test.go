package scim_test

import (
	"context"
	"errors"
	"fmt"
	"log"
	"net/http"
	"slices"
	"strconv"

	"github.com/embedscim/scim"
	"github.com/embedscim/scim/memstore"
	"github.com/embedscim/scim/patch"
)

// handlerOf returns a handler of users and groups for the capability examples.
func handlerOf(resources ...scim.ResourceType) *scim.Handler {
	h, err := scim.NewHandler(&scim.Config{
		BaseURL:      "https://app.example.com/scim/v2",
		Authenticate: scim.BearerTokens(verify),
		Resources:    resources,
	})
	if err != nil {
		log.Fatal(err)
	}
	return h
}

// Searching adds what most applications want next: the database does the looking. This one has rows in memory; see
// filter.Checked.Expr for a translation to SQL.
type searching struct{ *employees }

func (s searching) Search(ctx context.Context, q *scim.Query) (*scim.Page, error) {
	var found []*scim.Resource
	for r, err := range s.List(ctx, q.Projection) {
		if err != nil {
			return nil, err
		}
		if q.Filter == nil || q.Filter.Match(r) { // WHERE
			found = append(found, r)
		}
	}
	if q.SortBy != nil {
		slices.SortStableFunc(found, q.Compare) // ORDER BY
	}
	start := min(q.StartIndex-1, len(found)) // OFFSET
	end := min(start+q.Count, len(found))    // LIMIT
	return &scim.Page{Resources: found[start:end], TotalResults: len(found)}, nil
}

func ExampleSearcher() {
	h := handlerOf(scim.Users(searching{&employees{}}))
	call(h, "POST", "/Users", `{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"userName":"babs"}`)
	call(h, "GET", "/Users?filter=userName+sw+%22b%22&startIndex=1&count=10", "")
	fmt.Println(h.Capabilities("User"))
	// Output:
	// 201 Created
	// 200 OK
	// search
}

// Paging adds pages that stay right while rows come and go: WHERE id > cursor ORDER BY id. It leaves other orders to the
// handler.
type paging struct{ searching }

func (s paging) SearchAfter(ctx context.Context, q *scim.Query, cursor string) (*scim.Page, error) {
	if q.SortBy != nil {
		return nil, errors.ErrUnsupported
	}
	after := 0
	if cursor != "" {
		var err error
		if after, err = strconv.Atoi(cursor); err != nil {
			return nil, &scim.Error{Status: http.StatusBadRequest, Type: "invalidCursor", Err: err}
		}
	}
	page := &scim.Page{TotalResults: -1} // not counted
	for r, err := range s.List(ctx, q.Projection) {
		if err != nil {
			return nil, err
		}
		if id, _ := strconv.Atoi(r.ID); id <= after || q.Filter != nil && !q.Filter.Match(r) {
			continue
		}
		if len(page.Resources) == q.Count { // there is one more
			if q.Count > 0 {
				page.Next = page.Resources[q.Count-1].ID
			}
			break
		}
		page.Resources = append(page.Resources, r)
	}
	return page, nil
}

func ExampleCursorSearcher() {
	h := handlerOf(scim.Users(paging{searching{&employees{}}}))
	call(h, "POST", "/Users", `{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"userName":"babs"}`)
	call(h, "GET", "/Users?cursor=&count=1", "")
	fmt.Println(h.Capabilities("User").Has(scim.CanSearchAfter))
	// Output:
	// 201 Created
	// 200 OK
	// true
}

// Updating changes a row while nobody else can: SELECT ... FOR UPDATE, fn, UPDATE.
type updating struct{ *employees }

func (s updating) Update(ctx context.Context, id string, _ scim.Projection, fn func(*scim.Resource) error) (*scim.Resource, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	i, err := s.find(ctx, id)
	if err != nil {
		return nil, err
	}
	before := *s.rows[i]
	r, err := before.resource()
	if err != nil {
		return nil, err
	}
	if err := fn(r); err != nil {
		return nil, err
	}
	after := before
	after.set(r)
	if s.taken(after.tenant, after.login, after.id) {
		return nil, scim.ErrUniqueness
	}
	if before.changes++; after == before {
		return s.rows[i].resource()
	}
	s.rows[i] = &after
	return after.resource()
}

func ExampleUpdater() {
	h := handlerOf(scim.Users(updating{&employees{}}))
	call(h, "POST", "/Users", `{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"userName":"babs"}`)
	call(h, "PATCH", "/Users/1", `{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],
		"Operations":[{"op":"replace","path":"userName","value":"barbara"}]}`)
	// Output:
	// 201 Created
	// 200 OK
}

// Membership keeps the members of groups in a table of their own.
type membership struct{ scim.ResourceStore }

func (membership) DeltaAttributes() []string { return []string{"members"} }

func (s membership) PatchDelta(_ context.Context, id string, d *patch.Delta) (scim.DeltaResult, error) {
	if d.IfMatch != "" || len(d.Set) > 0 || len(d.Elements) != 1 || d.Elements[0].Clear {
		return scim.DeltaResult{}, errors.ErrUnsupported // the handler finds another way
	}
	var res scim.DeltaResult
	e := d.Elements[0]
	for _, m := range e.Remove {
		fmt.Println("DELETE FROM members WHERE group_id =", id, "AND user_id =", m.Object().Get("value"))
		res.Changes = append(res.Changes, patch.Change{Path: e.Path, Old: m}) // if a row was affected
	}
	for _, m := range e.Add {
		fmt.Println("INSERT INTO members VALUES", id, m.Object().Get("value"), "ON CONFLICT DO NOTHING")
		res.Changes = append(res.Changes, patch.Change{Path: e.Path, New: m})
	}
	return res, nil
}

// Changing members costs a statement each, however large the group is.
func ExampleDeltaPatcher() {
	h := handlerOf(scim.Groups(membership{memstore.New(nil).Groups()}))
	call(h, "PATCH", "/Groups/7", `{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[
		{"op":"add","path":"members","value":[{"value":"1"}]},{"op":"remove","path":"members[value eq \"2\"]"}]}`)
	// Output:
	// DELETE FROM members WHERE group_id = 7 AND user_id = 2
	// INSERT INTO members VALUES 7 1 ON CONFLICT DO NOTHING
	// 204 No Content
}

type txKey struct{}

// Transacting puts the transaction into the context; the other methods, and interceptors, take it out.
type transacting struct{ *employees }

func (transacting) InTx(ctx context.Context, fn func(context.Context) error) (err error) {
	if ctx.Value(txKey{}) != nil {
		return fn(ctx) // the outer one decides
	}
	fmt.Println("BEGIN")
	if err := fn(context.WithValue(ctx, txKey{}, "the *sql.Tx")); err != nil {
		fmt.Println("ROLLBACK")
		return err
	}
	fmt.Println("COMMIT")
	return nil
}

func ExampleTransactor() {
	outbox := func(next scim.Func) scim.Func {
		return func(ctx context.Context, op *scim.Operation) (*scim.Result, error) {
			res, err := next(ctx, op)
			if err == nil {
				fmt.Println("INSERT INTO outbox through", ctx.Value(txKey{}))
			}
			return res, err
		}
	}
	h, err := scim.NewHandler(&scim.Config{
		BaseURL:        "https://app.example.com/scim/v2",
		Authenticate:   scim.BearerTokens(verify),
		Resources:      []scim.ResourceType{scim.Users(transacting{&employees{}})},
		TxInterceptors: []scim.Interceptor{outbox},
	})
	if err != nil {
		log.Fatal(err)
	}
	body := `{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"userName":"babs"}`
	call(h, "POST", "/Users", body)
	call(h, "POST", "/Users", body)
	// Output:
	// BEGIN
	// INSERT INTO outbox through the *sql.Tx
	// COMMIT
	// 201 Created
	// BEGIN
	// ROLLBACK
	// 409 Conflict
}

// Switchable has all methods, but the application's configuration says that one is not to be used.
type switchable struct {
	*memstore.Store
	search bool
}

func (s switchable) Capabilities() scim.Capability {
	all := scim.CanSearch | scim.CanUpdate | scim.CanTransact
	if !s.search {
		all &^= scim.CanSearch
	}
	return all
}

func ExampleCapabilityReporter() {
	h := handlerOf(scim.Users(switchable{Store: memstore.New(nil).Users()}))
	fmt.Println(h.Capabilities("User"))
	// Output: update transaction
}

// A store that makes the members of a large group only if they are wanted.
func ExampleProjection_Wants() {
	groups := memstore.New(nil).Groups()
	members, err := groups.Type().Path("members")
	if err != nil {
		log.Fatal(err)
	}
	look := func(next scim.Func) scim.Func {
		return func(ctx context.Context, op *scim.Operation) (*scim.Result, error) {
			fmt.Println("members wanted:", op.Query.Projection.Wants(members))
			return next(ctx, op)
		}
	}
	h, err := scim.NewHandler(&scim.Config{
		BaseURL:      "https://app.example.com/scim/v2",
		Authenticate: scim.BearerTokens(verify),
		Resources:    []scim.ResourceType{scim.Groups(groups)},
		Interceptors: []scim.Interceptor{look},
	})
	if err != nil {
		log.Fatal(err)
	}
	call(h, "GET", "/Groups", "")
	call(h, "GET", "/Groups?excludedAttributes=members", "")
	// Output:
	// members wanted: true
	// 200 OK
	// members wanted: false
	// 200 OK
}
