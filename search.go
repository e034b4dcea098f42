package scim

import (
	"errors"
	"strings"

	"github.com/embedscim/scim/internal/wire"
	"github.com/embedscim/scim/schema"
)

// searchURI is the schema of a query that is sent with POST (RFC 7644 §3.4.3).
const searchURI = "urn:ietf:params:scim:api:messages:2.0:SearchRequest"

// search answers POST to /.search, at the root or below a collection: what GET with the same parameters would answer. Parameters in
// the URL do not count.
func (q *request) search() (*response, error) {
	data, err := q.body(q.h.cfg.MaxBody)
	if err != nil {
		return nil, err
	}
	if q.params, err = readSearch(data, q.h.cfg.MaxDepth); err != nil {
		return nil, err
	}
	if q.route.rs == nil {
		return q.root()
	}
	if err := q.begin(q.route.rs); err != nil {
		return nil, err
	}
	return q.list()
}

// readSearch reads a search request. Names match in any letter case, those that the RFCs do not know are ignored, and null is as
// good as nothing.
func readSearch(data []byte, maxDepth int) (queryParams, error) {
	r := wire.NewReader(data, 0)
	defer r.Close()
	s := searchRequest{r: r, maxDepth: maxDepth, seen: map[string]bool{}}
	err := s.read()
	var syn *wire.SyntaxError
	if errors.As(err, &syn) {
		err = inSearch("", syn.Offset, syn.Reason)
	}
	return s.params, err
}

func inSearch(name string, pos int64, rule string) error {
	return &schema.Error{Type: schema.InvalidSyntax, Path: name, Rule: rule, Offset: pos}
}

// A searchRequest is a search request being read.
type searchRequest struct {
	r        *wire.Reader
	maxDepth int
	seen     map[string]bool // members, and the URI
	params   queryParams
}

func (s *searchRequest) read() error {
	if k := s.r.Kind(); k != wire.KindBeginObject && k != wire.KindInvalid {
		return inSearch("", s.r.Offset(), "want a JSON object with schemas, and the parameters of the query")
	}
	if err := s.r.Next(); err != nil {
		return err
	}
	for s.r.Kind() == wire.KindString {
		quoted, pos, err := s.r.Raw()
		if err != nil {
			return err
		}
		name := wire.Unquote(quoted)
		folded := strings.ToLower(name)
		if s.seen[folded] {
			return inSearch(name, pos, "the name appears twice")
		}
		s.seen[folded] = true
		text, pos, err := s.r.Raw()
		if err != nil {
			return err
		}
		if 1+wire.Depth(text) > s.maxDepth {
			return inSearch(name, pos, "objects and arrays nest too deep")
		}
		if string(text) == "null" {
			continue
		}
		if err := s.member(folded, text, pos); err != nil {
			return err
		}
	}
	if err := s.r.Next(); err != nil {
		return err
	}
	if err := s.r.End(); err != nil {
		return err
	}
	if !s.seen[searchURI] {
		return inSearch("schemas", -1, "must be an array with "+searchURI+", the schema of a search request (RFC 7644 §3.4.3)")
	}
	return nil
}

func (s *searchRequest) member(name string, text []byte, pos int64) (err error) {
	p := &s.params
	switch name {
	case "schemas":
		uris, err := stringArray("schemas", text, pos)
		for _, uri := range uris {
			if strings.EqualFold(uri, searchURI) {
				s.seen[searchURI] = true
			}
		}
		return err
	case "attributes":
		p.attributes, err = nameList("attributes", text, pos)
	case "excludedattributes":
		p.excluded, err = nameList("excludedAttributes", text, pos)
	case "filter":
		p.hasFilter = true
		p.filter, err = stringMember("filter", text, pos)
	case "sortby":
		p.sortBy, err = stringMember("sortBy", text, pos)
	case "sortorder":
		p.sortOrder, err = stringMember("sortOrder", text, pos)
	case "cursor":
		p.hasCursor = true
		p.cursor, err = stringMember("cursor", text, pos)
	case "startindex":
		p.startIndex, err = integerMember("startIndex", text, pos)
	case "count":
		p.count, err = integerMember("count", text, pos)
	}
	return err
}

func stringMember(name string, text []byte, pos int64) (string, error) {
	if text[0] != '"' {
		return "", inSearch(name, pos, "must be a string")
	}
	return wire.Unquote(text), nil
}

// integerMember returns an integer as it is written.
func integerMember(name string, text []byte, pos int64) (string, error) {
	for i, c := range text {
		if (c < '0' || c > '9') && (c != '-' || i > 0) {
			return "", inSearch(name, pos, "must be an integer")
		}
	}
	return string(text), nil
}

func stringArray(name string, text []byte, pos int64) ([]string, error) {
	if text[0] != '[' {
		return nil, inSearch(name, pos, "must be an array of strings")
	}
	r := wire.NewReader(text, pos)
	defer r.Close()
	if err := r.Next(); err != nil {
		return nil, err
	}
	var out []string
	for r.Kind() != wire.KindEndArray {
		element, pos, err := r.Raw()
		if err != nil {
			return nil, err
		}
		if element[0] != '"' {
			return nil, inSearch(name, pos, "must be an array of strings")
		}
		out = append(out, wire.Unquote(element))
	}
	return out, nil
}

// nameList returns an array of attribute names as the query parameter that means the same.
func nameList(name string, text []byte, pos int64) (string, error) {
	names, err := stringArray(name, text, pos)
	if err != nil {
		return "", err
	}
	for _, n := range names {
		if strings.Contains(n, ",") {
			return "", inSearch(name, pos, "must have one attribute name in each string")
		}
	}
	return strings.Join(names, ","), nil
}
