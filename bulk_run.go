package scim

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"

	"github.com/embedscim/scim/patch"
)

// A bulkJob is a bulk request being carried out.
type bulkJob struct {
	q     *request
	ops   []*bulkOp
	units []bulkUnit
	byID  map[string]*bulkOp // the creates by bulkId
	limit int                // how many errors end the job; 0 if there is no limit

	results []*bulkResult // by position of the operation; nil for those not reached
	errors  int
	work    patch.Budget // used up by repeated runs too
	tx      bool         // in one transaction
}

// A bulkResult is what an operation led to.
type bulkResult struct {
	req      *request // for the log
	status   int
	id       string // of what was created
	location string
	version  string // as an entity tag
	err      error
}

// errTakenBack ends the transaction of a job in which an operation failed.
var errTakenBack = errors.New("scim: an operation of a bulk request failed")

// serve carries out the job. An error is about the whole of it.
func (j *bulkJob) serve() error {
	// The operations are bounded one by one; a thousand of the dearest would still keep the service busy for long.
	ctx, cancel := context.WithTimeout(WithPrincipal(j.q.Context(), j.q.principal), j.q.h.cfg.BulkTimeout)
	defer cancel()
	if !j.q.h.cfg.BulkTransaction {
		j.run(ctx)
		return nil
	}
	j.tx, j.limit = true, 1
	do := func(ctx context.Context) error {
		if j.run(ctx); j.errors > 0 {
			// The store has to see its own error: it may be why to run again.
			return fmt.Errorf("%w: %w", errTakenBack, j.results[j.culprit()].err)
		}
		return nil
	}
	for _, rs := range j.q.h.types {
		inner := do
		do = func(ctx context.Context) error { return rs.inTx(ctx, inner) }
	}
	err := do(ctx)
	switch {
	case errors.Is(err, errTakenBack):
		j.takeBack()
		return nil
	case err != nil:
		return failure(err)
	case j.errors > 0:
		return fmt.Errorf("a store committed a bulk request although its transaction had failed")
	}
	return nil
}

// run carries out all operations, or as many as failOnErrors allows. It may run again, after a transaction had to start anew.
func (j *bulkJob) run(ctx context.Context) {
	j.results, j.errors = make([]*bulkResult, len(j.ops)), 0
	for _, unit := range j.units {
		switch {
		case j.limit > 0 && j.errors >= j.limit:
			return
		case ctx.Err() != nil:
			for _, o := range unit {
				j.failed(o, &Error{Status: http.StatusServiceUnavailable, Detail: "The operation was not carried out: the bulk request took too long. Send it again with fewer operations.", Err: ctx.Err()})
			}
		case len(unit) > 1 || unit.selfReferring():
			j.runCircle(ctx, unit)
		default:
			o := unit[0]
			res, q, err := j.attempt(ctx, o, nil)
			j.done(o, q, res, err)
		}
	}
}

// culprit returns the position of the operation that failed, if one did.
func (j *bulkJob) culprit() int {
	return slices.IndexFunc(j.results, func(res *bulkResult) bool { return res != nil && res.err != nil })
}

// takeBack makes the results say that nothing has been done.
func (j *bulkJob) takeBack() {
	culprit := j.culprit() + 1
	for i, res := range j.results {
		if res == nil || res.err != nil {
			continue
		}
		o := j.ops[i]
		if o.req.op.Kind == KindCreate {
			res.location = ""
		}
		res.version = ""
		res.err = &Error{Status: http.StatusFailedDependency, Detail: "The operation was taken back, as was all of the bulk request, because operation " +
			strconv.Itoa(culprit) + " failed: correct that one, and send all again."}
	}
}

// attempt carries out an operation, with its references resolved; left, if not nil, changes it before.
func (j *bulkJob) attempt(ctx context.Context, o *bulkOp, change func(*Operation) error) (res *Result, q *request, err error) {
	r := *o.req
	q = &r
	q.Request, q.work = q.WithContext(ctx), &j.work
	defer func() {
		if p := recover(); p != nil {
			if p == http.ErrAbortHandler {
				panic(p)
			}
			res, err = nil, fmt.Errorf("panic: %v\n%s", p, debug.Stack())
		}
	}()
	if o.err != nil {
		return nil, q, o.err
	}
	op := *o.req.op
	if change != nil {
		if err := change(&op); err != nil {
			return nil, q, err
		}
	}
	q.op, err = j.resolved(o, &op)
	if err != nil {
		return nil, q, err
	}
	q.route.id = q.op.ID
	if res, err = q.run(); err != nil {
		return nil, q, err
	}
	return res, q, nil
}

// resolved returns a copy of op, made of that of o, with the ids in place of the bulkIds it refers to, as far as they are known.
func (j *bulkJob) resolved(o *bulkOp, op *Operation) (*Operation, error) {
	var failed error
	resolve := func(bulkID, where string) (id, uri string) {
		p := j.byID[bulkID]
		if p == nil {
			failed = j.unresolved(bulkID, where, "which no POST of the request has")
			return "", ""
		}
		res := j.results[p.index]
		if res == nil || res.err != nil || res.id == "" {
			failed = j.unresolved(bulkID, where, "whose POST, operation "+strconv.Itoa(p.index+1)+", failed")
			return "", ""
		}
		return res.id, res.location
	}
	// A copy in any case: interceptors may change what they are given, and an operation may run again.
	m := refMapper{}
	if len(o.refs) > 0 {
		m.resolve = resolve
	}
	out := m.operation(op)
	if id, ok := strings.CutPrefix(out.ID, bulkPrefix); ok {
		if known, _ := resolve(id, "path"); known != "" {
			out.ID = known
		}
	}
	return out, failed
}

func (j *bulkJob) unresolved(bulkID, where, why string) error {
	if len(bulkID) > 64 {
		bulkID = "…"
	}
	return &Error{Status: http.StatusConflict, Type: "invalidValue", Detail: where + " refers to the bulkId " + strconv.Quote(bulkID) + ", " + why + ": correct it, and send this operation again."}
}

// done notes what an operation led to.
func (j *bulkJob) done(o *bulkOp, q *request, res *Result, err error) {
	out := &bulkResult{req: q}
	j.results[o.index] = out
	if q.route.rs != nil && q.op.Kind != KindCreate {
		if !strings.HasPrefix(q.op.ID, bulkPrefix) {
			out.location = q.h.location(q.route.rs, q.op.ID)
		}
	}
	if err == nil {
		err = out.succeed(q, res)
	}
	if err != nil {
		j.errors++
		out.err = err
		if out.id != "" {
			out.id, out.location = "", ""
		}
	}
}

// succeed notes the status, the location and the version of an operation that succeeded.
func (out *bulkResult) succeed(q *request, res *Result) error {
	rs := q.route.rs
	switch q.op.Kind {
	case KindDelete:
		out.status = http.StatusNoContent
		return nil
	case KindPatch:
		if out.status = http.StatusNoContent; q.showsPatched(res) {
			out.status = http.StatusOK
		}
	default:
		if res.Resource == nil {
			return fmt.Errorf("the result of the %s has no resource", q.op.Kind)
		}
		if out.status = http.StatusOK; q.op.Kind == KindCreate {
			out.status, out.id = http.StatusCreated, res.Resource.ID
			out.location = q.h.location(rs, out.id)
		}
	}
	version := res.Meta.Version
	if res.Resource != nil {
		version = res.Resource.Meta.Version
	}
	header, err := rs.tagged(version)
	if err != nil {
		return err
	}
	out.version = header.Get("ETag")
	return nil
}

// failed notes an error of an operation that was not carried out, or not to the end.
func (j *bulkJob) failed(o *bulkOp, err error) { j.done(o, o.req, nil, err) }
