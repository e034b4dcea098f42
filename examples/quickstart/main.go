// Quickstart serves SCIM 2.0 on localhost from memory, to see what a service provider looks like to an identity provider.
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
	"time"

	"github.com/embedscim/scim"
	"github.com/embedscim/scim/compat"
	"github.com/embedscim/scim/memstore"
)

func main() {
	addr := flag.String("addr", "localhost:8080", "address to listen on")
	token := flag.String("token", "", "bearer token that clients must send (default generated)")
	profile := flag.String("profile", compat.EntraID.Name(), "compatibility profile, such as Okta, Lenient or Strict")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, os.Stdout, *addr, *token, *profile); err != nil {
		fmt.Fprintln(os.Stderr, "quickstart:", err)
		os.Exit(1)
	}
}

// run serves until ctx is done.
func run(ctx context.Context, out io.Writer, addr, token, profile string) error {
	chosen, err := compat.Parse(profile)
	if err != nil {
		return err
	}
	if token == "" {
		token = rand.Text()
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

	// The application's part: the stores. Here both live in one directory in memory. Entra ID finds groups by their names.
	directory := memstore.New(&memstore.Options{UniqueGroupNames: true})
	h, err := scim.NewHandler(&scim.Config{
		BaseURL:      base,
		Authenticate: scim.BearerTokens(scim.StaticTokens(map[string]scim.Principal{token: {Tenant: "demo", TokenID: "quickstart"}})),
		Resources:    []scim.ResourceType{scim.Users(directory.Users()), scim.Groups(directory.Groups())},
		Compat:       chosen,
		ShowRewrites: true,
		Logger:       slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelDebug})),
	})
	if err != nil {
		return err
	}
	mux := http.NewServeMux()
	mux.Handle("/scim/v2/", h)

	id, err := seed(ctx, directory)
	if err != nil {
		return err
	}
	fmt.Fprintf(out, `SCIM 2.0 endpoint (compatibility profile %s)
  URL:   %s
  Token: %s

Try it:

curl -s -H 'Authorization: Bearer %[3]s' '%[2]s/Users?filter=userName+eq+%%22dana@example.com%%22'

curl -s -H 'Authorization: Bearer %[3]s' -H 'Content-Type: application/scim+json' -d '{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"userName":"kit@example.com","name":{"givenName":"Kit"},"active":true}' '%[2]s/Users'

%[5]s

Press Ctrl+C to stop.
`, chosen.Name(), base, token, id, patchLine(chosen, base, token, id))

	srv := &http.Server{Handler: mux, ReadHeaderTimeout: 10 * time.Second}
	go func() {
		<-ctx.Done()
		grace, cancel := context.WithTimeout(context.Background(), 5*time.Second)
		defer cancel()
		_ = srv.Shutdown(grace)
	}()
	if err := srv.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
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

// seed creates a user, for the curl lines to work with.
func seed(ctx context.Context, d *memstore.Directory) (id string, err error) {
	users := d.Users()
	r := &scim.Resource{Attributes: users.Type().Object()}
	for path, value := range map[string]any{
		"userName":                     "dana@example.com",
		"displayName":                  "Dana Park",
		"name.givenName":               "Dana",
		"name.familyName":              "Park",
		`emails[type eq "work"].value`: "dana@example.com",
		"active":                       true,
	} {
		if err := r.Attributes.Set(path, value); err != nil {
			return "", err
		}
	}
	r, err = users.Create(scim.WithPrincipal(ctx, scim.Principal{Tenant: "demo"}), r)
	if err != nil {
		return "", err
	}
	return r.ID, nil
}
