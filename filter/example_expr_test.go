package filter_test

import (
	"errors"
	"fmt"
	"strings"

	"github.com/embedscim/scim/filter"
	"github.com/embedscim/scim/schema"
)

// A store translates what its tables can answer, and leaves the rest to the handler with errors.ErrUnsupported. Values become
// arguments, never text of the statement.
func ExampleChecked_Expr() {
	columns := map[string]string{"userName": "lower(login)", "active": "enabled"}
	var args []any
	var where func(x filter.Expr) (string, error)
	where = func(x filter.Expr) (string, error) {
		switch x := x.(type) {
		case *filter.Logical:
			left, err := where(x.Left)
			right, err2 := where(x.Right)
			return "(" + left + " " + x.Op.String() + " " + right + ")", errors.Join(err, err2)
		case *filter.Comparison:
			column, ok := columns[x.Path.String()]
			if ok && x.Op == filter.Equal && x.Operand.Kind() != schema.KindUnassigned {
				args = append(args, x.Operand.Any())
				if x.Operand.Kind() == schema.KindString {
					args[len(args)-1] = strings.ToLower(x.Operand.Text())
				}
				return fmt.Sprintf("%s = $%d", column, len(args)), nil
			}
		}
		return "", errors.ErrUnsupported
	}
	for _, text := range []string{`userName eq "BJensen" and (active eq true or active eq false)`, `title pr`} {
		x, err := filter.Parse(text)
		if err != nil {
			panic(err)
		}
		c, err := filter.Check(schema.UserType(), x)
		if err != nil {
			panic(err)
		}
		sql, err := where(c.Expr())
		fmt.Println(sql, args, err)
		args = nil
	}
	// Output:
	// (lower(login) = $1 and (enabled = $2 or enabled = $3)) [bjensen true false] <nil>
	//  [] unsupported operation
}

// The parser knows the grammar only, and says where a filter departs from it.
func ExampleParse() {
	x, err := filter.Parse(`a eq 1 or b pr and not (c co "x")`)
	fmt.Println(x, err)
	if l, ok := x.(*filter.Logical); ok {
		fmt.Println(l.Op, "|", l.Left, "|", l.Right)
	}
	_, err = filter.Parse(`userName eq`)
	fmt.Println(err)
	// Output:
	// a eq 1 or b pr and not (c co "x") <nil>
	// or | a eq 1 | b pr and not (c co "x")
	// want a blank and a value after eq (at byte 11)
}

// What some identity providers send is readable too, but Check refuses it: package compat makes standard filters of it.
func ExampleParseExtended() {
	const text = `emails[type eq "work"].value eq bjensen@example.com`
	_, err := filter.Parse(text)
	fmt.Println(err != nil)
	x, err := filter.ParseExtended(text)
	fmt.Println(x, err)
	// Output:
	// true
	// emails[type eq "work"].value eq bjensen@example.com <nil>
}

// One compiled filter is matched against as many resources as there are.
func ExampleChecked_Match() {
	x, err := filter.Parse(`name.familyName co "jen" or not (active eq true)`)
	if err != nil {
		panic(err)
	}
	c, err := filter.Check(schema.UserType(), x)
	if err != nil {
		panic(err)
	}
	for _, m := range []map[string]any{
		{"active": true, "name": map[string]any{"familyName": "Jensen"}}, {"active": true}, {"active": false}, {},
	} {
		o, err := schema.UserType().FromMap(m)
		if err != nil {
			panic(err)
		}
		fmt.Print(c.Match(&schema.Resource{Attributes: o}), " ")
	}
	fmt.Println(c.Paths())
	// Output: true false true true [name.familyName active]
}

// A filter for elements, as it stands in brackets.
func ExampleCheckElement() {
	emails := schema.UserType().Attribute("emails")
	x, err := filter.Parse(`type eq "work" and primary eq true`)
	if err != nil {
		panic(err)
	}
	c, err := filter.CheckElement(schema.UserType(), emails, x)
	if err != nil {
		panic(err)
	}
	o := schema.UserType().Object()
	if err := o.Set("emails", []map[string]any{{"value": "a@example.com", "type": "WORK", "primary": true}, {"value": "b@example.com"}}); err != nil {
		panic(err)
	}
	for _, e := range o.Get("emails").Elements() {
		fmt.Println(e.Object().Get("value"), c.MatchElement(e))
	}
	// Output:
	// a@example.com true
	// b@example.com false
}
