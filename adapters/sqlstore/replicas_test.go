package sqlstore_test

import (
	"bufio"
	"bytes"
	"cmp"
	"context"
	"crypto/rand"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/embedscim/scim/schema"
	"github.com/stretchr/testify/require"
)

// TestReplicas starts two processes on one database, and lets writers change the same users and groups through both. One process
// is killed while transactions are half done. Then every write that was acknowledged is there, each of the others is there as a
// whole or not at all, and the other process goes on, also with the cursors of the first.
func TestReplicas(t *testing.T) {
	onEngines(t, func(t *testing.T, e engine) {
		limit, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
		defer cancel()
		ctx, fail := context.WithCancelCause(limit)
		defer fail(nil)
		dsn := e.dsn(t)
		db, err := sql.Open(e.driver, dsn)
		require.NoError(t, err)
		appOver(t, closed(t, db), e.dialect)
		key := rand.Text() + rand.Text()
		one, two := startReplica(t, e, dsn, key), startReplica(t, e, dsn, key)

		writers, everyone := replicaWriters(t, ctx, one, two)
		var cursor string
		first := one.page(t, ctx, "", &cursor)

		var stop atomic.Bool
		var running sync.WaitGroup
		for _, w := range writers {
			running.Go(func() {
				for (w.through == one || !stop.Load()) && w.write(ctx) {
				}
				if w.failed != nil {
					fail(w.failed)
				}
			})
		}
		// As many writes as it takes for all to have met, and then the end of one replica, in the middle of several.
		wait(ctx, func() bool {
			slowest := slices.MinFunc(writers, func(a, b *writer) int { return cmp.Compare(a.count.Load(), b.count.Load()) })
			return slowest.count.Load() >= 4
		})
		require.Equal(t, "held", one.get(t, ctx, "/hold"))
		one.kill(t)
		before := written(writers)
		wait(ctx, func() bool { return written(writers) >= before+20 })
		stop.Store(true)
		running.Wait()
		cut := 0
		for _, w := range writers {
			require.NoError(t, w.failed)
			if w.through == one {
				require.Error(t, w.lost, "the replica was killed, and went on")
				cut++
			}
			require.NoError(t, w.check(ctx))
		}
		require.Equal(t, len(writers)/2, cut)

		rest := first
		for cursor != "" {
			rest = append(rest, two.page(t, ctx, cursor, &cursor)...)
		}
		slices.Sort(rest)
		require.Equal(t, everyone, rest, "the pages of two replicas by cursor")

		// All go on, at the replica that is left.
		for _, w := range writers {
			running.Go(func() {
				w.through, w.lost = two, nil
				for range 6 {
					w.write(ctx)
				}
			})
		}
		running.Wait()
		for _, w := range writers {
			require.NoError(t, errors.Join(w.failed, w.lost))
			require.NoError(t, w.check(ctx))
		}
		two.stop(t)
	})
}

// wait returns when done says so, or ctx ends.
func wait(ctx context.Context, done func() bool) {
	for !done() && ctx.Err() == nil {
		time.Sleep(time.Millisecond)
	}
}

// A replica is a server in a process of its own.
type replica struct {
	process *exec.Cmd
	stdin   io.Closer
	base    string
	client  *http.Client
}

// startReplica starts this test binary as a server: see TestMain.
func startReplica(t *testing.T, e engine, dsn, cursorKey string) *replica {
	program, err := os.Executable()
	require.NoError(t, err)
	number := slices.IndexFunc(engines(), func(o engine) bool { return o.dialect == e.dialect })
	p := exec.Command(program)
	p.Env = append(os.Environ(), "REPLICA_ENGINE="+strconv.Itoa(number), "REPLICA_DSN="+dsn, "REPLICA_CURSOR_KEY="+cursorKey)
	p.Stderr = t.Output()
	stdin, err := p.StdinPipe()
	require.NoError(t, err)
	stdout, err := p.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, p.Start())
	t.Cleanup(func() {
		if p.ProcessState == nil {
			_ = p.Process.Kill()
			_ = p.Wait()
		}
	})
	address, err := bufio.NewReader(stdout).ReadString('\n')
	require.NoError(t, err, "a replica does not start")
	transport := &http.Transport{MaxIdleConnsPerHost: 16}
	t.Cleanup(transport.CloseIdleConnections)
	return &replica{p, stdin, "http://" + strings.TrimSpace(address), &http.Client{Transport: transport}}
}

// kill ends the process as the end of its machine would.
func (r *replica) kill(t *testing.T) {
	require.NoError(t, r.process.Process.Kill())
	require.ErrorContains(t, r.process.Wait(), "killed")
}

// stop ends the process in good order. It fails if the race detector has found something.
func (r *replica) stop(t *testing.T) {
	require.NoError(t, r.stdin.Close())
	require.NoError(t, r.process.Wait())
}

// send returns the status of an answer as soon as there is one, whatever becomes of its body.
func (r *replica) send(ctx context.Context, method, path, body string) (status int, answer []byte, err error) {
	req, err := http.NewRequestWithContext(ctx, method, r.base+path, strings.NewReader(body))
	if err != nil {
		return 0, nil, err
	}
	req.Header.Set("Authorization", "Bearer "+replicaToken)
	req.Header.Set("Content-Type", "application/scim+json")
	res, err := r.client.Do(req)
	if err != nil {
		return 0, nil, cmp.Or(context.Cause(ctx), err)
	}
	defer res.Body.Close()
	answer, _ = io.ReadAll(res.Body)
	return res.StatusCode, answer, nil
}

func (r *replica) get(t *testing.T, ctx context.Context, path string) string {
	status, answer, err := r.send(ctx, "GET", path, "")
	require.NoError(t, err)
	require.Equal(t, 200, status, string(answer))
	return string(answer)
}

func (r *replica) create(t *testing.T, ctx context.Context, path, body string) string {
	status, answer, err := r.send(ctx, "POST", "/scim/v2"+path, body)
	require.NoError(t, err)
	require.Equal(t, 201, status, string(answer))
	var created struct{ ID string }
	require.NoError(t, json.Unmarshal(answer, &created))
	return created.ID
}

// page returns the ids on a page of users, and the cursor of the next.
func (r *replica) page(t *testing.T, ctx context.Context, cursor string, next *string) (ids []string) {
	var page struct {
		NextCursor string
		Resources  []struct{ ID string }
	}
	require.NoError(t, json.Unmarshal([]byte(r.get(t, ctx, "/scim/v2/Users?count=5&attributes=id&cursor="+url.QueryEscape(cursor))), &page))
	for _, u := range page.Resources {
		ids = append(ids, u.ID)
	}
	*next = page.NextCursor
	return ids
}

// A writer changes parts of one resource that no other writer changes. Each of its writes has several parts, in several tables,
// and a number. When one is acknowledged it reads the parts back, from the replica that is not killed.
type writer struct {
	through      *replica
	reader       *replica
	path         string
	patch        func(n int) string
	read         func(answer []byte) (n []int, err error) // the numbers that a resource has of this writer's parts
	acknowledged int                                      // the last write that was answered
	sent         int                                      // the last write
	count        atomic.Int64
	lost         error // of the connection
	failed       error
}

// write sends the next write and reports whether another may follow.
func (w *writer) write(ctx context.Context) bool {
	if w.failed != nil {
		return false
	}
	w.sent++
	status, answer, err := w.through.send(ctx, "PATCH", w.path, w.patch(w.sent))
	switch {
	case err != nil:
		w.lost = err
		return false
	case status/100 != 2:
		w.failed = fmt.Errorf("%s: status %d: %s", w.path, status, bytes.TrimSpace(answer))
		return false
	}
	w.acknowledged = w.sent
	w.count.Add(1)
	w.failed = w.check(ctx)
	return true
}

// written returns how many writes have been acknowledged.
func written(writers []*writer) (n int64) {
	for _, w := range writers {
		n += w.count.Load()
	}
	return n
}

// check reads the resource: all parts must be of the last write that was acknowledged, or all of the one that was lost.
func (w *writer) check(ctx context.Context) error {
	status, answer, err := w.reader.send(ctx, "GET", w.path, "")
	if err != nil || status != 200 {
		return fmt.Errorf("%s: status %d (%w)", w.path, status, err)
	}
	n, err := w.read(answer)
	switch {
	case err != nil:
		return err
	case slices.ContainsFunc(n, func(i int) bool { return i != n[0] }):
		return fmt.Errorf("%s: write %d is half done: its parts, or those of write %d before it, are of %v", w.path, w.sent, w.acknowledged, n)
	case n[0] != w.acknowledged && n[0] != w.sent:
		return fmt.Errorf("%s: write %d was acknowledged, and is missing: its parts are of %d", w.path, w.acknowledged, n[0])
	}
	return nil
}

// replicaWriters creates two users and two groups and returns writers of each through each replica, and the ids of all users.
func replicaWriters(t *testing.T, ctx context.Context, one, two *replica) (writers []*writer, users []string) {
	// Columns of the table, and attributes that share a column of the companion.
	attributes := []string{"givenName", "title", "familyName", "nickName"}
	for u := range 2 {
		var phones []string
		for k := range attributes {
			phones = append(phones, fmt.Sprintf(`{"type": "t%d", "value": "0"}`, k))
		}
		id := one.create(t, ctx, "/Users", fmt.Sprintf(`{"schemas": [%q], "userName": "user%d", "name": {"givenName": "0", "familyName": "0"}, "title": "0", "nickName": "0", "phoneNumbers": [%s]}`,
			schema.UserURI, u, strings.Join(phones, ", ")))
		users = append(users, id)
		for k, name := range attributes {
			path := name
			if strings.HasSuffix(name, "Name") && name != "nickName" {
				path = "name." + name
			}
			writers = append(writers, &writer{
				through: []*replica{one, two}[k/2],
				reader:  two,
				path:    "/scim/v2/Users/" + id,
				patch: func(n int) string {
					return patchOf(fmt.Sprintf(`{"op": "replace", "path": "phoneNumbers[type eq \"t%d\"].value", "value": "%d"}`, k, n), fmt.Sprintf(`{"op": "replace", "path": %q, "value": "%d"}`, path, n))
				},
				read: func(answer []byte) ([]int, error) { return userNumbers(answer, name, "t"+strconv.Itoa(k)) },
			})
		}
	}
	for g := range 2 {
		path := "/scim/v2/Groups/" + one.create(t, ctx, "/Groups", fmt.Sprintf(`{"schemas": [%q], "displayName": "group%d"}`, schema.GroupURI, g))
		for k := range 4 {
			var batch []string
			for m := range 2 {
				id := one.create(t, ctx, "/Users", fmt.Sprintf(`{"schemas": [%q], "userName": "member%d.%d.%d"}`, schema.UserURI, g, k, m))
				batch, users = append(batch, id), append(users, id)
			}
			batch = append(batch, one.create(t, ctx, "/Groups", fmt.Sprintf(`{"schemas": [%q], "displayName": "member%d.%d"}`, schema.GroupURI, g, k)))
			w := &writer{through: []*replica{one, two}[k/2], reader: two, path: path}
			w.patch = func(n int) string { return membersPatch(batch, n) }
			w.read = func(answer []byte) ([]int, error) { return memberNumbers(answer, batch, w) }
			writers = append(writers, w)
		}
	}
	slices.Sort(users)
	return writers, users
}

func patchOf(operations ...string) string {
	return `{"schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"], "Operations": [` + strings.Join(operations, ", ") + `]}`
}

// membersPatch adds all of a batch with odd writes, and removes them with even ones.
func membersPatch(batch []string, n int) string {
	var parts []string
	if n%2 == 1 {
		for _, id := range batch {
			parts = append(parts, fmt.Sprintf(`{"value": %q}`, id))
		}
		return patchOf(`{"op": "add", "path": "members", "value": [` + strings.Join(parts, ", ") + `]}`)
	}
	for _, id := range batch {
		parts = append(parts, fmt.Sprintf(`{"op": "remove", "path": "members[value eq \"%s\"]"}`, id))
	}
	return patchOf(parts...)
}

func userNumbers(answer []byte, name, phone string) ([]int, error) {
	var u struct {
		Title, NickName string
		Name            struct{ GivenName, FamilyName string }
		PhoneNumbers    []struct{ Type, Value string }
	}
	if err := json.Unmarshal(answer, &u); err != nil {
		return nil, err
	}
	texts := []string{map[string]string{"givenName": u.Name.GivenName, "familyName": u.Name.FamilyName, "title": u.Title, "nickName": u.NickName}[name]}
	for _, p := range u.PhoneNumbers {
		if p.Type == phone {
			texts = append(texts, p.Value)
		}
	}
	if len(texts) != 2 {
		return nil, fmt.Errorf("the user has %d phone numbers of type %s", len(texts)-1, phone)
	}
	first, err := strconv.Atoi(texts[0])
	second, more := strconv.Atoi(texts[1])
	return []int{first, second}, errors.Join(err, more)
}

// memberNumbers tells which write members are of, if it is one of the last two of w, by whether they are there.
func memberNumbers(answer []byte, batch []string, w *writer) ([]int, error) {
	var g struct{ Members []struct{ Value string } }
	if err := json.Unmarshal(answer, &g); err != nil {
		return nil, err
	}
	there := map[string]bool{}
	for _, m := range g.Members {
		there[m.Value] = true
	}
	var numbers []int
	for _, id := range batch {
		n := w.acknowledged
		if there[id] != (n%2 == 1) {
			n++
		}
		numbers = append(numbers, n)
	}
	return numbers, nil
}
