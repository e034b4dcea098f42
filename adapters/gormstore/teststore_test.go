package gormstore_test

import (
	"context"
	"strconv"
	"strings"
	"testing"

	"github.com/embedscim/scim"
	"github.com/embedscim/scim/adapters/gormstore"
	"github.com/embedscim/scim/schema"
	"github.com/embedscim/scim/scimtest"
	"gorm.io/gorm"
)

// Password keeps what a user signs in with. Applications hash.
type Password struct {
	ID       string `gorm:"primaryKey;size:100"`
	Password string `gorm:"size:1000"`
}

// fitNames shortens what has an index of the application's, which can't be of any length.
func fitNames(r *scim.Resource) {
	for _, name := range []string{"userName", "displayName"} {
		if text := r.Attributes.Get(name).Text(); len(text) > 200 {
			_ = r.Attributes.Set(name, strings.ToValidUTF8(text[:190], "")+strconv.Itoa(len(text)))
		}
	}
}

func TestStore(t *testing.T) {
	onEngines(t, func(t *testing.T, open func(testing.TB, *gorm.Config) *gorm.DB) {
		db := open(t, nil)
		scimtest.TestStore(t, func(t *testing.T) scimtest.Stores {
			users, groups := app(t, db, func(c *gormstore.Config[User]) {
				c.Table.WriteOnly = func(ctx context.Context, id string, _ schema.Path, v schema.Value) error {
					if v.IsUnassigned() {
						return gormstore.DB(ctx, db).Delete(&Password{ID: id}).Error
					}
					return gormstore.DB(ctx, db).Save(&Password{ID: id, Password: v.Text()}).Error
				}
			})
			return scimtest.Stores{
				Resources: []scim.ResourceType{scim.Users(users), scim.Groups(groups)},
				Fit:       fitNames,
				Password: func(ctx context.Context, id, password string) (bool, error) {
					n := int64(0)
					err := db.WithContext(ctx).Model(&Password{}).Where("id = ? AND password = ?", id, password).Count(&n).Error
					return n > 0, err
				},
			}
		})
	})
}
