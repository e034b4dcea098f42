package entstore_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/embedscim/scim"
	"github.com/embedscim/scim/adapters/entstore"
	"github.com/embedscim/scim/adapters/entstore/internal/example/ent"
	"github.com/embedscim/scim/adapters/entstore/internal/example/ent/device"
	"github.com/embedscim/scim/filter"
	"github.com/embedscim/scim/schema"
	"github.com/embedscim/scim/scimtest"
	"github.com/stretchr/testify/require"
)

const rackURN = "urn:example:params:scim:schemas:extension:rack"

// deviceType has an attribute for each kind of column, and some that no column has.
func deviceType(tb testing.TB) *schema.ResourceType {
	t, err := schema.NewResourceType("Device", "/Devices", "A device", &schema.Schema{
		ID: "urn:example:params:scim:schemas:Device", Name: "Device", Description: "A device",
		Attributes: []*schema.Attribute{
			{Name: "serial", Required: true, CaseExact: true, Uniqueness: schema.UniqueServer},
			{Name: "label"},
			{Name: "level", Type: schema.TypeInteger},
			{Name: "enabled", Type: schema.TypeBoolean},
			{Name: "madeAt", Type: schema.TypeDateTime},
			{Name: "tags", MultiValued: true, CaseExact: true},
			{Name: "weight", Type: schema.TypeDecimal},
			{Name: "note"},
			{Name: "ports", MultiValued: true, Type: schema.TypeComplex, SubAttributes: []*schema.Attribute{{Name: "value"}, {Name: "type"}}},
		},
	}, schema.Extension{Schema: &schema.Schema{
		ID: rackURN, Name: "Rack", Description: "Where a device is",
		Attributes: []*schema.Attribute{{Name: "quota", Type: schema.TypeInteger}, {Name: "row"}},
	}})
	require.NoError(tb, err)
	return t
}

func deviceConfig(tb testing.TB) entstore.Config[ent.Device] {
	return entstore.Config[ent.Device]{
		Type:  deviceType(tb),
		ID:    device.FieldID,
		Scope: entstore.NoScope(),
		Attributes: []entstore.Attribute[ent.Device]{
			entstore.Attr("serial", device.FieldSerial, func(d *ent.Device) *string { return &d.Serial }),
			entstore.Attr("label", device.FieldLabel, func(d *ent.Device) *string { return &d.Label }),
			entstore.Attr("level", device.FieldLevel, func(d *ent.Device) *int { return &d.Level }),
			entstore.Attr("enabled", device.FieldEnabled, func(d *ent.Device) *bool { return &d.Enabled }),
			entstore.Attr("tags", device.FieldTags, func(d *ent.Device) *[]string { return &d.Tags }),
			entstore.Attr(rackURN+":quota", device.FieldQuota, func(d *ent.Device) **int64 { return &d.Quota }),
			entstore.Attr("meta.created", device.FieldCreatedAt, func(d *ent.Device) *time.Time { return &d.CreatedAt }),
			entstore.Attr("meta.lastModified", device.FieldUpdatedAt, func(d *ent.Device) *time.Time { return &d.UpdatedAt }),
			entstore.Extra(device.FieldMore, func(d *ent.Device) *json.RawMessage { return &d.More }),
		},
	}
}

func newDevices(tb testing.TB, e engine) (*ent.Client, *entstore.Store[ent.Device]) {
	client := e.client(tb)
	db, err := entstore.NewDB(e.dialect, client, client.BeginTx, ent.NewTxContext, ent.TxFromContext)
	require.NoError(tb, err)
	s, err := entstore.New(db, func(c *ent.Client) *ent.DeviceClient { return c.Device }, deviceConfig(tb))
	require.NoError(tb, err)
	return client, s
}

// Ids that are UUIDs, columns of all types, a JSON column for the rest, no column for the version.
func TestStoreOfDevices(t *testing.T) {
	onEngines(t, func(t *testing.T, e engine) {
		client, s := newDevices(t, e)
		scimtest.TestStore(t, func(t *testing.T) scimtest.Stores {
			client.Device.Delete().ExecX(t.Context())
			return scimtest.Stores{
				Resources: []scim.ResourceType{{Type: s.Type(), Store: s}},
				OneTenant: true,
				Fit: func(r *scim.Resource) {
					if serial := r.Attributes.Get("serial").Text(); len(serial) > 200 {
						_ = r.Attributes.Set("serial", strings.ToValidUTF8(serial[:200], ""))
					}
				},
			}
		})
	})
}

// A field with a time keeps the instant, which the database compares, and not how the client wrote it.
func TestTimes(t *testing.T) {
	onEngines(t, func(t *testing.T, e engine) {
		client := e.client(t)
		db, err := entstore.NewDB(e.dialect, client, client.BeginTx, ent.NewTxContext, ent.TxFromContext)
		require.NoError(t, err)
		cfg := deviceConfig(t)
		cfg.Attributes = append(cfg.Attributes, entstore.Attr("madeAt", device.FieldMadeAt, func(d *ent.Device) **time.Time { return &d.MadeAt }))
		s, err := entstore.New(db, func(c *ent.Client) *ent.DeviceClient { return c.Device }, cfg)
		require.NoError(t, err)
		for serial, at := range map[string]string{"a": "2026-02-28T23:59:59.5+05:30", "b": "2026-02-28T18:29:59.501Z", "c": ""} {
			o := s.Type().Object()
			require.NoError(t, o.Set("serial", serial))
			if at != "" {
				v, err := s.Type().ReadValue(s.Type().Attribute("madeAt"), []byte(`"`+at+`"`), 0, 1)
				require.NoError(t, err)
				o = o.With(s.Type().Attribute("madeAt"), v)
			}
			r, err := s.Create(t.Context(), &scim.Resource{Attributes: o})
			require.NoError(t, err)
			if at != "" {
				at, err := time.Parse(time.RFC3339Nano, at)
				require.NoError(t, err)
				require.Equal(t, at.UTC(), r.Attributes.Get("madeAt").Time().UTC())
			}
		}
		for text, want := range map[string][]string{
			`madeAt eq "2026-02-28T18:29:59.5Z"`:      {"a"},
			`madeAt gt "2026-02-28T18:29:59.500Z"`:    {"b"},
			`madeAt ge "2026-02-28T18:29:59.500Z"`:    {"a", "b"},
			`madeAt lt "2026-02-28T18:29:59.501Z"`:    {"a"},
			`madeAt le "2026-02-28T18:29:59.5005Z"`:   {"a"},
			`madeAt eq "2026-02-28T18:29:59.5005Z"`:   nil,
			`not (madeAt pr)`:                         {"c"},
			`madeAt ne "2026-02-28T19:29:59.5+01:00"`: {"b", "c"},
		} {
			require.ElementsMatch(t, want, serials(t, s, text), text)
		}
	})
}

// serials returns the serials of the devices that a filter finds.
func serials(tb testing.TB, s *entstore.Store[ent.Device], text string) []string {
	x, err := filter.Parse(text)
	require.NoError(tb, err)
	checked, err := filter.Check(s.Type(), x)
	require.NoError(tb, err)
	page, err := s.Search(tb.Context(), &scim.Query{Filter: checked, StartIndex: 1, Count: 100})
	require.NoError(tb, err)
	var out []string
	for _, r := range page.Resources {
		out = append(out, r.Attributes.Get("serial").Text())
	}
	return out
}

// What a client does not send keeps the default of the schema, also where a function maps it.
func TestDefaultsOfTheSchema(t *testing.T) {
	client := engine{"sqlite3", openSQLite}.client(t)
	db, err := entstore.NewDB("sqlite3", client, client.BeginTx, ent.NewTxContext, ent.TxFromContext)
	require.NoError(t, err)
	cfg := deviceConfig(t)
	cfg.Attributes[3] = entstore.AttrFunc("enabled", func(d *ent.Device) bool { return d.Enabled }, func(d *ent.Device, v bool) error {
		d.Enabled = v
		return nil
	}, entstore.Col(device.FieldEnabled, func(d *ent.Device) *bool { return &d.Enabled }))
	s, err := entstore.New(db, func(c *ent.Client) *ent.DeviceClient { return c.Device }, cfg)
	require.NoError(t, err)
	for serial, enabled := range map[string]any{"silent": nil, "off": false, "on": true} {
		o := s.Type().Object()
		require.NoError(t, o.Set("serial", serial))
		if enabled != nil {
			require.NoError(t, o.Set("enabled", enabled))
			require.NoError(t, o.Set("level", 0))
		}
		r, err := s.Create(t.Context(), &scim.Resource{Attributes: o})
		require.NoError(t, err)
		level, _ := r.Attributes.Get("level").Int()
		require.Equal(t, enabled != false, r.Attributes.Get("enabled").Bool(), serial)
		require.Equal(t, enabled == nil, level == 3, serial)
	}
}
