package scim

import (
	"errors"
	"fmt"
	"net/http"
	"strconv"

	"github.com/embedscim/scim/internal/wire"
)

// The schemas of bulk requests and responses (RFC 7644 §3.7).
const (
	bulkRequestURI  = "urn:ietf:params:scim:api:messages:2.0:BulkRequest"
	bulkResponseURI = "urn:ietf:params:scim:api:messages:2.0:BulkResponse"
)

// bulkPrefix marks the bulkId of a resource that has no id yet (RFC 7644 §3.7.2).
const bulkPrefix = "bulkId:"

// A bulkRequest is a bulk request as it was read.
type bulkRequest struct {
	failOnErrors int // how many errors end it; 0 if there is no limit
	ops          []*bulkOp
}

// A bulkOp is one operation of a bulk request.
type bulkOp struct {
	index int // among the operations, from 0

	// What was sent.
	method, path, bulkID string
	version              string
	hasVersion           bool
	data                 []byte // nil if there was none
	at                   int64  // position of data in the request

	err  error    // why it can't be carried out at all
	req  *request // what it asks for, ready to run; nil if it could not be routed
	refs []bulkRef
}

// serveBulk answers POST to /Bulk (RFC 7644 §3.7). Each operation is prepared by itself, put in order, and then run as a
// request of its own would be.
func (q *request) serveBulk() (*response, error) {
	if q.Method != http.MethodPost {
		return nil, methodNotAllowed(q.route)
	}
	cfg := &q.h.cfg
	data, err := q.body(cfg.MaxBulkPayload)
	if tooLarge, ok := errors.AsType[*http.MaxBytesError](err); ok {
		return nil, Errorf(ErrTooLarge, "The size of the bulk request exceeds the maxPayloadSize (%d bytes): send the operations in several requests.", tooLarge.Limit)
	}
	if err != nil {
		return nil, err
	}
	sent, err := readBulk(data, cfg.MaxBulkOperations)
	if err != nil {
		return nil, err
	}
	job := &bulkJob{q: q, ops: sent.ops, limit: sent.failOnErrors, byID: map[string]*bulkOp{}}
	for _, o := range sent.ops {
		q.prepareBulk(o)
		if o.method == http.MethodPost && o.bulkID != "" {
			job.byID[o.bulkID] = o
		}
	}
	job.units = planBulk(sent.ops, job.byID)
	if err := job.serve(); err != nil {
		return nil, err
	}
	return &response{status: http.StatusOK, body: job.appendResponse(nil)}, nil
}

// appendResponse appends the BulkResponse, and logs each operation.
func (j *bulkJob) appendResponse(dst []byte) []byte {
	dst = append(dst, `{"schemas":["`+bulkResponseURI+`"],"Operations":[`...)
	first := true
	for i, o := range j.ops {
		res := j.results[i]
		if res == nil {
			continue
		}
		if !first {
			dst = append(dst, ',')
		}
		first = false
		dst = append(dst, '{')
		if o.method != "" {
			dst = append(wire.AppendString(append(dst, `"method":`...), o.method), ',')
		}
		if o.bulkID != "" {
			dst = append(wire.AppendString(append(dst, `"bulkId":`...), o.bulkID), ',')
		}
		if res.version != "" {
			dst = append(wire.AppendString(append(dst, `"version":`...), res.version), ',')
		}
		if res.location != "" {
			dst = append(wire.AppendString(append(dst, `"location":`...), res.location), ',')
		}
		if res.err != nil {
			// The log says of each operation what it says of a single request.
			e := res.req.report(res.err)
			res.status = e.Status
			dst = append(appendError(append(dst, `"response":`...), e), ',')
		} else {
			res.req.logSuccess(res.status)
		}
		dst = append(dst, `"status":"`...)
		dst = strconv.AppendInt(dst, int64(res.status), 10)
		dst = append(dst, `"}`...)
	}
	return append(dst, "]}"...)
}

// appendBulk appends what the service provider's configuration says about bulk requests (RFC 7643 §5).
func (c *Config) appendBulk(dst []byte) []byte {
	if c.DisableBulk {
		return append(dst, `{"supported":false,"maxOperations":0,"maxPayloadSize":0}`...)
	}
	return fmt.Appendf(dst, `{"supported":true,"maxOperations":%d,"maxPayloadSize":%d}`, c.MaxBulkOperations, c.MaxBulkPayload)
}
