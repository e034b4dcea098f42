package scim

import (
	"log/slog"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/embedscim/scim/compat"
)

// rewrote puts on record what compat has done: for interceptors, for the log, and for the response if that is to show it.
func (q *request) rewrote(done []compat.Applied) {
	if len(done) == 0 {
		return
	}
	q.op.Rewrites = append(q.op.Rewrites, done...)
	q.trace.add(q.bulk, done)
	log, ctx := q.h.cfg.Logger, q.Context()
	if !log.Enabled(ctx, slog.LevelDebug) {
		return
	}
	for _, a := range done {
		a = a.Redacted()
		log.LogAttrs(ctx, slog.LevelDebug, "scim rewrite", slog.String("rule", a.Rule), slog.Int("operation", a.Op),
			slog.String("before", a.Before), slog.String("after", a.After), slog.String("reason", a.Reason), slog.String("doc", a.Doc))
	}
}

// A trace collects the rules that have been applied in a request, for the header that shows them. It is a list of RFC 9651.
type trace struct {
	items []string
	more  int
}

// maxTrace bounds the header: servers and proxies refuse long ones.
const maxTrace = 64

func (tr *trace) add(bulk int, done []compat.Applied) {
	if tr == nil {
		return
	}
	for _, a := range done {
		item := a.Rule
		if bulk > 0 {
			item += ";bulk=" + strconv.Itoa(bulk)
		}
		if a.Op > 0 {
			item += ";op=" + strconv.Itoa(a.Op)
		}
		switch {
		case slices.Contains(tr.items, item):
		case len(tr.items) == maxTrace:
			tr.more++
		default:
			tr.items = append(tr.items, item)
		}
	}
}

func (tr *trace) setHeader(h http.Header) {
	if tr == nil || len(tr.items) == 0 {
		return
	}
	items := tr.items
	if tr.more > 0 {
		items = append(slices.Clone(items), "more;count="+strconv.Itoa(tr.more))
	}
	h.Set("Scim-Rewrites", strings.Join(items, ", "))
}
