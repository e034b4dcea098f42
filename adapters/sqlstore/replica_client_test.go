package sqlstore_test

import (
	"bufio"
	"cmp"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

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
	number := slices.IndexFunc(allEngines(), func(o engine) bool { return o.dialect == e.dialect })
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
