package elimity

import (
	"errors"

	theirs "github.com/elimity-com/scim/errors"

	"github.com/embedscim/scim"
)

// failure returns an error of a handler as the [*scim.Error] that says the same. What is no ScimError stays as it is, and is
// answered with 500.
func failure(err error) error {
	e, ok := errors.AsType[theirs.ScimError](err)
	if !ok {
		p, isPointer := errors.AsType[*theirs.ScimError](err)
		if !isPointer || p == nil {
			return err
		}
		e = *p
	}
	out := &scim.Error{Status: e.Status, Type: string(e.ScimType), Detail: e.Detail}
	if err.Error() != e.Error() {
		// What it is wrapped in is for the log only.
		out.Err = err
	}
	return out
}
