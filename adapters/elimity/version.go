package elimity

import (
	"crypto/sha256"
	"encoding/base64"
	"slices"
	"strconv"
	"strings"

	"github.com/embedscim/scim"
	"github.com/embedscim/scim/schema"
)

// versionOf returns the version of r that the handler calls text. elimity's server sends it as an ETag as it is, so that some
// handlers quote it. Without one, the version is a digest of the content.
func versionOf(text string, r *scim.Resource) scim.Version {
	tag := strings.TrimPrefix(text, "W/")
	if len(tag) >= 2 && tag[0] == '"' && tag[len(tag)-1] == '"' {
		tag = tag[1 : len(tag)-1]
	}
	switch {
	case tag == "":
		return scim.Version(digest(content(r)))
	case strings.ContainsFunc(tag, func(c rune) bool { return c < '!' || c == '"' || c == 0x7f }):
		// RFC 9110 §8.8.3 has no room for these in an entity tag.
		return scim.Version(digest(tag))
	}
	return scim.Version(tag)
}

func digest(s string) string {
	sum := sha256.Sum256([]byte(s))
	return base64.RawURLEncoding.EncodeToString(sum[:16])
}

// content returns a text that two states of a resource share if a client can't tell them apart. The order of elements does not
// count: a handler may keep them in a map. A password is not part of it, since a digest of it could be tried out.
func content(r *scim.Resource) string {
	var b strings.Builder
	b.WriteString(strconv.Quote(r.ExternalID) + "\n")
	writeContent(&b, r.Attributes)
	return b.String()
}

func writeContent(b *strings.Builder, o schema.Object) {
	b.WriteString("{\n")
	for a, v := range o.All() {
		if a.Returned == schema.ReturnedNever {
			continue
		}
		var elements []string
		for e := range v.Values() {
			var one strings.Builder
			if a.Type == schema.TypeComplex {
				writeContent(&one, e.Object())
			} else {
				one.WriteString(strconv.Quote(e.Text()) + "\n")
			}
			elements = append(elements, one.String())
		}
		slices.Sort(elements)
		b.WriteString(a.Name + ":[\n" + strings.Join(elements, "") + "]\n")
	}
	b.WriteString("}\n")
}
