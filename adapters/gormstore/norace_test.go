//go:build !race

package gormstore_test

const racing = false
