package config_test

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"unicode"

	"github.com/hashicorp/hcl/v2"
	"google.golang.org/protobuf/proto"

	"github.com/mockmd/mockmd/core/config"
	pluginv1 "github.com/mockmd/mockmd/sdk/proto/mockmd/plugin/v1"
	"github.com/mockmd/mockmd/sdk/wire"
)

// withheldSource has a value that a plugin's diagnostic may withhold.
const withheldSource = "plugin \"iam\" {\n  config {\n    role \"app\" {\n      external_id = \"CANARY\"\n    }\n  }\n}\n"

// FuzzPluginDiagnostics prints what a hostile plugin has to say of its
// configuration: with any text, and any ranges, of this file and of others.
// Printing ends without a panic, stays bounded, shows nothing that drives a
// terminal, and keeps the source of a withheld one to itself.
func FuzzPluginDiagnostics(f *testing.F) {
	path := filepath.Join(f.TempDir(), "metadata.hcl")
	if err := os.WriteFile(path, []byte(withheldSource), 0o600); err != nil {
		f.Fatal(err)
	}
	file, sources, _ := config.Load(path, config.Options{Builtins: builtins, LookupEnv: lookupEnv})
	body, fallback := file.Plugins[0].Config, file.Plugins[0].Range
	at := func(line, column, from, to int64) *pluginv1.Range {
		return &pluginv1.Range{Filename: "FILE", Start: &pluginv1.Pos{Line: line, Column: column, Byte: from}, End: &pluginv1.Pos{Line: line, Column: column + to - from, Byte: to}}
	}
	value := int64(strings.Index(withheldSource, `"CANARY"`))
	for _, d := range []*pluginv1.Diagnostic{
		nil,
		{},
		{Summary: "Wrong", Detail: "Very.\nIndeed.", Subject: at(4, 21, value, value+8)},
		{Summary: "Secret", Withheld: true, Subject: at(4, 21, value, value+8)},
		{Withheld: true, Subject: at(4, 21, value+2, value+2)},
		{Withheld: true, Subject: at(1, 1, 0, 0), Context: at(1, 1, 0, int64(len(withheldSource)))},
		{Withheld: true, Subject: at(1, 1, 0, int64(len(withheldSource)))},
		{Severity: 77, Summary: "\x1b[2J\u202e\r\n", Detail: "\x00\xff\x9b", Subject: at(-1, -1, -1, -1)},
		{Subject: at(1<<62, 1<<62, 1<<62, -1<<62)},
		{Subject: at(4, 1, 1<<40, 1<<41), Context: at(9, 9, 2, 1)},
		{Subject: at(2, 1, value+3, value+4), Context: at(4, 1, 3, 900)},
		{Subject: &pluginv1.Range{Filename: "/etc/passwd\x1b[0m"}},
		{Subject: &pluginv1.Range{Filename: "FILE"}},
		{Path: []string{"role", "app", "external_id"}, Withheld: true},
		{Path: []string{"role", "app"}},
		{Path: []string{"role", "none", "x"}},
		{Path: []string{"", ""}},
		{Summary: strings.Repeat("é", 500), Detail: strings.Repeat("\n", 9<<10)},
	} {
		for _, n := range []int{1, 2, 600} {
			raw, err := proto.Marshal(&pluginv1.ConfigureResponse{Diagnostics: slices.Repeat([]*pluginv1.Diagnostic{d}, n)})
			if err != nil {
				continue // what is no UTF-8 does not even leave a plugin
			}
			f.Add(raw, uint8(80))
			f.Add(raw, uint8(0))
		}
	}
	f.Fuzz(func(t *testing.T, raw []byte, width uint8) {
		m := &pluginv1.ConfigureResponse{}
		if len(raw) > 64<<10 || proto.Unmarshal(raw, m) != nil {
			t.Skip("not a message")
		}
		for _, d := range m.GetDiagnostics() {
			for _, r := range []*pluginv1.Range{d.GetSubject(), d.GetContext()} {
				if r.GetFilename() == "FILE" {
					r.Filename = path
				}
			}
		}
		diags := wire.DecodeDiagnostics(m.GetDiagnostics(), body, fallback)
		var b bytes.Buffer
		if err := sources.Write(&b, diags, false, uint(width)); err != nil {
			t.Fatal(err)
		}
		report := sources.Report(diags, true)
		var again bytes.Buffer
		if err := sources.Write(&again, config.Diagnostics(report), false, uint(width)); err != nil {
			t.Fatal(err)
		}
		printed := b.String()
		if given := len(m.GetDiagnostics()); len(diags) > 501 || (given > 0) != (len(diags) > 0) || len(report) > len(diags) {
			t.Errorf("%d diagnostics come out as %d, and %d in the report", given, len(diags), len(report))
		}
		if strings.ContainsFunc(printed, func(r rune) bool { return unicode.IsControl(r) && r != '\n' && r != '\t' }) {
			t.Errorf("what is printed drives the terminal: %q", printed)
		}
		for _, d := range diags {
			if summary, _ := sources.Line(d); d.Subject == nil || summary == "" || d.Subject.End.Byte < d.Subject.Start.Byte || d.Severity != hcl.DiagError && d.Severity != hcl.DiagWarning {
				t.Errorf("a diagnostic without place or text: %+v", d)
			}
		}
		if hides(diags, path, int(value)) && !bytes.Contains(raw, []byte("CANARY")) {
			if strings.Contains(printed, "CANARY") {
				t.Errorf("%v: what is withheld is printed:\n%s", m, printed)
			}
			for _, r := range report {
				if r.Snippet != nil && strings.Contains(r.Snippet.Code, "CANARY") {
					t.Errorf("%v: the report shows what it withholds: %+v", m, r)
				}
			}
		}
	})
}

// hides says whether each diagnostic withholds the value at a byte.
func hides(diags hcl.Diagnostics, path string, value int) bool {
	return !slices.ContainsFunc(diags, func(d *hcl.Diagnostic) bool {
		_, withheld := hcl.DiagnosticExtra[wire.Withheld](d)
		return !withheld || d.Subject.Filename != path || d.Subject.Start.Byte > value+1 || d.Subject.End.Byte < value+7 || d.Subject.End.Byte > len(withheldSource)
	})
}
