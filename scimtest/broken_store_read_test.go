package scimtest_test

import (
	"context"
	"fmt"
	"iter"
	"strings"
	"sync"
	"time"

	"github.com/embedscim/scim"
	"github.com/embedscim/scim/memstore"
	"github.com/embedscim/scim/schema"
)

// texts makes a fault that changes each text of users on the way into the store.
func texts(change func(string) string) func(w *world) {
	return func(w *world) {
		w.users.in = func(r *scim.Resource) {
			r.Attributes = r.Attributes.Transform(func(a *schema.Attribute, v schema.Value) schema.Value {
				if v.Kind() == schema.KindString {
					return schema.String(change(v.Text()))
				}
				return v
			})
		}
	}
}

// What stores do wrong with what they are given to keep, and with ids.
var readFaults = []brokenStore{
	{name: "an attribute is not kept", law: "User/create/what is stored is read", spoil: func(w *world) {
		w.users.in = func(r *scim.Resource) { _ = r.Attributes.Set("nickName", nil) }
	}},
	{name: "externalId is not kept", law: "User/create/what is stored is read", spoil: func(w *world) {
		w.users.in = func(r *scim.Resource) { r.ExternalID = "" }
	}},
	{name: "one element is kept of many", law: "User/create/what is stored is read", spoil: func(w *world) {
		w.users.in = func(r *scim.Resource) {
			if v := r.Get("phoneNumbers"); v.Len() > 0 {
				_ = r.Attributes.Set("phoneNumbers", schema.List(v.Index(0)))
			}
		}
	}},
	{name: "there is no version", law: "User/create/what is stored is read", spoil: func(w *world) {
		w.users.out = func(r *scim.Resource) { r.Meta.Version = "" }
	}},
	{name: "the time that Create tells is not the one that is stored", law: "User/create/what is stored is read", spoil: func(w *world) {
		w.users.create = func(ctx context.Context, r *scim.Resource) (*scim.Resource, error) {
			made, err := w.users.Store.Create(ctx, r)
			if err == nil {
				made.Meta.Created = made.Meta.Created.Add(123 * time.Nanosecond)
			}
			return made, err
		}
	}},
	{name: "Create makes up a value", law: "User/create/the least is enough", spoil: func(w *world) {
		w.users.create = func(ctx context.Context, r *scim.Resource) (*scim.Resource, error) {
			made, err := w.users.Store.Create(ctx, r)
			if err == nil && made.Get("displayName").IsUnassigned() {
				_ = made.Attributes.Set("displayName", "made up")
			}
			return made, err
		}
	}},
	{name: "a join lists a user once per e-mail address", law: "User/create/it is listed once", spoil: func(w *world) {
		w.users.list = func(ctx context.Context) iter.Seq2[*scim.Resource, error] {
			return func(yield func(*scim.Resource, error) bool) {
				for _, r := range w.users.all(ctx) {
					for range max(1, r.Get("emails").Len()) {
						c := *r
						if !yield(&c, nil) {
							return
						}
					}
				}
			}
		}
	}},
	{name: "the order of List changes", law: "User/create/it is listed once", spoil: func(w *world) {
		var mu sync.Mutex
		backward := false
		w.users.list = func(ctx context.Context) iter.Seq2[*scim.Resource, error] {
			return func(yield func(*scim.Resource, error) bool) {
				mu.Lock()
				backward = !backward
				from := backward
				mu.Unlock()
				all := w.users.all(ctx)
				for i := range all {
					if from {
						i = len(all) - 1 - i
					}
					if !yield(all[i], nil) {
						return
					}
				}
			}
		}
	}},
	{name: "Create is an upsert by id", law: "User/create/id and meta are the store's", spoil: func(w *world) {
		w.users.create = func(ctx context.Context, r *scim.Resource) (*scim.Resource, error) {
			if r.ID != "" {
				c := *r
				c.Meta.Version = ""
				return w.users.Store.Replace(ctx, &c)
			}
			return w.users.Store.Create(ctx, r)
		}
	}},
	{name: "Create writes the id into its argument", law: "User/create/the argument is only read", spoil: func(w *world) {
		w.users.create = func(ctx context.Context, r *scim.Resource) (*scim.Resource, error) {
			made, err := w.users.Store.Create(ctx, r)
			if err == nil {
				r.ID = made.ID
			}
			return made, err
		}
	}},
	{name: "the argument is kept", law: "User/create/the argument is only read", spoil: func(w *world) {
		kept := map[string]*scim.Resource{}
		w.users.create = func(ctx context.Context, r *scim.Resource) (*scim.Resource, error) {
			made, err := w.users.Store.Create(ctx, r)
			if err == nil {
				kept[made.ID] = r
			}
			return made, err
		}
		w.users.get = func(ctx context.Context, id string) (*scim.Resource, error) {
			r, err := w.users.read(ctx, id)
			if k := kept[id]; k != nil && err == nil {
				r.ExternalID, r.Attributes = k.ExternalID, k.Attributes
			}
			return r, err
		}
	}},
	{name: "Get returns what a cache holds", law: "User/create/results are the caller's", spoil: func(w *world) {
		cache := map[string]*scim.Resource{}
		w.users.get = func(ctx context.Context, id string) (*scim.Resource, error) {
			if r := cache[id]; r != nil {
				return r, nil
			}
			r, err := w.users.read(ctx, id)
			if err == nil {
				cache[id] = r
			}
			return r, err
		}
	}},
	{name: "backslashes are unescaped", law: "User/values/text", spoil: texts(func(s string) string { return strings.ReplaceAll(s, `\\`, `\`) })},
	{name: "blanks are trimmed", law: "User/values/text", spoil: texts(strings.TrimSpace)},
	{name: "a column is a number", law: "User/values/text", spoil: texts(func(s string) string { return strings.TrimLeft(s, "0") })},
	{name: "a column has 16 bits per character", law: "User/values/text", spoil: texts(func(s string) string {
		return strings.Map(func(r rune) rune {
			if r > 0xffff {
				return '?'
			}
			return r
		}, s)
	})},
	{name: "texts are normalized", law: "User/values/text", spoil: texts(func(s string) string { return strings.ReplaceAll(s, "e\u0301", "é") })},
	{name: "long texts are cut off", law: "User/values/long text", spoil: texts(func(s string) string { return s[:min(len(s), 255)] })},
	{name: "a long text is a failure", law: "User/values/long text", spoil: func(w *world) {
		w.users.create = func(ctx context.Context, r *scim.Resource) (*scim.Resource, error) {
			if len(r.Get("title").Text()) > 255 {
				return nil, errPlain
			}
			return w.users.Store.Create(ctx, r)
		}
	}},
	{name: "NUL is a failure", law: "User/values/NUL", spoil: func(w *world) {
		w.users.create = func(ctx context.Context, r *scim.Resource) (*scim.Resource, error) {
			if strings.Contains(r.Get("title").Text(), "\x00") {
				return nil, errPlain
			}
			return w.users.Store.Create(ctx, r)
		}
	}},
	{name: "a date-time becomes one of UTC", law: "Widget/values/date-times", spoil: func(w *world) {
		w.widgets.in = func(r *scim.Resource) {
			if at := r.Get("at"); !at.IsUnassigned() {
				_ = r.Attributes.Set("at", schema.DateTime(at.Time()))
			}
		}
	}},
	{name: "what has no column is dropped", law: "User/values/what has no place", sound: func(w *world) {
		w.Keeps = map[string][]string{"User": {"userName", "name.familyName", "active"}}
		w.users.create = func(ctx context.Context, r *scim.Resource) (*scim.Resource, error) {
			if !r.Get("title").IsUnassigned() {
				return nil, scim.Errorf(scim.ErrInvalidValue, "title: there is no place for it.")
			}
			return w.users.Store.Create(ctx, r)
		}
	}, spoil: func(w *world) {
		w.users.create = nil
		w.users.in = func(r *scim.Resource) { _ = r.Attributes.Set("title", nil) }
	}},
	{name: "passwords are returned", law: "User/values/secrets are not returned", spoil: func(w *world) {
		var mu sync.Mutex
		known := map[string]schema.Value{}
		password := w.users.Type().Attribute("password")
		w.users.create = func(ctx context.Context, r *scim.Resource) (*scim.Resource, error) {
			made, err := w.users.Store.Create(ctx, r)
			if err == nil {
				mu.Lock()
				defer mu.Unlock()
				known[made.ID] = r.At(password.Path())
			}
			return made, err
		}
		w.users.out = func(r *scim.Resource) {
			mu.Lock()
			defer mu.Unlock()
			r.Attributes = r.Attributes.With(password, known[r.ID])
		}
	}},
	{name: "Replace clears the password", law: "User/values/secrets that are not sent stay", spoil: func(w *world) {
		password := w.users.Type().Attribute("password")
		w.users.put = func(ctx context.Context, r *scim.Resource) (*scim.Resource, error) {
			c := *r
			if v := c.At(password.Path()); v.Kind() == schema.KindUnassigned {
				c.Attributes = c.Attributes.With(password, schema.Null())
			}
			return w.users.Store.Replace(ctx, &c)
		}
	}},
	{name: "an id that is not of the form is a failure", law: "User/ids/of no resource", spoil: func(w *world) {
		w.users.get = func(ctx context.Context, id string) (*scim.Resource, error) {
			if strings.Contains(id, "'") {
				return nil, errPlain
			}
			return w.users.read(ctx, id)
		}
	}},
	{name: "ids are compared as a collation does", law: "User/ids/of no resource", spoil: func(w *world) {
		w.users.remove = func(ctx context.Context, id string, ifMatch scim.Version) error {
			return w.users.Store.Delete(ctx, strings.ToLower(strings.TrimRight(id, " ")), ifMatch)
		}
	}},
	{name: "the ids of groups are taken for users", law: "User/ids/of no resource", spoil: func(w *world) {
		w.users.remove = func(ctx context.Context, id string, ifMatch scim.Version) error {
			if w.users.Store.Delete(ctx, id, ifMatch) == nil {
				return nil
			}
			return w.groups.Store.Delete(ctx, id, ifMatch)
		}
	}},
	{name: "each type counts for itself", law: "User/ids/are unique among all types", spoil: func(w *world) {
		counted := func() *memstore.Directory {
			n := 0
			return memstore.New(&memstore.Options{NewID: func() string { n++; return fmt.Sprint(n) }})
		}
		w.users.Store, w.groups.Store = counted().Users(), counted().Groups()
		w.Resources[1] = scim.Groups(w.groups)
	}},
	{name: "the last id is used again", law: "User/ids/are not used again", spoil: func(w *world) {
		n := 0
		w.users.Store = memstore.New(&memstore.Options{NewID: func() string { n++; return fmt.Sprint(n) }}).Users()
		w.users.remove = func(ctx context.Context, id string, ifMatch scim.Version) error {
			err := w.users.Store.Delete(ctx, id, ifMatch)
			if err == nil && id == fmt.Sprint(n) {
				n--
			}
			return err
		}
	}},
}
