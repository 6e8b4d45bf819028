package main

import (
	"io"
	"slices"
	"strings"
	"testing"
	"time"
)

// TestFind: the module's own targets are found, those that strangers reach
// first, and each of the order is one.
func TestFind(t *testing.T) {
	t.Parallel()
	targets, err := find("../../..", "")
	if err != nil {
		t.Fatal(err)
	}
	for i, name := range first {
		if targets[i].name != name {
			t.Errorf("target %d is %s, want %s", i, targets[i].name, name)
		}
	}
	if !slices.Contains(targets, target{"sdk/wire", "FuzzDecodeBody"}) {
		t.Errorf("FuzzDecodeBody of sdk/wire is not among %v", targets)
	}
	for only, want := range map[string]string{"NoSuch": `no fuzz target matches "NoSuch"`, "(": "-only: error parsing regexp"} {
		if _, err := find("../../..", only); err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("%s: error %v, want %q", only, err, want)
		}
	}
}

// TestTable reads what go test prints, in pieces, and prints the table of it.
func TestTable(t *testing.T) {
	t.Parallel()
	well := "fuzz: elapsed: 0s, gathering baseline coverage: 0/41 completed\nfuzz: elapsed: 3s, execs: 358 (119/sec), new interesting: 2 (total: 41)\n" +
		"fuzz: elapsed: 11s, execs: 1865 (0/sec), new interesting: 7 (total: 43)\nPASS\n"
	ill := "fuzz: elapsed: 1s, execs: 12 (9/sec), new interesting: 0 (total: 1)\n--- FAIL: FuzzX (0.02s)\n    x_test.go:1: no\n\n" +
		"    Failing input written to testdata/fuzz/FuzzX/1234\nFAIL\n"
	var results []result
	for _, text := range []string{well, ill, "--- FAIL: FuzzX (0.02s)\n"} {
		r := &reader{out: io.Discard}
		for _, b := range []byte(text) {
			if _, err := r.Write([]byte{b}); err != nil {
				t.Fatal(err)
			}
		}
		got := r.result()
		got.target, got.took = target{"a/b", "FuzzX"}, 11*time.Second
		results = append(results, got)
	}
	var out strings.Builder
	table(&out, results)
	want := `
  package  target  seconds  executions  new interesting  finding
      a/b   FuzzX       11        1865                7  none
      a/b   FuzzX       11          12                0  testdata/fuzz/FuzzX/1234
      a/b   FuzzX       11           0                0  failed
`
	if out.String() != want {
		t.Errorf("got\n%s\nwant\n%s", out.String(), want)
	}
}
