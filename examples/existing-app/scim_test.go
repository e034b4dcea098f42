package main

import (
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
)

// What Entra ID sends to disable and enable users: see docs/identity-providers/entra-id.md.
const (
	disable = `{"op":"Replace","path":"active","value":"False"}`
	enable  = `{"op":"Replace","path":"active","value":"True"}`
)

const newUser = `{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],`

// Disabling ends what the user is doing, at once and for good: enabling again takes another login.
func TestDisable(t *testing.T) {
	onDatabases(t, func(t *testing.T, s *site) {
		dana, kit := s.signedIn("dana@acme.example"), s.signedIn("kit@acme.example")
		id := s.acme().id("Users", "userName", "DANA@acme.example")

		m := s.acme().patch(http.StatusOK, "/Users/"+id, disable)
		require.Equal(t, false, m["active"])
		dana.seesLogin()
		require.Zero(t, s.sessions("dana@acme.example"))
		require.Contains(t, kit.seesPage(), "disabled", "the application shows the state that SCIM has set")

		status, _, text := dana.login("acme", "dana@acme.example", "winter")
		require.Equal(t, http.StatusForbidden, status)
		require.Contains(t, text, "This account is disabled.")
		dana.seesLogin()
		status, _, text = dana.login("acme", "dana@acme.example", "summer")
		require.Equal(t, http.StatusUnauthorized, status, "who does not know the password is not told of the state")
		require.NotContains(t, text, "disabled")

		m = s.acme().want(http.StatusOK, http.MethodGet, "/Users/"+id, "")
		require.Equal(t, false, m["active"], "the identity provider must still find the user")

		s.acme().patch(http.StatusOK, "/Users/"+id, enable)
		dana.seesLogin()
		status, _, _ = dana.login("acme", "dana@acme.example", "winter")
		require.Equal(t, http.StatusSeeOther, status)
		require.Contains(t, dana.seesPage(), "Dana Park")
	})
}

// However a request says that a user is not active, sessions end; requests about something else leave them alone.
func TestSessionsEnd(t *testing.T) {
	whole := newUser + `"userName":"dana@acme.example","name":{"givenName":"Dana","familyName":"Park"},`
	for name, c := range map[string]struct {
		method, body string
		ends         bool
	}{
		"PATCH without a path":    {http.MethodPatch, `{"op":"replace","value":{"active":false}}`, true},
		"PATCH of several":        {http.MethodPatch, `{"op":"replace","path":"title","value":"Boss"},{"op":"replace","path":"active","value":false}`, true},
		"PUT":                     {http.MethodPut, whole + `"active":false}`, true},
		"a new password":          {http.MethodPatch, `{"op":"replace","path":"password","value":"autumn"}`, true},
		"bulk":                    {"bulk", `{"op":"replace","path":"active","value":false}`, true},
		"DELETE":                  {http.MethodDelete, "", true},
		"PATCH of the title":      {http.MethodPatch, `{"op":"replace","path":"title","value":"Boss"}`, false},
		"PATCH that is refused":   {http.MethodPatch, `{"op":"replace","path":"active","value":false},{"op":"replace","path":"meta.version","value":"1"}`, false},
		"PUT that leaves her be":  {http.MethodPut, whole + `"active":true}`, false},
		"PATCH that changes none": {http.MethodPatch, `{"op":"replace","path":"active","value":true}`, false},
	} {
		t.Run(name, func(t *testing.T) {
			onDatabases(t, func(t *testing.T, s *site) {
				s.signedIn("dana@acme.example")
				s.signedIn("kit@acme.example")
				method, body, path := c.method, c.body, "/Users/"+s.acme().id("Users", "userName", "dana@acme.example")
				if method == http.MethodPatch || method == "bulk" {
					body = `{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[` + body + `]}`
				}
				if method == "bulk" {
					body = `{"schemas":["urn:ietf:params:scim:api:messages:2.0:BulkRequest"],"Operations":[{"method":"PATCH","path":"` + path + `","data":` + body + `}]}`
					method, path = http.MethodPost, "/Bulk"
				}
				status, m := s.acme().call(method, path, body)
				require.Less(t, status, 500, m)
				want := 1
				if c.ends {
					require.Less(t, status, 300, m)
					want = 0
				}
				require.Equal(t, want, s.sessions("dana@acme.example"))
				require.Equal(t, 1, s.sessions("kit@acme.example"), "others stay signed in")
			})
		})
	}
}

// If the sessions can't be ended, the user is not disabled either: the identity provider gets an error and tries again.
func TestFailingHook(t *testing.T) {
	onDatabases(t, func(t *testing.T, s *site) {
		dana := s.signedIn("dana@acme.example")
		id := s.acme().id("Users", "userName", "dana@acme.example")
		before := s.acme().want(http.StatusOK, http.MethodGet, "/Users/"+id, "")

		rename := func(from, to string) {
			t.Helper()
			_, err := s.db.Exec("ALTER TABLE " + from + " RENAME TO " + to)
			require.NoError(t, err)
		}
		rename("sessions", "away")
		for _, operations := range []string{disable, `{"op":"Replace","path":"title","value":"Boss"},` + disable} {
			m := s.acme().patch(http.StatusInternalServerError, "/Users/"+id, operations)
			require.NotContains(t, m["detail"], "sessions", "what failed is for the log")
		}
		s.acme().want(http.StatusInternalServerError, http.MethodDelete, "/Users/"+id, "")
		require.Contains(t, s.log.String(), "sessions")
		require.Zero(t, s.number(`SELECT count(*) FROM users WHERE disabled_at IS NOT NULL OR job_title IS NOT NULL`))
		require.Equal(t, before, s.acme().want(http.StatusOK, http.MethodGet, "/Users/"+id, ""), "not even the version has changed")
		rename("away", "sessions")

		dana.seesPage()
		s.acme().patch(http.StatusOK, "/Users/"+id, disable)
		dana.seesLogin()
	})
}

// A company sees and changes what is its own, whatever ids and names it knows of others.
func TestCompanies(t *testing.T) {
	onDatabases(t, func(t *testing.T, s *site) {
		dana := s.signedIn("dana@acme.example")
		user, team := s.acme().id("Users", "userName", "dana@acme.example"), s.acme().id("Groups", "displayName", "On call")
		lee, sales := s.globex().id("Users", "userName", "lee@globex.example"), s.globex().id("Groups", "displayName", "Sales")

		all := s.globex().want(http.StatusOK, http.MethodGet, "/Users", "")
		require.Equal(t, 1.0, all["totalResults"])
		require.Equal(t, 1.0, s.globex().want(http.StatusOK, http.MethodGet, "/Groups", "")["totalResults"])
		require.Equal(t, 0.0, s.globex().want(http.StatusOK, http.MethodGet, "/Users?filter=userName+eq+%22dana@acme.example%22", "")["totalResults"])

		s.globex().want(http.StatusNotFound, http.MethodGet, "/Users/"+user, "")
		s.globex().patch(http.StatusNotFound, "/Users/"+user, disable)
		s.globex().want(http.StatusNotFound, http.MethodPut, "/Users/"+user, newUser+`"userName":"mine@globex.example"}`)
		s.globex().want(http.StatusNotFound, http.MethodDelete, "/Users/"+user, "")
		s.globex().want(http.StatusNotFound, http.MethodGet, "/Groups/"+team, "")
		s.globex().patch(http.StatusNotFound, "/Groups/"+team, `{"op":"Add","path":"members","value":[{"value":"`+lee+`"}]}`)
		s.globex().patch(http.StatusBadRequest, "/Groups/"+sales, `{"op":"Add","path":"members","value":[{"value":"`+user+`"}]}`)
		require.Zero(t, s.number(`SELECT count(*) FROM team_users`))
		require.NotContains(t, dana.seesPage(), "globex")

		// The same address at another company is another account.
		m := s.globex().want(http.StatusCreated, http.MethodPost, "/Users", newUser+`"userName":"dana@acme.example","active":false}`)
		require.NotEqual(t, user, m["id"])
		dana.seesPage()
		s.acme().want(http.StatusConflict, http.MethodPost, "/Users", newUser+`"userName":"Dana@acme.example"}`)

		s.globex().want(http.StatusNoContent, http.MethodDelete, "/Users/"+lee, "")
		require.Equal(t, 2.0, s.acme().want(http.StatusOK, http.MethodGet, "/Users", "")["totalResults"])
		status, _ := client{s, "other-token"}.call(http.MethodGet, "/Users", "")
		require.Equal(t, http.StatusUnauthorized, status)
	})
}

// A deleted user is gone for the identity provider, and a disabled account for the application, until it is created again.
func TestDelete(t *testing.T) {
	onDatabases(t, func(t *testing.T, s *site) {
		dana, kit := s.signedIn("dana@acme.example"), s.signedIn("kit@acme.example")
		id, team := s.acme().id("Users", "userName", "dana@acme.example"), s.acme().id("Groups", "displayName", "On call")
		s.acme().patch(http.StatusNoContent, "/Groups/"+team, `{"op":"Add","path":"members","value":[{"value":"`+id+`"}]}`)

		s.acme().want(http.StatusNoContent, http.MethodDelete, "/Users/"+id, "")
		s.acme().want(http.StatusNotFound, http.MethodGet, "/Users/"+id, "")
		s.acme().want(http.StatusNotFound, http.MethodDelete, "/Users/"+id, "")
		dana.seesLogin()
		status, _, _ := dana.login("acme", "dana@acme.example", "winter")
		require.Equal(t, http.StatusForbidden, status)
		require.Zero(t, s.number(`SELECT count(*) FROM team_users`))
		require.Equal(t, 1, s.number(`SELECT count(*) FROM users WHERE email = 'dana@acme.example' AND disabled_at IS NOT NULL`))
		require.Contains(t, kit.seesPage(), "dana@acme.example", "the application keeps the account")

		m := s.acme().want(http.StatusCreated, http.MethodPost, "/Users", newUser+`"userName":"dana@acme.example","name":{"givenName":"Dana"},"active":true}`)
		require.Equal(t, id, m["id"])
		dana.seesLogin()
		status, _, _ = dana.login("acme", "dana@acme.example", "winter")
		require.Equal(t, http.StatusSeeOther, status)
		dana.seesPage()
	})
}

// The teams on the page are the groups of the identity provider.
func TestTeams(t *testing.T) {
	onDatabases(t, func(t *testing.T, s *site) {
		page := s.signedIn("dana@acme.example")
		dana, kit := s.acme().id("Users", "userName", "dana@acme.example"), s.acme().id("Users", "userName", "kit@acme.example")
		team := "/Groups/" + s.acme().id("Groups", "displayName", "On call")
		require.Contains(t, page.seesPage(), "You are in no team yet.")

		s.acme().patch(http.StatusNoContent, team, `{"op":"Add","path":"members","value":[{"value":"`+dana+`"},{"value":"`+kit+`"}]}`)
		require.Equal(t, "Dana Park, Kit Olsen", membersOf(page.seesPage(), "On call"))
		m := s.acme().want(http.StatusOK, http.MethodGet, "/Users/"+dana, "")
		require.Equal(t, "On call", m["groups"].([]any)[0].(map[string]any)["display"])

		// As Entra ID removes a member: the value, not a filter.
		s.acme().patch(http.StatusNoContent, team, `{"op":"Remove","path":"members","value":[{"value":"`+kit+`"}]}`)
		require.Equal(t, "Dana Park", membersOf(page.seesPage(), "On call"))

		s.acme().patch(http.StatusNoContent, team, `{"op":"Replace","path":"displayName","value":"Pager"}`)
		require.Equal(t, "Dana Park", membersOf(page.seesPage(), "Pager"))

		m = s.acme().want(http.StatusCreated, http.MethodPost, "/Groups", `{"schemas":["urn:ietf:params:scim:schemas:core:2.0:Group"],"displayName":"Board","externalId":"b-1","members":[{"value":"`+dana+`"}]}`)
		require.Equal(t, "b-1", m["externalId"])
		require.Equal(t, "Dana Park", membersOf(page.seesPage(), "Board"))
		s.acme().want(http.StatusNoContent, http.MethodDelete, "/Groups/"+m["id"].(string), "")
		require.Empty(t, membersOf(page.seesPage(), "Board"))
		require.Equal(t, "Dana Park", membersOf(page.seesPage(), "Pager"))

		// What the application changes itself is what the identity provider reads.
		_, err := s.db.Exec(`DELETE FROM team_users`)
		require.NoError(t, err)
		require.NotContains(t, s.acme().want(http.StatusOK, http.MethodGet, team, ""), "members")
	})
}

// A user whom the identity provider creates can sign in with the password that it sends, and not without one.
func TestCreate(t *testing.T) {
	onDatabases(t, func(t *testing.T, s *site) {
		m := s.acme().want(http.StatusCreated, http.MethodPost, "/Users", newUser+`"userName":"noor@acme.example","title":"Designer","nickName":"No","externalId":"7",
			"emails":[{"type":"work","value":"noor@mail.example"}],"active":true}`)
		id := m["id"].(string)
		noor := s.browser()
		status, _, _ := noor.login("acme", "noor@acme.example", "")
		require.Equal(t, http.StatusUnauthorized, status)

		s.acme().patch(http.StatusOK, "/Users/"+id, `{"op":"Add","path":"password","value":"a long night"}`)
		status, _, _ = noor.login("acme", "Noor@acme.example", "a long night")
		require.Equal(t, http.StatusSeeOther, status)
		text := noor.seesPage()
		require.Contains(t, text, "Designer")
		require.Contains(t, text, "noor@acme.example")

		m = s.acme().want(http.StatusOK, http.MethodGet, "/Users/"+id, "")
		require.Equal(t, "No", m["nickName"], "the companion table keeps what the application has no column for")
		require.Equal(t, "noor@mail.example", m["emails"].([]any)[0].(map[string]any)["value"])
		require.NotContains(t, m, "password")
		require.Zero(t, s.number(`SELECT count(*) FROM users WHERE password_hash LIKE '%night%'`))

		s.acme().want(http.StatusOK, http.MethodPut, "/Users/"+id, newUser+`"userName":"noor@acme.example","active":true}`)
		status, _, _ = s.browser().login("acme", "noor@acme.example", "a long night")
		require.Equal(t, http.StatusSeeOther, status, "a PUT without a password leaves it as it is")
	})
}

// A login at the very moment at which the user is disabled leaves no session behind.
func TestDisableDuringLogin(t *testing.T) {
	onDatabases(t, func(t *testing.T, s *site) {
		id := s.acme().id("Users", "userName", "dana@acme.example")
		for range 15 {
			s.acme().patch(http.StatusOK, "/Users/"+id, enable)
			var wg sync.WaitGroup
			for range 3 {
				wg.Go(func() { s.browser().login("acme", "dana@acme.example", "winter") })
			}
			wg.Go(func() { s.acme().patch(http.StatusOK, "/Users/"+id, disable) })
			wg.Wait()
			require.Zero(t, s.sessions("dana@acme.example"))
		}
		require.False(t, strings.Contains(s.log.String(), "level=ERROR"), s.log.String())
	})
}
