package main

import (
	"context"
	"crypto/rand"
	"database/sql"
	"encoding/json"
	"html"
	"io"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/embedscim/scim"
	"github.com/embedscim/scim/adapters/sqlstore"
	"github.com/stretchr/testify/require"
)

// A site is the application on a port of its own, with Dana and Kit at acme and Lee at globex. All have the password "winter".
type site struct {
	t   *testing.T
	url string
	db  *sql.DB
	log *buffer
}

// onDatabases runs a test on a site over SQLite, and on one over PostgreSQL if scripts/databases has started it.
func onDatabases(t *testing.T, f func(t *testing.T, s *site)) {
	t.Run("SQLite", func(t *testing.T) {
		t.Parallel()
		db, err := openSQLite(t.Context(), filepath.Join(t.TempDir(), "app.db"))
		require.NoError(t, err)
		f(t, newSite(t, db, sqlstore.SQLite))
	})
	t.Run("PostgreSQL", func(t *testing.T) {
		t.Parallel()
		dsn := os.Getenv("SCIM_TEST_POSTGRES")
		if dsn == "" {
			t.Skip("SCIM_TEST_POSTGRES is not set: nothing is known about PostgreSQL; run the tests under scripts/databases")
		}
		name := "t" + strings.ToLower(rand.Text())
		admin, err := sql.Open("pgx", dsn)
		require.NoError(t, err)
		_, err = admin.Exec("CREATE SCHEMA " + name)
		require.NoError(t, err)
		t.Cleanup(func() {
			_, err := admin.Exec("DROP SCHEMA " + name + " CASCADE")
			require.NoError(t, err)
			require.NoError(t, admin.Close())
		})
		db, err := openPostgres(t.Context(), dsn+" search_path="+name)
		require.NoError(t, err)
		f(t, newSite(t, db, sqlstore.Postgres))
	})
}

func newSite(t *testing.T, db *sql.DB, d sqlstore.Dialect) *site {
	t.Helper()
	t.Cleanup(func() { require.NoError(t, db.Close()) })
	// The cost of a good hash is for the application, not for its tests.
	hash, err := hashPassword("winter", 10)
	require.NoError(t, err)
	for _, u := range [][]any{
		{"acme", "dana@acme.example", "Dana", "Park", hash},
		{"acme", "kit@acme.example", "Kit", "Olsen", hash},
		{"globex", "lee@globex.example", "Lee", "Moreau", hash},
	} {
		_, err := db.Exec(`INSERT INTO users (company, email, given_name, family_name, password_hash) VALUES ($1, $2, $3, $4, $5)`, u...)
		require.NoError(t, err)
	}
	_, err = db.Exec(`INSERT INTO teams (company, name) VALUES ('acme', 'On call'), ('globex', 'Sales')`)
	require.NoError(t, err)

	s := &site{t: t, db: db, log: &buffer{}}
	srv := httptest.NewUnstartedServer(nil)
	s.url = "http://" + srv.Listener.Addr().String()
	srv.Config.Handler, err = newHandler(t.Context(), db, d, s.url, map[string]scim.Principal{
		"acme-token": {Tenant: "acme", TokenID: "acme"}, "globex-token": {Tenant: "globex", TokenID: "globex"},
	}, slog.New(slog.NewTextHandler(s.log, nil)))
	require.NoError(t, err)
	srv.Start()
	t.Cleanup(srv.Close)
	return s
}

// number returns the number that a query comes to.
func (s *site) number(query string) (n int) {
	s.t.Helper()
	require.NoError(s.t, s.db.QueryRow(query).Scan(&n))
	return n
}

// sessions returns how many sessions a user has.
func (s *site) sessions(email string) (n int) {
	s.t.Helper()
	require.NoError(s.t, s.db.QueryRow(`SELECT count(*) FROM sessions s JOIN users u ON u.id = s.user_id WHERE u.email = $1`, email).Scan(&n))
	return n
}

// A browser keeps cookies and does not follow redirects.
type browser struct {
	s    *site
	http *http.Client
}

func (s *site) browser() *browser {
	jar, err := cookiejar.New(nil)
	require.NoError(s.t, err)
	return &browser{s, &http.Client{Jar: jar, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}}
}

// get returns the status of a page, where it leads to, and its text.
func (b *browser) get(path string) (status int, location, text string) {
	b.s.t.Helper()
	res, err := b.http.Get(b.s.url + path)
	return b.read(res, err)
}

// post sends a form.
func (b *browser) post(path string, form url.Values) (status int, location, text string) {
	b.s.t.Helper()
	res, err := b.http.PostForm(b.s.url+path, form)
	return b.read(res, err)
}

func (b *browser) read(res *http.Response, err error) (int, string, string) {
	b.s.t.Helper()
	require.NoError(b.s.t, err)
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	require.NoError(b.s.t, err)
	return res.StatusCode, res.Header.Get("Location"), html.UnescapeString(string(text))
}

// login sends the form for signing in.
func (b *browser) login(company, email, password string) (status int, location, text string) {
	b.s.t.Helper()
	return b.post("/login", url.Values{"company": {company}, "email": {email}, "password": {password}})
}

// signedIn returns a browser in which a user of acme is signed in.
func (s *site) signedIn(email string) *browser {
	s.t.Helper()
	b := s.browser()
	status, location, text := b.login("acme", email, "winter")
	require.Equal(s.t, http.StatusSeeOther, status, text)
	require.Equal(s.t, "/", location)
	b.seesPage()
	return b
}

// seesPage requires that the page is served.
func (b *browser) seesPage() string {
	b.s.t.Helper()
	status, _, text := b.get("/")
	require.Equal(b.s.t, http.StatusOK, status, text)
	return text
}

// seesLogin requires that the page sends the browser to the login.
func (b *browser) seesLogin() {
	b.s.t.Helper()
	status, location, _ := b.get("/")
	require.Equal(b.s.t, http.StatusSeeOther, status)
	require.Equal(b.s.t, "/login", location)
}

// A client is the identity provider of a company.
type client struct {
	s     *site
	token string
}

func (s *site) acme() client   { return client{s, "acme-token"} }
func (s *site) globex() client { return client{s, "globex-token"} }

// call sends a request and returns the status and the answer.
func (c client) call(method, path, body string) (int, map[string]any) {
	c.s.t.Helper()
	r, err := http.NewRequestWithContext(context.Background(), method, c.s.url+"/scim/v2"+path, strings.NewReader(body))
	require.NoError(c.s.t, err)
	r.Header.Set("Authorization", "Bearer "+c.token)
	r.Header.Set("Content-Type", "application/scim+json")
	res, err := http.DefaultClient.Do(r)
	require.NoError(c.s.t, err)
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	require.NoError(c.s.t, err)
	var m map[string]any
	if len(text) > 0 {
		require.NoError(c.s.t, json.Unmarshal(text, &m), string(text))
	}
	return res.StatusCode, m
}

// want sends a request whose answer must have the given status.
func (c client) want(status int, method, path, body string) map[string]any {
	c.s.t.Helper()
	got, m := c.call(method, path, body)
	require.Equal(c.s.t, status, got, "%s %s: %v", method, path, m)
	return m
}

// patch sends operations as Entra ID does.
func (c client) patch(status int, path, operations string) map[string]any {
	c.s.t.Helper()
	return c.want(status, http.MethodPatch, path, `{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[`+operations+`]}`)
}

// id looks a resource up as identity providers do, and returns its id.
func (c client) id(kind, attribute, value string) string {
	c.s.t.Helper()
	m := c.want(http.StatusOK, http.MethodGet, "/"+kind+"?filter="+url.QueryEscape(attribute+` eq "`+value+`"`), "")
	require.Equal(c.s.t, 1.0, m["totalResults"], m)
	return m["Resources"].([]any)[0].(map[string]any)["id"].(string)
}

// membersOf returns the names of the members that the page shows for a team, or "" if it does not show the team.
func membersOf(text, name string) string {
	m := regexp.MustCompile(`(?s)<h2>` + regexp.QuoteMeta(name) + `</h2>\s*<ul>(.*?)</ul>`).FindStringSubmatch(text)
	if m == nil {
		return ""
	}
	var names []string
	for _, item := range regexp.MustCompile(`<li>(.*?)</li>`).FindAllStringSubmatch(m[1], -1) {
		names = append(names, item[1])
	}
	return strings.Join(names, ", ")
}
