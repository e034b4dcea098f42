package filter

import "github.com/embedscim/scim/schema"

// CheckAny is [Check] for a query over resources of several types, of which t is one (RFC 7644 §3.4.2.1): an attribute that t
// does not have is no error, but has no value. So userName eq "x" holds for no group, and not (userName pr) for all.
//
// Only what depends on the resource is left in the filter, so that a store meets nothing new. c is nil if nothing is left:
// then all says whether every resource of type t fulfils the filter, or none.
func CheckAny(t *schema.ResourceType, x Expr) (c *Checked, all bool, err error) {
	x, known, err := checker{t: t}.reduce(x)
	if err != nil || known != depends {
		return nil, known == always, err
	}
	c, err = Check(t, x)
	return c, false, err
}

// A truth is what is known of an expression before there is a resource.
type truth uint8

const (
	depends truth = iota
	never
	always
)

func truthOf(b bool) truth {
	if b {
		return always
	}
	return never
}

// reduce takes out of x what does not depend on the resource. If all of it does not, the truth says what it comes to.
func (c checker) reduce(x Expr) (Expr, truth, error) {
	switch x := x.(type) {
	case *Logical:
		return c.reduceLogical(x)
	case *Not:
		y, known, err := c.reduce(x.X)
		if err != nil || known != depends {
			return nil, negation(known), err
		}
		return &Not{y}, depends, nil
	case *Comparison:
		return c.reduceComparison(x)
	case *ValuePath:
		return c.reduceValuePath(x)
	}
	return x, depends, nil
}

func negation(t truth) truth {
	switch t {
	case never:
		return always
	case always:
		return never
	}
	return depends
}

func (c checker) reduceLogical(x *Logical) (Expr, truth, error) {
	left, l, err := c.reduce(x.Left)
	if err != nil {
		return nil, depends, err
	}
	right, r, err := c.reduce(x.Right)
	if err != nil {
		return nil, depends, err
	}
	decisive := never // for and
	if x.Op == Or {
		decisive = always
	}
	switch {
	case l == decisive || r == decisive:
		return nil, decisive, nil
	case l != depends && r != depends:
		return nil, l, nil
	case l != depends:
		return right, depends, nil
	case r != depends:
		return left, depends, nil
	}
	return &Logical{x.Op, left, right}, depends, nil
}

func (c checker) reduceComparison(x *Comparison) (Expr, truth, error) {
	if !c.has(x.Attr) {
		// As with any attribute without a value, ne and eq null are the negations of eq and pr (AMB-12, AMB-13).
		null := x.Value.Kind == LiteralNull
		return nil, truthOf(x.Op == NotEqual && !null || x.Op == Equal && null), nil
	}
	if c.element != nil {
		return x, depends, nil
	}
	if p, _ := c.t.Path(x.Attr); p.Sub == nil || !p.Sub.IsCommon() || p.Sub.Name != "resourceType" {
		return x, depends, nil
	}
	// meta.resourceType is the same for all resources of t: no need to look through the groups for users.
	y, err := c.comparison(x)
	if err != nil {
		return nil, depends, err
	}
	of := &schema.Resource{Meta: schema.Meta{ResourceType: c.t.Name()}}
	return nil, truthOf(match(y, of, schema.Value{})), nil
}

func (c checker) reduceValuePath(x *ValuePath) (Expr, truth, error) {
	if c.element != nil || x.Op != 0 {
		return x, depends, nil // an error, which Check explains
	}
	p, err := c.t.Path(x.Attr)
	if err != nil {
		return nil, never, nil
	}
	if p.Attribute == nil || p.Sub != nil || neverReturned(p) {
		return x, depends, nil
	}
	y, known, err := checker{c.t, p.Attribute}.reduce(x.Filter)
	switch {
	case err != nil:
		return nil, depends, err
	case known == never:
		return nil, never, nil
	case known == always:
		// One element is enough, whatever it is.
		return &Comparison{Attr: x.Attr, Offset: x.Offset, Op: Present}, depends, nil
	}
	return &ValuePath{Attr: x.Attr, Offset: x.Offset, Filter: y}, depends, nil
}

// has reports whether the resource, or inside brackets the element, has an attribute of the name.
func (c checker) has(name string) bool {
	if c.element == nil {
		_, err := c.t.Path(name)
		return err == nil
	}
	if c.element.Type == schema.TypeComplex {
		return c.element.SubAttribute(name) != nil
	}
	return isValue(name)
}
