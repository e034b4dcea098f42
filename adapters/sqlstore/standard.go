package sqlstore

import (
	"database/sql"

	"github.com/embedscim/scim/schema"
)

// Standard returns stores for users and groups over tables of their own, for applications that have none: [Migrations] has
// them. Their names begin with prefix, such as "scim_". The tenant is that of the principal, see [Tenant]. Names of users and
// groups, and email addresses, have 255 characters at most. change, if it is not nil, may alter the mappings before they are
// checked: set hooks such as Table.WriteOnly, or map more attributes to columns that the application has added.
func Standard(db *sql.DB, d Dialect, prefix string, change func(users, groups *Table)) (users, groups *Store, err error) {
	key := Key{Column: "id", Kind: KeyUUID}
	scope := ScopeColumn("tenant", Tenant)
	u := Table{
		Name: prefix + "users", Key: key, Scope: scope,
		Attributes: Attributes{
			"userName":        Column{Name: "user_name", Folded: "user_name_folded"},
			"displayName":     Col("display_name"),
			"name.givenName":  Col("given_name"),
			"name.familyName": Col("family_name"),
			"active":          Column{Name: "active", Default: true},
			"emails": Rows{
				Table: prefix + "user_emails", Owner: "user_id", Order: "id",
				Columns: map[string]Column{
					"value": {Name: "value", Folded: "value_folded"}, "type": Col("type"), "display": Col("display"), "primary": Col("is_primary"),
				},
			},
		},
		Companion: prefix + "users_extra", Version: "version", Created: "created_at", Updated: "updated_at",
	}
	g := Table{
		Type: schema.GroupType(), Name: prefix + "groups", Key: key, Scope: scope,
		Attributes: Attributes{"displayName": Column{Name: "display_name", Folded: "display_name_folded"}},
		Companion:  prefix + "groups_extra", Version: "version", Created: "created_at", Updated: "updated_at",
	}
	if change != nil {
		change(&u, &g)
	}
	if users, err = New(db, d, u); err != nil {
		return nil, nil, err
	}
	if _, mapped := g.Attributes["members"]; !mapped {
		g.Attributes["members"] = Members{
			{Table: prefix + "group_users", Owner: "group_id", Element: "user_id", Of: users},
			{Table: prefix + "group_groups", Owner: "group_id", Element: "child_id"},
		}
	}
	if groups, err = New(db, d, g); err != nil {
		return nil, nil, err
	}
	users.own = d.migration("users", prefix, KeyUUID)
	groups.own = d.migration("groups", prefix, KeyUUID)
	return users, groups, nil
}
