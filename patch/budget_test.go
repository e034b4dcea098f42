package patch_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/embedscim/scim/patch"
	"github.com/embedscim/scim/schema"
)

// TestApplyBudget checks that operations within the limits on their size can't cost without bound (7644-7.1-01), and that the
// bound is beyond what identity providers do.
func TestApplyBudget(t *testing.T) {
	t.Parallel()
	many := func(attribute string, n int, value func(i int) string) *schema.Resource {
		typ := schema.UserType()
		a := typ.Attribute(attribute)
		list := make([]schema.Value, n)
		for i := range list {
			list[i] = schema.Complex(a.Object().With(a.SubAttribute("value"), schema.String(value(i))))
		}
		return &schema.Resource{ID: "u", Attributes: typ.Object().With(typ.Attribute("userName"), schema.String("u")).With(a, schema.List(list...))}
	}
	short := func(i int) string { return fmt.Sprint("v", i) }
	or := strings.Repeat(` or value eq "x"`, 40)
	for _, tt := range []struct {
		name string
		r    *schema.Resource
		op   string
		n    int
		fail bool
	}{
		{"1000 long filters on 55,000 values", many("emails", 55_000, short), `{"op":"remove","path":"emails[value eq \"x\"` + strings.ReplaceAll(or, `"`, `\"`) + `]"}`, 1000, true},
		{"1000 changes of 55,000 values", many("emails", 55_000, short), `{"op":"replace","path":"emails.display","value":"%d"}`, 1000, true},
		{"filters on long texts", many("emails", 20, func(i int) string { return strings.Repeat("é", 30_000+i) }), `{"op":"remove","path":"emails[value co \"x\"` + strings.ReplaceAll(or, `"`, `\"`) + `]"}`, 1000, true},
		{"primary goes around", many("emails", 55_000, short), `{"op":"add","path":"emails","value":{"value":"p%d","primary":true}}`, 1000, true},
		{"1000 filters on 10,000 values", many("emails", 10_000, short), `{"op":"remove","path":"emails[value eq \"v%d\"]"}`, 1000, false},
		{"1000 new values", many("emails", 10_000, short), `{"op":"add","path":"emails","value":{"value":"n%d"}}`, 1000, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			ops := make([]string, tt.n)
			for i := range ops {
				ops[i] = tt.op
				if strings.Contains(tt.op, "%d") {
					ops[i] = fmt.Sprintf(tt.op, i)
				}
			}
			read, err := patch.Read(schema.UserType(), []byte(`{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[`+strings.Join(ops, ",")+`]}`), patch.Limits{})
			require.NoError(t, err)
			start := time.Now()
			_, _, err = patch.Apply(tt.r, read)
			took := time.Since(start)
			t.Log(took)
			require.Less(t, took, 30*time.Second, "there is no bound")
			if !tt.fail {
				require.NoError(t, err)
				return
			}
			require.ErrorIs(t, err, patch.ErrTooManyOperations)
			require.ErrorContains(t, err, "send them in several requests")
		})
	}
}
