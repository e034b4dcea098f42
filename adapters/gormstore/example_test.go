package gormstore_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"time"

	"github.com/embedscim/scim"
	"github.com/embedscim/scim/adapters/gormstore"
	"github.com/embedscim/scim/adapters/sqlstore"
	"github.com/embedscim/scim/compat"
	"github.com/embedscim/scim/schema"
	"gorm.io/gorm"
)

// Employee is the application's model, with tags for what clients may see and set.
type Employee struct {
	gorm.Model
	Company    string     `gorm:"size:100;not null"`
	Login      string     `gorm:"size:255;not null" scim:"userName"`
	FirstName  string     `scim:"name.givenName"`
	LastName   string     `scim:"name.familyName"`
	Email      *string    `scim:"emails[type eq \"work\"].value"`
	DisabledAt *time.Time `scim:"active"`
}

// Department has its employees in a table between.
type Department struct {
	gorm.Model
	Company   string     `gorm:"size:100;not null"`
	Name      string     `scim:"displayName"`
	Employees []Employee `gorm:"many2many:department_employees" scim:"members"`
}

// Session is one of the application's web sessions.
type Session struct {
	ID         uint
	EmployeeID uint
}

// AfterUpdate signs out who is disabled, in the transaction that disables.
func (e *Employee) AfterUpdate(tx *gorm.DB) error {
	if e.DisabledAt == nil {
		return nil
	}
	return tx.Where("employee_id = ?", e.ID).Delete(&Session{}).Error
}

func mount(ctx context.Context, db *gorm.DB, verify func(context.Context, string) (scim.Principal, error)) (http.Handler, error) {
	users, err := gormstore.New(db, gormstore.Config[Employee]{Table: sqlstore.Table{
		Key:       sqlstore.Key{Prefix: "u_"},
		Scope:     sqlstore.ScopeColumn("company", sqlstore.Tenant),
		Companion: "scim_employees",
	}})
	if err != nil {
		return nil, err
	}
	groups, err := gormstore.New(db, gormstore.Config[Department]{
		Table: sqlstore.Table{
			Type:      schema.GroupType(),
			Key:       sqlstore.Key{Prefix: "g_"},
			Scope:     sqlstore.ScopeColumn("company", sqlstore.Tenant),
			Companion: "scim_departments",
		},
		Members: map[string]*sqlstore.Store{"Employees": users},
	})
	if err != nil {
		return nil, err
	}
	if err := sqlstore.Migrate(ctx, users, groups); err != nil {
		return nil, err
	}
	return scim.NewHandler(&scim.Config{
		BaseURL:      "https://app.example.com/scim/v2",
		Authenticate: scim.BearerTokens(verify),
		Resources:    []scim.ResourceType{scim.Users(users), scim.Groups(groups)},
		Compat:       compat.EntraID,
	})
}

func ExampleNew() {
	db, closeDB := exampleDB()
	defer closeDB()
	if err := db.AutoMigrate(&Employee{}, &Department{}, &Session{}); err != nil {
		fmt.Println(err)
		return
	}
	h, err := mount(context.Background(), db, func(context.Context, string) (scim.Principal, error) {
		return scim.Principal{Tenant: "acme"}, nil
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	// An employee whom the application has had all along.
	ann := Employee{Company: "acme", Login: "ann", FirstName: "Ann"}
	db.Create(&ann)
	db.Create(&Session{EmployeeID: ann.ID})

	// Microsoft Entra ID disables the account.
	req := httptest.NewRequest("PATCH", "/scim/v2/Users/u_1", strings.NewReader(`{
		"schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"],
		"Operations": [{"op": "Replace", "path": "active", "value": "False"}]}`))
	req.Header.Set("Authorization", "Bearer secret")
	req.Header.Set("Content-Type", "application/scim+json")
	res := httptest.NewRecorder()
	h.ServeHTTP(res, req)

	var sessions int64
	db.Model(&Session{}).Count(&sessions)
	db.Take(&ann)
	fmt.Println(res.Code, "disabled:", ann.DisabledAt != nil, "sessions:", sessions)
	// Output: 200 disabled: true sessions: 0
}

func ExampleDB() {
	var db *gorm.DB // the application's
	// An interceptor that keeps an audit trail in the transaction of the write.
	type Audit struct {
		ID     uint
		Target string
	}
	_ = func(next scim.Func) scim.Func {
		return func(ctx context.Context, op *scim.Operation) (*scim.Result, error) {
			res, err := next(ctx, op)
			if err != nil {
				return nil, err
			}
			return res, gormstore.DB(ctx, db).Create(&Audit{Target: op.ID}).Error
		}
	}
}
