package entstore

import (
	"strings"

	"entgo.io/ent/dialect/sql"
)

// A frag is a condition as SQL, for whatever table or alias ent makes a query with: {name} stands for a column, and ? for a
// value, or for the condition that a generated predicate makes. Values are never in the text.
type frag struct {
	text string
	args []any
}

var (
	always = frag{text: "1 = 1"}
	never  = frag{text: "1 = 0"}
)

// sqlf returns a condition. The arguments are values, or frags that replace a placeholder %s each.
func sqlf(text string, args ...any) frag {
	var b strings.Builder
	out := frag{}
	for _, a := range args {
		f, ok := a.(frag)
		if !ok {
			out.args = append(out.args, a)
			continue
		}
		before, after, _ := strings.Cut(text, "%s")
		b.WriteString(before)
		b.WriteString(f.text)
		out.args = append(out.args, f.args...)
		text = after
	}
	b.WriteString(text)
	out.text = b.String()
	return out
}

func joined(sep string, parts []frag) frag {
	var b strings.Builder
	out := frag{}
	for i, p := range parts {
		if i > 0 {
			b.WriteString(sep)
		}
		b.WriteString(p.text)
		out.args = append(out.args, p.args...)
	}
	out.text = b.String()
	return out
}

// chunk is how many values one statement has at most: fewer than any database allows.
const chunk = 8192

// in returns the condition that x is one of the values. Lists are filled up to a power of two, so that the database has a few
// statements to prepare and not one for each length.
func in(x string, values []any) frag {
	switch len(values) {
	case 0:
		return never
	case 1:
		return frag{text: x + " = ?", args: values}
	}
	n := 2
	for n < len(values) {
		n *= 2
	}
	args := make([]any, n)
	for i := range args {
		args[i] = values[min(i, len(values)-1)]
	}
	return frag{text: x + " IN (?" + strings.Repeat(", ?", n-1) + ")", args: args}
}

// holds is the condition that a generated predicate makes, such as that of an edge.
func holds(p predicate) frag { return frag{text: "?", args: []any{p}} }

func (f frag) is(g frag) bool { return f.text == g.text }

// allOf returns the conjunction of conditions, without what goes without saying.
func allOf(parts ...frag) frag {
	var out []frag
	for _, p := range parts {
		switch {
		case p.is(never):
			return never
		case !p.is(always):
			out = append(out, p)
		}
	}
	switch len(out) {
	case 0:
		return always
	case 1:
		return out[0]
	}
	return sqlf("(%s)", joined(" AND ", out))
}

// anyOf returns the disjunction of conditions, without what goes without saying.
func anyOf(parts ...frag) frag {
	var out []frag
	for _, p := range parts {
		switch {
		case p.is(always):
			return always
		case !p.is(never):
			out = append(out, p)
		}
	}
	switch len(out) {
	case 0:
		return never
	case 1:
		return out[0]
	}
	return sqlf("(%s)", joined(" OR ", out))
}

func negated(f frag) frag {
	switch {
	case f.is(always):
		return never
	case f.is(never):
		return always
	}
	return sqlf("NOT (%s)", f)
}

// writer returns what writes the condition, with the columns of s.
func (f frag) writer(s *sql.Selector) func(*sql.Builder) {
	// Predicates add to the query themselves: take what they add before it is needed.
	conds := map[int]*sql.Predicate{}
	for i, a := range f.args {
		if p, ok := a.(predicate); ok {
			s.CollectPredicates()
			p(s)
			conds[i] = sql.And(s.CollectedPredicates()...)
			s.UncollectedPredicates()
		}
	}
	return func(b *sql.Builder) {
		n, text := 0, f.text
		for {
			i := strings.IndexAny(text, "?{")
			if i < 0 {
				b.WriteString(text)
				return
			}
			b.WriteString(text[:i])
			if text[i] == '{' {
				name, rest, _ := strings.Cut(text[i+1:], "}")
				b.WriteString(s.C(name))
				text = rest
				continue
			}
			if p := conds[n]; p != nil {
				b.Wrap(func(b *sql.Builder) { b.Join(p) })
			} else {
				b.Arg(f.args[n])
			}
			n, text = n+1, text[i+1:]
		}
	}
}

// apply is a predicate of ent's.
func (f frag) apply(s *sql.Selector) {
	if !f.is(always) {
		s.Where(sql.P(f.writer(s)))
	}
}

// A choice is what a query of a store selects.
type choice struct {
	where         frag
	order         frag // no order if it is empty
	limit, offset int  // no limit if it is 0
	lock          bool
}

// apply is a predicate of ent's.
func (c choice) apply(s *sql.Selector) {
	c.where.apply(s)
	if c.order.text != "" {
		s.OrderExprFunc(c.order.writer(s))
	}
	if c.limit > 0 {
		s.Limit(c.limit)
	}
	if c.offset > 0 {
		s.Offset(c.offset)
	}
	if c.lock {
		lock(s)
	}
}
