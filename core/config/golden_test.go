package config_test

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/mockmd/mockmd/core/config"
)

var update = flag.Bool("update", false, "write what is printed into the golden files")

// goldenMark divides a golden file into a configuration and what is printed
// about it.
const goldenMark = "\n---------- printed ----------\n"

// builtins are the plugins of the tests.
var builtins = []string{"identity", "placement", "iam"}

// folder returns a folder with the files that the configurations name.
func folder(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	for name, f := range map[string]struct {
		text string
		mode os.FileMode
	}{
		"rack":     {"#!/bin/sh\n", 0o755},
		"data.txt": {"plain text\n", 0o644},
		"data.bin": {"\xff\xfe\x00", 0o644},
		"token":    {"secret\n", 0o600},
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(f.text), f.mode); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Mkdir(filepath.Join(dir, "folder"), 0o755); err != nil {
		t.Fatal(err)
	}
	return dir
}

// lookupEnv is the environment of the tests.
func lookupEnv(name string) (string, bool) {
	value, ok := map[string]string{"ROLE": "app", "EMPTY": ""}[name]
	return value, ok
}

// load writes a configuration to the folder and loads it; printed is what a
// user would read.
func load(t *testing.T, dir, source string) (file *config.File, printed string) {
	t.Helper()
	return loadAs(t, dir, source, config.Options{Builtins: builtins, LookupEnv: lookupEnv})
}

// loadAs is load with other options.
func loadAs(t *testing.T, dir, source string, o config.Options) (file *config.File, printed string) {
	t.Helper()
	path := filepath.Join(dir, "metadata.hcl")
	if err := os.WriteFile(path, []byte(source), 0o600); err != nil {
		t.Fatal(err)
	}
	file, sources, diags := config.Load(path, o)
	var b bytes.Buffer
	if err := sources.Write(&b, diags, false, 0); err != nil {
		t.Fatal(err)
	}
	return file, strings.ReplaceAll(b.String(), dir, "$DIR")
}

func TestMistakesAsPrinted(t *testing.T) {
	t.Parallel()
	goldens, err := filepath.Glob("testdata/*.txt")
	if err != nil || len(goldens) == 0 {
		t.Fatalf("no golden files (%v)", err)
	}
	for _, golden := range goldens {
		t.Run(strings.TrimSuffix(filepath.Base(golden), ".txt"), func(t *testing.T) {
			t.Parallel()
			text, err := os.ReadFile(golden)
			if err != nil {
				t.Fatal(err)
			}
			source, want, _ := strings.Cut(string(text), goldenMark)
			file, got := load(t, folder(t), source)
			if file == nil {
				t.Error("no file, though it could be read")
			}
			if *update {
				if err := os.WriteFile(golden, []byte(source+goldenMark+got), 0o644); err != nil {
					t.Fatal(err)
				}
				return
			}
			if d := cmp.Diff(want, got); d != "" {
				t.Errorf("printed (-want +got; -update accepts):\n%s", d)
			}
		})
	}
}
