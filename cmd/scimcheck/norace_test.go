//go:build !race

package main

// raceDetector is not there.
const raceDetector = false
