package scimtest_test

import (
	"context"
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/embedscim/scim"
	"github.com/embedscim/scim/filter"
	"github.com/embedscim/scim/schema"
)

// A translation evaluates filters as a store does that translates them: leaf says what a comparison or value path comes to
// for a resource, if it has a say.
type translation struct {
	typ  *schema.ResourceType
	leaf func(r *scim.Resource, x filter.Expr) (holds, known bool)
}

func (tr translation) match(r *scim.Resource, x filter.Expr) bool {
	switch y := x.(type) {
	case *filter.Logical:
		if y.Op == filter.And {
			return tr.match(r, y.Left) && tr.match(r, y.Right)
		}
		return tr.match(r, y.Left) || tr.match(r, y.Right)
	case *filter.Not:
		if holds, known := tr.leaf(r, x); known {
			return holds
		}
		return !tr.match(r, y.X)
	}
	if holds, known := tr.leaf(r, x); known {
		return holds
	}
	return tr.sound(r, x.String())
}

// sound evaluates a filter as it should be.
func (tr translation) sound(r *scim.Resource, text string) bool {
	x, err := filter.Parse(text)
	if err != nil {
		panic(err)
	}
	checked, err := filter.Check(tr.typ, x)
	if err != nil {
		panic(err)
	}
	return checked.Match(r)
}

// translated makes a fault of a wrong translation of the filters of users.
func translated(leaf func(tr translation, r *scim.Resource, x filter.Expr) (holds, known bool)) func(w *world) {
	return func(w *world) {
		tr := translation{typ: w.users.Type()}
		tr.leaf = func(r *scim.Resource, x filter.Expr) (bool, bool) { return leaf(tr, r, x) }
		w.users.find = func(ctx context.Context, q *scim.Query) (*scim.Page, error) {
			if q.Filter == nil {
				return w.users.Store.Search(ctx, q)
			}
			page := &scim.Page{}
			for _, r := range w.users.all(ctx) {
				if tr.match(r, q.Filter.Expr()) {
					page.Resources = append(page.Resources, r)
				}
			}
			page.TotalResults = len(page.Resources)
			return page, nil
		}
	}
}

// compared makes a fault of a wrong comparison of a singular string of users with eq.
func compared(equal func(value, operand string) bool) func(w *world) {
	return translated(func(_ translation, r *scim.Resource, x filter.Expr) (bool, bool) {
		c, ok := x.(*filter.Comparison)
		if !ok || c.Op != filter.Equal || !oneString(c.Path) || c.Value.Kind != filter.LiteralString {
			return false, false
		}
		v := r.At(c.Path)
		return !v.IsUnassigned() && equal(v.Text(), c.Value.Text), true
	})
}

// oneString reports whether p leads to a string of which a resource has one.
func oneString(p schema.Path) bool {
	return p.Target().Type == schema.TypeString && p.Attribute != nil && !p.Attribute.MultiValued
}

func asLike(pattern string) *regexp.Regexp {
	text := regexp.QuoteMeta(schema.Fold(pattern))
	text = strings.ReplaceAll(strings.ReplaceAll(text, "%", "(?s:.*)"), "_", "(?s:.)")
	return regexp.MustCompile(text)
}

// What stores do wrong when they translate filters.
var filterFaults = []brokenStore{
	{name: "filters are compared with letter case", law: "User/search/filters", spoil: compared(func(v, x string) bool { return v == x })},
	{name: "filters are folded as ASCII", law: "User/search/filters", spoil: compared(func(v, x string) bool { return foldASCII(v) == foldASCII(x) })},
	{name: "blanks at the end do not count", law: "User/search/filters", spoil: compared(func(v, x string) bool {
		return strings.EqualFold(strings.TrimRight(v, " "), strings.TrimRight(x, " "))
	})},
	{name: "accents do not count", law: "User/search/filters", spoil: compared(func(v, x string) bool {
		plain := strings.NewReplacer("é", "e", "É", "e", "e\u0301", "e").Replace
		return strings.EqualFold(plain(v), plain(x))
	})},
	{name: "a wildcard in a value is one", law: "User/search/filters", spoil: translated(func(_ translation, r *scim.Resource, x filter.Expr) (bool, bool) {
		c, ok := x.(*filter.Comparison)
		if !ok || c.Op != filter.Contains || !oneString(c.Path) || c.Path.Target().Exact() {
			return false, false
		}
		v := r.At(c.Path)
		return !v.IsUnassigned() && asLike(c.Value.Text).MatchString(schema.Fold(v.Text())), true
	})},
	{name: "ne leaves out what has no value", law: "User/search/filters", spoil: translated(func(tr translation, r *scim.Resource, x filter.Expr) (bool, bool) {
		c, ok := x.(*filter.Comparison)
		if !ok || c.Op != filter.NotEqual || c.Value.Kind == filter.LiteralNull {
			return false, false
		}
		return tr.sound(r, c.Attr+" pr") && tr.sound(r, c.String()), true
	})},
	{name: "not leaves out what has no value", law: "User/search/filters", spoil: translated(func(tr translation, r *scim.Resource, x filter.Expr) (bool, bool) {
		n, ok := x.(*filter.Not)
		if !ok {
			return false, false
		}
		c, ok := n.X.(*filter.Comparison)
		if !ok || c.Op == filter.Present {
			return false, false
		}
		return tr.sound(r, c.Attr+" pr") && tr.sound(r, n.String()), true
	})},
	{name: "ne of many values holds if one differs", law: "User/search/filters", spoil: translated(func(tr translation, r *scim.Resource, x filter.Expr) (bool, bool) {
		c, ok := x.(*filter.Comparison)
		if !ok || c.Op != filter.NotEqual || c.Path.Sub == nil || !c.Path.Attribute.MultiValued || c.Value.Kind == filter.LiteralNull {
			return false, false
		}
		if !tr.sound(r, c.Attr+" pr") {
			return true, true
		}
		for _, v := range r.At(c.Path).Elements() {
			if !c.Path.Sub.Equal(v, c.Operand) {
				return true, true
			}
		}
		return false, true
	})},
	{name: "the parts of a value path are met by different elements", law: "User/search/filters", spoil: translated(func(tr translation, r *scim.Resource, x filter.Expr) (bool, bool) {
		p, ok := x.(*filter.ValuePath)
		if !ok {
			return false, false
		}
		l, ok := p.Filter.(*filter.Logical)
		if !ok || l.Op != filter.And {
			return false, false
		}
		return tr.sound(r, p.Attr+"["+l.Left.String()+"]") && tr.sound(r, p.Attr+"["+l.Right.String()+"]"), true
	})},
	{name: "not in brackets is not outside of them", law: "User/search/filters", spoil: translated(func(tr translation, r *scim.Resource, x filter.Expr) (bool, bool) {
		p, ok := x.(*filter.ValuePath)
		if !ok {
			return false, false
		}
		n, ok := p.Filter.(*filter.Not)
		if !ok {
			return false, false
		}
		return !tr.sound(r, p.Attr+"["+n.X.String()+"]"), true
	})},
	{name: "an empty string is present", law: "User/search/filters", spoil: translated(func(_ translation, r *scim.Resource, x filter.Expr) (bool, bool) {
		c, ok := x.(*filter.Comparison)
		if !ok || c.Op != filter.Present || !oneString(c.Path) {
			return false, false
		}
		return r.At(c.Path).Kind() == schema.KindString, true
	})},
	{name: "a missing primary is neither true nor false", law: "User/search/filters", spoil: translated(func(tr translation, r *scim.Resource, x filter.Expr) (bool, bool) {
		c, ok := x.(*filter.Comparison)
		if !ok || c.Op != filter.Equal || c.Path.Sub == nil || c.Path.Sub.Name != "primary" {
			return false, false
		}
		return tr.sound(r, c.Attr+" pr") && tr.sound(r, c.String()) && r.At(c.Path).Len() > 0 &&
			slices.ContainsFunc(elementsOf(r.At(c.Path)), func(v schema.Value) bool { return v.Equal(c.Operand) }), true
	})},
	{name: "date-times are compared as texts", law: "User/search/filters", spoil: translated(func(_ translation, r *scim.Resource, x filter.Expr) (bool, bool) {
		c, ok := x.(*filter.Comparison)
		if !ok || c.Op != filter.Less || c.Path.Target().Type != schema.TypeDateTime {
			return false, false
		}
		return strings.Compare(r.At(c.Path).Text(), c.Value.Text) < 0, true
	})},
	{name: "strings are ordered with letter case", law: "User/search/filters", spoil: translated(func(_ translation, r *scim.Resource, x filter.Expr) (bool, bool) {
		c, ok := x.(*filter.Comparison)
		if !ok || c.Op != filter.Greater || !oneString(c.Path) {
			return false, false
		}
		v := r.At(c.Path)
		return !v.IsUnassigned() && v.Text() > c.Value.Text, true
	})},
	{name: "a value with NUL is a failure", law: "User/search/filters", spoil: func(w *world) {
		w.users.find = func(ctx context.Context, q *scim.Query) (*scim.Page, error) {
			if q.Filter != nil && strings.Contains(q.Filter.String(), `\u0000`) {
				return nil, errPlain
			}
			return w.users.Store.Search(ctx, q)
		}
	}},
	{name: "a filter that can't be translated selects all", law: "User/search/filters", spoil: func(w *world) {
		w.users.find = func(ctx context.Context, q *scim.Query) (*scim.Page, error) {
			if q.Filter != nil && strings.Contains(q.Filter.String(), "x509Certificates[") {
				c := *q
				c.Filter = nil
				q = &c
			}
			return w.users.Store.Search(ctx, q)
		}
	}},
	{name: "found users lack their e-mail addresses", law: "User/search/what is found is whole", spoil: func(w *world) {
		w.users.find = func(ctx context.Context, q *scim.Query) (*scim.Page, error) {
			page, err := w.users.Store.Search(ctx, q)
			if err == nil {
				for _, r := range page.Resources {
					_ = r.Attributes.Set("emails", nil)
				}
			}
			return page, err
		}
	}},
	{name: "answers are kept", law: "User/search/finds what was written last", spoil: func(w *world) {
		var mu sync.Mutex
		kept := map[string]*scim.Page{}
		w.users.find = func(ctx context.Context, q *scim.Query) (*scim.Page, error) {
			mu.Lock()
			defer mu.Unlock()
			text := ""
			if q.Filter != nil {
				text = q.Filter.String()
			}
			if kept[text] == nil {
				page, err := w.users.Store.Search(ctx, q)
				if err != nil {
					return nil, err
				}
				kept[text] = page
			}
			return kept[text], nil
		}
	}},
}

func elementsOf(v schema.Value) []schema.Value {
	var out []schema.Value
	for _, e := range v.Elements() {
		out = append(out, e)
	}
	return out
}
