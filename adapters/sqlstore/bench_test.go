package sqlstore_test

import (
	"fmt"
	"net/http"
	"testing"
)

// BenchmarkMember adds a member to a group and takes it out again: the cost must not depend on how many there are.
func BenchmarkMember(b *testing.B) {
	for _, e := range engines() {
		b.Run(e.dialect.String(), func(b *testing.B) {
			for _, n := range []int{10, 1000, 100_000} {
				b.Run(fmt.Sprintf("members=%d", n), func(b *testing.B) {
					db := e.open(b)
					users, groups := appOver(b, db, e.dialect)
					populate(b, db, e.dialect, n+2)
					run(b, db, "DELETE FROM team_users")
					run(b, db, fmt.Sprintf("INSERT INTO team_users (team_id, user_id) SELECT 1, id FROM users WHERE id <= %d", n))
					h := serve(b, users, groups)
					add, remove := patchMembers("add", fmt.Sprintf("u_%d", n+1)), patchMembers("remove", fmt.Sprintf("u_%d", n+1))
					b.ResetTimer()
					for b.Loop() {
						call(b, h, http.StatusNoContent, "PATCH", "/Groups/g_1", add)
						call(b, h, http.StatusNoContent, "PATCH", "/Groups/g_1", remove)
					}
				})
			}
		})
	}
}

// BenchmarkLookup looks a user up by name, as identity providers do before each change.
func BenchmarkLookup(b *testing.B) {
	for _, e := range engines() {
		b.Run(e.dialect.String(), func(b *testing.B) {
			for _, n := range []int{10, 1000, 100_000} {
				b.Run(fmt.Sprintf("users=%d", n), func(b *testing.B) {
					db := e.open(b)
					users, groups := appOver(b, db, e.dialect)
					populate(b, db, e.dialect, n)
					h := serve(b, users, groups)
					b.ResetTimer()
					for b.Loop() {
						call(b, h, http.StatusOK, "GET", `/Users?filter=userName+eq+"USER7@example.com"`, "")
					}
				})
			}
		})
	}
}
