package compat

import "github.com/embedscim/scim/patch"

// createElement asks for an element if the filter of the path finds none, where [patch.Op.Creatable] allows that.
func createElement(_ *call, op patch.Op) ([]patch.Op, bool, error) {
	if op.Create || !op.Creatable() {
		return nil, false, nil
	}
	op.Create = true
	return []patch.Op{op}, true, nil
}
