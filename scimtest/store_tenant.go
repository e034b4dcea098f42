package scimtest

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"github.com/embedscim/scim"
	"github.com/embedscim/scim/schema"
)

var tenantLaws = []storeLaw{
	{
		name: "a resource of another is not there",
		why:  "A store returns and changes only resources visible to the tenant that the context identifies: others are ErrNotFound for each method, and in no list (RFC 7644 §6.1).",
		run: func(t *trial) {
			for _, r := range t.Resources {
				mine := t.of(t.provider, r.Type.Name(), t.Tenants[0])
				theirs := t.of(t.provider, r.Type.Name(), t.Tenants[1])
				a, b := mine.create(mine.subject, mine.full(mine.subject, 0)), theirs.create(theirs.subject, theirs.full(theirs.subject, 0))
				mine.notFound(mine.ctx, b.ID)
				theirs.notFound(theirs.ctx, a.ID)
				if slices.Contains(ids(mine.list(mine.subject)), b.ID) {
					t.fail("List in tenant %s: expected no resource of tenant %s, got %q", t.Tenants[0], t.Tenants[1], b.ID)
				}
				theirs.unchanged(theirs.subject, "what another tenant does", b)
				mine.unchanged(mine.subject, "what another tenant does", a)
			}
		},
	},
	{
		name: "a member of another is unknown",
		why:  "A member that is a resource of another tenant is treated as one that does not exist, and learns nothing of the group.",
		run: func(t *trial) {
			for _, r := range t.Resources {
				mine := t.of(t.provider, r.Type.Name(), t.Tenants[0])
				for _, l := range mine.members() {
					theirs := t.of(t.provider, l.to[0], t.Tenants[1])
					b := theirs.create(theirs.subject, theirs.full(theirs.subject, 0))
					unknown, foreign := mine.alike(l, "nope"), mine.alike(l, b.ID)
					if unknown != foreign {
						t.fail("a member of tenant %s in a %s of tenant %s: expected it to be treated like one that does not exist, which is %s, got that it is %s", t.Tenants[1], r.Type.Name(), t.Tenants[0], unknown, foreign)
					}
					theirs.unchanged(theirs.subject, "being made a member by another tenant", b)
					if a := mine.groupsOf(l); a != nil {
						if got := theirs.get(theirs.subject, b.ID).At(a.Path()); !got.IsUnassigned() {
							t.fail("a resource of tenant %s that tenant %s wants as a member: expected no groups, got %s", t.Tenants[1], t.Tenants[0], shown(got))
						}
					}
				}
			}
		},
	},
	{
		name: "answers do not depend on another",
		why:  "Each answer to a tenant has the same bytes whether or not another tenant has resources, but for ids, times and versions: otherwise it tells something about the other (RFC 7644 §6.1).",
		run: func(t *trial) {
			alone, beside := t.transcript(false), t.transcript(true)
			for i, want := range alone {
				if got := beside[i]; got.answer != want.answer {
					same := 0
					for same < min(len(want.answer), len(got.answer)) && want.answer[same] == got.answer[same] {
						same++
					}
					from := max(0, same-40)
					t.fail("%s: expected the same answer whether or not tenant %s has resources, without them …%s, got with them …%s", want.request, t.Tenants[1], excerpt(want.answer[from:]), excerpt(got.answer[from:]))
				}
			}
		},
	},
}

// An answered is a request and the answer to it.
type answered struct{ request, answer string }

// A scribe plays requests of a tenant, and notes the answers.
type scribe struct {
	*trial
	labels map[string]string // of ids
	out    []answered
	ids    *regexp.Regexp
}

// transcript plays the same requests on new stores, of whose other tenant the resources are still there, or gone.
func (t *trial) transcript(beside bool) []answered {
	p, err := t.again()
	t.must(err, "new stores")
	s := &scribe{trial: t.of(p, t.name, p.Tenants[0]), labels: map[string]string{}}
	theirs := map[string]*scim.Resource{}
	for _, r := range p.Resources {
		name := r.Type.Name()
		b := t.of(p, name, p.Tenants[1])
		theirs[name] = b.create(b.subject, b.full(b.subject, 0))
		s.labels[theirs[name].ID] = "theirs-" + name
	}
	// Names are counted: both worlds have the same.
	mine := map[string]*trial{}
	for _, r := range p.Resources {
		name := r.Type.Name()
		mine[name] = t.of(p, name, p.Tenants[0])
		for i, id := range mine[name].pool(name) {
			s.labels[id] = fmt.Sprintf("member-%s-%d", name, i)
		}
	}
	if !beside {
		for _, r := range slices.Backward(p.Resources) {
			b := t.of(p, r.Type.Name(), p.Tenants[1])
			for _, x := range b.list(b.subject) {
				b.must(b.Store.Delete(b.ctx, x.ID, ""), "Delete(%q)", x.ID)
			}
		}
	}
	for _, r := range p.Resources {
		s.play(mine[r.Type.Name()], theirs[r.Type.Name()], theirs)
	}
	if beside {
		for name, r := range theirs {
			b := t.of(p, name, p.Tenants[1])
			b.unchanged(b.subject, "the requests of another tenant", r)
		}
	}
	return s.plain()
}

// play sends the requests about one resource type.
func (s *scribe) play(t *trial, theirs *scim.Resource, all map[string]*scim.Resource) {
	collection := t.Type.Endpoint()
	find := func(filter string) {
		s.send(http.MethodGet, collection+"?filter="+url.QueryEscape(filter), "")
	}
	looks := func() {
		s.send(http.MethodGet, collection, "")
		s.send(http.MethodGet, collection+"?count=0", "")
		s.send(http.MethodGet, collection+"?sortBy=id&sortOrder=descending", "")
		find(fmt.Sprintf("id eq %s", Quote(theirs.ID)))
		find(fmt.Sprintf("id ne %s", Quote(theirs.ID)))
		if theirs.ExternalID != "" {
			find(fmt.Sprintf("externalId eq %s", Quote(theirs.ExternalID)))
		}
		for _, l := range append(t.unique(), t.settable(theirs)...) {
			if l.shown() {
				find(fmt.Sprintf("%s eq %s", l, Quote(theirs.At(l.Path).Text())))
			}
		}
		for _, l := range t.members() {
			find(fmt.Sprintf("%s.value eq %s", l.path, Quote(all[l.to[0]].ID)))
		}
		s.send(http.MethodPost, "/.search", `{"schemas":["urn:ietf:params:scim:api:messages:2.0:SearchRequest"]}`)
	}
	looks()
	body := func(r *scim.Resource) string {
		c := *r
		c.ID, c.Meta = "", scim.Meta{}
		for _, l := range t.links {
			c.Attributes = c.Attributes.WithAt(l.path, schema.Value{})
		}
		b, err := t.fitted(&c).MarshalJSON()
		t.must(err, "JSON of %s", show(r))
		return string(b)
	}
	change := `{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[{"op":"add","path":"externalId","value":"changed"}]}`
	one := collection + "/" + pathEscape(theirs.ID)
	s.send(http.MethodGet, one, "")
	s.send(http.MethodPut, one, body(theirs))
	s.send(http.MethodPatch, one, change)
	s.send(http.MethodDelete, one, "")
	own := s.send(http.MethodPost, collection, body(theirs))
	if own == "" {
		t.fail("POST %s with what a resource of another tenant has: expected 201, got %s", collection, s.out[len(s.out)-1].answer)
	}
	s.send(http.MethodPost, collection, body(theirs))
	looks()
	one = collection + "/" + pathEscape(own)
	for _, l := range t.members() {
		for _, id := range []string{all[l.to[0]].ID, t.pool(l.to[0])[0]} {
			s.send(http.MethodPatch, one, fmt.Sprintf(`{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[{"op":"add","path":"%s","value":[{"value":%s}]}]}`, l.path, Quote(id)))
			s.send(http.MethodGet, one, "")
		}
	}
	s.send(http.MethodPatch, one, change)
	s.send(http.MethodGet, one, "")
	s.send(http.MethodPut, one, body(theirs))
	looks()
	s.send(http.MethodDelete, one, "")
	looks()
}

// send sends a request, and returns the id of what it creates.
func (s *scribe) send(method, path, body string) string {
	w := s.request(s.ctx, method, path, body)
	request := method + " " + path
	if body != "" {
		request += " " + body
	}
	s.out = append(s.out, answered{request, fmt.Sprintf("%d %s", w.Code, w.Body)})
	if w.Code != http.StatusCreated {
		return ""
	}
	var made struct{ ID string }
	if err := json.Unmarshal(w.Body.Bytes(), &made); err != nil || made.ID == "" {
		s.fail("%s: expected an id, got %s", request, excerpt(w.Body.String()))
	}
	s.labels[made.ID] = fmt.Sprintf("mine-%d", len(s.labels))
	return made.ID
}

// plain returns the requests and answers, without ids, times and versions, which may differ, and with arrays in an order of
// their own: without sortBy a store has any.
func (s *scribe) plain() []answered {
	var forms []string
	for id, label := range s.labels {
		if escaped := pathEscape(id); escaped != id {
			s.labels[escaped] = label
		}
	}
	for id := range s.labels {
		forms = append(forms, regexp.QuoteMeta(id))
	}
	s.ids = regexp.MustCompile(`(^|[^A-Za-z0-9_-])(` + strings.Join(forms, "|") + `)($|[^A-Za-z0-9_-])`)
	var out []answered
	for _, x := range s.out {
		status, body, _ := strings.Cut(x.answer, " ")
		var v any
		if err := json.Unmarshal([]byte(body), &v); err == nil {
			b, _ := json.Marshal(s.value("", v)) // What was JSON is.
			body = string(b)
		}
		out = append(out, answered{s.label(x.request), status + " " + body})
	}
	return out
}

func (s *scribe) value(name string, v any) any {
	switch v := v.(type) {
	case string:
		if slices.Contains([]string{"created", "lastModified", "version"}, name) {
			return name
		}
		return s.label(v)
	case map[string]any:
		for k, e := range v {
			v[k] = s.value(k, e)
		}
	case []any:
		for i := range v {
			v[i] = s.value("", v[i])
		}
		slices.SortFunc(v, func(a, b any) int {
			x, _ := json.Marshal(a)
			y, _ := json.Marshal(b)
			return strings.Compare(string(x), string(y))
		})
	}
	return v
}

// label replaces ids in a text.
func (s *scribe) label(text string) string {
	return s.ids.ReplaceAllStringFunc(text, func(found string) string {
		part := s.ids.FindStringSubmatch(found)
		return part[1] + s.labels[part[2]] + part[3]
	})
}
