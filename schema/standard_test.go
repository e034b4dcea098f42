package schema_test

import (
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	elimity "github.com/elimity-com/scim/schema"
	"github.com/stretchr/testify/require"

	"github.com/embedscim/scim/schema"
)

// definitions are the members of Schema resources that say what an attribute is: "path characteristic" -> value.
type definitions map[string]string

func readDefinitions(tb testing.TB, text []byte) definitions {
	tb.Helper()
	var doc struct {
		Attributes []map[string]any
	}
	require.NoError(tb, json.Unmarshal(text, &doc))
	out := definitions{}
	var add func(prefix string, attrs []map[string]any)
	add = func(prefix string, attrs []map[string]any) {
		for _, a := range attrs {
			name := prefix + a["name"].(string)
			for m, v := range a {
				switch m {
				case "name", "description":
				case "subAttributes":
					var subs []map[string]any
					for _, s := range v.([]any) {
						subs = append(subs, s.(map[string]any))
					}
					add(name+".", subs)
				default:
					out[name+" "+m] = fmt.Sprint(v)
				}
			}
		}
	}
	add("", doc.Attributes)
	return out
}

// differences lists where ours is not theirs, as "path characteristic: theirs -> ours". What is missing is "-".
func differences(theirs, ours definitions) []string {
	var out []string
	for k, v := range theirs {
		if w, ok := ours[k]; !ok {
			out = append(out, k+": "+v+" -> -")
		} else if v != w {
			out = append(out, k+": "+v+" -> "+w)
		}
	}
	for k, w := range ours {
		if _, ok := theirs[k]; !ok {
			out = append(out, k+": - -> "+w)
		}
	}
	slices.Sort(out)
	return out
}

// A deviation allows differences whose text starts with one of the prefixes.
type deviation struct {
	reason   string
	prefixes []string
}

func ours() map[string][]byte {
	out := map[string][]byte{}
	for _, s := range []*schema.Schema{schema.User(), schema.Group(), schema.EnterpriseUser()} {
		out[s.ID] = s.AppendJSON(nil, "")
	}
	return out
}

func requireDeviations(t *testing.T, theirs map[string][]byte, allowed map[string][]deviation) {
	for id, text := range ours() {
		used := map[string]bool{}
		for _, d := range differences(readDefinitions(t, theirs[id]), readDefinitions(t, text)) {
			reason := ""
			for _, dev := range allowed[id] {
				for _, p := range dev.prefixes {
					if strings.HasPrefix(d, p) {
						reason = dev.reason
						used[p] = true
					}
				}
			}
			require.NotEmpty(t, reason, "%s: %s: no reason is listed for this", id, d)
		}
		for _, dev := range allowed[id] {
			for _, p := range dev.prefixes {
				require.True(t, used[p], "%s: %q (%s) is listed, but there is no such difference", id, p, dev.reason)
			}
		}
	}
}

const (
	exactIDs        = "RFC 7643 §2.3.7 and §3.1, errata 6001 and 8472, AMB-46: references and identifiers are case exact"
	exactBinary     = "RFC 7643 §2.3.6: a binary is case exact and has no uniqueness"
	complexUnique   = "RFC 7643 §2.3.8, erratum 6004: a complex attribute has no uniqueness"
	complexExact    = "RFC 7643 §2.3.8: a complex attribute has no case sensitivity"
	groupRef        = "erratum 8471: groups.$ref leads to a Group"
	displayRequired = "RFC 7643 §4.2, erratum 5368: displayName is required"
	memberDisplay   = "erratum 6011: members have display; AMB-57: the service provider fills it"
	addressPrimary  = "RFC 7643 §2.4, and the examples of §8.2 and §8.3: addresses have primary"
	labels          = "RFC 7643 §7 lets the service provider suggest canonical values; clients make mappings of them"
)

// TestStandardSchemas compares our schemas with the example representation of RFC 7643 §8.7.1.
func TestStandardSchemas(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("testdata/rfc7643-8.7.1.json")
	require.NoError(t, err)
	var list []json.RawMessage
	require.NoError(t, json.Unmarshal(text, &list))
	rfc := map[string][]byte{}
	for _, s := range list {
		var doc struct{ ID string }
		require.NoError(t, json.Unmarshal(s, &doc))
		rfc[doc.ID] = s
	}
	requireDeviations(t, rfc, map[string][]deviation{
		schema.UserURI: {
			{exactIDs, []string{
				"profileUrl caseExact: false -> true", "photos.value caseExact: false -> true",
				"groups.value caseExact: false -> true", "groups.$ref caseExact: false -> true",
			}},
			{exactBinary, []string{"x509Certificates.value caseExact: false -> true", "x509Certificates.value uniqueness: none -> -"}},
			{complexUnique, []string{"name uniqueness: none -> -", "emails uniqueness: none -> -", "addresses uniqueness: none -> -"}},
			{complexExact, []string{"x509Certificates caseExact: false -> -"}},
			{groupRef, []string{"groups.$ref referenceTypes: [User Group] -> [Group]"}},
			{addressPrimary, []string{"addresses.primary "}},
			{labels, []string{
				"entitlements.type canonicalValues: - -> [work other]", "roles.type canonicalValues: [] -> [work other]",
				"x509Certificates.type canonicalValues: [] -> [work other]",
			}},
		},
		schema.GroupURI: {
			{exactIDs, []string{"members.value caseExact: false -> true", "members.$ref caseExact: false -> true"}},
			{displayRequired, []string{"displayName required: false -> true"}},
			{memberDisplay, []string{"members.display "}},
		},
		schema.EnterpriseUserURI: {
			{exactIDs, []string{"manager.value caseExact: false -> true", "manager.$ref caseExact: false -> true"}},
		},
	})
}

// TestElimitySchemas compares our schemas with those of the best-known SCIM library in Go.
func TestElimitySchemas(t *testing.T) {
	t.Parallel()
	theirs := map[string][]byte{}
	for _, s := range []elimity.Schema{elimity.CoreUserSchema(), elimity.CoreGroupSchema(), elimity.ExtensionEnterpriseUser()} {
		text, err := s.MarshalJSON()
		require.NoError(t, err)
		theirs[s.ID] = text
	}
	requireDeviations(t, theirs, map[string][]deviation{
		schema.UserURI: {
			{exactIDs, []string{"groups.value caseExact: false -> true"}},
			{exactBinary, []string{"x509Certificates.value uniqueness: none -> -"}},
			{groupRef, []string{"groups.$ref referenceTypes: [User Group] -> [Group]"}},
			{labels, []string{
				"entitlements.type canonicalValues: - -> [work other]", "roles.type canonicalValues: - -> [work other]",
				"x509Certificates.type canonicalValues: - -> [work other]",
			}},
		},
		schema.GroupURI: {
			{exactIDs, []string{"members.value caseExact: false -> true"}},
			{memberDisplay, []string{"members.display mutability: immutable -> readOnly"}},
		},
		schema.EnterpriseUserURI: {
			{exactIDs, []string{"manager.value caseExact: false -> true"}},
		},
	})
}
