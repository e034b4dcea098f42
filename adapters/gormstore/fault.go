package gormstore

import (
	"context"
	"errors"

	"github.com/embedscim/scim"
	"gorm.io/gorm"
)

// fault returns an error of gorm as sqlstore understands it. hooks says that it may be one of a hook, which refuses the write.
func (w *writer[M]) fault(c *conn, err error, hooks bool) error {
	var known *scim.Error
	if err == nil || errors.As(err, &known) || errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	failed := c.errors()
	for _, e := range failed {
		if errors.Is(err, e) {
			return err
		}
	}
	if n := len(failed); n > 0 && translated(err) {
		// gorm has put its own error in place of the driver's, which says more.
		return failed[n-1]
	}
	if !hooks || errors.Is(err, gorm.ErrRecordNotFound) {
		return err
	}
	return scim.Errorf(scim.ErrInvalidValue, "The rules of the service refuse this %s: %w.", w.name, err)
}

// translated reports whether err is what gorm makes of an error of the database with gorm.Config.TranslateError.
func translated(err error) bool {
	return errors.Is(err, gorm.ErrDuplicatedKey) || errors.Is(err, gorm.ErrForeignKeyViolated) || errors.Is(err, gorm.ErrCheckConstraintViolated)
}
