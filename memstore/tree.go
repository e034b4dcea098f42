package memstore

import (
	"cmp"
	"iter"
	"strings"
)

// A key is what trees are ordered by: a text, then a number. Either may be unused.
type key struct {
	text string
	seq  uint64
}

func (k key) compare(l key) int {
	if c := strings.Compare(k.text, l.text); c != 0 {
		return c
	}
	return cmp.Compare(k.seq, l.seq)
}

// A tree is an ordered map that is never changed: with and without return another one, which shares all but O(log n) nodes
// with it. So whoever holds a tree has a snapshot, and dropping the new one takes a change back. The zero tree is empty.
//
// It is balanced by weight, after Hirai and Yamamoto, "Balancing weight-balanced trees" (2011), which also tells the rank
// of each key.
type tree[V any] struct{ root *node[V] }

type node[V any] struct {
	key         key
	value       V
	left, right *node[V]
	size        int
}

// The parameters that Hirai and Yamamoto prove to keep the balance: how much heavier a side may be, and when a double
// rotation is due.
const (
	maxWeight = 3
	maxInner  = 2
)

func (n *node[V]) weight() int {
	if n == nil {
		return 0
	}
	return n.size
}

func join[V any](k key, v V, left, right *node[V]) *node[V] {
	return &node[V]{key: k, value: v, left: left, right: right, size: left.weight() + right.weight() + 1}
}

// balance is join for sides of which one has gained or lost a node.
func balance[V any](k key, v V, left, right *node[V]) *node[V] {
	l, r := left.weight(), right.weight()
	switch {
	case l+r < 2:
	case r > maxWeight*l:
		if right.left.weight() < maxInner*right.right.weight() {
			return join(right.key, right.value, join(k, v, left, right.left), right.right)
		}
		m := right.left
		return join(m.key, m.value, join(k, v, left, m.left), join(right.key, right.value, m.right, right.right))
	case l > maxWeight*r:
		if left.right.weight() < maxInner*left.left.weight() {
			return join(left.key, left.value, left.left, join(k, v, left.right, right))
		}
		m := left.right
		return join(m.key, m.value, join(left.key, left.value, left.left, m.left), join(k, v, m.right, right))
	}
	return join(k, v, left, right)
}

func (t tree[V]) len() int { return t.root.weight() }

func (t tree[V]) get(k key) (v V, ok bool) {
	for n := t.root; n != nil; {
		switch c := k.compare(n.key); {
		case c < 0:
			n = n.left
		case c > 0:
			n = n.right
		default:
			return n.value, true
		}
	}
	return v, false
}

// with returns the tree in which k has the value v.
func (t tree[V]) with(k key, v V) tree[V] { return tree[V]{t.root.with(k, v)} }

func (n *node[V]) with(k key, v V) *node[V] {
	if n == nil {
		return join(k, v, nil, nil)
	}
	switch c := k.compare(n.key); {
	case c < 0:
		return balance(n.key, n.value, n.left.with(k, v), n.right)
	case c > 0:
		return balance(n.key, n.value, n.left, n.right.with(k, v))
	}
	return join(k, v, n.left, n.right)
}

// without returns the tree without k, which must be in it.
func (t tree[V]) without(k key) tree[V] { return tree[V]{t.root.without(k)} }

func (n *node[V]) without(k key) *node[V] {
	c := k.compare(n.key)
	switch {
	case c < 0:
		return balance(n.key, n.value, n.left.without(k), n.right)
	case c > 0:
		return balance(n.key, n.value, n.left, n.right.without(k))
	case n.left == nil:
		return n.right
	case n.right == nil:
		return n.left
	case n.left.size > n.right.size:
		last := n.left
		for last.right != nil {
			last = last.right
		}
		return balance(last.key, last.value, n.left.without(last.key), n.right)
	}
	first := n.right
	for first.left != nil {
		first = first.left
	}
	return balance(first.key, first.value, n.left, n.right.without(first.key))
}

// rank returns the number of keys less than k.
func (t tree[V]) rank(k key) int {
	rank := 0
	for n := t.root; n != nil; {
		if k.compare(n.key) <= 0 {
			n = n.left
		} else {
			rank += n.left.weight() + 1
			n = n.right
		}
	}
	return rank
}

// all returns an iterator over the tree from the given rank on, in order.
func (t tree[V]) all(rank int) iter.Seq2[key, V] {
	return func(yield func(key, V) bool) { t.root.all(rank, yield) }
}

func (n *node[V]) all(rank int, yield func(key, V) bool) bool {
	if n == nil || rank >= n.size {
		return true
	}
	l := n.left.weight()
	return (rank >= l || n.left.all(rank, yield)) &&
		(rank > l || yield(n.key, n.value)) &&
		n.right.all(max(0, rank-l-1), yield)
}

// withText returns an iterator over the keys that have the given text, in order.
func (t tree[V]) withText(text string) iter.Seq2[key, V] {
	return func(yield func(key, V) bool) { t.root.withText(text, yield) }
}

func (n *node[V]) withText(text string, yield func(key, V) bool) bool {
	if n == nil {
		return true
	}
	switch c := strings.Compare(text, n.key.text); {
	case c < 0:
		return n.left.withText(text, yield)
	case c > 0:
		return n.right.withText(text, yield)
	}
	return n.left.withText(text, yield) && yield(n.key, n.value) && n.right.withText(text, yield)
}
