// Quickstart serves the users and teams of a small application as SCIM 2.0 on localhost. app.go has the application's tables
// and the mapping, this file mounts the handler.
//
//	go run ./examples/quickstart
package main

import (
	"context"
	"crypto/rand"
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
	"syscall"
	"time"

	"github.com/embedscim/scim"
	"github.com/embedscim/scim/compat"
)

func main() {
	addr := flag.String("addr", "localhost:8080", "address to listen on")
	token := flag.String("token", "", "bearer token that clients must send (default generated)")
	profile := flag.String("profile", compat.EntraID.Name(), "compatibility profile, such as Okta, Lenient or Strict")
	file := flag.String("db", "", "SQLite file to keep users and teams in (default a temporary one, deleted on exit)")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, os.Stdout, *addr, *token, *profile, *file); err != nil {
		fmt.Fprintln(os.Stderr, "quickstart:", err)
		os.Exit(1)
	}
}

// run serves until ctx is done.
func run(ctx context.Context, out io.Writer, addr, token, profile, file string) error {
	chosen, err := compat.Parse(profile)
	if err != nil {
		return err
	}
	if token == "" {
		token = rand.Text()
	}
	if file == "" {
		dir, err := os.MkdirTemp("", "quickstart")
		if err != nil {
			return err
		}
		defer os.RemoveAll(dir)
		file = filepath.Join(dir, "quickstart.db")
	}
	db, err := open(ctx, file)
	if err != nil {
		return err
	}
	defer db.Close()
	id, err := seed(ctx, db)
	if err != nil {
		return err
	}
	listener, err := net.Listen("tcp", addr)
	if err != nil {
		return err
	}
	defer listener.Close()
	base := "http://" + listener.Addr().String() + "/scim/v2"
	if host, _, err := net.SplitHostPort(addr); err == nil && host == "localhost" {
		base = fmt.Sprintf("http://localhost:%d/scim/v2", listener.Addr().(*net.TCPAddr).Port)
	}

	users, teams, err := stores(ctx, db)
	if err != nil {
		return err
	}
	h, err := scim.NewHandler(&scim.Config{
		BaseURL:        base,
		Authenticate:   scim.BearerTokens(scim.StaticTokens(map[string]scim.Principal{token: {Tenant: "demo", TokenID: "quickstart"}})),
		Resources:      []scim.ResourceType{scim.Users(users), scim.Groups(teams)},
		Compat:         chosen,
		ChangePassword: true,
		ShowRewrites:   true,
		Logger:         slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelDebug})),
	})
	if err != nil {
		return err
	}
	mux := http.NewServeMux()
	mux.Handle("/scim/v2/", h)

	fmt.Fprintf(out, `SCIM 2.0 endpoint (compatibility profile %s)
  URL:   %s
  Token: %s
  Users and teams: %[6]s

Try it:

curl -s -H 'Authorization: Bearer %[3]s' '%[2]s/Users?filter=userName+eq+%%22dana@example.com%%22'

curl -s -H 'Authorization: Bearer %[3]s' -H 'Content-Type: application/scim+json' -d '{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"userName":"kit@example.com","name":{"givenName":"Kit"},"active":true}' '%[2]s/Users'

%[5]s

Press Ctrl+C to stop.
`, chosen.Name(), base, token, id, patchLine(chosen, base, token, id), file)

	srv := &http.Server{Handler: mux, ReadHeaderTimeout: 10 * time.Second}
	// The database is closed after the last answer.
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

// patchLine returns a curl line that disables the user: with the strings Entra ID sends, if the profile takes them.
func patchLine(profile *compat.Profile, base, token, id string) string {
	op := `{"op":"Replace","path":"active","value":"False"}`
	if !profile.Has("op-case") || !profile.Has("boolean-string") {
		op = `{"op":"replace","path":"active","value":false}`
	}
	return fmt.Sprintf(`curl -s -X PATCH -H 'Authorization: Bearer %s' -H 'Content-Type: application/scim+json' -d '{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[%s]}' '%s/Users/%s'`, token, op, base, id)
}
