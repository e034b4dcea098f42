package filter

import (
	"strconv"
	"strings"
)

// The limits of a filter or path. They hold while it is being read, so that hostile input costs no more than what it may be.
const (
	// MaxDepth is how many parentheses and brackets may be open at a time.
	MaxDepth = 32
	// MaxLength is the greatest length in bytes.
	MaxLength = 8 << 10
)

// A SyntaxError says where a filter departs from the grammar, and what was expected there. It never holds the value of a
// comparison.
type SyntaxError struct {
	// Offset is the position in bytes.
	Offset int
	Msg    string
}

// Error returns the message and the position.
func (e *SyntaxError) Error() string { return e.Msg + " (at byte " + strconv.Itoa(e.Offset) + ")" }

// Parse reads a filter by the grammar of RFC 7644 §3.4.2.2, with errata 4690 (no brackets inside brackets) and 7319 (a blank
// between not and its parenthesis is optional). Where the grammar has one blank, several are accepted, and blanks next to
// parentheses and brackets are ignored. After a schema URI, a name may have several dots, since names of extension attributes
// may. The error is a [*SyntaxError]. The attributes are not looked up: that is [Check].
func Parse(s string) (Expr, error) { return parse(s, false) }

// ParseExtended reads what [Parse] does, and what some identity providers send instead: a comparison after a value path, as in
// emails[type eq "work"].value eq "x" or emails[type eq "work"] eq "x", and strings without quotes, which end before a
// blank, a parenthesis or a bracket. Package compat turns these into standard filters; [Check] refuses them.
func ParseExtended(s string) (Expr, error) { return parse(s, true) }

func parse(s string, extended bool) (Expr, error) {
	if len(s) > MaxLength {
		return nil, &SyntaxError{MaxLength, "the filter is longer than " + strconv.Itoa(MaxLength) + " bytes"}
	}
	p := parser{s: s, extended: extended}
	if p.blanks(); p.end() {
		return nil, p.fail(`the filter is empty: want an expression such as userName eq "value"`)
	}
	x, err := p.expression()
	if err == nil && !p.end() {
		err = p.fail(quote(p.s[p.i]) + " closes nothing")
	}
	if err != nil {
		return nil, err
	}
	return x, nil
}

// A parser reads a filter by recursive descent. Its methods leave i at the first byte they did not use.
type parser struct {
	s        string
	i        int
	depth    int
	extended bool
	inside   bool // brackets
}

func (p *parser) fail(msg string) error { return &SyntaxError{p.i, msg} }

func (p *parser) end() bool { return p.i == len(p.s) }

// peek returns the next byte, or 0 at the end, which is not part of the grammar either.
func (p *parser) peek() byte {
	if p.i < len(p.s) {
		return p.s[p.i]
	}
	return 0
}

// blanks skips blanks and reports whether there was one.
func (p *parser) blanks() bool {
	start := p.i
	for p.i < len(p.s) && p.s[p.i] == ' ' {
		p.i++
	}
	return p.i > start
}

// expression reads terms and connectives up to the end or a closing parenthesis or bracket. Since and binds more tightly
// than or, it is enough to remember what stands before the last or.
func (p *parser) expression() (Expr, error) {
	var before Expr
	left, err := p.term()
	for err == nil {
		var op Connective
		if op, err = p.connective(); err != nil || op == 0 {
			break
		}
		var right Expr
		if right, err = p.term(); err != nil {
			break
		}
		if op == And {
			left = &Logical{And, left, right}
		} else {
			before, left = either(before, left), right
		}
	}
	if err != nil {
		return nil, err
	}
	return either(before, left), nil
}

func either(before, x Expr) Expr {
	if before == nil {
		return x
	}
	return &Logical{Or, before, x}
}

// connective reads and or or with the blanks around it. It returns 0 where the expression ends.
func (p *parser) connective() (Connective, error) {
	blank := p.blanks()
	if c := p.peek(); p.end() || c == ')' || c == ']' {
		return 0, nil
	}
	var op Connective
	word := p.word()
	switch {
	case strings.EqualFold(word, "and"):
		op = And
	case strings.EqualFold(word, "or"):
		op = Or
	case operatorOf(word) != 0, p.peek() == '.':
		return 0, p.fail(`want "and", "or" or the end of the expression: a comparison must not follow brackets or another comparison; ` +
			`put all conditions on one element into the brackets, as in emails[type eq "work" and value eq "value"]`)
	default:
		return 0, p.fail(`want "and", "or" or the end of the expression`)
	}
	if !blank {
		return 0, p.fail(`want a blank before "` + op.String() + `"`)
	}
	if p.i += len(word); !p.end() && !p.blanks() {
		return 0, p.fail(`want a blank after "` + op.String() + `"`)
	}
	return op, nil
}

// term reads what connectives join.
func (p *parser) term() (Expr, error) {
	p.blanks()
	if p.peek() == '(' {
		return p.group()
	}
	offset := p.i
	name, err := p.attribute()
	if err != nil {
		return nil, err
	}
	blank := p.blanks()
	switch {
	case p.peek() == '(' && strings.EqualFold(name, "not"):
		x, err := p.group()
		if err != nil {
			return nil, err
		}
		return &Not{x}, nil
	case p.peek() == '[':
		return p.valuePath(name, offset)
	}
	x := &Comparison{Attr: name, Offset: offset}
	x.Op, x.Value, err = p.comparison(name, blank)
	if err != nil {
		return nil, err
	}
	return x, nil
}

// group reads an expression in parentheses.
func (p *parser) group() (Expr, error) {
	open := p.i
	if err := p.enter(); err != nil {
		return nil, err
	}
	x, err := p.expression()
	if err != nil {
		return nil, err
	}
	if p.peek() != ')' {
		return nil, p.fail(`want ")" for the "(" at byte ` + strconv.Itoa(open))
	}
	p.i++
	p.depth--
	return x, nil
}

// enter goes over an opening parenthesis or bracket.
func (p *parser) enter() error {
	if p.depth == MaxDepth {
		return p.fail("more than " + strconv.Itoa(MaxDepth) + " parentheses and brackets are open")
	}
	p.depth++
	p.i++
	return nil
}

func (p *parser) valuePath(name string, offset int) (Expr, error) {
	x, err := p.brackets()
	if err != nil {
		return nil, err
	}
	v := &ValuePath{Attr: name, Offset: offset, Filter: x}
	if !p.extended {
		return v, nil
	}
	end := p.i
	switch blank := p.blanks(); {
	case p.i == end && p.peek() == '.':
		p.i++
		if v.Sub, err = p.subAttribute(); err != nil {
			return nil, err
		}
		v.Op, v.Value, err = p.comparison(v.Sub, p.blanks())
	case operatorOf(p.word()) != 0:
		v.Op, v.Value, err = p.comparison(name, blank)
	default:
		p.i = end
	}
	if err != nil {
		return nil, err
	}
	return v, nil
}

// brackets reads the filter of a value path, from the opening bracket to the closing one.
func (p *parser) brackets() (Expr, error) {
	if p.inside {
		return nil, p.fail("brackets inside brackets are not allowed (RFC 7644 §3.4.2.2)")
	}
	open := p.i
	if err := p.enter(); err != nil {
		return nil, err
	}
	p.inside = true
	x, err := p.expression()
	if err != nil {
		return nil, err
	}
	if p.peek() != ']' {
		return nil, p.fail(`want "]" for the "[" at byte ` + strconv.Itoa(open))
	}
	p.inside = false
	p.i++
	p.depth--
	return x, nil
}

const operatorList = "eq, ne, co, sw, ew, pr, gt, ge, lt or le"

// comparison reads an operator and the value it takes, after the attribute name and the blanks that must follow it.
func (p *parser) comparison(name string, blank bool) (Operator, Literal, error) {
	switch {
	case p.end():
		return 0, Literal{}, p.fail("want an operator after the attribute: " + operatorList)
	case !blank:
		return 0, Literal{}, p.fail("want a blank and an operator after the attribute; " + quote(p.peek()) + " is not part of an attribute name")
	}
	word := p.word()
	op := operatorOf(word)
	if op == 0 {
		return 0, Literal{}, p.unknownOperator(name, word)
	}
	p.i += len(word)
	if op == Present {
		if c := p.peek(); !p.end() && c != ' ' && c != ')' && c != ']' {
			return 0, Literal{}, p.fail("pr takes no value")
		}
		return op, Literal{}, nil
	}
	if !p.blanks() {
		return 0, Literal{}, p.fail("want a blank and a value after " + op.String())
	}
	value, err := p.literal()
	return op, value, err
}

func (p *parser) unknownOperator(name, word string) error {
	switch {
	case strings.EqualFold(name, "not"):
		return p.fail(`want "(" after not: not takes a filter in parentheses`)
	case word == "" || len(word) > 16:
		return p.fail("want an operator: " + operatorList)
	default:
		return p.fail("the operator " + strconv.Quote(word) + " is not supported: want " + operatorList)
	}
}

// word returns the run of letters that comes next, without going over it.
func (p *parser) word() string {
	i := p.i
	for i < len(p.s) && isLetter(p.s[i]) {
		i++
	}
	return p.s[p.i:i]
}

// operatorOf returns the operator of the given name in any letter case, or 0.
func operatorOf(word string) Operator {
	if len(word) != 2 {
		return 0
	}
	a, b := word[0]|0x20, word[1]|0x20
	for op, name := range operatorNames {
		if op > 0 && name[0] == a && name[1] == b {
			return Operator(op)
		}
	}
	return 0
}
