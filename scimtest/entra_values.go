package scimtest

import (
	"fmt"
	"hash/fnv"
	"math/rand/v2"
	"strings"
)

// random is the source of the values of the case: the same for the same seed, whatever runs beside it.
func (s *Session) random() *rand.Rand {
	if s.values == nil {
		h := fnv.New64a()
		_, _ = h.Write([]byte(s.test.ID)) // It never fails.
		s.client.init()
		s.values = rand.New(rand.NewPCG(s.client.seed, h.Sum64()))
	}
	return s.values
}

func (s *Session) pick(list ...string) string { return list[s.random().IntN(len(list))] }

// letters returns twelve capitals, which is what the validator puts in most strings.
func (s *Session) letters() string {
	var b strings.Builder
	for range 12 {
		b.WriteByte(byte('A' + s.random().IntN(26)))
	}
	return b.String()
}

func (s *Session) uuid() string {
	r := s.random()
	return fmt.Sprintf("%08x-%04x-4%03x-a%03x-%012x", r.Uint32(), r.IntN(1<<16), r.IntN(1<<12), r.IntN(1<<12), r.Int64N(1<<48))
}

var (
	givenNames  = []string{"Felicity", "Brock", "Zora", "Elyse", "Hilton", "Noel", "Madelyn", "Prince"}
	familyNames = []string{"O'Hara", "Kemmer", "Stark-Rempel", "Schultz", "Vonrueden", "Nunez", "Jast", "Urban"}
	streets     = []string{"Ramiro Union", "Katlyn Row", "Gusikowski Overpass", "Lily Fork"}
	countries   = []string{"Saint Pierre and Miquelon", "Colombia", "Bahrain", "Sierra Leone"}
	languages   = []string{"en-GB", "shi-Latn-MA", "kw", "hi", "en-SC"}
	timezones   = []string{"America/Argentina/San_Juan", "Africa/Maputo", "America/Guayaquil", "Europe/Zurich"}
)

// email returns an address that nobody has: its domain is reserved (RFC 2606).
func (s *Session) email() string {
	return strings.ToLower(s.pick("gunner", "justyn", "thaddeus", "broderick", "jackeline")) + fmt.Sprint(s.random().IntN(1e6)) + "@" + s.pick("rempel", "jones", "hammes", "schultz") + ".example"
}

// value makes up a value of an attribute, of the kind that the validator makes up. The joining attribute gets one that nobody
// else has.
func (t *entraType) value(a entraAttr) any {
	s := t.s
	switch {
	case a.path == t.joining && a.leaf() == "displayName":
		return s.Name(s.letters())
	case a.path == t.joining:
		return s.Name(s.email())
	case a.boolean:
		return true
	case a.name == "emails":
		return s.email()
	case a.name == "phoneNumbers":
		return t.phone()
	case a.name == "name":
		if a.sub == "familyName" {
			return s.pick(familyNames...)
		}
		return s.pick(givenNames...)
	}
	switch leaf := a.leaf(); {
	case leaf == "userName":
		return s.Name(s.email())
	case leaf == "externalId":
		return s.uuid()
	case leaf == "streetAddress":
		return fmt.Sprint(1+s.random().IntN(20000), " ", s.pick(streets...))
	case leaf == "postalCode":
		return fmt.Sprintf("%s%02d %d%s", s.pick("qw", "mz", "ad"), s.random().IntN(100), s.random().IntN(10), s.pick("ik", "em", "tr"))
	case leaf == "country":
		return s.pick(countries...)
	case leaf == "preferredLanguage":
		return s.pick(languages...)
	case leaf == "timezone":
		return s.pick(timezones...)
	}
	return t.typed(a)
}

// phone returns the number that all kinds of phone get in one body.
func (t *entraType) phone() string {
	if t.number == "" {
		r := t.s.random()
		t.number = fmt.Sprintf("%d-%03d-%04d", 1+r.IntN(98), r.IntN(1000), r.IntN(10000))
	}
	return t.number
}

// typed makes up a value of the type that the schema says, where the validator would send letters: a service provider is right
// to refuse those.
func (t *entraType) typed(a entraAttr) any {
	s := t.s
	switch d := t.definition(a); d {
	case "boolean":
		return true
	case "integer", "decimal":
		return 1 + s.random().IntN(99999)
	case "dateTime":
		return fmt.Sprintf("20%02d-05-13T04:42:%02dZ", s.random().IntN(30), s.random().IntN(60))
	}
	return s.letters()
}
