package report

import (
	"encoding/base64"
	"encoding/json"
	"iter"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/embedscim/scim/scimtest"
)

const (
	hiddenSecret = "(secret)"
	hiddenValue  = "(not shown)"
)

// A mask takes out of texts what must not be in a report: credentials, and the data of resources that the run did not create. A
// report is sent around, and the directory of the service provider may have real people in it.
type mask struct {
	target  string
	secrets []string
	created map[string]bool // ids of the resources of the run
	sent    map[string]bool // strings that the run sent, which are made up
	foreign map[string]bool // strings of resources that the run did not create
	long    *strings.Replacer
}

func newMask(run Run) *mask {
	m := &mask{target: run.Target, created: map[string]bool{}, sent: map[string]bool{}, foreign: map[string]bool{}}
	for _, s := range run.Secrets {
		if s != "" {
			m.secrets = append(m.secrets, s, url.QueryEscape(s), url.PathEscape(s), base64.StdEncoding.EncodeToString([]byte(s)), strings.Trim(jsonText(s), `"`))
		}
	}
	var traces [][]scimtest.Exchange
	for _, o := range run.Outcomes {
		for _, r := range []*scimtest.Result{o.Alone, o.Together} {
			if r != nil {
				traces = append(traces, r.Trace)
			}
		}
	}
	// What is made up must be known before anything is taken for foreign: cases that run at once see each other's resources.
	for _, t := range traces {
		for _, x := range t {
			m.learn(x)
		}
	}
	for _, t := range traces {
		for _, x := range t {
			m.walk(x.ResponseBody, x.Status)
		}
	}
	var pairs []string
	longest := func(a, b string) int { return len(b) - len(a) }
	for _, s := range slices.SortedFunc(slices.Values(m.secrets), longest) {
		if utf8.RuneCountInString(s) >= minLong {
			pairs = append(pairs, s, hiddenSecret)
		}
	}
	var foreign []string
	for s := range m.foreign {
		if len(s) >= minLong {
			foreign = append(foreign, s)
		}
	}
	slices.SortFunc(foreign, longest)
	for _, s := range foreign {
		pairs = append(pairs, s, hiddenValue)
	}
	m.long = strings.NewReplacer(pairs...)
	return m
}

// minLong is from what length a string is looked for anywhere. Shorter ones are looked for as words, or else a user named Al
// would blacken half of a report.
const minLong = 8

// learn notes what the run made up and which resources it created.
func (m *mask) learn(x scimtest.Exchange) {
	var body any
	if json.Unmarshal([]byte(x.RequestBody), &body) == nil {
		leaves(body, func(s string) { m.sent[s] = true })
	}
	m.learnMails(x.RequestBody)
	if u, err := url.Parse(x.URL); err == nil {
		for _, values := range u.Query() {
			for _, v := range values {
				for _, quoted := range quotes.FindAllStringSubmatch(v, -1) {
					m.sent[quoted[1]] = true
				}
				m.learnMails(v)
			}
		}
	}
	if x.Method != http.MethodPost || x.Status/100 != 2 || strings.HasSuffix(x.URL, "/.search") {
		return
	}
	m.createdAt(x.ResponseHeader.Get("Location"))
	m.created[idOf(x.ResponseBody)] = true
	var response struct{ Operations []struct{ Location string } }
	if json.Unmarshal([]byte(x.ResponseBody), &response) == nil {
		for _, op := range response.Operations {
			m.createdAt(op.Location)
		}
	}
}

// idOf returns the member id of a JSON object, or "".
func idOf(body string) string {
	var o struct{ ID string }
	_ = json.Unmarshal([]byte(body), &o)
	return o.ID
}

func (m *mask) createdAt(location string) {
	if i := strings.LastIndexByte(location, '/'); i >= 0 {
		if id, err := url.PathUnescape(location[i+1:]); err == nil {
			m.created[id] = true
		}
	}
}

var (
	quotes = regexp.MustCompile(`"((?:[^"\\]|\\.)*)"`)
	words  = regexp.MustCompile(`[\pL\pN]+`)
)

func (m *mask) learnMails(s string) {
	for from, to := range mails(s) {
		m.sent[strings.ToLower(s[from:to])] = true
	}
}

// mails yields where e-mail addresses begin and end in s. A regular expression takes a second for the bodies of a run.
func mails(s string) iter.Seq2[int, int] {
	return func(yield func(from, to int) bool) {
		for at, last := 0, 0; ; {
			i := strings.IndexByte(s[at:], '@')
			if i < 0 {
				return
			}
			i += at
			at = i + 1
			local := func(r rune) bool { return !alone(r) || strings.ContainsRune("._%+'-", r) }
			domain := func(r rune) bool { return !alone(r) || r == '.' || r == '-' }
			from, to := i, len(s)
			for from > last {
				r, n := utf8.DecodeLastRuneInString(s[last:from])
				if !local(r) {
					break
				}
				from -= n
			}
			if j := strings.IndexFunc(s[at:], func(r rune) bool { return !domain(r) }); j >= 0 {
				to = at + j
			}
			to = at + len(strings.TrimRight(s[at:to], ".-"))
			last = at
			if from < i && strings.Contains(s[at:to], ".") && !yield(from, to) {
				return
			}
		}
	}
}

// leaves calls found with each string in v that is a value.
func leaves(v any, found func(string)) {
	switch v := v.(type) {
	case string:
		found(v)
	case json.Number:
		found(v.String())
	case []any:
		for _, e := range v {
			leaves(e, found)
		}
	case map[string]any:
		for _, e := range v {
			leaves(e, found)
		}
	}
}

// protocol has words that say nothing about anybody, and that messages are made of.
var protocol = map[string]bool{
	"user": true, "group": true, "work": true, "home": true, "other": true, "mobile": true, "fax": true, "direct": true, "indirect": true,
	"true": true, "false": true, "null": true, "none": true, "expected": true, "got": true, "status": true, "schemas": true,
}

// walk hides the values of the foreign resources in a response body, notes them, and returns the body without.
func (m *mask) walk(body string, status int) (string, bool) {
	d := json.NewDecoder(strings.NewReader(body))
	d.UseNumber()
	var v any
	if status/100 != 2 || d.Decode(&v) != nil {
		return body, false
	}
	found := false
	var hide func(v any, key string) any
	hide = func(v any, key string) any {
		switch v := v.(type) {
		case map[string]any:
			for name, e := range v {
				v[name] = hide(e, name)
			}
		case []any:
			for i, e := range v {
				v[i] = hide(e, key)
			}
		case string, json.Number:
			if key == "schemas" || key == "resourceType" {
				return v
			}
			leaves(v, func(s string) {
				// Of a location just the id is foreign, and is found by itself.
				if !m.sent[s] && !strings.HasPrefix(s, m.target) && !protocol[strings.ToLower(s)] && len(s) > 1 {
					m.foreign[s] = true
					m.foreign[strings.Trim(jsonText(s), `"`)] = true
				}
			})
			return hiddenValue
		}
		return v
	}
	var visit func(v any) any
	visit = func(v any) any {
		o, ok := v.(map[string]any)
		if !ok {
			return v
		}
		if kind := kindOf(o); kind == message {
			for name, e := range o {
				if list, ok := e.([]any); ok && strings.EqualFold(name, "Resources") {
					for i, r := range list {
						list[i] = visit(r)
					}
				}
				if list, ok := e.([]any); ok && name == "Operations" {
					for _, op := range list {
						if op, ok := op.(map[string]any); ok && op["response"] != nil {
							op["response"] = visit(op["response"])
						}
					}
				}
			}
			return o
		} else if kind == discovery {
			return o
		}
		if id, _ := o["id"].(string); m.created[id] && id != "" {
			return o
		}
		found = true
		return hide(o, "")
	}
	if list, ok := v.([]any); ok {
		for i, r := range list {
			list[i] = visit(r)
		}
	} else {
		v = visit(v)
	}
	if !found {
		return body, false
	}
	return jsonText(v), true
}

type kind int

const (
	resource kind = iota
	message
	discovery
)

// kindOf tells resources, whose values may be anybody's, from what the protocol itself has.
func kindOf(o map[string]any) kind {
	list, _ := o["schemas"].([]any)
	for _, v := range list {
		switch uri, _ := v.(string); {
		case strings.HasPrefix(uri, "urn:ietf:params:scim:api:messages:"):
			return message
		case uri == scimtest.ConfigURN || uri == scimtest.TypeURN || uri == scimtest.SchemaURN:
			return discovery
		}
	}
	for name := range o {
		if strings.EqualFold(name, "Resources") || name == "totalResults" {
			return message
		}
	}
	// Some leave the schemas out of their schemas.
	if _, ok := o["attributes"].([]any); ok && o["name"] != nil {
		return discovery
	}
	return resource
}

// body returns a body for a report, at most limit bytes of it. The status is 0 for that of a request.
func (m *mask) body(body string, status, limit int) string {
	if status != 0 {
		body, _ = m.walk(body, status)
	}
	return m.text(shorten(body, limit))
}

// message returns the text of an error about the exchanges of a trace, which may quote their bodies.
func (m *mask) message(text string, trace []scimtest.Exchange) string {
	for _, x := range trace {
		if hidden, ok := m.walk(x.ResponseBody, x.Status); ok {
			text = strings.ReplaceAll(text, quoted(x.ResponseBody), quoted(hidden))
		}
	}
	return m.text(text)
}

// quoted shortens a body as messages of the package scimtest do.
func quoted(body string) string {
	if len(body) > 400 {
		return body[:400] + "…"
	}
	return body
}

// text returns s without secrets and foreign values, and without what would steer a terminal.
func (m *mask) text(s string) string {
	s = m.cut(clean(s))
	s = m.long.Replace(s)
	for _, secret := range m.secrets {
		if utf8.RuneCountInString(secret) < minLong {
			s = replaceWord(s, secret, hiddenSecret)
		}
	}
	s = words.ReplaceAllStringFunc(s, func(w string) string {
		if len(w) < minLong && m.foreign[w] {
			return hiddenValue
		}
		return w
	})
	if !strings.Contains(s, "@") {
		return s
	}
	var b strings.Builder
	done := 0
	for from, to := range mails(s) {
		b.WriteString(s[done:from])
		if mail := s[from:to]; m.sent[strings.ToLower(mail)] {
			b.WriteString(mail)
		} else {
			b.WriteString(hiddenValue)
		}
		done = to
	}
	return b.String() + s[done:]
}

// cut hides what is left of a secret or a foreign value before the mark of a shortened text.
func (m *mask) cut(s string) string {
	const mark = "…"
	parts := strings.Split(s, mark)
	for i, p := range parts[:len(parts)-1] {
		for _, secret := range m.secrets {
			p = withoutBeginning(p, secret, hiddenSecret)
		}
		for f := range m.foreign {
			p = withoutBeginning(p, f, hiddenValue)
		}
		parts[i] = p
	}
	return strings.Join(parts, mark)
}

// withoutBeginning hides the beginning of value that p ends in, if it is long enough to say something.
func withoutBeginning(p, value, by string) string {
	for n := min(len(value), len(p)); n >= 3; n-- {
		if strings.HasSuffix(p, value[:n]) {
			return p[:len(p)-n] + by
		}
	}
	return p
}

// replaceWord replaces old where no letter or digit is beside it.
func replaceWord(s, old, by string) string {
	var b strings.Builder
	for {
		i := strings.Index(s, old)
		if i < 0 {
			return b.String() + s
		}
		before, _ := utf8.DecodeLastRuneInString(s[:i])
		after, _ := utf8.DecodeRuneInString(s[i+len(old):])
		b.WriteString(s[:i])
		if alone(before) && alone(after) {
			b.WriteString(by)
		} else {
			b.WriteString(old)
		}
		s = s[i+len(old):]
	}
}

func alone(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }

func jsonText(v any) string {
	var b strings.Builder
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	_ = e.Encode(v) // It came from JSON.
	return strings.TrimSuffix(b.String(), "\n")
}
