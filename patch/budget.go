package patch

import (
	"github.com/embedscim/scim/filter"
	"github.com/embedscim/scim/schema"
)

// maxWork bounds what the operations of one request may cost together, in comparisons of an element with one term of a filter
// or the like. It is about a second, and enough for a thousand filters on ten thousand members: a request within the
// limits on its size must not stop the service.
const maxWork = 20_000_000

// maxTotal bounds the same for all requests that share a [Budget].
const maxTotal = 10 * maxWork

// A Budget bounds what several PATCH requests may cost together, such as those in a bulk request: ten times what one may. The
// zero Budget has nothing spent. A nil one bounds each request alone. It is not for concurrent use.
type Budget struct{ total int }

// Apply is the function [Apply], but refuses the operations as too many if those before have used the budget up.
func (b *Budget) Apply(r *schema.Resource, ops []Op) (*schema.Resource, []Change, error) {
	s, err := newState(r)
	if err != nil {
		return nil, nil, err
	}
	if b != nil {
		if b.total > maxTotal {
			s.work.spent = maxWork + 1
		}
		// No request takes more than is its own, and so the last one can't exceed the total by much.
		defer func() { b.total += s.work.spent }()
	}
	for i := range ops {
		if err := s.apply(&ops[i]); err != nil {
			return nil, nil, wrap(i, &ops[i], err)
		}
	}
	return s.finish(ops)
}

// What a step costs in comparisons.
const (
	changeCost = 8  // to change an element and find out whether it has become the same as another
	textCost   = 64 // bytes of text that cost as much as one comparison more
)

// A budget is what is left for the operations of a request.
type budget struct{ spent int }

// spend reports whether there was enough left for n comparisons.
func (b *budget) spend(n int) bool {
	b.spent += n
	return b.spent <= maxWork
}

// exceeded returns the error of operations that cost too much.
func (b *budget) exceeded() error {
	if b.spent <= maxWork {
		return nil
	}
	return &limitError{&schema.Error{
		Type: schema.InvalidValue, Offset: -1,
		Rule: "the operations look at too many values: send them in several requests, or select values by value alone",
	}}
}

// terms returns how many comparisons x makes.
func terms(x filter.Expr) int {
	switch x := x.(type) {
	case *filter.Logical:
		return terms(x.Left) + terms(x.Right)
	case *filter.Not:
		return terms(x.X)
	}
	return 1
}

// weight returns what it costs to compare all elements once.
func (l *list) weight() int {
	if l.weighed != len(l.elems) {
		l.weighed, l.weighs = len(l.elems), 0
		for _, e := range l.elems {
			l.weighs += 1 + size(e)/textCost
		}
	}
	return l.weighs
}

// size returns how many bytes of text a value has.
func size(v schema.Value) int {
	n := len(v.Text())
	for _, sub := range v.Object().All() {
		n += size(sub)
	}
	for _, e := range v.Elements() {
		n += size(e)
	}
	return n
}
