package sqlstore_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/embedscim/scim/schema"
)

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
