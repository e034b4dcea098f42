package scim

// A request that writes is read and checked by prepare and carried out by run. An operation of a bulk request goes the
// same way, with what it knows by then put in between.

// carryOut reads the body of a request that writes, and carries it out.
func (q *request) carryOut(kind Kind) (*Result, error) {
	q.op.Kind = kind
	data, err := q.body(q.h.cfg.MaxBody)
	if err != nil {
		return nil, err
	}
	if err := q.prepare(data); err != nil {
		return nil, err
	}
	return q.run()
}

// prepare reads and checks what the request sends, and puts it into the operation, whose Kind is set.
func (q *request) prepare(data []byte) error {
	switch q.op.Kind {
	case KindCreate, KindReplace:
		r, err := q.readResource(data)
		if err != nil {
			return err
		}
		r.ID = q.op.ID
		q.op.Resource = r
	case KindPatch:
		return q.preparePatch(data)
	}
	return nil
}

// run carries out the operation.
func (q *request) run() (*Result, error) {
	rs := q.route.rs
	switch q.op.Kind {
	case KindCreate:
		return q.do(rs.runCreate)
	case KindReplace:
		return q.do(rs.runReplace)
	case KindPatch:
		return q.runPatch()
	}
	return q.do(rs.runDelete)
}
