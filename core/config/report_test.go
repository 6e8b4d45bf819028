package config_test

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/mockmd/mockmd/core/config"
)

// TestReportCrosses: diagnostics that went through JSON are printed as before
// by who has the file, secrets withheld.
func TestReportCrosses(t *testing.T) {
	t.Parallel()
	dir := folder(t)
	path := filepath.Join(dir, "metadata.hcl")
	const source = "metadata { addrss = \":1\" }\ninstance {\n  user_data = upper(CANARY)\n}\nplugin \"placment\" {}\nlog { level = \"loud\" }\n"
	if err := os.WriteFile(path, []byte(source), 0o600); err != nil {
		t.Fatal(err)
	}
	_, sources, diags := config.Load(path, config.Options{Builtins: builtins, LookupEnv: lookupEnv})
	report := sources.Report(diags, false)
	text, err := json.Marshal(report)
	if err != nil {
		t.Fatal(err)
	}
	if bytes.Contains(text, []byte("snippet")) || bytes.Contains(text, []byte("addrss = ")) {
		t.Errorf("source is told: %s", text)
	}
	var read []config.Diagnostic
	if err := json.Unmarshal(text, &read); err != nil {
		t.Fatal(err)
	}
	var before, after bytes.Buffer
	if err := sources.Write(&before, diags, false, 0); err != nil {
		t.Fatal(err)
	}
	if err := sources.Write(&after, config.Diagnostics(read), false, 0); err != nil {
		t.Fatal(err)
	}
	if before.String() != after.String() || len(report) < 4 {
		t.Errorf("printed at first:\n%s\nand after JSON:\n%s", &before, &after)
	}
}
