//go:build race

package filter_test

// raceEnabled says that the race detector slows everything down.
const raceEnabled = true
