package sqlstore_test

import (
	"cmp"
	"context"
	"crypto/rand"
	"database/sql"
	"errors"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

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
		for _, w := range writers {
			require.NoError(t, w.failed)
			if w.through == one {
				require.Error(t, w.lost, "the replica was killed, and went on")
			}
			require.NoError(t, w.check(ctx), "after a replica was killed")
		}

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
