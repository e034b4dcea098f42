package report

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/embedscim/scim/scimtest"
)

// script returns shell commands that repeat the requests of a trace. The token is $SCIM_TOKEN. Resources that are created have
// other ids the next time, so each id is read from the response and put where it was used, and they are deleted in the end.
func script(trace []scimtest.Exchange, m *mask) string {
	type created struct{ id, name, url string }
	var ids []created
	var b strings.Builder
	// quote puts text in shell quotes, with the ids in it as variables.
	quote := func(text string) string {
		text = "'" + strings.ReplaceAll(text, "'", `'\''`) + "'"
		for _, c := range ids {
			text = strings.ReplaceAll(text, c.id, `'"$`+c.name+`"'`)
		}
		return strings.TrimPrefix(text, "''")
	}
	deleted := map[string]bool{}
	for _, x := range trace {
		id, location := newID(x)
		command := `curl -sS -i -w '\n'`
		if id != "" {
			command = "curl -sS"
		}
		if x.Method != http.MethodGet {
			command += " -X " + x.Method
		}
		switch x.Credentials {
		case scimtest.OwnCredentials:
			command += ` -H "Authorization: Bearer $SCIM_TOKEN"`
		case scimtest.OtherCredentials:
			command += ` -H 'Authorization: Bearer wrong'`
		}
		for _, name := range []string{"Accept", "Content-Type", "If-Match", "If-None-Match"} {
			if v := x.RequestHeader.Get(name); v != "" && v != "*/*" {
				command += " -H " + quote(name+": "+m.text(v))
			}
		}
		if x.RequestBody != "" {
			command += " --data-binary " + quote(m.body(x.RequestBody, 0, maxBroken))
		}
		command += " " + quote(m.text(x.URL))
		if id == "" {
			fmt.Fprintln(&b, command)
		} else {
			name := fmt.Sprintf("ID%d", len(ids)+1)
			fmt.Fprintf(&b, "%s=$(%s | jq -r .id)\n", name, command)
			ids = append(ids, created{id, name, location})
		}
		if x.Method == http.MethodDelete && x.Status/100 == 2 {
			deleted[x.URL] = true
		}
	}
	for _, c := range slices.Backward(ids) {
		if !deleted[c.url] {
			fmt.Fprintf(&b, `curl -sS -X DELETE -H "Authorization: Bearer $SCIM_TOKEN" %s`+"\n", quote(m.text(c.url)))
		}
	}
	return strings.TrimSuffix(b.String(), "\n")
}

// newID returns the id of the resource that x created, and its URL, if the id is good to be replaced in texts.
func newID(x scimtest.Exchange) (id, location string) {
	if x.Method != http.MethodPost || x.Status != http.StatusCreated {
		return "", ""
	}
	if id = idOf(x.ResponseBody); len(id) < 4 {
		return "", ""
	}
	endpoint, _, _ := strings.Cut(x.URL, "?")
	return id, endpoint + "/" + url.PathEscape(id)
}
