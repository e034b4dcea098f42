package idpsim_test

import (
	"encoding/json"
	"maps"
	"net/http"
	"strings"
	"time"
)

// always makes a fault that needs no memory.
func always(handle func(p *proxy, x *exchange)) func() func(p *proxy, x *exchange) {
	return func() func(p *proxy, x *exchange) { return handle }
}

// operations makes a fault that changes the operations of each PATCH.
func operations(change func(op map[string]any)) func() func(p *proxy, x *exchange) {
	return always(func(_ *proxy, x *exchange) {
		if x.Method != http.MethodPatch {
			return
		}
		x.body = edit(x.body, func(o map[string]any) {
			for _, op := range o["Operations"].([]any) {
				change(op.(map[string]any))
			}
		})
	})
}

// unlocked changes the members of a group in two steps, between which others change them too.
func unlocked() func(p *proxy, x *exchange) {
	met := meeting()
	return func(p *proxy, x *exchange) {
		if !x.is("PATCH", "/Groups/") || !strings.Contains(x.body, `"members"`) {
			return
		}
		_, text := p.ask(x, "GET", x.URL.Path, "", "")
		var g struct{ Members []any }
		_ = json.Unmarshal([]byte(text), &g)
		met()
		p.mu.Lock()
		defer p.mu.Unlock()
		if g.Members == nil {
			g.Members = []any{}
		}
		data, _ := json.Marshal(g.Members)
		p.ask(x, "PATCH", x.URL.Path, "", `{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[{"op":"replace","path":"members","value":`+string(data)+`}]}`)
		p.pass(x)
	}
}

func doubleMembers() func(p *proxy, x *exchange) {
	sent, twice := map[string]bool{}, map[string]bool{}
	return func(p *proxy, x *exchange) {
		p.mu.Lock()
		defer p.mu.Unlock()
		if x.is("PATCH", "/Groups/") && strings.Contains(x.body, `"Add"`) {
			twice[x.URL.Path] = twice[x.URL.Path] || sent[x.body]
			sent[x.body] = true
		}
		p.pass(x)
		x.resources(func(o map[string]any) {
			id, _ := o["id"].(string)
			if list, ok := o["members"].([]any); ok && twice["/scim/v2/Groups/"+id] && len(list) > 0 {
				o["members"] = append(list, list[0])
			}
		})
	}
}

func cached() func(p *proxy, x *exchange) {
	cache := map[string]string{}
	return func(p *proxy, x *exchange) {
		p.mu.Lock()
		defer p.mu.Unlock()
		if !x.is("GET", "/Users/") {
			return
		}
		before := cache[x.URL.Path]
		p.pass(x)
		cache[x.URL.Path] = x.answer
		if before != "" && x.status == http.StatusOK {
			x.answer = before
		}
	}
}

func lateIndex() func(p *proxy, x *exchange) {
	seen := map[string]int{}
	return func(p *proxy, x *exchange) {
		p.mu.Lock()
		defer p.mu.Unlock()
		if p.pass(x); x.filter() == "" {
			return
		}
		x.keep(func(o map[string]any) bool {
			id := o["id"].(string)
			seen[id]++
			return seen[id] > 1
		})
	}
}

// twins creates a second user where the sound service provider answers with 409.
func twins(p *proxy, x *exchange) {
	p.pass(x)
	if x.is("POST", "/Users") && x.status == http.StatusConflict {
		body := edit(x.body, func(o map[string]any) { o["userName"] = "twin-of-" + o["userName"].(string) })
		x.status, x.answer = p.ask(x, "POST", x.URL.Path, "", body)
	}
	x.answer = strings.ReplaceAll(x.answer, "twin-of-", "")
}

func takenForever() func(p *proxy, x *exchange) {
	taken := map[string]bool{}
	return func(p *proxy, x *exchange) {
		p.mu.Lock()
		defer p.mu.Unlock()
		var o struct{ UserName string }
		if x.is("POST", "/Users") && json.Unmarshal([]byte(x.body), &o) == nil {
			if taken[o.UserName] {
				x.refuse(http.StatusConflict)
			}
			taken[o.UserName] = true
		}
	}
}

func ghosts() func(p *proxy, x *exchange) {
	members, dead := map[string][]string{}, map[string]bool{}
	return func(p *proxy, x *exchange) {
		p.mu.Lock()
		defer p.mu.Unlock()
		if x.is("DELETE", "/Users/") {
			dead[strings.TrimPrefix(x.URL.Path, "/scim/v2/Users/")] = true
		}
		p.pass(x)
		x.resources(func(o map[string]any) {
			list, ok := o["members"].([]any)
			if !ok {
				return
			}
			id := o["id"].(string)
			for _, m := range members[id] {
				if dead[m] {
					list = append(list, map[string]any{"value": m})
				}
			}
			if len(dead) == 0 {
				members[id] = nil
				for _, m := range list {
					members[id] = append(members[id], m.(map[string]any)["value"].(string))
				}
			}
			o["members"] = list
		})
	}
}

func newID() func(p *proxy, x *exchange) {
	renamed := map[string]bool{}
	return func(p *proxy, x *exchange) {
		p.mu.Lock()
		defer p.mu.Unlock()
		if renamed[x.URL.Path] {
			x.refuse(http.StatusNotFound)
			return
		}
		if x.is("PATCH", "/Users/") && strings.Contains(x.body, `"userName"`) {
			p.pass(x)
			renamed[x.URL.Path] = true
		}
	}
}

func touching() func(p *proxy, x *exchange) {
	patched := map[string]int{}
	return func(p *proxy, x *exchange) {
		p.mu.Lock()
		defer p.mu.Unlock()
		p.pass(x)
		if x.Method == http.MethodPatch {
			patched[x.URL.Path]++
		}
		x.resources(func(o map[string]any) {
			id, _ := o["id"].(string)
			if n := patched["/scim/v2/Users/"+id]; n > 0 {
				o["meta"].(map[string]any)["lastModified"] = time.Date(2030, 1, 1, 0, 0, n, 0, time.UTC).Format(time.RFC3339)
			}
		})
	}
}

func backwards() func(p *proxy, x *exchange) {
	at := time.Now()
	return func(p *proxy, x *exchange) {
		p.mu.Lock()
		defer p.mu.Unlock()
		p.pass(x)
		at = at.Add(-time.Second)
		x.resources(func(o map[string]any) {
			if meta, ok := o["meta"].(map[string]any); ok {
				meta["lastModified"] = at.Format(time.RFC3339)
			}
		})
	}
}

func secondMail() func(p *proxy, x *exchange) {
	patched := map[string]bool{}
	return func(p *proxy, x *exchange) {
		p.mu.Lock()
		defer p.mu.Unlock()
		p.pass(x)
		if x.Method == http.MethodPatch && strings.Contains(x.body, "emails") {
			patched[strings.TrimPrefix(x.URL.Path, "/scim/v2/Users/")] = true
		}
		x.resources(func(o map[string]any) {
			if id, _ := o["id"].(string); patched[id] {
				list := o["emails"].([]any)
				first := maps.Clone(list[0].(map[string]any))
				o["emails"] = append(list, first)
			}
		})
	}
}

// tidied changes names some time after they were written.
func tidied() func(p *proxy, x *exchange) {
	var reads int
	return func(p *proxy, x *exchange) {
		p.mu.Lock()
		defer p.mu.Unlock()
		if p.pass(x); x.URL.Query().Has("startIndex") {
			reads++
		}
		if reads > 2 {
			x.answer = strings.ReplaceAll(x.answer, `"User `, `"USER `)
		}
	}
}

func locked() func(p *proxy, x *exchange) {
	met := meeting()
	return func(_ *proxy, x *exchange) {
		if x.is("PATCH", "/Groups/") && met() {
			x.refuse(http.StatusInternalServerError)
		}
	}
}

// meeting returns a function that returns when two have called it, or nobody else has for some time, and reports which.
func meeting() func() bool {
	partner := make(chan bool)
	return func() bool {
		select {
		case partner <- true:
			return true
		case <-partner:
			return true
		case <-time.After(300 * time.Millisecond):
			return false
		}
	}
}
