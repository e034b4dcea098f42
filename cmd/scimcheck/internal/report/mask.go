package report

import (
	"encoding/base64"
	"encoding/json"
	"iter"
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

var words = regexp.MustCompile(`[\pL\pN]+`)

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
