package idpsim

import (
	"context"
	"iter"
	"strings"
	"sync"
	"time"

	"github.com/embedscim/scim/scimtest"
)

// A memory is what earlier comparisons found. It is safe for concurrent use, but for comparing.
type memory struct {
	reading sync.Mutex
	// baseline has the ids of what was there before; nil if that is not known yet.
	baseline map[string]bool

	mu       sync.Mutex
	written  map[string]bool // ids, since the last comparison
	all      bool            // something was deleted, to which any resource may have referred
	modified map[string]time.Time
	// orphans has what POSTs may have made that were never acknowledged. Entra ID leaves it there if the user is renamed or goes out of
	// scope before it has been found.
	orphans map[orphan]bool

	// Those of the comparison that is going on.
	comparing map[string]bool
	any       bool
	found     map[string]time.Time
}

// An orphan is told by its externalId, and its userName or displayName in lower case.
type orphan struct{ external, name string }

// sent takes note that a POST is on its way.
func (m *memory) sent(external, name string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.orphans == nil {
		m.orphans = map[orphan]bool{}
	}
	m.orphans[orphan{external, strings.ToLower(name)}] = true
}

// came takes note that what a POST has made is known by its id.
func (m *memory) came(external, name string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.orphans, orphan{external, strings.ToLower(name)})
}

// maybe reports whether a POST that was never acknowledged may have made a resource.
func (m *memory) maybe(external, name string) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.orphans[orphan{external, strings.ToLower(name)}]
}

// read takes note of what is there before the identity provider writes anything.
func (m *memory) read(ctx context.Context, r *run) {
	m.reading.Lock()
	defer m.reading.Unlock()
	if m.baseline != nil {
		return
	}
	k, found := r.task("", "baseline"), map[string]bool{}
	for _, endpoint := range []string{"/Users", "/Groups"} {
		all, ok := k.list(ctx, endpoint)
		if !ok {
			return
		}
		for id := range all {
			found[id] = true
		}
	}
	m.baseline = found
}

// keep takes note of ids that are of no concern any more.
func (m *memory) keep(ids iter.Seq[string]) {
	m.reading.Lock()
	defer m.reading.Unlock()
	for id := range ids {
		if m.baseline != nil {
			m.baseline[id] = true
		}
	}
}

// known reports whether it is known what was there before.
func (m *memory) known() bool {
	m.reading.Lock()
	defer m.reading.Unlock()
	return m.baseline != nil
}

// wrote takes note of resources whose lastModified may move.
func (m *memory) wrote(ids ...string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.written == nil {
		m.written = map[string]bool{}
	}
	for _, id := range ids {
		m.written[id] = true
	}
}

// deleted takes note, before a DELETE, that anything may change.
func (m *memory) deleted() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.all = true
}

func (m *memory) begin() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.comparing, m.any, m.found = m.written, m.all, map[string]time.Time{}
	m.written, m.all = nil, false
}

func (m *memory) end() { m.modified = m.found }

// modified compares meta.lastModified with what it was.
func (k *task) modified(object, id string, o scimtest.Object) {
	text, _ := scimtest.At(o, "meta", "lastModified").(string)
	at, err := time.Parse(time.RFC3339, text)
	if err != nil {
		return
	}
	m := &k.t.memory
	m.found[id] = at
	before, ok := m.modified[id]
	switch {
	case !ok:
	case at.Before(before):
		k.violate(LastModified, object, "it went back, from %v to %v", before, at)
	case at.After(before) && !m.comparing[id] && !m.any:
		k.violate(LastModified, object, "it moved from %v to %v although nothing was written", before, at)
	}
}
