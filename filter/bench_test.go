package filter_test

import (
	"testing"

	reference "github.com/scim2/filter-parser/v2"

	"github.com/embedscim/scim/filter"
	"github.com/embedscim/scim/schema"
)

const oneTerm = `userName eq "bjensen@example.com"`

// BenchmarkParse reads the filter that every identity provider sends, beside the reference.
func BenchmarkParse(b *testing.B) {
	b.Run("one term", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			_, _ = filter.Parse(oneTerm)
		}
	})
	b.Run("one term, filter-parser", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			_, _ = reference.ParseFilterNumber([]byte(oneTerm))
		}
	})
	b.Run("value path", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			_, _ = filter.Parse(`userType eq "Employee" and emails[type eq "work" and value co "@example.com"]`)
		}
	})
	b.Run("value path, filter-parser", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			_, _ = reference.ParseFilterNumber([]byte(`userType eq "Employee" and emails[type eq "work" and value co "@example.com"]`))
		}
	})
}

// BenchmarkParseHostile reads texts made to be expensive.
func BenchmarkParseHostile(b *testing.B) {
	for name, in := range hostile() {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				_, _ = filter.Parse(in)
			}
		})
	}
}

func BenchmarkCheck(b *testing.B) {
	x, err := filter.Parse(oneTerm)
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		_, _ = filter.Check(schema.UserType(), x)
	}
}

func BenchmarkParsePath(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		_, _ = filter.ParsePath(schema.UserType(), `emails[type eq "work"].value`)
	}
}

func BenchmarkMatch(b *testing.B) {
	r := user1(b)
	for _, in := range []string{
		`userName eq "bjensen"`, `userName co "ens"`, `emails[type eq "work" and value ew "@example.com"]`,
		`meta.lastModified gt "2011-05-13T04:42:34Z"`, `schemas eq "` + enterprise + `"`,
	} {
		c := checked(b, schema.UserType(), in)
		b.Run(in, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				c.Match(r)
			}
		})
	}
}
