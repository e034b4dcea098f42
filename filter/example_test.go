package filter_test

import (
	"fmt"

	"github.com/embedscim/scim/filter"
	"github.com/embedscim/scim/schema"
)

func Example() {
	x, err := filter.Parse(`USERNAME sw "b" and emails[type eq "work" and value co "@example.com"]`)
	if err != nil {
		fmt.Println(err)
		return
	}
	c, err := filter.Check(schema.UserType(), x)
	if err != nil {
		fmt.Println(err)
		return
	}
	o := schema.UserType().Object()
	for path, value := range map[string]any{"userName": "bjensen", `emails[type eq "work"].value`: "bj@example.com"} {
		if err := o.Set(path, value); err != nil {
			fmt.Println(err)
		}
	}
	fmt.Println(c)
	fmt.Println(c.Match(&schema.Resource{ID: "1", Attributes: o}))
	// Output:
	// userName sw "b" and emails[type eq "work" and value co "@example.com"]
	// true
}

func ExampleCheck() {
	for _, text := range []string{`userName regex "b.*"`, `nickname pr and active eq "yes"`, `active gt true`} {
		x, err := filter.Parse(text)
		if err == nil {
			_, err = filter.Check(schema.UserType(), x)
		}
		fmt.Println(err)
	}
	// Output:
	// the operator "regex" is not supported: want eq, ne, co, sw, ew, pr, gt, ge, lt or le (at byte 9)
	// active: the value to compare with must be true or false without quotes, got a string (at byte 26)
	// active: gt does not suit an attribute of type boolean (at byte 0)
}

func ExampleParsePath() {
	p, err := filter.ParsePath(schema.UserType(), `Emails[type eq "work"].value`)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(p.Attr, p.Filter, p.Target())
	_, err = filter.ParsePath(schema.UserType(), `emails[0].value`)
	fmt.Println(err)
	// Output:
	// emails type eq "work" emails.value
	// emails: want a filter in the brackets, as in emails[type eq "work"]: elements have no index (at byte 6)
}

// A query over all resource types asks each type for what it has.
func ExampleCheckAny() {
	x, err := filter.Parse(`displayName sw "b" or userName pr`)
	if err != nil {
		panic(err)
	}
	for _, t := range []*schema.ResourceType{schema.UserType(), schema.GroupType()} {
		c, _, err := filter.CheckAny(t, x)
		if err != nil {
			panic(err)
		}
		fmt.Println(t.Name()+":", c)
	}
	// Output:
	// User: displayName sw "b" or userName pr
	// Group: displayName sw "b"
}
