package elimity

import (
	"context"
	"sync"
)

// locks has a lock for each id that is being written. Its zero value is ready to use.
type locks struct {
	mu   sync.Mutex
	byID map[string]*lock
}

type lock struct {
	turn  chan struct{} // holds an element while somebody writes; a mutex could not be given up when a context ends
	users int           // those who write or wait
}

// acquire waits until nobody else writes the resource with the given id, or ctx ends.
func (l *locks) acquire(ctx context.Context, id string) (release func(), err error) {
	l.mu.Lock()
	k := l.byID[id]
	if k == nil {
		k = &lock{turn: make(chan struct{}, 1)}
		if l.byID == nil {
			l.byID = map[string]*lock{}
		}
		l.byID[id] = k
	}
	k.users++
	l.mu.Unlock()
	leave := func() {
		l.mu.Lock()
		defer l.mu.Unlock()
		if k.users--; k.users == 0 {
			delete(l.byID, id)
		}
	}
	select {
	case k.turn <- struct{}{}:
		return func() { <-k.turn; leave() }, nil
	case <-ctx.Done():
		leave()
		return nil, ctx.Err()
	}
}
