package entstore_test

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	entgo "entgo.io/ent"
	"github.com/embedscim/scim"
	"github.com/embedscim/scim/adapters/entstore/internal/example/ent"
	"github.com/embedscim/scim/adapters/entstore/internal/example/ent/schema"
	"github.com/embedscim/scim/adapters/entstore/internal/example/ent/team"
	"github.com/embedscim/scim/adapters/entstore/internal/example/ent/user"
	"github.com/embedscim/scim/adapters/entstore/internal/example/viewer"
	"github.com/stretchr/testify/require"
)

// newUser returns a user with the given userName.
func (a *app) newUser(tb testing.TB, name string) *scim.Resource {
	tb.Helper()
	o := a.users.Type().Object()
	require.NoError(tb, o.Set("userName", name))
	return &scim.Resource{Attributes: o}
}

// create stores a user with the given userName.
func (a *app) create(tb testing.TB, ctx context.Context, name string) *scim.Resource {
	tb.Helper()
	r, err := a.users.Create(ctx, a.newUser(tb, name))
	require.NoError(tb, err)
	return r
}

// newGroup returns a group with members.
func (a *app) newGroup(tb testing.TB, name string, members ...string) *scim.Resource {
	tb.Helper()
	o := a.groups.Type().Object()
	require.NoError(tb, o.Set("displayName", name))
	if len(members) > 0 {
		var list []any
		for _, id := range members {
			list = append(list, map[string]any{"value": id})
		}
		require.NoError(tb, o.Set("members", list))
	}
	return &scim.Resource{Attributes: o}
}

// handler returns a handler over the stores, for one tenant and a viewer of the application's.
func (a *app) handler(tb testing.TB, v viewer.Viewer, interceptors ...scim.Interceptor) http.Handler {
	tb.Helper()
	h, err := scim.NewHandler(&scim.Config{
		BaseURL: "https://app.example.com/scim/v2", Authenticate: scim.AuthenticatedByMiddleware,
		Resources: []scim.ResourceType{scim.Users(a.users), scim.Groups(a.groups)}, TxInterceptors: interceptors, Logger: slog.New(slog.DiscardHandler),
	})
	require.NoError(tb, err)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ctx := scim.WithPrincipal(viewer.NewContext(r.Context(), v), scim.Principal{Tenant: "acme"})
		h.ServeHTTP(w, r.WithContext(ctx))
	})
}

// send sends a request and returns the status and the body.
func send(h http.Handler, method, path, body string) (int, string) {
	r := httptest.NewRequest(method, "/scim/v2"+path, strings.NewReader(body))
	if body != "" {
		r.Header.Set("Content-Type", "application/scim+json")
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w.Code, w.Body.String()
}

const userBody = `{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"userName":"`

// Hooks of the schema and of the client run on each write, and an error of theirs refuses it.
func TestHooks(t *testing.T) {
	onEngines(t, func(t *testing.T, e engine) {
		t.Run("of the schema", func(t *testing.T) {
			a := newApp(t, e)
			ctx := as(t, "acme")
			_, err := a.users.Create(ctx, a.newUser(t, "root"))
			require.ErrorIs(t, err, schema.ErrReserved)
			r := a.create(t, ctx, "bjensen")
			next := a.newUser(t, "root")
			next.ID = r.ID
			_, err = a.users.Replace(ctx, next)
			require.ErrorIs(t, err, schema.ErrReserved)
			again, err := a.users.Get(ctx, r.ID, scim.Projection{})
			require.NoError(t, err)
			require.Equal(t, "bjensen", again.Attributes.Get("userName").Text())
			require.Equal(t, r.Meta.Version, again.Meta.Version)

			code, body := send(a.handler(t, viewer.Any), "POST", "/Users", userBody+`root"}`)
			require.Equal(t, 500, code)
			require.NotContains(t, body, "reserved", "an error of a hook that is no scim.Error is for the log")
		})
		t.Run("that find nothing themselves", func(t *testing.T) {
			a := newApp(t, e)
			a.client.User.Use(func(entgo.Mutator) entgo.Mutator {
				return entgo.MutateFunc(func(ctx context.Context, m entgo.Mutation) (entgo.Value, error) {
					return m.(*ent.UserMutation).Client().Team.Query().Only(ctx)
				})
			})
			_, err := a.users.Create(as(t, "acme"), a.newUser(t, "bjensen"))
			require.True(t, ent.IsNotFound(err))
			require.NotErrorIs(t, err, scim.ErrNotFound, "what a POST creates is not what was not found")
		})
		t.Run("see the operation and what changes", func(t *testing.T) {
			a := newApp(t, e)
			ctx := as(t, "acme")
			var seen []string
			watch := func(next entgo.Mutator) entgo.Mutator {
				return entgo.MutateFunc(func(ctx context.Context, m entgo.Mutation) (entgo.Value, error) {
					seen = append(seen, m.Op().String()+" "+m.Type()+" "+strings.Join(m.Fields(), ",")+strings.Join(m.AddedEdges(), ",")+strings.Join(m.RemovedEdges(), ","))
					return next.Mutate(ctx, m)
				})
			}
			r := a.create(t, ctx, "bjensen")
			g, err := a.groups.Create(ctx, a.newGroup(t, "Tour Guides"))
			require.NoError(t, err)
			a.client.Use(watch)
			_, err = a.users.Update(ctx, r.ID, scim.Projection{}, func(r *scim.Resource) error { return r.Attributes.Set("name.familyName", "Jensen") })
			require.NoError(t, err)
			next := a.newGroup(t, "Tour Guides", r.ID)
			next.ID = g.ID
			_, err = a.groups.Replace(ctx, next)
			require.NoError(t, err)
			require.NoError(t, a.users.Delete(ctx, r.ID, ""))
			require.Equal(t, []string{
				"OpUpdateOne User last_name,version,updated_at", "OpUpdateOne Team version,updated_atmembers",
				"OpUpdate Team updated_at", "OpDeleteOne User ",
			}, seen, "only what changes is written")
		})
		t.Run("refuse with an answer, and all is taken back", func(t *testing.T) {
			a := newApp(t, e)
			ctx := as(t, "acme")
			r := a.create(t, ctx, "bjensen")
			// What the hook writes with the client of the mutation goes with the write.
			a.client.Team.Use(func(next entgo.Mutator) entgo.Mutator {
				return entgo.MutateFunc(func(ctx context.Context, m entgo.Mutation) (entgo.Value, error) {
					v, err := next.Mutate(ctx, m)
					if err != nil || !m.Op().Is(entgo.OpUpdateOne) {
						return v, err
					}
					id, _ := m.(*ent.TeamMutation).ID()
					if err := m.(*ent.TeamMutation).Client().User.Update().SetLastName("of a team").Exec(ctx); err != nil {
						return nil, err
					}
					if name, _ := m.Field(team.FieldName); name == "Nobody" {
						return nil, scim.Errorf(scim.ErrMutability, "displayName: team %d keeps its name.", id)
					}
					return v, nil
				})
			})
			g, err := a.groups.Create(ctx, a.newGroup(t, "Tour Guides"))
			require.NoError(t, err)
			h := a.handler(t, viewer.Any)
			code, body := send(h, "PUT", "/Groups/"+g.ID, `{"schemas":["urn:ietf:params:scim:schemas:core:2.0:Group"],"displayName":"Nobody","members":[{"value":"`+r.ID+`"}]}`)
			require.Equal(t, 400, code, body)
			require.Contains(t, body, "keeps its name")
			require.Zero(t, a.client.Team.Query().Where(team.Or(team.Name("Nobody"), team.HasMembers())).CountX(ctx), "the write of the hook's refusal is taken back")
			require.Zero(t, a.client.User.Query().Where(user.LastName("of a team")).CountX(ctx), "and what the hook itself has written")
			code, body = send(h, "PUT", "/Groups/"+g.ID, `{"schemas":["urn:ietf:params:scim:schemas:core:2.0:Group"],"displayName":"Guides","members":[{"value":"`+r.ID+`"}]}`)
			require.Equal(t, 200, code, body)
			require.Equal(t, 1, a.client.User.Query().Where(user.LastName("of a team"), user.HasTeamsWith(team.Name("Guides"))).CountX(ctx))
		})
	})
}

// A rule that denies is 403; what a rule hides is 404, also from writes.
func TestPrivacy(t *testing.T) {
	onEngines(t, func(t *testing.T, e engine) {
		a := newApp(t, e)
		ctx := as(t, "acme")
		active, off := a.create(t, ctx, "active"), a.create(t, ctx, "off")
		_, err := a.users.Update(ctx, off.ID, scim.Projection{}, func(r *scim.Resource) error { return r.Attributes.Set("active", false) })
		require.NoError(t, err)
		g, err := a.groups.Create(ctx, a.newGroup(t, "Tour Guides", active.ID, off.ID))
		require.NoError(t, err)
		patch := `{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[{"op":"replace","path":"name.familyName","value":"X"}]}`

		for _, c := range []struct {
			what               string
			viewer             viewer.Viewer
			method, path, body string
			want               int
			has, hasNot        string
		}{
			{"no rule, Get", viewer.Any, "GET", "/Users/" + off.ID, "", 200, "off", ""},
			{"who may only read, Get", viewer.Reader, "GET", "/Users/" + active.ID, "", 200, "active", ""},
			{"who may only read, Create", viewer.Reader, "POST", "/Users", userBody + `new"}`, 403, "User", "reader"},
			{"who may only read, Update", viewer.Reader, "PATCH", "/Users/" + active.ID, patch, 403, "User", "reader"},
			{"who may only read, Delete", viewer.Reader, "DELETE", "/Users/" + active.ID, "", 403, "User", "reader"},
			{"who may see nothing, Get", viewer.Stranger, "GET", "/Users/" + active.ID, "", 403, "User", "stranger"},
			{"who may see nothing, Search", viewer.Stranger, "GET", "/Users?filter=userName%20eq%20%22active%22", "", 403, "User", "stranger"},
			{"who may see nothing, Update", viewer.Stranger, "PATCH", "/Users/" + active.ID, patch, 403, "User", "stranger"},
			{"who may see some, Get of another", viewer.Limited, "GET", "/Users/" + off.ID, "", 404, "", "off"},
			{"who may see some, Update of another", viewer.Limited, "PATCH", "/Users/" + off.ID, patch, 404, "", "off"},
			{"who may see some, Delete of another", viewer.Limited, "DELETE", "/Users/" + off.ID, "", 404, "", "off"},
			{"who may see some, Get", viewer.Limited, "GET", "/Users/" + active.ID, "", 200, "active", ""},
			{"who may see some, List", viewer.Limited, "GET", "/Users", "", 200, `"totalResults":1`, `"off"`},
			{"who may see some, Search", viewer.Limited, "GET", "/Users?filter=userName%20pr", "", 200, `"totalResults":1`, `"off"`},
			{"who may see some, members", viewer.Limited, "GET", "/Groups/" + g.ID, "", 200, `"` + active.ID + `"`, `"` + off.ID + `"`},
			{"who may see some, a member that is hidden", viewer.Limited, "PATCH", "/Groups/" + g.ID,
				`{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[{"op":"add","path":"members","value":[{"value":"` + off.ID + `"}]}]}`, 400, "there is no user", ""},
		} {
			code, body := send(a.handler(t, c.viewer), c.method, c.path, c.body)
			require.Equal(t, c.want, code, "%s: %s", c.what, body)
			require.Contains(t, body, c.has, c.what)
			if c.hasNot != "" {
				require.NotContains(t, body, c.hasNot, c.what)
			}
		}
		require.Equal(t, 2, a.client.User.Query().CountX(ctx), "what was refused changed nothing")

		// A write that a rule or hook restricts to other entities finds none.
		a.client.User.Use(func(next entgo.Mutator) entgo.Mutator {
			return entgo.MutateFunc(func(ctx context.Context, m entgo.Mutation) (entgo.Value, error) {
				m.(*ent.UserMutation).Where(user.DisabledAtIsNil())
				return next.Mutate(ctx, m)
			})
		})
		require.ErrorIs(t, a.users.Delete(ctx, off.ID, ""), scim.ErrNotFound)
		_, err = a.users.Update(ctx, off.ID, scim.Projection{}, func(r *scim.Resource) error { return r.Attributes.Set("name.familyName", "X") })
		require.ErrorIs(t, err, scim.ErrNotFound)
	})
}

// Validators of the schema refuse a value with 400, naming the attribute.
func TestValidators(t *testing.T) {
	e := engine{"sqlite3", openSQLite}
	a := newApp(t, e)
	long := strings.Repeat("x", 500) + "@example.com"
	r := a.newUser(t, "bjensen")
	require.NoError(t, r.Attributes.Set("emails", []any{map[string]any{"type": "work", "value": long}}))
	_, err := a.users.Create(as(t, "acme"), r)
	require.ErrorIs(t, err, scim.ErrInvalidValue)
	var known *scim.Error
	require.ErrorAs(t, err, &known)
	require.Contains(t, known.Detail, `emails[type eq "work"].value`)
	require.NotContains(t, known.Detail, long)
	require.Zero(t, a.client.User.Query().CountX(t.Context()))
}

var errInterceptor = errors.New("no")
