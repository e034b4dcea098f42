package filter_test

import (
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/embedscim/scim/filter"
	"github.com/embedscim/scim/schema"
)

// withoutOffsets clears positions, so that trees read from different texts compare.
func withoutOffsets(x filter.Expr) filter.Expr {
	switch x := x.(type) {
	case *filter.Logical:
		withoutOffsets(x.Left)
		withoutOffsets(x.Right)
	case *filter.Not:
		withoutOffsets(x.X)
	case *filter.Comparison:
		x.Offset, x.Value.Offset = 0, 0
	case *filter.ValuePath:
		x.Offset, x.Value.Offset = 0, 0
		withoutOffsets(x.Filter)
	}
	return x
}

func seeds(f *testing.F) []string {
	f.Helper()
	g := generator{rand.New(rand.NewPCG(1, 1))}
	out := append([]string{
		`a eq "\ud83d\ude00\u00e9"`, `a[b eq -1.5e3 or not(c pr)]`, `not (a pr) and ((b eq true))`, `a pr and (b pr and c pr)`,
		`a.b.c pr`, `a[b[c pr]]`, `a eq 'x'`, `a eq x`, `a[b pr].c eq "x"`, `((((`, `[[[[`, `a eq 1e-400000000`, "a eq \"\xff\"", `urn:a:b.c.d pr`,
	}, rfcExamples...)
	for range 20 {
		out = append(out, g.expr(3, rootOperands, false).text)
	}
	return out
}

// FuzzParse: no input takes long or panics, errors lie within the text, and an accepted filter written and read again is
// the same filter, for a resource type as well.
func FuzzParse(f *testing.F) {
	for _, s := range seeds(f) {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, in string) {
		defer func(start time.Time) {
			if took := time.Since(start); took > 2*time.Second {
				t.Errorf("%d bytes took %v", len(in), took)
			}
		}(time.Now())
		x, err := filter.Parse(in)
		extended, extendedErr := filter.ParseExtended(in)
		if err != nil {
			var syn *filter.SyntaxError
			require.ErrorAs(t, err, &syn)
			require.True(t, 0 <= syn.Offset && syn.Offset <= len(in), "offset %d of %d", syn.Offset, len(in))
			require.Nil(t, x)
		} else {
			require.NoError(t, extendedErr, "extended reads less")
			require.Equal(t, x, extended, "extended reads something else")
			roundTrip(t, x, filter.Parse)
			if c, err := filter.Check(widgetType(), x); err == nil {
				again, err := filter.Parse(c.String())
				if len(c.String()) > filter.MaxLength {
					return
				}
				require.NoError(t, err, c)
				c2, err := filter.Check(widgetType(), again)
				require.NoError(t, err, c)
				require.Equal(t, c.String(), c2.String())
			}
		}
		if extendedErr == nil {
			// What is written has all strings in quotes.
			_, err := filter.ParseExtended(extended.String())
			if len(extended.String()) <= filter.MaxLength {
				require.NoError(t, err)
			}
		}
	})
}

func roundTrip(t *testing.T, x filter.Expr, parse func(string) (filter.Expr, error)) {
	t.Helper()
	text := x.String()
	if len(text) > filter.MaxLength {
		return // such as control characters, which become longer
	}
	again, err := parse(text)
	require.NoError(t, err, text)
	require.Equal(t, withoutOffsets(x), withoutOffsets(again), text)
	require.Equal(t, text, again.String())
}

// TestRoundTrip writes and reads generated filters.
func TestRoundTrip(t *testing.T) {
	t.Parallel()
	g := generator{rand.New(rand.NewPCG(7644, 1))}
	for range 5000 {
		in := g.expr(g.IntN(6), rootOperands, false).text
		if len(in) > filter.MaxLength {
			continue
		}
		x, err := filter.Parse(in)
		require.NoError(t, err)
		roundTrip(t, x, filter.Parse)
	}
}

// FuzzParsePath: an accepted path written and read again is the same path; an error is one of the two keywords and lies
// within the text.
func FuzzParsePath(f *testing.F) {
	for _, s := range seeds(f) {
		f.Add(s)
		f.Add("items[" + s + "].value")
	}
	for _, s := range []string{`tags[value eq "a"]`, `items.$ref`, extURN + `:marks[n gt 1].n`, extURN, `items[0]`, `/items/0`, `items[type eq "a"`, `name.`} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, in string) {
		p, err := filter.ParsePath(widgetType(), in)
		if err != nil {
			var e *schema.Error
			require.ErrorAs(t, err, &e)
			require.Contains(t, []schema.ErrorType{schema.InvalidPath, schema.InvalidFilter}, e.Type)
			require.True(t, 0 <= e.Offset && e.Offset <= int64(len(in)), "offset %d of %d", e.Offset, len(in))
			if e.Type == schema.InvalidFilter {
				require.Contains(t, in[:e.Offset], "[", "invalidFilter outside brackets")
			}
			return
		}
		require.NotNil(t, p.Target())
		text := p.String()
		if len(text) > filter.MaxLength {
			return
		}
		again, err := filter.ParsePath(widgetType(), text)
		require.NoError(t, err, text)
		require.Equal(t, p.Attr, again.Attr)
		require.Equal(t, p.Sub, again.Sub)
		require.Equal(t, text, again.String())
	})
}

// FuzzMatch: not is the complement, ne is not eq, and connectives are what they are called.
func FuzzMatch(f *testing.F) {
	for i, s := range seeds(f) {
		f.Add(s, uint64(i))
	}
	f.Fuzz(func(t *testing.T, in string, seed uint64) {
		x, err := filter.Parse(in)
		if err != nil {
			return
		}
		c, err := filter.Check(widgetType(), x)
		if err != nil {
			return
		}
		g := generator{rand.New(rand.NewPCG(seed, 0))}
		r := resourceOf(t, g.document(int(seed%10)))
		got := c.Match(r)
		match := func(x filter.Expr) bool {
			c, err := filter.Check(widgetType(), x)
			require.NoError(t, err)
			return c.Match(r)
		}
		require.Equal(t, got, match(x), "the same filter twice")
		require.Equal(t, !got, match(&filter.Not{X: x}))
		require.Equal(t, got, match(&filter.Not{X: &filter.Not{X: x}}))
		require.Equal(t, got, match(&filter.Logical{Op: filter.And, Left: x, Right: x}))
		require.False(t, match(&filter.Logical{Op: filter.And, Left: &filter.Not{X: x}, Right: x}))
		require.True(t, match(&filter.Logical{Op: filter.Or, Left: x, Right: &filter.Not{X: x}}))
		if y, ok := x.(*filter.Comparison); ok && (y.Op == filter.Equal || y.Op == filter.NotEqual) {
			z := *y
			z.Op = filter.Equal + filter.NotEqual - y.Op
			require.Equal(t, !got, match(&z), "ne is not eq (AMB-13)")
		}
	})
}

// FuzzDifferential: what we and the reference accept means the same, and other differences are in the list.
func FuzzDifferential(f *testing.F) {
	for _, s := range seeds(f) {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, in string) {
		// The reference takes time that grows steeply with nesting.
		if len(in) > 200 || strings.Count(in, "(")+strings.Count(in, "[") > 6 {
			return
		}
		compareWithReference(t, in)
	})
}
