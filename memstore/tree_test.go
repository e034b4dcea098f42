package memstore

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
)

// FuzzTree does random changes to a tree and to a sorted slice: they hold the same, old trees stay as they were, and no
// tree gets deeper than its balance allows.
func FuzzTree(f *testing.F) {
	for seed := range uint64(8) {
		f.Add(seed, uint16(600), uint16(100))
	}
	f.Fuzz(func(t *testing.T, seed uint64, steps, span uint16) {
		rnd := rand.New(rand.NewPCG(seed, 1))
		var tr, old tree[int]
		want, wantOld := map[key]int{}, []key(nil)
		for step := range int(steps % 2000) {
			k := key{text: fmt.Sprint("t", rnd.IntN(3)), seq: rnd.Uint64N(uint64(span) + 1)}
			if _, ok := tr.get(k); ok && rnd.IntN(2) == 0 {
				tr = tr.without(k)
				delete(want, k)
			} else {
				tr = tr.with(k, step)
				want[k] = step
			}
			if rnd.IntN(100) == 0 {
				old, wantOld = tr, keysOf(tr)
			}
		}
		require.Equal(t, wantOld, keysOf(old), "a tree has changed")
		keys := make([]key, 0, len(want))
		for k := range want {
			keys = append(keys, k)
		}
		slices.SortFunc(keys, key.compare)
		require.Equal(t, len(keys), tr.len())
		for i, k := range keys {
			v, ok := tr.get(k)
			require.True(t, ok)
			require.Equal(t, want[k], v)
			require.Equal(t, i, tr.rank(k))
			for first := range tr.all(i) {
				require.Equal(t, k, first)
				break
			}
		}
		if len(keys) > 0 {
			require.Equal(t, keys, keysOf(tr))
		}
		var texts []key
		for i := range 3 {
			for k := range tr.withText(fmt.Sprint("t", i)) {
				texts = append(texts, k)
			}
		}
		require.Equal(t, keysOf(tr), texts)
		checkBalance(t, tr.root)
	})
}

func keysOf(t tree[int]) []key {
	var out []key
	for k := range t.all(0) {
		out = append(out, k)
	}
	return out
}

func checkBalance[V any](t *testing.T, n *node[V]) {
	if n == nil {
		return
	}
	l, r := n.left.weight(), n.right.weight()
	require.Equal(t, l+r+1, n.size)
	if l+r >= 2 {
		require.LessOrEqual(t, l, maxWeight*r)
		require.LessOrEqual(t, r, maxWeight*l)
	}
	checkBalance(t, n.left)
	checkBalance(t, n.right)
}
