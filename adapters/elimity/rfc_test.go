package elimity_test

import (
	"log/slog"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"

	theirs "github.com/elimity-com/scim"
	"github.com/stretchr/testify/require"

	"github.com/embedscim/scim"
	"github.com/embedscim/scim/adapters/elimity"
	"github.com/embedscim/scim/schema"
	"github.com/embedscim/scim/scimtest"
)

// members is a handler of groups that says of what type a member is, which its ids tell.
type members struct{ *table }

func (h members) typed(a theirs.ResourceAttributes) theirs.ResourceAttributes {
	list, _ := a["members"].([]interface{})
	for _, e := range list {
		m := e.(map[string]interface{})
		m["type"] = "User"
		if id, _ := m["value"].(string); strings.HasPrefix(id, h.ids) {
			m["type"] = "Group"
		}
	}
	return a
}

func (h members) Create(r *http.Request, a theirs.ResourceAttributes) (theirs.Resource, error) {
	return h.table.Create(r, h.typed(a))
}

func (h members) Replace(r *http.Request, id string, a theirs.ResourceAttributes) (theirs.Resource, error) {
	return h.table.Replace(r, id, h.typed(a))
}

// membership is a handler of users that knows their groups.
type membership struct {
	*table
	groups *table
}

func (h membership) Get(r *http.Request, id string) (theirs.Resource, error) {
	out, err := h.table.Get(r, id)
	if err != nil {
		return out, err
	}
	h.groups.mu.Lock()
	defer h.groups.mu.Unlock()
	var list []interface{}
	for _, g := range h.groups.rows {
		if slices.ContainsFunc(without(g, ""), func(m interface{}) bool { return m.(map[string]interface{})["value"] == id }) {
			list = append(list, map[string]interface{}{"value": g.id, "display": g.attributes["displayName"], "type": "direct"})
		}
	}
	if list != nil {
		out.Attributes["groups"] = list
	}
	return out, nil
}

func (h membership) Delete(r *http.Request, id string) error {
	if err := h.table.Delete(r, id); err != nil {
		return err
	}
	h.groups.mu.Lock()
	defer h.groups.mu.Unlock()
	for _, g := range h.groups.rows {
		if left := without(g, id); len(left) < len(without(g, "")) {
			g.attributes = maps.Clone(g.attributes)
			g.attributes["members"] = left
			g.changes++
		}
	}
	return nil
}

// without returns the members of a group but for one.
func without(g *row, id string) []interface{} {
	list, _ := g.attributes["members"].([]interface{})
	return slices.DeleteFunc(slices.Clone(list), func(m interface{}) bool { return m.(map[string]interface{})["value"] == id })
}

// TestRFC runs the suite of RFC 7643, RFC 7644 and RFC 9865 over handlers of elimity-com/scim, with the schemas of the RFCs.
func TestRFC(t *testing.T) {
	t.Parallel()
	userTable, groupTable := newUsers(), newGroups()
	userTable.typ.Handler, groupTable.typ.Handler = membership{userTable, groupTable}, members{groupTable}
	users, err := elimity.New(userTable.typ, &elimity.Options{Type: schema.UserType(), Filters: []string{"userName", "externalId"}})
	require.NoError(t, err)
	groups, err := elimity.New(groupTable.typ, &elimity.Options{Type: schema.GroupType()})
	require.NoError(t, err)
	h, err := scim.NewHandler(&scim.Config{
		BaseURL:      scimtest.DefaultBaseURL,
		Authenticate: scim.BearerTokens(scim.StaticTokens(map[string]scim.Principal{token: {Tenant: "t"}})),
		Resources:    []scim.ResourceType{scim.Users(users), scim.Groups(groups)},
		Logger:       slog.New(slog.DiscardHandler),
	})
	require.NoError(t, err)
	scimtest.TestClient(t, &scimtest.Client{Handler: h, Token: token}, scimtest.RFC)
}
