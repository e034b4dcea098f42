package sqlstore_test

import (
	"context"
	"database/sql"
	"strconv"
	"strings"
	"testing"

	"github.com/embedscim/scim"
	"github.com/embedscim/scim/adapters/sqlstore"
	"github.com/embedscim/scim/schema"
	"github.com/embedscim/scim/scimtest"
	"github.com/stretchr/testify/require"
)

// keepPassword is a Table.WriteOnly that writes to the table passwords, in the transaction of the write. Applications hash.
func keepPassword(ctx context.Context, id string, _ schema.Path, v schema.Value) error {
	tx := sqlstore.Tx(ctx)
	if _, err := tx.ExecContext(ctx, "DELETE FROM passwords WHERE id = '"+id+"'"); err != nil || v.IsUnassigned() {
		return err
	}
	_, err := tx.ExecContext(ctx, "INSERT INTO passwords (id, password) VALUES ('"+id+"', '"+strings.ReplaceAll(v.Text(), "'", "''")+"')")
	return err
}

func checkPassword(db *sql.DB) func(context.Context, string, string) (bool, error) {
	return func(ctx context.Context, id, password string) (bool, error) {
		n := 0
		err := db.QueryRowContext(ctx, "SELECT COUNT(*) FROM passwords WHERE id = '"+id+"' AND password = '"+strings.ReplaceAll(password, "'", "''")+"'").Scan(&n)
		return n > 0, err
	}
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
	onEngines(t, func(t *testing.T, e engine) {
		db := e.open(t)
		scimtest.TestStore(t, func(t *testing.T) scimtest.Stores {
			define(t, emptied(t, e.dialect, db), appTables(e.dialect)+"CREATE TABLE passwords (id varchar(100) PRIMARY KEY, password varchar(1000));\n")
			users, groups := appStores(t, db, e.dialect, func(table *sqlstore.Table) { table.WriteOnly = keepPassword })
			require.NoError(t, sqlstore.Migrate(t.Context(), users, groups))
			return scimtest.Stores{
				Resources: []scim.ResourceType{scim.Users(users), scim.Groups(groups)},
				Fit:       fitNames,
				Password:  checkPassword(db),
			}
		})
	})
}
