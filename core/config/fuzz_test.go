package config_test

import (
	"bytes"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/mockmd/mockmd/core/config"
)

// Whatever the file says, loading ends, printing works, and what may be served
// is complete.
func FuzzLoad(f *testing.F) {
	f.Add([]byte(goodSource))
	goldens, err := filepath.Glob("testdata/*.txt")
	if err != nil {
		f.Fatal(err)
	}
	for _, golden := range goldens {
		text, err := os.ReadFile(golden)
		if err != nil {
			f.Fatal(err)
		}
		source, _, _ := strings.Cut(string(text), goldenMark)
		f.Add([]byte(source))
	}
	path := filepath.Join(f.TempDir(), "metadata.hcl")
	// HCL itself takes minutes to write out a number with such an exponent,
	// and files of the machine make bad test data.
	dear := regexp.MustCompile(`[eE][+-]?\d{4}|file|pow|range`)
	f.Fuzz(func(t *testing.T, source []byte) {
		if dear.Match(source) {
			t.Skip("dear to evaluate")
		}
		if err := os.WriteFile(path, source, 0o600); err != nil {
			t.Fatal(err)
		}
		file, sources, diags := config.Load(path, config.Options{Builtins: builtins, LookupEnv: lookupEnv})
		var b bytes.Buffer
		if err := sources.Write(&b, diags, false, 80); err != nil {
			t.Fatal(err)
		}
		switch {
		case diags.HasErrors():
		case file == nil:
			t.Error("no file and no error")
		case file.Instance == nil || file.Metadata.Address == "" || file.Admin.Address == "" || file.Dir == "" || len(file.Plugins) == 0:
			t.Errorf("incomplete: %+v", file)
		}
	})
}
