package memstore

import (
	"context"

	"github.com/embedscim/scim"
)

// txKey is the context key of a transaction: one covers the resources of one tenant.
type txKey struct {
	d      *Directory
	tenant string
}

// InTx calls fn in a transaction over all stores of the directory, for the tenant that ctx identifies. All that fn does
// through the context it is given becomes visible to others at once when it returns nil, and is taken back if it fails or
// panics. A transaction inside another is part of it: the outermost decides.
//
// Other writers of the tenant wait until fn returns; readers don't. Therefore fn must not write to the directory with
// another context than its own: it would wait for itself until that context ends.
func (d *Directory) InTx(ctx context.Context, fn func(context.Context) error) error {
	k := txKey{d, tenantOf(ctx)}
	if _, ok := ctx.Value(k).(*branch); ok {
		return fn(ctx)
	}
	main := d.tenant(k.tenant)
	if err := main.acquire(ctx); err != nil {
		return err
	}
	defer main.release()
	tx := newBranch(main.head.Load())
	defer tx.end()
	if err := fn(context.WithValue(ctx, k, tx)); err != nil {
		return err
	}
	tx.end()
	main.head.Store(tx.head.Load())
	return nil
}

// end makes writes fail that come too late, from goroutines that outlive the transaction.
func (b *branch) end() {
	b.lock <- struct{}{}
	b.ended = true
	b.release()
}

// InTx calls fn in a transaction; see [Directory.InTx].
func (s *Store) InTx(ctx context.Context, fn func(context.Context) error) error {
	return s.d.InTx(ctx, fn)
}

// branch returns the line of states that ctx leads to.
func (d *Directory) branch(ctx context.Context) *branch {
	k := txKey{d, tenantOf(ctx)}
	if tx, ok := ctx.Value(k).(*branch); ok {
		return tx
	}
	return d.tenant(k.tenant)
}

func (d *Directory) tenant(name string) *branch {
	d.mu.Lock()
	defer d.mu.Unlock()
	b := d.tenants[name]
	if b == nil {
		b = newBranch(&state{names: new(token)})
		d.tenants[name] = b
	}
	return b
}

// tenantOf returns the tenant that ctx identifies; "" if it identifies none.
func tenantOf(ctx context.Context) string {
	p, _ := scim.PrincipalFrom(ctx)
	return p.Tenant
}
