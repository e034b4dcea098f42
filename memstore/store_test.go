package memstore_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/embedscim/scim"
	"github.com/embedscim/scim/memstore"
	"github.com/embedscim/scim/schema"
)

func TestCreate(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 5, 4, 3, 2, 1, 123456789, time.FixedZone("", 3600))
	d := memstore.New(&memstore.Options{Now: func() time.Time { return now }})
	users, ctx := d.Users(), t.Context()
	sent := resource(t, users, "userName", "bjensen", "externalId", "E1", "name.givenName", "Barbara")
	sent.ID, sent.Meta.Version = "mine", "mine"
	before := *sent
	r, err := users.Create(ctx, sent)
	require.NoError(t, err)
	require.Equal(t, before, *sent, "the argument has changed")
	require.NotEqual(t, "mine", r.ID, "7643-3.1: the service provider assigns the id")
	require.Regexp(t, `^[A-Za-z0-9_-]{16,}$`, r.ID, "the id is not URL-safe")
	require.Equal(t, "E1", r.ExternalID)
	require.Equal(t, "Barbara", r.Get("name.givenName").Text())
	require.NotEqual(t, schema.Version("mine"), r.Meta.Version)
	require.NotEmpty(t, r.Meta.Version)
	require.Equal(t, "User", r.Meta.ResourceType)
	require.Empty(t, r.Meta.Location, "the handler sets the location")
	require.Equal(t, now.UTC().Truncate(time.Millisecond), r.Meta.Created)
	require.Equal(t, r.Meta.Created, r.Meta.LastModified, "7643-3.1: a new resource was last modified when it was created")
	require.Equal(t, json(t, r), json(t, get(t, users, ctx, r.ID)))
}

func TestReplace(t *testing.T) {
	t.Parallel()
	d := memstore.New(nil)
	users, ctx := d.Users(), t.Context()
	r := create(t, users, ctx, "userName", "Ann", "externalId", "E", "title", "Boss", "name.familyName", "smith",
		"emails", []map[string]any{{"value": "a@x", "type": "work"}, {"value": "b@x", "type": "home"}})
	full := func(more ...any) *scim.Resource {
		n := resource(t, users, append([]any{
			"userName", "Ann", "externalId", "E", "title", "Boss", "name.familyName", "smith",
			"emails", []map[string]any{{"value": "a@x", "type": "work"}, {"value": "b@x", "type": "home"}},
		}, more...)...)
		n.ID = r.ID
		return n
	}
	tests := []struct {
		name    string
		next    *scim.Resource
		changes bool
	}{
		{"7644-3.5.1-15: what is stored already", full(), false},
		{"AMB-21: another order of elements", full("emails", []map[string]any{{"value": "b@x", "type": "home"}, {"value": "a@x", "type": "work"}}), false},
		{"readOnly groups are derived", full("groups", []map[string]any{{"value": "g"}}), false},
		{"letter case", full("userName", "ANN"), true},
		{"letter case below a complex attribute", full("name.familyName", "Smith"), true},
		{"letter case in an element", full("emails", []map[string]any{{"value": "A@x", "type": "work"}, {"value": "b@x", "type": "home"}}), true},
		{"an element less", full("emails", []map[string]any{{"value": "a@x", "type": "work"}}), true},
		{"an element twice", full("emails", []map[string]any{{"value": "a@x", "type": "work"}, {"value": "a@x", "type": "work"}}), true},
		{"externalId", full("externalId", "e"), true},
		{"7644-3.5.1-03: an attribute less", full("title", nil), true},
		{"an extension", full("urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department", "D"), true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			was, err := users.Replace(ctx, full())
			require.NoError(t, err)
			got, err := users.Replace(ctx, tt.next)
			require.NoError(t, err)
			require.Equal(t, json(t, got), json(t, get(t, users, ctx, r.ID)))
			require.Equal(t, was.Meta.Created, got.Meta.Created)
			if !tt.changes {
				require.Equal(t, json(t, was), json(t, got), "AMB-11: a change that changes nothing")
				return
			}
			require.NotEqual(t, was.Meta.Version, got.Meta.Version)
			require.Greater(t, got.Meta.LastModified, was.Meta.LastModified, "lastModified must grow")
			want := *tt.next
			want.Meta = got.Meta
			require.Equal(t, json(t, &want), json(t, got))
		})
	}
}

func TestVersions(t *testing.T) {
	t.Parallel()
	d := memstore.New(&memstore.Options{Now: func() time.Time { return time.Unix(1e9, 0) }})
	users, ctx := d.Users(), t.Context()
	r := create(t, users, ctx, "userName", "u")
	old := r.Meta.Version
	r.Attributes = resource(t, users, "userName", "u", "title", "1").Attributes
	second, err := users.Replace(ctx, r)
	require.NoError(t, err)
	require.Equal(t, r.Meta.LastModified.Add(time.Millisecond), second.Meta.LastModified, "lastModified must grow though the clock stands still")

	r.Meta.Version = old
	_, err = users.Replace(ctx, r)
	require.ErrorIs(t, err, scim.ErrVersionMismatch, "7644-3.14: Replace with an old version")
	require.ErrorIs(t, users.Delete(ctx, r.ID, old), scim.ErrVersionMismatch, "7644-3.6-05: Delete with an old version")
	require.Equal(t, json(t, second), json(t, get(t, users, ctx, r.ID)), "a refused change has changed something")
	require.NoError(t, users.Delete(ctx, r.ID, second.Meta.Version))
}

func TestDelete(t *testing.T) {
	t.Parallel()
	d := memstore.New(nil)
	users, ctx := d.Users(), t.Context()
	a := create(t, users, ctx, "userName", "a", "externalId", "A", "displayName", "x")
	b := create(t, users, ctx, "userName", "b", "externalId", "B", "displayName", "x")
	require.NoError(t, users.Delete(ctx, a.ID, ""))
	require.ErrorIs(t, users.Delete(ctx, a.ID, ""), scim.ErrNotFound, "7644-3.6-02")
	require.Equal(t, []string{b.ID}, ids(list(t, users, ctx)), "7644-3.6-03")
	for _, f := range []string{`userName eq "a"`, `externalId eq "A"`, `id eq "` + a.ID + `"`} {
		require.Empty(t, search(t, users, ctx, f), "7644-3.6-03: %s", f)
	}
	require.Equal(t, []string{b.ID}, search(t, users, ctx, `displayName eq "X"`), "7644-3.6-03")
	again := create(t, users, ctx, "userName", "A")
	require.NotEqual(t, a.ID, again.ID, "7644-3.6-04, 7643-3.1: an id is never used again")
	require.Equal(t, []string{b.ID, again.ID}, ids(list(t, users, ctx)), "order of creation")
}

func TestUnique(t *testing.T) {
	t.Parallel()
	const badge = "urn:example:params:scim:schemas:test:2.0:Extra:badge"
	tests := []struct {
		name          string
		first, second []any
		taken         string
	}{
		{"7643-7-05: server", []any{"name", "n"}, []any{"name", "n"}, "name"},
		{"without regard to letter case", []any{"name", "Straße ß K"}, []any{"name", "STRAßE ß \u212A"}, "name"},
		{"global", []any{"name", "1", "code", "A"}, []any{"name", "2", "code", "A"}, "code"},
		{"case exact", []any{"name", "1", "code", "A"}, []any{"name", "2", "code", "a"}, ""},
		{"sub-attribute", []any{"name", "1", "spec.part", "p"}, []any{"name", "2", "spec.part", "P"}, "spec.part"},
		{"extension", []any{"name", "1", badge, "p"}, []any{"name", "2", badge, "P"}, badge},
		{"one of several numbers", []any{"name", "1", "serials", []any{1, 2}}, []any{"name", "2", "serials", []any{3, 2}}, "serials"},
		{"unassigned values are not equal", []any{"name", "1"}, []any{"name", "2"}, ""},
		{"externalId is not unique (7643-3.1-05)", []any{"name", "1", "externalId", "e"}, []any{"name", "2", "externalId", "e"}, ""},
		{"the same value in another attribute", []any{"name", "1", "code", "2"}, []any{"name", "2", "code", "1"}, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			d := memstore.New(nil)
			w, ctx := widgets(t, d), t.Context()
			first := create(t, w, ctx, tt.first...)
			_, err := w.Create(ctx, resource(t, w, tt.second...))
			check := func(op string, err error) {
				t.Helper()
				if tt.taken == "" {
					require.NoError(t, err, op)
					return
				}
				require.ErrorIs(t, err, scim.ErrUniqueness, op)
				require.Contains(t, detail(t, err), tt.taken+" is taken", op)
			}
			check("Create", err)
			if tt.taken != "" {
				require.Equal(t, []string{first.ID}, ids(list(t, w, ctx)), "a refused Create has stored something")
			}

			third := create(t, w, ctx, "name", "3")
			next := resource(t, w, tt.second...)
			next.ID = third.ID
			require.NoError(t, next.Attributes.Set("flag", true))
			if tt.taken == "" {
				require.NoError(t, next.Attributes.Set("name", "3"))
				require.NoError(t, next.Attributes.Set("code", "third"))
			}
			_, err = w.Replace(ctx, next)
			check("Replace", err)
			_, err = w.Update(ctx, third.ID, scim.Projection{}, func(r *scim.Resource) error {
				r.Attributes = next.Attributes
				return nil
			})
			check("Update", err)
			if tt.taken != "" {
				require.Equal(t, json(t, third), json(t, get(t, w, ctx, third.ID)))
			}

			// A resource is not in its own way, and a value that was given up is free.
			first.Attributes = resource(t, w, append([]any{"flag", true}, tt.first...)...).Attributes
			_, err = w.Replace(ctx, first)
			require.NoError(t, err)
			require.NoError(t, w.Delete(ctx, first.ID, ""))
			for _, r := range list(t, w, ctx) {
				require.NoError(t, w.Delete(ctx, r.ID, ""))
			}
			create(t, w, ctx, tt.second...)
		})
	}
}

func TestUniqueGroupNames(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	d := memstore.New(nil)
	create(t, d.Groups(), ctx, "displayName", "G")
	create(t, d.Groups(), ctx, "displayName", "g")

	d = memstore.New(&memstore.Options{UniqueGroupNames: true})
	require.Equal(t, schema.UniqueServer, d.Groups().Type().Attribute("displayName").Uniqueness, "discovery must say so")
	create(t, d.Groups(), ctx, "displayName", "G")
	_, err := d.Groups().Create(ctx, resource(t, d.Groups(), "displayName", "g"))
	require.ErrorIs(t, err, scim.ErrUniqueness)
}

// A stream can be read once: what is stored must not be one.
func TestStreamsAreRead(t *testing.T) {
	t.Parallel()
	d := memstore.New(nil)
	ctx := t.Context()
	user := create(t, d.Users(), ctx, "userName", "u")
	group := create(t, d.Groups(), ctx, "displayName", "g", "members", refs(user.ID))
	stream := func(v schema.Value) schema.Value { return schema.Stream(v.Values()) }
	members := d.Groups().Type().Attribute("members")
	group.Attributes = group.Attributes.With(members, stream(group.Attributes.Value(members)))
	next, err := d.Groups().Replace(ctx, group)
	require.NoError(t, err)
	require.Equal(t, group.Meta.Version, next.Meta.Version)
	require.Equal(t, []string{user.ID}, subs(next, "members.value"))

	w := widgets(t, d)
	r := resource(t, w, "name", "w")
	tags := w.Type().Attribute("tags")
	r.Attributes = r.Attributes.With(tags, stream(schema.List(schema.String("a"), schema.String("b"))))
	made, err := w.Create(ctx, r)
	require.NoError(t, err)
	for range 2 {
		require.Equal(t, []string{"a", "b"}, subs(get(t, w, ctx, made.ID), "tags"))
	}
}

func TestWrongType(t *testing.T) {
	t.Parallel()
	d := memstore.New(nil)
	other := memstore.New(&memstore.Options{UniqueGroupNames: true}).Groups()
	_, err := d.Groups().Create(t.Context(), resource(t, other, "displayName", "g"))
	require.ErrorContains(t, err, "Store.Type")
	raw, err := d.Users().Type().ReadObject([]byte(`{"userName": 1}`), 10)
	require.NoError(t, err)
	_, err = d.Users().Create(t.Context(), &scim.Resource{Attributes: raw})
	var bad *schema.Error
	require.ErrorAs(t, err, &bad, "what does not conform must not be stored")
}

func TestDirectoryStore(t *testing.T) {
	t.Parallel()
	d := memstore.New(nil)
	require.Same(t, d.Users(), d.Users())
	require.Same(t, d.Users(), d.Store(d.Users().Type()))
	d.Groups()
	other := memstore.New(&memstore.Options{UniqueGroupNames: true}).Groups().Type()
	require.Panics(t, func() { d.Store(other) }, "two types of one name")
}

func TestNewID(t *testing.T) {
	t.Parallel()
	d := memstore.New(&memstore.Options{NewID: func() string { return "1" }})
	require.Equal(t, "1", create(t, d.Users(), t.Context(), "userName", "u").ID)
	_, err := d.Groups().Create(t.Context(), resource(t, d.Groups(), "displayName", "g"))
	require.ErrorContains(t, err, "NewID", "7643-3.1: ids are unique among all types")
}

func TestListIsASnapshot(t *testing.T) {
	t.Parallel()
	d := memstore.New(nil)
	users, ctx := d.Users(), t.Context()
	var want []string
	for i := range 10 {
		want = append(want, create(t, users, ctx, "userName", number("u", i)).ID)
	}
	var got []string
	for r, err := range users.List(ctx, scim.Projection{}) {
		require.NoError(t, err)
		got = append(got, r.ID)
		require.NoError(t, users.Delete(ctx, want[9-len(got)+1], ""))
		create(t, users, ctx, "userName", "new"+r.ID)
	}
	require.Equal(t, want, got)
	for range users.List(ctx, scim.Projection{}) {
		break
	}
}

func TestCancelled(t *testing.T) {
	t.Parallel()
	d := memstore.New(nil)
	users := d.Users()
	for i := range 1000 {
		create(t, users, t.Context(), "userName", number("u", i))
	}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	n := 0
	var last error
	for _, err := range users.List(ctx, scim.Projection{}) {
		if last = err; err == nil {
			if n++; n == 3 {
				cancel()
			}
		}
	}
	require.Equal(t, 3, n)
	require.ErrorIs(t, last, context.Canceled)
	_, err := users.Search(ctx, query(t, users, `userName co "u"`, "", false))
	require.ErrorIs(t, err, context.Canceled)
	for _, f := range []string{`userName co "u"`, `displayName eq null or userName eq "u"`} {
		_, err = users.Search(&endsSoon{t.Context(), 3}, query(t, users, f, "userName", false))
		require.ErrorIs(t, err, context.Canceled, "a scan must look at its context")
	}
	_, err = users.Create(ctx, resource(t, users, "userName", "x"))
	require.ErrorIs(t, err, context.Canceled)
	_, err = users.Get(ctx, "x", scim.Projection{})
	require.ErrorIs(t, err, context.Canceled)
}

// endsSoon is a context that ends when it has been asked a number of times.
type endsSoon struct {
	context.Context
	left int
}

func (c *endsSoon) Err() error {
	if c.left--; c.left < 0 {
		return context.Canceled
	}
	return nil
}
