package entstore

import (
	"context"
	"strings"
	"time"

	"entgo.io/ent/dialect"
	"github.com/embedscim/scim/filter"
	"github.com/embedscim/scim/schema"
)

// A cond is what SQL can say about a filter: may holds for all entities that fulfil it, and perhaps for others; where unsure
// holds, [filter.Checked.Match] has to decide, elsewhere may is the answer. So databases narrow the search by what they can
// compare, and the answer is always that of Match. Neither is ever NULL.
type cond struct{ may, unsure frag }

// known is the cond of a condition that says exactly what the filter does.
func known(f frag) cond { return cond{f, never} }

var unknown = cond{always, always}

func constant(b bool) cond {
	if b {
		return known(always)
	}
	return known(never)
}

func (c cond) and(d cond) cond { return cond{allOf(c.may, d.may), anyOf(c.unsure, d.unsure)} }

func (c cond) or(d cond) cond { return cond{anyOf(c.may, d.may), anyOf(c.unsure, d.unsure)} }

// not returns the negation: what may fulfil it is all but what surely fulfils c.
func (c cond) not() cond { return cond{negated(allOf(c.may, negated(c.unsure))), c.unsure} }

// A translator translates filters for one request.
type translator[T any] struct {
	*Store[T]
	scopes []frag // of the resources that edges lead to
}

func (s *Store[T]) translator(ctx context.Context) (*translator[T], error) {
	w := &translator[T]{Store: s}
	for i := range s.cfg.Members {
		scope, err := s.cfg.Members[i].of.scope(ctx)
		if err != nil {
			return nil, err
		}
		w.scopes = append(w.scopes, scope)
	}
	return w, nil
}

// where translates a filter for resources.
func (s *translator[T]) where(x filter.Expr) cond {
	switch x := x.(type) {
	case *filter.Logical:
		if x.Op == filter.And {
			return s.where(x.Left).and(s.where(x.Right))
		}
		return s.where(x.Left).or(s.where(x.Right))
	case *filter.Not:
		return s.where(x.X).not()
	case *filter.Comparison:
		return withOperator(x, func(op filter.Operator) cond { return s.comparison(x, op) })
	case *filter.ValuePath:
		return s.elements(schema.Path{Extension: x.Path.Extension, Attribute: x.Path.Attribute}, func(e element) cond { return inBrackets(e, x.Filter) })
	}
	return unknown
}

// withOperator translates what a comparison says by its operator: ne and eq null are the negations of eq and pr.
func withOperator(x *filter.Comparison, leaf func(op filter.Operator) cond) cond {
	switch {
	case x.Value.Kind == filter.LiteralNull && x.Op == filter.Equal:
		return leaf(filter.Present).not()
	case x.Value.Kind == filter.LiteralNull:
		return leaf(filter.Present)
	case x.Op == filter.NotEqual:
		return leaf(filter.Equal).not()
	}
	return leaf(x.Op)
}

// comparison translates a comparison of an attribute of a resource.
func (s *translator[T]) comparison(x *filter.Comparison, op filter.Operator) cond {
	p := x.Path
	a := p.Attribute
	switch {
	case a == nil:
		return unknown
	case a.IsCommon() && a.Name == "id":
		return s.id(op, x.Operand)
	case a.MultiValued:
		return s.elements(schema.Path{Extension: p.Extension, Attribute: a}, func(e element) cond {
			if p.Sub == nil {
				if a.Type == schema.TypeComplex {
					// Only pr asks for an element as a whole.
					return known(e.exists())
				}
				return e.leaf(a, op, x.Operand)
			}
			return e.leaf(p.Sub, op, x.Operand)
		})
	}
	if f := s.columnAt(p); f != nil {
		return s.compare(f, op, x.Operand)
	}
	if a.IsCommon() && a.Name != "externalId" || p.Target().Type == schema.TypeComplex || a == s.groups {
		return unknown
	}
	return s.inExtra(p.Target())
}

// id translates a comparison of the id.
func (s *Store[T]) id(op filter.Operator, v schema.Value) cond {
	switch op {
	case filter.Present:
		return known(always)
	case filter.Equal:
		return sameKey(&s.key, v.Text())
	}
	return unknown
}

func sameKey(k *key, id string) cond {
	v, ok := k.parse(id)
	if !ok {
		return known(never)
	}
	c := known(sqlf(k.column+" = ?", v))
	if k.ofText() {
		// Collations find others too.
		c.unsure = always
	}
	return c
}

// inExtra translates a comparison of an attribute that no field has: only entities whose Extra has one of its name have to be
// looked at.
func (s *Store[T]) inExtra(a *schema.Attribute) cond {
	if s.extra == nil {
		return constant(false)
	}
	some := s.extraHas(a.Name)
	return cond{some, some}
}

func (s *Store[T]) extraHas(name string) frag {
	x := "{" + s.extra.column + "}"
	text := s.text(x)
	f := sqlf(text+like, `%"`+likePattern(name)+`"%`)
	if s.dialect == dialect.Postgres {
		// What PostgreSQL makes of bytes as text can't be searched.
		f = anyOf(f, sqlf(text+like, `\x%`))
	}
	return sqlf("("+x+" IS NOT NULL AND %s)", f)
}

// compare translates a comparison of an attribute that a column has.
func (s *Store[T]) compare(f *column, op filter.Operator, v schema.Value) cond {
	x := "{" + f.column + "}"
	switch {
	case f.column == "":
		return unknown
	case f.null:
		switch {
		case op == filter.Present:
			return known(always)
		case op != filter.Equal:
			return unknown
		case v.Bool():
			return known(sqlf(x + " IS NULL"))
		}
		return known(sqlf(x + " IS NOT NULL"))
	}
	switch f.kind {
	case kindText:
		c := s.compareText(f, op, v.Text())
		if f.empty {
			// What stands for an attribute without a value has none.
			c.may = allOf(c.may, sqlf(x+" <> ''"))
		}
		return c
	case kindBool:
		if op == filter.Present {
			return s.present(f)
		}
		if op == filter.Equal {
			return s.orNull(f, sqlf("("+x+" IS NOT NULL AND "+x+" = ?)", v.Bool()), !v.Bool())
		}
	case kindInt:
		if op == filter.Present {
			return s.present(f)
		}
		if n, ok := v.Int(); ok && comparisons[op] != "" {
			zero := op == filter.Equal && n == 0 || op == filter.Greater && 0 > n || op == filter.GreaterOrEqual && 0 >= n ||
				op == filter.Less && 0 < n || op == filter.LessOrEqual && 0 <= n
			return s.orNull(f, sqlf("("+x+" IS NOT NULL AND "+x+comparisons[op]+"?)", n), zero)
		}
	case kindTime:
		return s.times(f, op, v)
	}
	return unknown
}

func (s *Store[T]) present(f *column) cond {
	if f.plain {
		return known(always)
	}
	return known(sqlf("{" + f.column + "} IS NOT NULL"))
}

// orNull adds null to a condition on a column, if that is read as zero, which fulfils the condition.
func (s *Store[T]) orNull(f *column, c frag, zero bool) cond {
	if f.plain && zero {
		return known(anyOf(c, sqlf("{"+f.column+"} IS NULL")))
	}
	return known(c)
}

var comparisons = map[filter.Operator]string{
	filter.Equal: " = ", filter.Greater: " > ", filter.GreaterOrEqual: " >= ", filter.Less: " < ", filter.LessOrEqual: " <= ",
}

// window returns the times t, in milliseconds, that compare so with v: from <= t < to. Clients see milliseconds.
func window(op filter.Operator, v schema.Value) (from, to *int64, ok bool) {
	t := v.Time()
	floor := t.UnixMilli()
	ceil := floor
	if !time.UnixMilli(floor).Equal(t) {
		ceil++
	}
	next := floor + 1
	switch op {
	case filter.Equal:
		if ceil != floor {
			return &ceil, &ceil, true
		}
		return &floor, &next, true
	case filter.Greater:
		return &next, nil, true
	case filter.GreaterOrEqual:
		return &ceil, nil, true
	case filter.Less:
		return nil, &ceil, true
	case filter.LessOrEqual:
		return nil, &next, true
	}
	return nil, nil, op == filter.Present
}

// times translates a comparison of a column with times. SQLite has no type for them, and drivers write them in several ways.
func (s *Store[T]) times(f *column, op filter.Operator, v schema.Value) cond {
	x := "{" + f.column + "}"
	from, to, ok := window(op, v)
	if !ok || s.dialect == dialect.SQLite {
		return unknown
	}
	out := []frag{sqlf(x + " IS NOT NULL")}
	if from != nil {
		out = append(out, sqlf(x+" >= ?", time.UnixMilli(*from).UTC()))
	}
	if to != nil {
		out = append(out, sqlf(x+" < ?", time.UnixMilli(*to).UTC()))
	}
	return cond{allOf(out...), zeroTime(f)}
}

// zeroTime holds for a time that is read as none.
func zeroTime(f *column) frag {
	if !f.empty {
		return never
	}
	x := "{" + f.column + "}"
	return sqlf("("+x+" IS NOT NULL AND "+x+" < ?)", time.Date(1, 1, 2, 0, 0, 0, 0, time.UTC))
}

// compareText translates a comparison of a column with text.
func (s *Store[T]) compareText(f *column, op filter.Operator, want string) cond {
	x := "{" + f.column + "}"
	switch {
	case op == filter.Present:
		return known(sqlf("(" + x + " IS NOT NULL AND length(" + x + ") > 0)"))
	case strings.ContainsRune(want, 0):
		// No column has such a text, see storable.
		return unknown
	case f.target.Exact():
		return s.exactText(x, op, want, f.folds)
	case f.folded != "":
		return s.exactText("{"+f.folded+"}", op, schema.Fold(want), false)
	}
	return s.foldedText(x, op, schema.Fold(want), f.folds)
}

// exactText translates a comparison by bytes. folds says that the database compares the column without regard to letter case
// by itself: then that comes first, for the index.
func (s *Store[T]) exactText(x string, op filter.Operator, want string, folds bool) cond {
	there := sqlf(x + " IS NOT NULL")
	bytes := s.exact(x)
	switch op {
	case filter.Equal:
		f := sqlf(x+" = ?", want)
		if folds || s.dialect == dialect.MySQL {
			f = sqlf("%s AND "+bytes+" = ?", f, want)
		}
		return known(sqlf("("+x+" IS NOT NULL AND %s)", f))
	case filter.Contains, filter.StartsWith, filter.EndsWith:
		if want == "" {
			return known(there)
		}
		if s.dialect == dialect.SQLite {
			// LIKE ignores letter case there.
			return cond{sqlf("("+x+" IS NOT NULL AND "+x+like+")", pattern(op, want)), always}
		}
		return known(sqlf("("+x+" IS NOT NULL AND "+bytes+like+")", pattern(op, want)))
	case filter.Greater, filter.GreaterOrEqual, filter.Less, filter.LessOrEqual:
		return known(sqlf("("+x+" IS NOT NULL AND "+bytes+comparisons[op]+"?)", want))
	}
	return unknown
}

func pattern(op filter.Operator, want string) string {
	want = likePattern(want)
	switch op {
	case filter.StartsWith:
		return want + "%"
	case filter.EndsWith:
		return "%" + want
	}
	return "%" + want + "%"
}

// foldedText translates a comparison without regard to letter case; want is folded. In ASCII databases fold as Go does; what
// they make of other characters differs, so entities with such are left to Match.
func (s *Store[T]) foldedText(x string, op filter.Operator, want string, folds bool) cond {
	wide := sqlf("(" + x + " IS NOT NULL AND " + s.wide(x) + ")")
	lower := s.lower(x)
	switch op {
	case filter.Equal:
		forms := lowerForms(want)
		if forms == nil {
			// Too many ways to write it: only its ASCII form can be told by an index.
			return cond{anyOf(sqlf("("+x+" IS NOT NULL AND "+lower+" = ?)", want), wide), wide}
		}
		may := in("lower("+x+")", forms)
		switch {
		case s.dialect == dialect.MySQL && folds:
			may = allOf(in(x, forms), in(lower, forms))
		case s.dialect == dialect.MySQL:
			may = in(lower, forms)
		case folds:
			may = in(x, forms)
		}
		unsure := wide
		if narrow := narrowForms(forms, want); len(narrow) > 0 {
			// An entity of ASCII that a database would make of want, too: i, of a capital I with a dot.
			unsure = anyOf(wide, sqlf("("+x+" IS NOT NULL AND %s)", in(lower, narrow)))
		}
		return cond{sqlf("("+x+" IS NOT NULL AND %s)", may), unsure}
	case filter.Contains, filter.StartsWith, filter.EndsWith:
		may := sqlf("("+x+" IS NOT NULL AND "+lower+like+")", pattern(op, want))
		if !plain(want) {
			may = anyOf(may, wide)
		}
		return cond{may, wide}
	case filter.Greater, filter.GreaterOrEqual, filter.Less, filter.LessOrEqual:
		return cond{anyOf(sqlf("("+x+" IS NOT NULL AND "+lower+comparisons[op]+"?)", want), wide), wide}
	}
	return unknown
}
