package sqlstore_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/embedscim/scim"
	"github.com/embedscim/scim/adapters/sqlstore"
)

// TestMain makes the test binary a replica if the environment says so: see startReplica.
func TestMain(m *testing.M) {
	if number := os.Getenv("REPLICA_ENGINE"); number != "" {
		if err := runReplica(number, os.Getenv("REPLICA_DSN")); err != nil {
			fmt.Fprintln(os.Stderr, "replica:", err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// replicaToken is what clients of replicas send.
const replicaToken = "a-token-for-replicas"

// runReplica is the main function of a server: it prints its address, and serves until its standard input ends, as it does when
// the process that started it is no more.
func runReplica(number, dsn string) error {
	n, err := strconv.Atoi(number)
	if err != nil {
		return err
	}
	e := allEngines()[n]
	plain, err := sql.Open(e.driver, dsn)
	if err != nil {
		return err
	}
	defer plain.Close()
	h := hold{kinds: 2}
	if e.dialect == sqlstore.SQLite {
		h.kinds = 1 // there is never more than one transaction that writes
	}
	db := sql.OpenDB(&recorder{driver: plain.Driver(), dsn: dsn, before: h.before})
	defer db.Close()
	users, groups, err := mapApp(db, e.dialect, nil)
	if err != nil {
		return err
	}
	handler, err := scim.NewHandler(&scim.Config{
		BaseURL:      "https://app.example.com/scim/v2",
		Authenticate: scim.BearerTokens(scim.StaticTokens(map[string]scim.Principal{replicaToken: {Tenant: "acme"}})),
		Resources:    []scim.ResourceType{scim.Users(users), scim.Groups(groups)},
		CursorKey:    []byte(os.Getenv("REPLICA_CURSOR_KEY")),
		Logger:       slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelWarn})),
	})
	if err != nil {
		return err
	}
	mux := http.NewServeMux()
	mux.Handle("/scim/v2/", handler)
	mux.Handle("/hold", &h)

	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	server := &http.Server{Handler: mux, ReadHeaderTimeout: 10 * time.Second}
	go func() {
		_, _ = io.Copy(io.Discard, os.Stdin)
		_ = server.Shutdown(context.Background())
	}()
	fmt.Println(listener.Addr())
	if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

// A hold stops transactions for good when they are half done. A request to it arms it, and is answered once transactions of
// each kind stand still: some that have written a phone number, but not the rest of the user; and some that have written
// members that are users, but not those that are groups.
type hold struct {
	kinds int

	mu   sync.Mutex
	held []string      // tables whose statements are no longer sent
	done chan struct{} // nil until it is armed
}

func (h *hold) ServeHTTP(w http.ResponseWriter, _ *http.Request) {
	h.mu.Lock()
	h.done = make(chan struct{})
	h.mu.Unlock()
	<-h.done
	fmt.Fprint(w, "held")
}

// before is called with each statement before it is sent.
func (h *hold) before(text string) {
	text = strings.ReplaceAll(text, "`", `"`)
	if strings.HasPrefix(text, "SELECT") || strings.HasSuffix(text, "WHERE 1 = 0") {
		return
	}
	table := ""
	switch {
	case strings.Contains(text, `"team_teams"`):
		table = "team_teams"
	case strings.Contains(text, `"users"`) || strings.Contains(text, `"scim_users"`):
		table = "users"
	}
	h.mu.Lock()
	if table == "" || h.done == nil {
		h.mu.Unlock()
		return
	}
	if !slices.Contains(h.held, table) {
		if h.held = append(h.held, table); len(h.held) == h.kinds {
			close(h.done)
		}
	}
	h.mu.Unlock()
	select {}
}
