package patch_test

import (
	"errors"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/embedscim/scim/patch"
	"github.com/embedscim/scim/schema"
)

var keyed = []string{"members", "TAGS", "nums", "links", "emails", "items", "spec.list", "ranks", reqURI + ":ls", extURI + ":es"}

// checkApply holds for all operations: the resource stays, what comes out may be stored, changes are the difference.
func checkApply(t *testing.T, data []byte) {
	s := source(data)
	r := s.resource(t)
	typ := r.Attributes.Type()
	ops := s.ops(t, typ)
	before := snapshot(t, r)
	got, changes, err := patch.Apply(r, ops)
	require.Equal(t, before, snapshot(t, r), "the original must stay as it is: %s", marshal(t, ops))
	if checked := patch.Check(typ, ops); checked != nil {
		require.Error(t, err)
	}
	resolved, resolveErr := patch.Resolve(r, ops)
	if err != nil {
		var e *patch.Error
		require.True(t, errors.As(err, &e), "%T: %v", err, err)
		errorType(t, err)
		return
	}
	require.NoError(t, typ.Check(got))
	require.Empty(t, got.Attributes.Unknown())
	for a, v := range got.Attributes.All() {
		require.True(t, !v.IsUnassigned() || v.Kind() == schema.KindNull && a.Mutability == schema.WriteOnly, "%s is empty", a)
		require.True(t, v.Conforms())
		seen := map[string]bool{}
		for _, e := range v.Elements() {
			k := a.ElementKey(e)
			require.False(t, seen[k], "%s has %s twice: %s", a, e, marshal(t, ops))
			seen[k] = true
		}
	}
	checkChanges(t, r, got, changes)
	require.Equal(t, changes, patch.Diff(r, got))
	if len(changes) == 0 {
		require.Equal(t, before, snapshot(t, got))
	}
	require.NoError(t, resolveErr)
	again, _, err := patch.Apply(r, resolved)
	require.NoError(t, err)
	require.Equal(t, snapshot(t, got), snapshot(t, again), "%s resolved: %s", marshal(t, ops), marshal(t, resolved))

	// One operation that does not look for elements to change is done once and for all.
	if op := ops[0]; len(ops) == 1 && (op.Op == patch.Remove || op.Target == nil || op.Target.Filter == nil && op.Target.Attr.Sub == nil) {
		again, more, err := patch.Apply(got, ops)
		require.NoError(t, err)
		require.Empty(t, more, "%s twice", marshal(t, ops))
		require.Equal(t, snapshot(t, got), snapshot(t, again))
	}

	// A message says all there is to an operation but Create.
	body := `{"schemas":["` + patchURN + `"],"Operations":` + marshal(t, ops) + `}`
	read, err := patch.Read(typ, []byte(body), patch.Limits{})
	require.NoError(t, err)
	for i := range read {
		read[i].Create = ops[i].Create
	}
	again, _, err = patch.Apply(r, read)
	require.NoError(t, err)
	require.Equal(t, snapshot(t, got), snapshot(t, again))
}

// checkReduce holds for all operations: if they reduce, the delta does the same as they do.
func checkReduce(t *testing.T, data []byte) bool {
	s := source(data)
	r := s.resource(t)
	typ := r.Attributes.Type()
	ops := s.ops(t, typ)
	d, ok := patch.Reduce(typ, ops, keyed...)
	if !ok {
		require.Nil(t, d)
		return false
	}
	what := marshal(t, ops)
	got, changes, err := patch.Apply(r, ops)
	require.NoError(t, err, what)
	before := snapshot(t, r)
	again, same, err := d.Apply(r)
	require.NoError(t, err, what)
	require.Equal(t, before, snapshot(t, r))
	// A date-time that is set and set back may end up in another spelling.
	require.True(t, schema.Complex(got.Attributes).Equal(schema.Complex(again.Attributes)), "%s: %s, %s", what, snapshot(t, got), snapshot(t, again))
	require.Equal(t, got.ExternalID, again.ExternalID)
	require.Equal(t, describe(changes), describe(same), what)
	paths := map[schema.Path]bool{}
	for _, c := range d.Set {
		require.False(t, paths[c.Path], "%s is set twice: %s", c.Path, what)
		require.False(t, c.Path.Target().MultiValued || c.Path.Target().Type == schema.TypeComplex, what)
		paths[c.Path] = true
	}
	for _, e := range d.Elements {
		require.False(t, paths[e.Path], "%s comes twice: %s", e.Path, what)
		paths[e.Path] = true
		require.False(t, e.Clear && len(e.Remove) > 0, what)
		seen := map[string]bool{}
		for _, v := range e.Add {
			require.False(t, seen[e.Path.Attribute.ElementKey(v)], what)
			seen[e.Path.Attribute.ElementKey(v)] = true
		}
	}
	return true
}

func random(r *rand.Rand) []byte {
	data := make([]byte, 40+r.IntN(400))
	for i := range data {
		data[i] = byte(r.UintN(256))
	}
	return data
}

func TestApplyRandom(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(1, 2))
	for range 5000 {
		checkApply(t, random(r))
	}
}

func TestReduceRandom(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(3, 4))
	reduced := 0
	for range 10000 {
		if checkReduce(t, random(r)) {
			reduced++
		}
	}
	require.Greater(t, reduced, 800, "the operations are too rarely of the kind that reduces")
}

func FuzzApply(f *testing.F) {
	r := rand.New(rand.NewPCG(5, 6))
	for range 20 {
		f.Add(random(r))
	}
	f.Fuzz(checkApply)
}

func FuzzReduce(f *testing.F) {
	r := rand.New(rand.NewPCG(7, 8))
	for range 20 {
		f.Add(random(r))
	}
	f.Fuzz(func(t *testing.T, data []byte) { checkReduce(t, data) })
}

// FuzzRead reads any text as a message: nothing of it may make a resource that can't be stored.
func FuzzRead(f *testing.F) {
	r := rand.New(rand.NewPCG(9, 10))
	for range 30 {
		s := source(random(r))
		f.Add(message(s.op() + "," + s.op()))
	}
	f.Add([]byte(`{"schemas":["` + patchURN + `"],"operations":[{"OP":"add","Path":null,"value":{"name.givenName":[[]],"meta":{}}}]}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		for _, base := range []string{u1, g1, w1} {
			r := resource(t, base)
			typ := r.Attributes.Type()
			before := snapshot(t, r)
			ops, err := patch.Read(typ, body, patch.Limits{Operations: 50})
			if err != nil {
				errorType(t, err)
				continue
			}
			checked := patch.Check(typ, ops)
			_, _ = patch.Reduce(typ, ops, keyed...)
			got, _, err := patch.Apply(r, ops)
			require.Equal(t, before, snapshot(t, r))
			if checked != nil {
				require.Error(t, err)
			}
			if err != nil {
				errorType(t, err)
				continue
			}
			require.NoError(t, typ.Check(got))
		}
	})
}
