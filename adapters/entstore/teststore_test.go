package entstore_test

import (
	"context"
	"strconv"
	"strings"
	"testing"

	"github.com/embedscim/scim"
	"github.com/embedscim/scim/adapters/entstore/internal/example/ent/user"
	"github.com/embedscim/scim/scimtest"
)

// fit shortens what has a column that can't be of any length.
func fit(r *scim.Resource) {
	short := func(text string) string {
		if len(text) <= 200 {
			return text
		}
		return strings.ToValidUTF8(text[:190], "") + strconv.Itoa(len(text))
	}
	for _, name := range []string{"userName", "displayName", "password"} {
		if a := r.Attributes.Type().Attribute(name); a != nil && (name != "displayName" || r.Attributes.Type().Name() == "Group") {
			if text := r.Attributes.Value(a).Text(); len(text) > 200 {
				_ = r.Attributes.Set(name, short(text))
			}
		}
	}
	r.ExternalID = short(r.ExternalID)
}

func TestStore(t *testing.T) {
	onEngines(t, func(t *testing.T, e engine) {
		a := newApp(t, e)
		scimtest.TestStore(t, func(t *testing.T) scimtest.Stores {
			a.client.Team.Delete().ExecX(t.Context())
			a.client.User.Delete().ExecX(t.Context())
			return scimtest.Stores{
				Resources: []scim.ResourceType{scim.Users(a.users), scim.Groups(a.groups)},
				Fit:       fit,
				Password: func(ctx context.Context, id, password string) (bool, error) {
					n, err := strconv.Atoi(strings.TrimPrefix(id, "u_"))
					if err != nil {
						return false, err
					}
					return a.client.User.Query().Where(user.ID(n), user.Password(password)).Exist(ctx)
				},
			}
		})
	})
}
