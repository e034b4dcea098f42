package sqlstore

import (
	"context"
	"crypto/rand"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"
	"iter"
	"maps"
	"strings"
	"sync"
	"time"

	"github.com/embedscim/scim"
	"github.com/embedscim/scim/schema"
)

// A Store serves the rows of a table as resources of one type. It is safe for concurrent use, and has every [scim.Capability].
type Store struct {
	db  *sql.DB
	d   Dialect
	cfg Table
	typ *schema.ResourceType

	table, key, companion string // as SQL; companion is "" if there is none
	fields                []field
	selections            []*selection
	children              []*child
	links                 []*link
	uniques               []int             // positions in fields of the unique attributes
	unique                int               // that whose value the companion has too, or -1
	active                int               // position in fields of active, or -1
	groups                *schema.Attribute // derived from memberships, or nil
	selected              string            // columns of a query for rows
	own                   []string          // statements that make tables of sqlstore's own

	mu     sync.Mutex
	owners []owner // tables that say of which groups resources of this store are members; never changed in place
}

var (
	_ scim.CursorSearcher     = (*Store)(nil)
	_ scim.Updater            = (*Store)(nil)
	_ scim.DeltaPatcher       = (*Store)(nil)
	_ scim.Transactor         = (*Store)(nil)
	_ scim.CapabilityReporter = (*Store)(nil)
)

// New returns a store for a table of db. It reports every mistake in the mapping. It does not connect: see [Store.Verify].
func New(db *sql.DB, d Dialect, t Table) (*Store, error) {
	if db == nil {
		return nil, errors.New("sqlstore: the database is missing")
	}
	if d < Postgres || d > MySQL {
		return nil, errors.New("sqlstore: the dialect is missing: use Postgres, SQLite or MySQL")
	}
	t.Attributes = maps.Clone(t.Attributes)
	s := &Store{db: db, d: d, cfg: t, typ: t.Type, unique: -1, active: -1}
	if s.typ == nil {
		s.typ = schema.UserType()
	}
	if s.cfg.Now == nil {
		s.cfg.Now = time.Now
	}
	if s.cfg.NewID == nil {
		s.cfg.NewID = newText
		if t.Key.Kind == KeyUUID {
			s.cfg.NewID = newUUID
		}
	}
	if s.cfg.MaxScan == 0 {
		s.cfg.MaxScan = 100_000
	}
	s.table, s.key = d.quote(t.Name), d.quote(t.Key.Column)
	if t.Companion != "" {
		s.companion = d.quote(t.Companion)
	}
	if err := s.plan(); err != nil {
		return nil, fmt.Errorf("sqlstore: the table %s for %s: %w", t.Name, s.typ.Name(), err)
	}
	s.selected = s.selectColumns()
	for _, l := range s.links {
		for n := range l.tables {
			l.tables[n].of.addOwner(owner{s, l, n})
		}
	}
	return s, nil
}

func newText() string { return strings.ToLower(rand.Text()) }

// newUUID returns a random UUID (RFC 9562 §5.4).
func newUUID() string {
	var b [16]byte
	_, _ = rand.Read(b[:])
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	h := hex.EncodeToString(b[:])
	return h[:8] + "-" + h[8:12] + "-" + h[12:16] + "-" + h[16:20] + "-" + h[20:]
}

// Type returns the resource type that the store is for. Resources that are stored must be made with it.
func (s *Store) Type() *schema.ResourceType { return s.typ }

// Capabilities returns all there are.
func (s *Store) Capabilities() scim.Capability {
	c := scim.CanSearch | scim.CanSearchAfter | scim.CanUpdate | scim.CanTransact
	if len(s.links) > 0 {
		c |= scim.CanPatchDelta
	}
	return c
}

// Verify reports columns and tables of the mapping that the database does not have, or that can't be read: at start, rather
// than with the first request.
func (s *Store) Verify(ctx context.Context) error {
	var errs []error
	try := func(what string, f frag) {
		if err := s.query(ctx, f, func([]any) error { return nil }); err != nil {
			errs = append(errs, fmt.Errorf("sqlstore: %s: %w", what, err))
		}
	}
	try("table "+s.cfg.Name, sqlf("SELECT "+s.selected+" %s WHERE 1 = 0", s.from(tenant{})))
	if s.cfg.Scope.kind == scopeTable {
		try("table "+s.cfg.Scope.table, sqlf("SELECT "+s.d.quote(s.cfg.Scope.owner)+", "+s.d.quote(s.cfg.Scope.column)+" FROM "+s.d.quote(s.cfg.Scope.table)+" WHERE 1 = 0"))
	}
	for _, c := range s.children {
		try("table "+c.cfg.Table, sqlf("SELECT "+c.selected+" FROM "+c.table+" e WHERE 1 = 0"))
	}
	for _, l := range s.links {
		for _, lt := range l.tables {
			try("table "+lt.cfg.Table, sqlf("SELECT l."+lt.owner+", l."+lt.element+" FROM "+lt.table+" l WHERE 1 = 0"))
		}
	}
	return errors.Join(errs...)
}

// Get returns the resource with the given id, or [scim.ErrNotFound]. Members, groups and other rows of their own are read only
// if p wants them. More than a thousand members are a [schema.Stream], unless p is the zero Projection or ctx carries a
// transaction.
func (s *Store) Get(ctx context.Context, id string, p scim.Projection) (*scim.Resource, error) {
	t, err := s.tenant(ctx)
	if err != nil {
		return nil, err
	}
	n := s.needs(p)
	if !isZero(p) && !s.inTx(ctx) {
		n.later = ctx
	}
	var out *scim.Resource
	err = s.snapshot(ctx, func(ctx context.Context) error {
		r, err := s.find(ctx, t, id)
		if err != nil {
			return err
		}
		found, err := s.resources(ctx, t, []*row{r}, n)
		if err != nil {
			return err
		}
		out = found[0]
		return nil
	})
	return out, err
}

// listed is how many rows List reads at a time.
const listed = 500

// List returns an iterator over all resources in the order of their keys. No rows are held open while the caller has a
// resource: what comes and goes meanwhile may be seen or not.
func (s *Store) List(ctx context.Context, p scim.Projection) iter.Seq2[*scim.Resource, error] {
	return func(yield func(*scim.Resource, error) bool) {
		t, err := s.tenant(ctx)
		if err != nil {
			yield(nil, err)
			return
		}
		n := s.needs(p)
		where := always
		for {
			var found []*scim.Resource
			err := s.snapshot(ctx, func(ctx context.Context) error {
				rows, err := s.some(ctx, t, where)
				if err != nil || len(rows) == 0 {
					found = nil
					return err
				}
				where = sqlf("t."+s.key+" > ?", rows[len(rows)-1].key)
				found, err = s.resources(ctx, t, rows, n)
				return err
			})
			if err != nil {
				yield(nil, err)
				return
			}
			for _, r := range found {
				if !yield(r, nil) {
					return
				}
			}
			if len(found) < listed {
				return
			}
		}
	}
}

// some returns the first rows that fulfil a condition, in the order of their keys.
func (s *Store) some(ctx context.Context, t tenant, where frag) ([]*row, error) {
	return s.rows(ctx, t, where, sqlf(" ORDER BY t."+s.key+" LIMIT ?", listed))
}

// scan returns an iterator over the rows that fulfil a condition, a number at a time, in the order of their keys.
func (s *Store) scan(ctx context.Context, t tenant, where frag) iter.Seq2[[]*row, error] {
	return func(yield func([]*row, error) bool) {
		cond := where
		for {
			rows, err := s.some(ctx, t, cond)
			if err != nil {
				yield(nil, err)
				return
			}
			if len(rows) > 0 && !yield(rows, nil) || len(rows) < listed {
				return
			}
			cond = allOf(where, sqlf("t."+s.key+" > ?", rows[len(rows)-1].key))
		}
	}
}
