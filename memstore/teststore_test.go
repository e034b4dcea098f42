package memstore_test

import (
	"context"
	"sync"
	"testing"

	"github.com/embedscim/scim"
	"github.com/embedscim/scim/memstore"
	"github.com/embedscim/scim/schema"
	"github.com/embedscim/scim/scimtest"
)

// vault keeps passwords for a directory.
type vault struct {
	mu     sync.Mutex
	values map[string]string
}

func (v *vault) put(_ context.Context, id string, p schema.Path, value schema.Value) error {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.values == nil {
		v.values = map[string]string{}
	}
	v.values[id+" "+p.String()] = value.Text()
	return nil
}

func (v *vault) has(_ context.Context, id, password string) (bool, error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.values[id+" password"] == password, nil
}

// TestStore shows that the store keeps the laws of stores, with users and groups, and with types that have attributes of
// each kind.
func TestStore(t *testing.T) {
	t.Parallel()
	t.Run("users and groups", func(t *testing.T) {
		t.Parallel()
		scimtest.TestStore(t, func(*testing.T) scimtest.Stores {
			v := &vault{}
			d := memstore.New(&memstore.Options{WriteOnly: v.put, UniqueGroupNames: true})
			return scimtest.Stores{
				Resources: []scim.ResourceType{scim.Users(d.Users()), scim.Groups(d.Groups())},
				Password:  v.has,
			}
		})
	})
	t.Run("widgets", func(t *testing.T) {
		t.Parallel()
		typ := scimtest.NewWidgetType()
		scimtest.TestStore(t, func(*testing.T) scimtest.Stores {
			d := memstore.New(&memstore.Options{SkipUnknownMembers: true})
			return scimtest.Stores{Resources: []scim.ResourceType{{Type: typ, Store: d.Store(typ)}, scim.Groups(d.Groups())}}
		})
	})
}
