package scimtest

import (
	"context"
	"fmt"
	"strings"
	"time"
)

// Impatient waits less for what is not there at once.
func Impatient(c *Client) *Client {
	c.patience = []time.Duration{time.Millisecond, time.Millisecond, time.Millisecond}
	return c
}

// A LawResult is what came of a law, or of a part of [TestStore] that stands for several: Law is its path, such as
// User/create/it is listed once.
type LawResult struct {
	Law     string
	Verdict Verdict
	Text    string
}

// ExamineStores is [TestStore] outside of a test, restricted to the laws whose paths match reports true for.
func ExamineStores(ctx context.Context, newStores func() Stores, match func(law string) bool) []LawResult {
	var out []LawResult
	testStores(&protocol{ctx: ctx, match: match, out: &out}, func(stage) Stores { return newStores() })
	return out
}

// Laws returns the paths of all laws of a type, those about all types under the name of none.
func Laws(typeName string) []string {
	var out []string
	for _, a := range storeAreas {
		for _, l := range a.laws {
			out = append(out, typeName+"/"+a.name+"/"+l.name)
		}
	}
	for _, a := range wholeAreas {
		for _, l := range a.laws {
			out = append(out, a.name+"/"+l.name)
		}
	}
	return out
}

type protocol struct {
	ctx    context.Context
	path   []string
	match  func(string) bool
	out    *[]LawResult
	result *LawResult
	parent bool
}

func (r *protocol) Run(name string, f func(stage)) {
	r.parent = true
	child := &protocol{ctx: r.ctx, path: append(r.path[:len(r.path):len(r.path)], name), match: r.match, out: r.out}
	path := strings.Join(child.path, "/")
	if !r.match(path) {
		return
	}
	child.result = &LawResult{Law: path, Verdict: Pass}
	f(child)
	if !child.parent {
		*r.out = append(*r.out, *child.result)
	}
}

func (r *protocol) Context() context.Context { return r.ctx }
func (r *protocol) Log(...any)               {}
func (r *protocol) Skip(args ...any)         { r.end(Skip, args) }
func (r *protocol) Error(args ...any)        { r.end(Fail, args) }

func (r *protocol) end(v Verdict, args []any) {
	if r.result == nil {
		r.result = &LawResult{}
		defer func() { *r.out = append(*r.out, *r.result) }()
	}
	r.result.Verdict, r.result.Text = v, fmt.Sprint(args...)
}
