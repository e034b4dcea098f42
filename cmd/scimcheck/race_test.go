//go:build race

package main

// raceDetector makes everything slower by a lot.
const raceDetector = true
