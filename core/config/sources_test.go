package config_test

import (
	"bytes"
	"errors"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/hcl/v2"

	"github.com/mockmd/mockmd/core/config"
)

// sourcesOf loads a small valid file and returns its name in diagnostics.
func sourcesOf(t *testing.T) (*config.Sources, string) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "metadata.hcl")
	if err := os.WriteFile(path, []byte("plugin \"iam\" {\n  config {\n    a = 1\n  }\n}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	_, sources, diags := config.Load(path, config.Options{Builtins: builtins})
	if len(diags) != 0 {
		t.Fatal(diags)
	}
	return sources, path
}

func at(file string, line, column, start, end int) *hcl.Range {
	return &hcl.Range{
		Filename: file,
		Start:    hcl.Pos{Line: line, Column: column, Byte: start},
		End:      hcl.Pos{Line: line, Column: column + end - start, Byte: end},
	}
}

func TestDiagnosticsArePrintedInOrderAndOnce(t *testing.T) {
	t.Parallel()
	sources, name := sourcesOf(t)
	diags := hcl.Diagnostics{
		{Severity: hcl.DiagError, Summary: "third", Subject: at(name, 3, 9, 34, 35)},
		{Severity: hcl.DiagWarning, Summary: "second", Detail: "It is a long sentence.", Subject: at(name, 3, 5, 30, 31)},
		{Severity: hcl.DiagError, Summary: "third", Subject: at(name, 3, 9, 34, 35)},
		{Severity: hcl.DiagError, Summary: "first"},
	}
	var b bytes.Buffer
	if err := sources.Write(&b, diags, true, 12); err != nil {
		t.Fatal(err)
	}
	want := "\x1b[31mError\x1b[0m: first\n\n" +
		"\x1b[33mWarning\x1b[0m: second\n\n  on FILE line 3, in plugin \"iam\":\n   3:     \x1b[1;4ma\x1b[0m = 1\n\nIt is a long\nsentence.\n\n" +
		"\x1b[31mError\x1b[0m: third\n\n  on FILE line 3, in plugin \"iam\":\n   3:     a = \x1b[1;4m1\x1b[0m\n\n" +
		"2 errors, 1 warning\n"
	if d := cmp.Diff(want, strings.ReplaceAll(b.String(), name, "FILE")); d != "" {
		t.Errorf("printed (-want +got):\n%s", d)
	}
	b.Reset()
	if err := sources.Write(&b, nil, true, 12); err != nil || b.Len() != 0 {
		t.Errorf("without diagnostics %q is printed (%v)", b.String(), err)
	}
}

// A plugin chooses the ranges that it reports; none may stop the printing.
func TestStrangeRangesArePrinted(t *testing.T) {
	t.Parallel()
	sources, name := sourcesOf(t)
	for _, r := range []*hcl.Range{
		at(name, 1, 1, 1<<30, 1<<30),
		at(name, math.MaxInt32/2, 1, 0, math.MaxInt32/2),
		at(name, 3, 1, 40, 2),
		at(name, 0, 0, 0, 0),
		at("/etc/passwd", 1, 1, 0, 100),
	} {
		for _, context := range []*hcl.Range{nil, at(name, 1, 1, 0, 1<<30), at("elsewhere", 1, 1, 5, 3)} {
			var b bytes.Buffer
			d := &hcl.Diagnostic{Severity: hcl.DiagError, Summary: "odd", Detail: "detail", Subject: r, Context: context}
			if err := sources.Write(&b, hcl.Diagnostics{d}, true, 80); err != nil {
				t.Errorf("subject %v, context %v: %v", r, context, err)
			}
			if strings.Contains(b.String(), "root:") {
				t.Errorf("subject %v prints a file that is not the configuration's", r)
			}
		}
	}
}

type fullDisk struct{}

func (fullDisk) Write([]byte) (int, error) { return 0, errors.New("disk is full") }

func TestWriteReportsTheWriter(t *testing.T) {
	t.Parallel()
	sources, _ := sourcesOf(t)
	err := sources.Write(fullDisk{}, hcl.Diagnostics{{Severity: hcl.DiagError, Summary: "x"}}, false, 0)
	if err == nil || err.Error() != "print diagnostics: disk is full" {
		t.Errorf("error %v", err)
	}
}
