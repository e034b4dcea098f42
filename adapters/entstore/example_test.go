package entstore_test

import (
	"context"
	stdsql "database/sql"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"time"

	"entgo.io/ent/dialect"
	"entgo.io/ent/dialect/sql"
	"github.com/embedscim/scim"
	"github.com/embedscim/scim/adapters/entstore"
	"github.com/embedscim/scim/adapters/entstore/internal/example/ent"
	"github.com/embedscim/scim/adapters/entstore/internal/example/ent/team"
	"github.com/embedscim/scim/adapters/entstore/internal/example/ent/user"
	"github.com/embedscim/scim/schema"
)

// stores maps the entities User and Team of an application's ent schema.
func stores(client *ent.Client) (*entstore.Store[ent.User], *entstore.Store[ent.Team], error) {
	db, err := entstore.NewDB(dialect.SQLite, client, client.BeginTx, ent.NewTxContext, ent.TxFromContext)
	if err != nil {
		return nil, nil, err
	}
	users, err := entstore.New(db, func(c *ent.Client) *ent.UserClient { return c.User }, entstore.Config[ent.User]{
		Prefix: "u_",
		Scope:  entstore.ScopeField(user.FieldOrg, entstore.Tenant),
		Attributes: []entstore.Attribute[ent.User]{
			entstore.Attr("userName", user.FieldLogin, func(u *ent.User) *string { return &u.Login }).Folded(user.FieldLoginKey),
			entstore.Attr("externalId", user.FieldExternalID, func(u *ent.User) **string { return &u.ExternalID }),
			entstore.Attr("name.givenName", user.FieldFirstName, func(u *ent.User) *string { return &u.FirstName }),
			entstore.Attr("name.familyName", user.FieldLastName, func(u *ent.User) **string { return &u.LastName }),
			entstore.Attr(`emails[type eq "work"].value`, user.FieldEmail, func(u *ent.User) **string { return &u.Email }),
			entstore.IsNull("active", user.FieldDisabledAt, func(u *ent.User) **time.Time { return &u.DisabledAt }),
			entstore.Attr("meta.version", user.FieldVersion, func(u *ent.User) *int64 { return &u.Version }),
			entstore.Attr("meta.created", user.FieldCreatedAt, func(u *ent.User) *time.Time { return &u.CreatedAt }),
			entstore.Attr("meta.lastModified", user.FieldUpdatedAt, func(u *ent.User) *time.Time { return &u.UpdatedAt }),
			entstore.Extra(user.FieldExtra, func(u *ent.User) *string { return &u.Extra }),
		},
	})
	if err != nil {
		return nil, nil, err
	}
	groups, err := entstore.New(db, func(c *ent.Client) *ent.TeamClient { return c.Team }, entstore.Config[ent.Team]{
		Type:   schema.GroupType(),
		Prefix: "g_",
		Scope:  entstore.ScopeField(team.FieldOrg, entstore.Tenant),
		Attributes: []entstore.Attribute[ent.Team]{
			entstore.Attr("displayName", team.FieldName, func(t *ent.Team) *string { return &t.Name }),
			entstore.Attr("externalId", team.FieldExternalID, func(t *ent.Team) **string { return &t.ExternalID }),
			entstore.Attr("meta.version", team.FieldVersion, func(t *ent.Team) *int64 { return &t.Version }),
		},
		Members: []entstore.Edge[ent.Team]{
			entstore.Members(users, func(t *ent.Team) []*ent.User { return t.Edges.Members }, (*ent.TeamQuery).WithMembers,
				team.HasMembersWith, (*ent.TeamMutation).AddMemberIDs, (*ent.TeamMutation).RemoveMemberIDs),
		},
	})
	return users, groups, err
}

func Example() {
	db, err := stdsql.Open("sqlite", "file:example?mode=memory&cache=shared&_pragma=foreign_keys(1)")
	if err != nil {
		panic(err)
	}
	defer db.Close()
	client := ent.NewClient(ent.Driver(sql.OpenDB(dialect.SQLite, db)))
	ctx := context.Background()
	if err := client.Schema.Create(ctx); err != nil {
		panic(err)
	}
	users, groups, err := stores(client)
	if err != nil {
		panic(err)
	}
	h, err := scim.NewHandler(&scim.Config{
		BaseURL: "https://app.example.com/scim/v2",
		Authenticate: scim.BearerTokens(func(context.Context, string) (scim.Principal, error) {
			return scim.Principal{Tenant: "acme"}, nil // An application looks the token up.
		}),
		Resources: []scim.ResourceType{scim.Users(users), scim.Groups(groups)},
	})
	if err != nil {
		panic(err)
	}
	send := func(method, path, body string) {
		r := httptest.NewRequest(method, "/scim/v2"+path, strings.NewReader(body))
		r.Header.Set("Authorization", "Bearer secret")
		r.Header.Set("Content-Type", "application/scim+json")
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		fmt.Println(method, path, w.Code, http.StatusText(w.Code))
	}
	send("POST", "/Users", `{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"userName":"BJensen","title":"Tour Guide"}`)
	send("POST", "/Groups", `{"schemas":["urn:ietf:params:scim:schemas:core:2.0:Group"],"displayName":"Tour Guides"}`)
	send("PATCH", "/Groups/g_1", `{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[{"op":"add","path":"members","value":[{"value":"u_1"}]}]}`)
	u := client.User.Query().Where(user.LoginKey("bjensen")).WithTeams().OnlyX(ctx)
	fmt.Println(u.Login, u.Extra, "in", u.Edges.Teams[0].Name)

	// Output:
	// POST /Users 201 Created
	// POST /Groups 201 Created
	// PATCH /Groups/g_1 204 No Content
	// BJensen {"title":"Tour Guide"} in Tour Guides
}
