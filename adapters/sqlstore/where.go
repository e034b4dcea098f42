package sqlstore

import (
	"context"
	"strings"
	"time"

	"github.com/embedscim/scim/filter"
	"github.com/embedscim/scim/schema"
)

// A cond is what SQL can say about a filter: may holds for all rows that fulfil it, and perhaps for others; where unsure
// holds, [filter.Checked.Match] has to decide, elsewhere may is the answer. So databases narrow the search by what they can
// compare, and the answer is always that of Match. Neither is ever NULL.
type cond struct{ may, unsure frag }

var (
	always = frag{text: "1 = 1"}
	never  = frag{text: "1 = 0"}
)

// known is the cond of a condition that says exactly what the filter does.
func known(f frag) cond { return cond{f, never} }

var unknown = cond{always, always}

func constant(b bool) cond {
	if b {
		return known(always)
	}
	return known(never)
}

func (f frag) is(g frag) bool { return f.text == g.text }

// allOf returns the conjunction of pieces, without what goes without saying.
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

// anyOf returns the disjunction of pieces, without what goes without saying.
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

func (c cond) and(d cond) cond {
	return cond{allOf(c.may, d.may), anyOf(c.unsure, d.unsure)}
}

func (c cond) or(d cond) cond {
	return cond{anyOf(c.may, d.may), anyOf(c.unsure, d.unsure)}
}

// not returns the negation: what may fulfil it is all but what surely fulfils c.
func (c cond) not() cond {
	return cond{negated(allOf(c.may, negated(c.unsure))), c.unsure}
}

// A translator translates filters for one request.
type translator struct {
	*Store
	t     tenant
	inner map[*Store]tenant // of the stores of members
}

func (s *Store) translator(ctx context.Context, t tenant) (*translator, error) {
	w := &translator{Store: s, t: t, inner: map[*Store]tenant{}}
	for _, l := range s.links {
		for n := range l.tables {
			var err error
			if w.inner[l.tables[n].of], err = l.tables[n].of.tenant(ctx); err != nil {
				return nil, err
			}
		}
	}
	return w, nil
}

// where translates a filter for resources.
func (s *translator) where(x filter.Expr) cond {
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
func (s *translator) comparison(x *filter.Comparison, op filter.Operator) cond {
	p := x.Path
	a := p.Attribute
	if a == nil {
		return unknown
	}
	if a.IsCommon() {
		return s.common(p, op, x.Operand)
	}
	if a.MultiValued {
		return s.elements(schema.Path{Extension: p.Extension, Attribute: a}, func(e element) cond {
			if p.Sub == nil {
				if a.Type == schema.TypeComplex {
					// Only pr asks for an element as a whole.
					return cond{e.exists(), e.exists()}
				}
				return e.leaf(a, op, x.Operand)
			}
			return e.leaf(p.Sub, op, x.Operand)
		})
	}
	if f := s.fieldAt(p); f != nil {
		return s.column(f, "t.", op, x.Operand)
	}
	if p.Target().Type == schema.TypeComplex || s.keeps() {
		return unknown
	}
	return constant(false)
}

// keeps reports whether attributes without a mapping are kept in the companion.
func (s *Store) keeps() bool { return s.companion != "" && !s.cfg.RefuseUnmapped }

// common translates a comparison of a common attribute.
func (s *Store) common(p schema.Path, op filter.Operator, v schema.Value) cond {
	switch {
	case p.Attribute.Name == "id" && op == filter.Present:
		return known(always)
	case p.Attribute.Name == "id" && op == filter.Equal:
		key, ok := s.cfg.Key.parse(v.Text())
		if !ok {
			return known(never)
		}
		c := known(sqlf("t."+s.key+" = ?", key))
		if s.cfg.Key.Kind == KeyText {
			c.unsure = always
		}
		return c
	case p.Attribute.Name == "externalId":
		if f := s.fieldAt(p); f != nil {
			return s.column(f, "t.", op, v)
		}
		if s.companion == "" {
			return constant(false)
		}
		if op == filter.Equal {
			return known(sqlf("(c.external_key IS NOT NULL AND c.external_key = ?)", indexKey(v.Text())))
		}
		return s.exactText("c.external_id", op, v.Text(), false)
	case p.Attribute.Name == "meta" && p.Sub != nil && p.Sub.Name == "created" && s.cfg.Created != "":
		return s.times("t."+s.d.quote(s.cfg.Created), op, v)
	case p.Attribute.Name == "meta" && p.Sub != nil && p.Sub.Name == "lastModified" && s.cfg.Updated == "" && s.cfg.Created == "" && s.companion != "":
		return s.milliseconds("c.modified", op, v)
	case p.Attribute.Name == "meta" && p.Sub != nil && p.Sub.Name == "created" && s.companion != "":
		return s.milliseconds("c.created", op, v)
	case p.Attribute.Name == "meta" && p.Sub != nil && p.Sub.Name == "lastModified" && s.cfg.Updated != "":
		// The later of two times may be in the companion.
		c := s.times("t."+s.d.quote(s.cfg.Updated), op, v)
		if s.companion != "" {
			c = c.or(s.milliseconds("c.modified", op, v))
			c.unsure = always
			if op != filter.Greater && op != filter.GreaterOrEqual && op != filter.Present {
				c = unknown
			}
		}
		return c
	}
	return unknown
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

// milliseconds translates a comparison of a column of the companion.
func (s *Store) milliseconds(x string, op filter.Operator, v schema.Value) cond {
	from, to, ok := window(op, v)
	if !ok {
		return unknown
	}
	out := []frag{{text: x + " IS NOT NULL"}}
	if from != nil {
		out = append(out, sqlf(x+" >= ?", *from))
	}
	if to != nil {
		out = append(out, sqlf(x+" < ?", *to))
	}
	return known(allOf(out...))
}

// times translates a comparison of a column with times. SQLite has no type for them, and the application may write them in
// any way.
func (s *Store) times(x string, op filter.Operator, v schema.Value) cond {
	from, to, ok := window(op, v)
	if !ok || s.d == SQLite {
		return unknown
	}
	out := []frag{{text: x + " IS NOT NULL"}}
	if from != nil {
		out = append(out, sqlf(x+" >= ?", s.d.timeArg(time.UnixMilli(*from))))
	}
	if to != nil {
		out = append(out, sqlf(x+" < ?", s.d.timeArg(time.UnixMilli(*to))))
	}
	c := known(allOf(out...))
	if s.companion != "" && s.cfg.Created != "" {
		// A row without a time has that of its companion.
		c = cond{anyOf(c.may, frag{text: x + " IS NULL"}), frag{text: x + " IS NULL"}}
	}
	return c
}

// column translates a comparison of a field, whose column has the given alias.
func (s *Store) column(f *field, alias string, op filter.Operator, v schema.Value) cond {
	x := alias + f.column
	switch {
	case f.secret || f.col.Convert != nil:
		return unknown
	case f.null:
		switch {
		case op == filter.Present:
			return known(always)
		case op != filter.Equal:
			return unknown
		case v.Bool():
			return known(frag{text: x + " IS NULL"})
		}
		return known(frag{text: x + " IS NOT NULL"})
	}
	var c cond
	typ := f.target.Type
	if f.col.AsText && typ != schema.TypeString && typ != schema.TypeReference {
		// Other texts may be the same value.
		typ = schema.TypeBinary
	}
	switch typ {
	case schema.TypeString, schema.TypeReference:
		c = s.text(f, alias, op, v.Text())
	case schema.TypeBoolean:
		c = s.boolean(x, op, v.Bool())
	case schema.TypeInteger:
		c = s.integer(x, op, v)
	default:
		if op != filter.Present {
			return unknown
		}
		c = known(frag{text: x + " IS NOT NULL"})
	}
	if f.col.Empty != nil {
		// What stands for an unassigned attribute has no value.
		c.may = allOf(c.may, sqlf(x+" <> ?", f.col.Empty))
	}
	return c
}

func (s *Store) boolean(x string, op filter.Operator, v bool) cond {
	switch op {
	case filter.Present:
		return known(frag{text: x + " IS NOT NULL"})
	case filter.Equal:
		want := " = "
		if v {
			// Whatever is not zero is true.
			want = " <> "
		}
		if s.d == Postgres {
			return known(sqlf("("+x+" IS NOT NULL AND "+x+" = ?)", v))
		}
		return known(frag{text: "(" + x + " IS NOT NULL AND " + x + want + "0)"})
	}
	return unknown
}

var comparisons = map[filter.Operator]string{
	filter.Equal: " = ", filter.Greater: " > ", filter.GreaterOrEqual: " >= ", filter.Less: " < ", filter.LessOrEqual: " <= ",
}

func (s *Store) integer(x string, op filter.Operator, v schema.Value) cond {
	if op == filter.Present {
		return known(frag{text: x + " IS NOT NULL"})
	}
	n, ok := v.Int()
	if !ok || comparisons[op] == "" {
		return unknown
	}
	return known(sqlf("("+x+" IS NOT NULL AND "+x+comparisons[op]+"?)", n))
}

const (
	equal   = filter.Equal
	present = filter.Present
)

// text translates a comparison of a field with text.
func (s *Store) text(f *field, alias string, op filter.Operator, want string) cond {
	x := alias + f.column
	switch {
	case op == present:
		return known(frag{text: "(" + x + " IS NOT NULL AND length(" + x + ") > 0)"})
	case strings.ContainsRune(want, 0):
		// No column has such a text, see noNUL.
		return unknown
	case f.target.Exact():
		return s.exactText(x, op, want, f.col.CaseFold)
	case f.col.Folded != "":
		c := s.exactText(alias+s.d.quote(f.col.Folded), op, schema.Fold(want), false)
		return c
	}
	return s.foldedText(x, op, schema.Fold(want), f.col.CaseFold)
}

// exactText translates a comparison by bytes. folds says that the database compares the column without regard to letter case
// by itself: then that comes first, for the index.
func (s *Store) exactText(x string, op filter.Operator, want string, folds bool) cond {
	there := frag{text: x + " IS NOT NULL"}
	bytes := s.d.exact(x)
	switch op {
	case filter.Equal:
		f := sqlf(x+" = ?", want)
		if folds || s.d == MySQL {
			f = sqlf("%s AND "+bytes+" = ?", f, want)
		}
		return known(sqlf("("+x+" IS NOT NULL AND %s)", f))
	case filter.Contains, filter.StartsWith, filter.EndsWith:
		if want == "" {
			return known(there)
		}
		if s.d == SQLite {
			// LIKE ignores letter case there.
			c := cond{sqlf("("+x+" IS NOT NULL AND "+x+s.d.like()+")", pattern(op, want)), always}
			return c
		}
		return known(sqlf("("+x+" IS NOT NULL AND "+bytes+s.d.like()+")", pattern(op, want)))
	case filter.Greater, filter.GreaterOrEqual, filter.Less, filter.LessOrEqual:
		return known(sqlf("("+x+" IS NOT NULL AND "+bytes+comparisons[op]+"?)", want))
	case filter.Present:
		return known(frag{text: "(" + x + " IS NOT NULL AND length(" + x + ") > 0)"})
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
// they make of other characters differs, so rows with such are left to Match.
func (s *Store) foldedText(x string, op filter.Operator, want string, folds bool) cond {
	wide := frag{text: "(" + x + " IS NOT NULL AND " + s.d.wide(x) + ")"}
	lower := s.d.lower(x)
	switch op {
	case filter.Equal:
		forms := lowerForms(want)
		if forms == nil {
			// Too many ways to write it: only its ASCII rows can be told by an index.
			return cond{anyOf(sqlf("("+x+" IS NOT NULL AND "+lower+" = ?)", want), wide), wide}
		}
		may := in(s.indexed(x, folds), forms)
		if s.d == MySQL {
			if folds {
				may = allOf(in(x, forms), in(lower, forms))
			} else {
				may = in(lower, forms)
			}
		}
		unsure := wide
		if narrow := narrowForms(forms, want); len(narrow) > 0 {
			// A row of ASCII that a database would make of want, too: i, of a capital I with a dot.
			unsure = anyOf(wide, sqlf("("+x+" IS NOT NULL AND %s)", in(lower, narrow)))
		}
		return cond{sqlf("("+x+" IS NOT NULL AND %s)", may), unsure}
	case filter.Contains, filter.StartsWith, filter.EndsWith:
		may := sqlf("("+x+" IS NOT NULL AND "+lower+s.d.like()+")", pattern(op, want))
		if !plain(want) {
			may = anyOf(may, wide)
		}
		return cond{may, wide}
	case filter.Greater, filter.GreaterOrEqual, filter.Less, filter.LessOrEqual:
		return cond{anyOf(sqlf("("+x+" IS NOT NULL AND "+lower+comparisons[op]+"?)", want), wide), wide}
	}
	return unknown
}

// indexed returns the expression that an index for comparisons without regard to letter case is on.
func (s *Store) indexed(x string, folds bool) string {
	if folds {
		return x
	}
	return "lower(" + x + ")"
}
