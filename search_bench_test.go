package scim_test

import (
	"testing"

	"github.com/embedscim/scim/memstore"
)

// BenchmarkPage reads a page of 100 of 100,000 users: at offset 50,000 it costs what it costs at the start.
func BenchmarkPage(b *testing.B) {
	d := memstore.New(nil)
	s := newService(b, storeSet{users: d.Users(), groups: d.Groups()}, nil)
	createUsers(b, d, 100_000)
	cursor, _ := s.ok(b, 200, "GET", "/Users?cursor=&count=100", "").cursors(b)
	for name, target := range map[string]string{
		"Start": "/Users?count=100", "At50000": "/Users?count=100&startIndex=50001", "RootAt50000": "/?count=100&startIndex=50001", "Cursor": "/Users?count=100&cursor=" + cursor,
	} {
		b.Run(name, func(b *testing.B) { bench(b, s, "GET", target, 200) })
	}
}
