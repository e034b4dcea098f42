package sqlstore

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"time"

	"github.com/embedscim/scim/schema"
)

// A companion is what the companion table has of a row; the zero companion is none.
type companion struct {
	present           bool
	externalID        string
	unique            string
	version           int64
	created, modified time.Time
	extra             schema.Object
	deleted           bool
}

// companionColumns are those that a query for rows reads, in the order of readCompanion.
const companionColumns = ", c.version, c.external_id, c.unique_value, c.created, c.modified, c.extra, c.deleted"

func (s *Store) readCompanion(v []any) (companion, error) {
	c := companion{extra: s.typ.Object()}
	if v[0] == nil {
		return c, nil
	}
	c.present = true
	var ok [3]bool
	var created, modified int64
	c.version, ok[0] = intOf(v[0])
	created, ok[1] = intOf(v[3])
	modified, ok[2] = intOf(v[4])
	if ok != [3]bool{true, true, true} {
		return c, fmt.Errorf("sqlstore: %s has columns of other types than its migrations make", s.cfg.Companion)
	}
	c.externalID, _ = textOf(v[1])
	c.unique, _ = textOf(v[2])
	c.created, c.modified = time.UnixMilli(created).UTC(), time.UnixMilli(modified).UTC()
	c.deleted = v[6] != nil
	if text, _ := textOf(v[5]); text != "" {
		extra, err := s.typ.ReadObject([]byte(text), maxExtraDepth)
		if err != nil {
			return c, fmt.Errorf("sqlstore: %s.extra: %w", s.cfg.Companion, err)
		}
		c.extra = extra
	}
	return c, nil
}

// maxExtraDepth is how deep objects and arrays in the companion may nest: far more than any schema can.
const maxExtraDepth = 64

// saveCompanion writes c for the row with the given key, in place of old. The version is that of old and one more.
func (s *Store) saveCompanion(ctx context.Context, t tenant, key any, old, c companion) error {
	if s.cfg.Companion == "" {
		return nil
	}
	var extra any
	if c.extra.Len() > 0 {
		text, err := c.extra.AppendJSON(nil)
		if err != nil {
			return err
		}
		extra = string(text)
	}
	var externalID, externalKey, unique, deleted any
	if c.externalID != "" {
		externalID, externalKey = c.externalID, indexKey(c.externalID)
	}
	if c.unique != "" {
		unique = c.unique
	}
	if c.deleted {
		deleted = c.modified.UnixMilli()
	}
	if !old.present {
		_, err := s.exec(ctx, sqlf("INSERT INTO "+s.companion+
			" (tenant, row_key, external_id, external_key, unique_value, version, created, modified, extra, deleted) VALUES (?, ?, ?, ?, ?, 1, ?, ?, ?, ?)",
			t.text, key, externalID, externalKey, unique, c.created.UnixMilli(), c.modified.UnixMilli(), extra, deleted))
		return err
	}
	n, err := s.exec(ctx, sqlf("UPDATE "+s.companion+
		" SET external_id = ?, external_key = ?, unique_value = ?, version = version + 1, created = ?, modified = ?, extra = ?, deleted = ?"+
		" WHERE tenant = ? AND row_key = ? AND version = ?",
		externalID, externalKey, unique, c.created.UnixMilli(), c.modified.UnixMilli(), extra, deleted, t.text, key, old.version))
	if err == nil && n == 0 {
		return errMoved
	}
	return err
}

// indexKey returns a text that an index can hold, whatever the length of s: texts have the same exactly if they are equal.
func indexKey(s string) string {
	if len(s) <= 128 {
		return "=" + s
	}
	sum := sha256.Sum256([]byte(s))
	return "#" + hex.EncodeToString(sum[:])
}

// foldedKey returns what the unique attribute with the given value is looked up by, or "".
func foldedKey(v schema.Value) string {
	if v.IsUnassigned() {
		return ""
	}
	return indexKey(schema.Fold(v.Text()))
}

// holder returns the key of the row whose companion has the given unique value, and whether its resource is deleted.
func (s *Store) holder(ctx context.Context, t tenant, unique string) (key any, deleted, ok bool, err error) {
	err = s.query(ctx, sqlf("SELECT c.row_key, c.deleted FROM "+s.companion+" c WHERE c.tenant = ? AND c.unique_value = ?", t.text, unique), func(v []any) error {
		ok, deleted = true, v[1] != nil
		key, _, err = s.cfg.Key.read(v[0])
		return err
	})
	return key, deleted, ok, err
}

// forget deletes what the companion has of a row.
func (s *Store) forget(ctx context.Context, t tenant, key any) error {
	if s.cfg.Companion == "" {
		return nil
	}
	_, err := s.exec(ctx, sqlf("DELETE FROM "+s.companion+" WHERE tenant = ? AND row_key = ?", t.text, key))
	return err
}

// touch gives the rows with the given keys another version and lastModified, in a constant number of statements. They are
// those of resources that change through another table.
func (s *Store) touch(ctx context.Context, t tenant, keys []any) error {
	now := s.now()
	for len(keys) > 0 {
		part := keys[:min(len(keys), chunk)]
		keys = keys[len(part):]
		if sets := s.stamps(now); len(sets) > 0 {
			if _, err := s.exec(ctx, sqlf("UPDATE "+s.table+" SET %s WHERE %s", joined(", ", sets), in(s.key, part))); err != nil {
				return err
			}
		}
		if s.cfg.Companion == "" {
			continue
		}
		ms := now.UnixMilli()
		if _, err := s.exec(ctx, sqlf("UPDATE "+s.companion+" SET version = version + 1, modified = CASE WHEN modified >= ? THEN modified + 1 ELSE ? END WHERE tenant = ? AND %s",
			ms, ms, t.text, in("row_key", part))); err != nil {
			return err
		}
		// Rows that the application made have none yet.
		if _, err := s.exec(ctx, sqlf("INSERT INTO "+s.companion+" (tenant, row_key, version, created, modified)"+
			" SELECT "+s.d.castText()+", t."+s.key+", 1, "+s.d.castInt()+", "+s.d.castInt()+" FROM "+s.table+" t WHERE %s"+
			" AND NOT EXISTS (SELECT 1 FROM "+s.companion+" o WHERE o.tenant = ? AND o.row_key = t."+s.key+")",
			t.text, ms, ms, in("t."+s.key, part), t.text)); err != nil {
			return err
		}
	}
	return nil
}

// stamps returns what an UPDATE of a row sets besides what it is for.
func (s *Store) stamps(now time.Time) []frag {
	var sets []frag
	if s.cfg.Updated != "" {
		sets = append(sets, sqlf(s.d.quote(s.cfg.Updated)+" = ?", s.d.timeArg(now)))
	}
	if s.cfg.Version != "" {
		v := s.d.quote(s.cfg.Version)
		sets = append(sets, sqlf(v+" = "+v+" + 1"))
	}
	return sets
}

// now returns the present in the precision of the JSON form.
func (s *Store) now() time.Time { return s.cfg.Now().UTC().Truncate(time.Millisecond) }
