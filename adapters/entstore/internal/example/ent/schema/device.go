package schema

import (
	"encoding/json"
	"time"

	"entgo.io/ent"
	"entgo.io/ent/dialect"
	"entgo.io/ent/schema/field"
	"github.com/google/uuid"
)

// Device is an entity with another kind of id, and with fields of several types.
type Device struct{ ent.Schema }

// Fields returns those of the application.
func (Device) Fields() []ent.Field {
	return []ent.Field{
		field.UUID("id", uuid.UUID{}).Default(uuid.New).StorageKey("device_id"),
		field.String("serial").Unique(),
		field.Text("label").Optional(),
		field.Int("level").Optional().Default(3),
		field.Int64("quota").Optional().Nillable(),
		field.Bool("enabled").Optional().Default(true),
		field.Time("made_at").Optional().Nillable().SchemaType(map[string]string{dialect.MySQL: "datetime(6)"}),
		field.JSON("tags", []string{}).Optional(),
		field.JSON("more", json.RawMessage{}).Optional().SchemaType(map[string]string{dialect.Postgres: "json"}),
		field.Time("created_at").Default(time.Now).Immutable(),
		field.Time("updated_at").Default(time.Now).UpdateDefault(time.Now),
	}
}
