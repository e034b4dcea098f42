package ent

// The generator's own requirements are not those of the module: tidy takes them out again.

//go:generate env GOWORK=off GOFLAGS=-mod=mod go run entgo.io/ent/cmd/ent generate --feature privacy ./schema
//go:generate env GOWORK=off go mod tidy
