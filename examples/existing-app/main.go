// Existing-app is an application that was there before SCIM: users, teams and sessions in a database, and a web login. scim.go
// is what was added to it.
//
//	go run ./examples/existing-app
package main

import (
	"context"
	"crypto/rand"
	"database/sql"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"github.com/embedscim/scim"
	"github.com/embedscim/scim/adapters/sqlstore"
)

// A config is what the flags say.
type config struct {
	addr, baseURL          string
	file, postgres         string
	acmeToken, globexToken string
}

func main() {
	var c config
	flag.StringVar(&c.addr, "addr", "localhost:8080", "address to listen on")
	flag.StringVar(&c.baseURL, "base-url", "", "URL that browsers and identity providers see (default that of -addr)")
	flag.StringVar(&c.file, "db", "", "SQLite file (default a temporary one, deleted on exit)")
	flag.StringVar(&c.postgres, "postgres", "", "connect to this PostgreSQL database instead of using SQLite")
	flag.StringVar(&c.acmeToken, "acme-token", "", "bearer token of the company acme (default generated)")
	flag.StringVar(&c.globexToken, "globex-token", "", "bearer token of the company globex (default generated)")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, os.Stdout, c); err != nil {
		fmt.Fprintln(os.Stderr, "existing-app:", err)
		os.Exit(1)
	}
}

// run serves until ctx is done.
func run(ctx context.Context, out io.Writer, c config) error {
	db, dialect, done, err := connect(ctx, c)
	if err != nil {
		return err
	}
	defer done()
	password, dana, err := seed(ctx, db)
	if err != nil {
		return err
	}
	listener, err := net.Listen("tcp", c.addr)
	if err != nil {
		return err
	}
	defer listener.Close()
	if c.baseURL == "" {
		c.baseURL = "http://" + listener.Addr().String()
		if host, _, err := net.SplitHostPort(c.addr); err == nil && host == "localhost" {
			c.baseURL = fmt.Sprintf("http://localhost:%d", listener.Addr().(*net.TCPAddr).Port)
		}
	}
	c.baseURL = strings.TrimSuffix(c.baseURL, "/")
	for _, token := range []*string{&c.acmeToken, &c.globexToken} {
		if *token == "" {
			*token = rand.Text()
		}
	}
	handler, err := newHandler(ctx, db, dialect, c.baseURL, map[string]scim.Principal{
		c.acmeToken:   {Tenant: "acme", TokenID: "acme"},
		c.globexToken: {Tenant: "globex", TokenID: "globex"},
	}, slog.New(slog.NewTextHandler(os.Stderr, nil)))
	if err != nil {
		return err
	}
	if password == "" {
		password = "the one that was printed when the tables were made"
	}
	fmt.Fprintf(out, `Sign in at %[1]s
  Company:  acme
  Email:    dana@acme.example
  Password: %[2]s

SCIM 2.0 endpoint: %[1]s/scim/v2
  Token of acme:   %[3]s
  Token of globex: %[4]s

Disable Dana as Entra ID does, and reload the page:

curl -s -X PATCH -H 'Authorization: Bearer %[3]s' -H 'Content-Type: application/scim+json' -d '{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[{"op":"Replace","path":"active","value":"False"}]}' '%[1]s/scim/v2/Users/u_%[5]d'

Press Ctrl+C to stop.
`, c.baseURL, password, c.acmeToken, c.globexToken, dana)
	return serve(ctx, listener, handler)
}

// newHandler returns the application with its new endpoint.
func newHandler(ctx context.Context, db *sql.DB, d sqlstore.Dialect, baseURL string, tokens map[string]scim.Principal, logger *slog.Logger) (http.Handler, error) {
	h, err := newSCIM(ctx, db, d, baseURL+"/scim/v2", tokens, logger)
	if err != nil {
		return nil, err
	}
	a := &app{db: db, logger: logger, secure: strings.HasPrefix(baseURL, "https:")}
	mux := http.NewServeMux()
	mux.Handle("/", a.routes())
	mux.Handle("/scim/v2/", h)
	return mux, nil
}

// connect opens the database that the flags name; done closes it.
func connect(ctx context.Context, c config) (db *sql.DB, d sqlstore.Dialect, done func(), err error) {
	if c.postgres != "" {
		db, err = openPostgres(ctx, c.postgres)
		return db, sqlstore.Postgres, func() { db.Close() }, err
	}
	remove := func() {}
	if c.file == "" {
		dir, err := os.MkdirTemp("", "existing-app")
		if err != nil {
			return nil, 0, nil, err
		}
		remove = func() { os.RemoveAll(dir) }
		c.file = filepath.Join(dir, "existing-app.db")
	}
	if db, err = openSQLite(ctx, c.file); err != nil {
		remove()
		return nil, 0, nil, err
	}
	return db, sqlstore.SQLite, func() { db.Close(); remove() }, nil
}

// serve answers requests until ctx is done, and then those that are under way.
func serve(ctx context.Context, listener net.Listener, handler http.Handler) error {
	srv := &http.Server{Handler: handler, ReadHeaderTimeout: 10 * time.Second}
	stopped := make(chan struct{})
	go func() {
		defer close(stopped)
		<-ctx.Done()
		grace, cancel := context.WithTimeout(context.Background(), 5*time.Second)
		defer cancel()
		_ = srv.Shutdown(grace)
	}()
	if err := srv.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	<-stopped
	return nil
}
