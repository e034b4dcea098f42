package scimtest

import (
	"errors"
	"fmt"
	"math"
	"net/http"
	"slices"

	"github.com/embedscim/scim"
)

var cursorLaws = []storeLaw{
	{
		name: "pages",
		why:  "Cursors lead through all matches, each once and in order; Prev leads back (RFC 9865 §2).",
		run: func(t *trial) {
			p := t.populate(4, 13)
			all := t.list(t.subject)
			sorts := p.sorts()
			for _, by := range append([]string{""}, sorts[:min(len(sorts), 20)]...) {
				for _, descending := range []bool{false, true} {
					for _, text := range []string{"", fmt.Sprintf("id ne %s", Quote(p.ids[0]))} {
						q := t.query(text, by)
						q.Descending, q.Count = descending, 4
						what := fmt.Sprintf("SearchAfter for %q sorted by %q, descending: %v", text, by, descending)
						want := t.brute(all, q)
						got := t.walk(what, q, len(want))
						t.sorted(what, want, got, q)
					}
				}
			}
			q := t.query("", "")
			for _, count := range []int{0, 1000, math.MaxInt32} {
				q.Count = count
				page := t.after("SearchAfter for all", q, "")
				if n := min(count, len(all)); len(page.Resources) != n || page.Next != "" && count > 0 {
					t.fail("SearchAfter, Count %d: expected %d resources and no Next, got %d and %q", count, n, len(page.Resources), page.Next)
				}
			}
		},
	},
	{
		name: "what comes and goes",
		why:  "While others create and delete resources between the pages, each that stays is seen exactly once (RFC 9865 §2, store.go, CursorSearcher).",
		run: func(t *trial) {
			bys := []string{"", "id", "meta.created"}
			for _, l := range append(t.unique(), t.settable(t.full(t.subject, 0))...) {
				if l.shown() && len(bys) < 6 {
					bys = append(bys, l.String())
				}
			}
			for i, by := range bys {
				t.comeAndGo(by, i%2 == 1)
			}
		},
	},
	{
		name: "that is none",
		why:  "A cursor that leads nowhere is the error 400 invalidCursor (RFC 9865 §2.1).",
		run: func(t *trial) {
			p := t.populate(5, 3)
			q := t.query("", "")
			q.Count = 1
			t.after("SearchAfter for all", q, "")
			for _, cursor := range []string{"nope", "!", "'", "\x00", "{}", p.ids[0] + "'"} {
				_, err := t.Store.(scim.CursorSearcher).SearchAfter(t.ctx, q, cursor)
				var e *scim.Error
				if !errors.As(err, &e) || e.Status != http.StatusBadRequest || e.Type != "invalidCursor" {
					t.fail("SearchAfter with the cursor %q: expected an *Error 400 invalidCursor, got: %v", cursor, err)
				}
			}
		},
	},
}

// after asks for the page that a cursor leads to.
func (t *trial) after(what string, q *scim.Query, cursor string) *scim.Page {
	page, err := t.Store.(scim.CursorSearcher).SearchAfter(t.ctx, q, cursor)
	if errors.Is(err, errors.ErrUnsupported) {
		t.skip("SearchAfter returned errors.ErrUnsupported: the handler's cursors stand for an index")
	}
	t.must(err, "%s", what)
	if page == nil {
		t.fail("%s: expected a page, got nil", what)
	}
	return page
}

// walk follows the cursors to the last page, and back if the store has cursors for that.
func (t *trial) walk(what string, q *scim.Query, total int) []*scim.Resource {
	var out []*scim.Resource
	var pages [][]string
	var back []string
	for cursor := ""; ; {
		page := t.after(what, q, cursor)
		if len(page.Resources) > q.Count || page.TotalResults != total && page.TotalResults != -1 {
			t.fail("%s: expected at most %d resources and TotalResults %d or -1, got %d and %d", what, q.Count, total, len(page.Resources), page.TotalResults)
		}
		out = append(out, page.Resources...)
		pages, back = append(pages, ids(page.Resources)), append(back, page.Prev)
		if page.Next == "" {
			break
		}
		if cursor = page.Next; len(pages) > total+1 {
			t.fail("%s: expected an end after %d resources, got %d pages", what, total, len(pages))
		}
	}
	for i := len(pages) - 1; i > 0; i-- {
		if back[i] == "" {
			continue
		}
		if got := ids(t.after(what, q, back[i]).Resources); !slices.Equal(got, pages[i-1]) {
			t.fail("%s, Prev of page %d: expected the page %v, got %v", what, i+1, pages[i-1], got)
		}
	}
	return out
}

// comeAndGo walks while resources come and go.
func (t *trial) comeAndGo(by string, descending bool) {
	stays := map[string]int{}
	var goes []string
	for i := range 16 {
		r := t.create(t.subject, t.full(t.subject, i%3))
		if i%2 == 0 {
			stays[r.ID] = 0
		} else {
			goes = append(goes, r.ID)
		}
	}
	remove := func(i int) {
		t.must(t.Store.Delete(t.ctx, goes[i], ""), "Delete(%q)", goes[i])
		goes = slices.Delete(goes, i, i+1)
	}
	q := t.query("", by)
	q.Count, q.Descending = 3, descending
	what := fmt.Sprintf("SearchAfter sorted by %q, descending: %v, while resources come and go", by, descending)
	cursor := ""
	for n := range 1000 {
		page := t.after(what, q, cursor)
		for _, id := range ids(page.Resources) {
			if _, ok := stays[id]; ok {
				stays[id]++
			}
			// What the cursor stands at goes too.
			if i := slices.Index(goes, id); i >= 0 {
				remove(i)
			}
		}
		if len(goes) > 0 {
			remove(0)
		}
		if n < 5 {
			t.create(t.subject, t.full(t.subject, n%3))
		}
		if cursor = page.Next; cursor == "" {
			break
		}
	}
	if cursor != "" {
		t.fail("%s: expected an end, got a thousand pages", what)
	}
	for id, n := range stays {
		if n != 1 {
			t.fail("%s: expected each resource that stays once, got %q %d times", what, id, n)
		}
	}
}
