package main

import (
	"testing"
	"time"
)

// poll waits for what nothing tells of.
func poll(t testing.TB, what string, ok func() bool) {
	t.Helper()
	deadline := time.Now().Add(time.Minute) // far beyond anything that is waited for
	for !ok() {
		if time.Now().After(deadline) {
			t.Fatalf("waiting for a minute until %s", what)
		}
		time.Sleep(time.Millisecond)
	}
}
