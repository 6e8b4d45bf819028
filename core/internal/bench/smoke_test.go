package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/mockmd/mockmd/core/internal/program"
)

// TestMain makes the test binary the bare server when bench starts it as such.
func TestMain(m *testing.M) {
	if len(os.Args) == 4 && os.Args[1] == bareCommand {
		fmt.Fprintln(os.Stderr, serveBare(os.Args[2], os.Args[3]))
		os.Exit(1)
	}
	os.Exit(m.Run())
}

// TestBench takes every measurement with tiny counts. The figures mean nothing;
// that all are there means that every answer was right.
func TestBench(t *testing.T) {
	t.Parallel()
	ctx, dir := t.Context(), t.TempDir()
	path, err := program.Build(ctx, dir)
	if err != nil {
		t.Fatal(err)
	}
	other := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != idPath {
			w.WriteHeader(http.StatusTeapot)
			return
		}
		fmt.Fprint(w, "i-1")
	}))
	defer other.Close()
	file := filepath.Join(dir, "bench.json")
	var out, progress bytes.Buffer
	if err := run(ctx, []string{
		"-mockmd", path, "-config", "../../../metadata.hcl", "-json", file, "-peer", "other=" + other.URL,
		"-rounds", "1", "-round", "2ms", "-many", "4", "-requests", "500", "-settle", "1ms", "-idle", "1ms", "-clients", "5",
	}, &out, &progress); err != nil {
		t.Fatalf("%v\n%s", err, &progress)
	}
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var found report
	if err := json.Unmarshal(text, &found); err != nil {
		t.Fatal(err)
	}
	if want := 2 * 2 * len(kinds()); len(found.Speeds) != want {
		t.Errorf("%d rows of throughput, want %d", len(found.Speeds), want)
	}
	for _, s := range found.Speeds {
		if s.Mockmd.Rate.Median <= 0 || s.Bare.Rate.Median <= 0 || s.Mockmd.Ratio.Median <= 0 || s.Mockmd.P99.Median < s.Mockmd.P50.Median {
			t.Errorf("%s, %s, %d clients: %+v", s.What, s.Wire, s.Clients, s)
		}
		_, measured := s.Peers["other"]
		if want := s.What == "instance-id, IMDSv1"; measured != want {
			t.Errorf("%s, %s: the peer is measured: %v, want %v", s.What, s.Wire, measured, want)
		}
	}
	groups := map[string]int{}
	for _, f := range found.Figures {
		groups[f.Group]++
	}
	want := map[string]int{
		"start-up, any processor": 3, "start-up, one processor": 3, "size": 6, "refresh": 2, "reload": 4,
		"one more plugin": 4, "one more instance": 9, "idle": 1,
	}
	targets := []string{"keep-alive, every read", "close, every read", "token PUT", "first 200", "all ready", "idle processor time"}
	if os.Getuid() == 0 {
		targets = append(targets, "40 MB", "flat")
	} else {
		t.Log("NOT RUN: memory of processes that are not dumpable, which root alone may read")
		want["size"], want["one more plugin"], want["one more instance"] = 1, 3, 7
	}
	if !maps.Equal(groups, want) {
		t.Errorf("figures %v, want %v:\n%s", groups, want, &out)
	}
	for _, word := range targets {
		if !strings.Contains(out.String(), word) {
			t.Errorf("no target %q in\n%s", word, &out)
		}
	}
}
