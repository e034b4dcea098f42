package scim

import (
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strconv"

	"github.com/embedscim/scim/schema"
)

// hashVersion returns a version that is the same for equal attributes and externalId, and only for them. The order of
// elements does not count: a database may return rows in any.
func hashVersion(r *Resource) Version {
	b := append(make([]byte, 0, 512), r.ExternalID...)
	b = appendCanonical(append(b, 0), schema.Complex(r.Attributes))
	sum := sha256.Sum256(b)
	return Version(hex.EncodeToString(sum[:16]))
}

func appendCanonical(b []byte, v schema.Value) []byte {
	switch v.Kind() {
	case schema.KindComplex:
		b = append(b, '{')
		for a, sub := range v.Object().All() {
			b = append(append(b, a.Name...), ':')
			b = appendCanonical(b, sub)
		}
		return append(b, '}')
	case schema.KindList:
		parts := make([]string, 0, v.Len())
		for _, e := range v.Elements() {
			parts = append(parts, string(appendCanonical(nil, e)))
		}
		slices.Sort(parts)
		for _, p := range parts {
			b = append(b, p...)
		}
		return append(b, ']')
	default:
		// The length keeps a text from looking like what follows it.
		text := v.Text()
		b = append(strconv.AppendInt(b, int64(len(text)), 10), ' ')
		return append(b, text...)
	}
}
