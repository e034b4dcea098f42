package main

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestLogin(t *testing.T) {
	onDatabases(t, func(t *testing.T, s *site) {
		b := s.browser()
		b.seesLogin()
		status, _, text := b.get("/login")
		require.Equal(t, http.StatusOK, status)
		require.Contains(t, text, `<label for="password">`)

		for name, c := range map[string][3]string{
			"wrong password": {"acme", "dana@acme.example", "summer"},
			"no password":    {"acme", "dana@acme.example", ""},
			"wrong company":  {"globex", "dana@acme.example", "winter"},
			"quotes":         {"acme", `' OR '1'='1"><script>`, "winter"},
		} {
			status, _, text := b.login(c[0], c[1], c[2])
			require.Equal(t, http.StatusUnauthorized, status, name)
			require.Contains(t, text, "is wrong", name)
			require.Contains(t, text, `value="`+c[1]+`"`, "%s: what was typed is shown again", name)
			b.seesLogin()
		}

		status, location, _ := b.login("acme", "DANA@acme.example", "winter")
		require.Equal(t, http.StatusSeeOther, status)
		require.Equal(t, "/", location)
		require.Contains(t, b.seesPage(), "Everybody at acme")

		status, location, _ = b.post("/logout", nil)
		require.Equal(t, http.StatusSeeOther, status)
		require.Equal(t, "/login", location)
		require.Zero(t, s.sessions("dana@acme.example"))
		b.seesLogin()
	})
}

func TestSessionCookie(t *testing.T) {
	onDatabases(t, func(t *testing.T, s *site) {
		b := s.browser()
		res, err := b.http.PostForm(s.url+"/login", url.Values{"company": {"acme"}, "email": {"dana@acme.example"}, "password": {"winter"}})
		require.NoError(t, err)
		b.read(res, nil)
		require.Len(t, res.Cookies(), 1)
		c := res.Cookies()[0]
		require.True(t, c.HttpOnly)
		require.Equal(t, http.SameSiteLaxMode, c.SameSite)
		require.Equal(t, "/", c.Path)
		require.Zero(t, s.number(`SELECT count(*) FROM sessions WHERE digest LIKE '%`+c.Value+`%'`), "the database has no token that would do")

		_, err = s.db.Exec(`UPDATE sessions SET expires_at = 1`)
		require.NoError(t, err)
		b.seesLogin()
		b.login("acme", "dana@acme.example", "winter")
		require.Equal(t, 1, s.sessions("dana@acme.example"), "the one that ended is gone")
	})
	require.True(t, (&app{secure: true}).cookie("x", 1).Secure)
}

// Pages of other sites can't sign anybody in or out.
func TestOtherSites(t *testing.T) {
	onDatabases(t, func(t *testing.T, s *site) {
		b := s.signedIn("dana@acme.example")
		for _, path := range []string{"/login", "/logout"} {
			r, err := http.NewRequest(http.MethodPost, s.url+path, strings.NewReader("company=acme&email=kit@acme.example&password=winter"))
			require.NoError(t, err)
			r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
			r.Header.Set("Sec-Fetch-Site", "cross-site")
			status, _, _ := b.read(b.http.Do(r))
			require.Equal(t, http.StatusForbidden, status, path)
		}
		require.Contains(t, b.seesPage(), "Dana Park")
		require.Zero(t, s.sessions("kit@acme.example"))
	})
}

// What people are called is text, whoever has written it.
func TestNamesAreText(t *testing.T) {
	onDatabases(t, func(t *testing.T, s *site) {
		b := s.signedIn("dana@acme.example")
		s.acme().want(http.StatusCreated, http.MethodPost, "/Users", newUser+`"userName":"x@acme.example","name":{"givenName":"<script>alert(1)</script>"}}`)
		res, err := b.http.Get(s.url + "/")
		require.NoError(t, err)
		require.Contains(t, res.Header.Get("Content-Security-Policy"), "default-src 'none'")
		body := new(strings.Builder)
		defer res.Body.Close()
		require.NoError(t, res.Write(body))
		require.NotContains(t, body.String(), "<script>")
		require.Contains(t, body.String(), "&lt;script&gt;")
	})
}
