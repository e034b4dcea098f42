package scim

import (
	"container/heap"
	"slices"
)

// A bulkUnit is one operation, or several creates that refer to each other in circles, in the order in which to carry them
// out: as many references as possible lead back.
type bulkUnit []*bulkOp

// planBulk puts the operations in order (RFC 7644 §3.7): that of the request, but for an operation that refers to the bulkId of a
// later one, which waits until that is done. With it wait later operations on the same resource, and deletions of resources
// that it refers to, so that the result is what the client meant.
//
// To wait is better than to create the other first: a create that comes too early may meet a unique value that an operation
// before it was to free.
func planBulk(ops []*bulkOp, byID map[string]*bulkOp) []bulkUnit {
	ahead := false
	for _, o := range ops {
		for _, ref := range o.refs {
			if p := byID[ref.id]; p != nil && p.index >= o.index {
				ahead = true
			}
		}
	}
	if !ahead {
		units := make([]bulkUnit, len(ops))
		for i := range ops {
			units[i] = bulkUnit{ops[i]}
		}
		return units
	}
	g := newBulkGraph(ops, byID)
	return g.sort(g.components())
}

// A bulkGraph tells which operations come before which.
type bulkGraph struct {
	ops []*bulkOp
	// before holds, for each operation, those that come before it.
	before [][]int
}

func newBulkGraph(ops []*bulkOp, byID map[string]*bulkOp) *bulkGraph {
	g := &bulkGraph{ops: ops, before: make([][]int, len(ops))}
	deleted := map[string]bool{} // paths
	last := map[string]int{}     // the latest operation on the resource at a path
	mentioned := map[string][]int{}
	for _, o := range ops {
		if o.err == nil && o.req.op.Kind == KindDelete {
			deleted[o.req.op.ID] = true
		}
	}
	for i, o := range ops {
		for _, ref := range o.refs {
			if p := byID[ref.id]; p != nil {
				g.before[i] = append(g.before[i], p.index)
			}
		}
		if o.err != nil {
			continue
		}
		if op := o.req.op; op.Kind != KindCreate {
			key := op.ResourceType.Endpoint() + "/" + op.ID
			if p, ok := last[key]; ok {
				g.before[i] = append(g.before[i], p)
			}
			last[key] = i
			if op.Kind == KindDelete {
				g.before[i] = append(g.before[i], mentioned[op.ID]...)
				continue
			}
		}
		if len(deleted) > 0 {
			for id := range mentions(o) {
				if deleted[id] {
					mentioned[id] = append(mentioned[id], i)
				}
			}
		}
	}
	return g
}

// components returns the strongly connected components of the graph, each in the order in which a search along the references
// is done with its operations. It is Tarjan's algorithm without recursion: a client decides how deep references nest.
func (g *bulkGraph) components() []bulkUnit {
	n := len(g.ops)
	number, low, next := make([]int, n), make([]int, n), make([]int, n)
	done, onStack := make([]int, n), make([]bool, n)
	var units []bulkUnit
	var stack, path []int
	count, finished := 0, 0
	for root := range n {
		if number[root] != 0 {
			continue
		}
		path = append(path[:0], root)
		for len(path) > 0 {
			v := path[len(path)-1]
			if number[v] == 0 {
				count++
				number[v], low[v] = count, count
				stack, onStack[v] = append(stack, v), true
			}
			if next[v] < len(g.before[v]) {
				w := g.before[v][next[v]]
				next[v]++
				if number[w] == 0 {
					path = append(path, w)
				} else if onStack[w] {
					low[v] = min(low[v], number[w])
				}
				continue
			}
			finished++
			done[v] = finished
			path = path[:len(path)-1]
			if len(path) > 0 {
				parent := path[len(path)-1]
				low[parent] = min(low[parent], low[v])
			}
			if low[v] != number[v] {
				continue
			}
			at := slices.Index(stack, v)
			unit := bulkUnit{}
			for _, w := range stack[at:] {
				onStack[w] = false
				unit = append(unit, g.ops[w])
			}
			stack = stack[:at]
			slices.SortFunc(unit, func(a, b *bulkOp) int { return done[a.index] - done[b.index] })
			units = append(units, unit)
		}
	}
	return units
}

// sort returns the units in order: of those that nothing holds up, the one with the earliest operation is next.
func (g *bulkGraph) sort(units []bulkUnit) []bulkUnit {
	unitOf := make([]int, len(g.ops))
	for u, unit := range units {
		for _, o := range unit {
			unitOf[o.index] = u
		}
	}
	waits, after := make([]int, len(units)), make([][]int, len(units))
	for i, before := range g.before {
		for _, j := range before {
			if u, v := unitOf[i], unitOf[j]; u != v {
				waits[u]++
				after[v] = append(after[v], u)
			}
		}
	}
	ready := &bulkHeap{}
	push := func(u int) {
		first := slices.MinFunc(units[u], func(a, b *bulkOp) int { return a.index - b.index })
		heap.Push(ready, [2]int{first.index, u})
	}
	for u := range units {
		if waits[u] == 0 {
			push(u)
		}
	}
	out := make([]bulkUnit, 0, len(units))
	for ready.Len() > 0 {
		u := heap.Pop(ready).([2]int)[1]
		out = append(out, units[u])
		for _, v := range after[u] {
			if waits[v]--; waits[v] == 0 {
				push(v)
			}
		}
	}
	return out
}

// A bulkHeap holds units that are ready, each with the position of its first operation, the least on top.
type bulkHeap [][2]int

func (h bulkHeap) Len() int           { return len(h) }
func (h bulkHeap) Less(i, j int) bool { return h[i][0] < h[j][0] }
func (h bulkHeap) Swap(i, j int)      { h[i], h[j] = h[j], h[i] }
func (h *bulkHeap) Push(x any)        { *h = append(*h, x.([2]int)) }
func (h *bulkHeap) Pop() any {
	last := (*h)[len(*h)-1]
	*h = (*h)[:len(*h)-1]
	return last
}

// selfReferring reports whether a unit is circular although it is one operation.
func (u bulkUnit) selfReferring() bool {
	return len(u) == 1 && u[0].err == nil && u[0].req.op.Kind == KindCreate &&
		slices.ContainsFunc(u[0].refs, func(r bulkRef) bool { return r.id == u[0].bulkID })
}
