package wire_test

import (
	"strings"
	"testing"

	"github.com/hashicorp/hcl/v2"

	pluginv1 "github.com/mockmd/mockmd/sdk/proto/mockmd/plugin/v1"
	"github.com/mockmd/mockmd/sdk/wire"
)

func TestDiagnosticIsPlacedByItsPath(t *testing.T) {
	t.Parallel()
	b, files := parse(t, `plugin "p" {
  config {
    region = "eu"
    tags   = { a = 1 }
    role "web" {
      arn = "x"
    }
    role "app" {
      arn = "y"
      sts {
        port = 1
      }
    }
  }
}
`)
	body, _ := wire.EncodeBody(b, nil)
	source := files["metadata.hcl"].Bytes
	fallback := hcl.Range{
		Filename: "metadata.hcl", Start: hcl.Pos{Line: 1, Column: 1},
		End: hcl.Pos{Line: 1, Column: 11, Byte: 10},
	}
	tests := []struct {
		name, path, want string
	}{
		{"argument", "region", `"eu"`},
		{"inside a value", "tags/a", `{ a = 1 }`},
		{"argument in a block", "role/app/arn", `"y"`},
		{"argument two blocks down", "role/app/sts/port", "1"},
		{"block", "role/app", `role "app"`},
		{"block without its label", "role", `role "web"`},
		{"missing argument", "role/app/session", `role "app"`},
		{"missing argument two blocks down", "role/app/sts/host", "sts"},
		{"unknown label", "role/db/arn", `plugin "p"`},
		{"unknown block", "queue/x", `plugin "p"`},
		{"nothing", "", `plugin "p"`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			m := &pluginv1.Diagnostic{Summary: "wrong"}
			if tt.path != "" {
				m.Path = strings.Split(tt.path, "/")
			}
			d := wire.DecodeDiagnostics([]*pluginv1.Diagnostic{m}, body, fallback)[0]
			if got := string(d.Subject.SliceBytes(source)); got != tt.want {
				t.Errorf("path %s is placed at %q, want %q", tt.path, got, tt.want)
			}
			if d.Severity != hcl.DiagError {
				t.Errorf("severity %v, want error", d.Severity)
			}
		})
	}
}

func TestDiagnosticsSurviveTheCrossing(t *testing.T) {
	t.Parallel()
	r := hcl.Range{Filename: "f.hcl", Start: hcl.Pos{Line: 2, Column: 3, Byte: 9}, End: hcl.Pos{Line: 2, Column: 5, Byte: 11}}
	wide := hcl.Range{Filename: "f.hcl", Start: hcl.Pos{Line: 1, Column: 1}, End: r.End}
	in := hcl.Diagnostics{
		{Severity: hcl.DiagWarning, Summary: "odd", Detail: "one\n\ttwo", Subject: &r, Context: &wide},
		nil,
		{Severity: hcl.DiagError, Summary: "wrong"},
	}
	out := wire.DecodeDiagnostics(wire.EncodeDiagnostics(in), nil, wide)
	if len(out) != 2 {
		t.Fatalf("%d diagnostics, want 2", len(out))
	}
	first, second := out[0], out[1]
	if first.Severity != hcl.DiagWarning || first.Summary != "odd" || first.Detail != "one\n\ttwo" || *first.Subject != r || *first.Context != wide {
		t.Errorf("first: %+v", first)
	}
	if second.Severity != hcl.DiagError || *second.Subject != wide || second.Context != nil {
		t.Errorf("second: %+v", second)
	}
}

func TestDiagnosticsOfAHostilePlugin(t *testing.T) {
	t.Parallel()
	backwards := &pluginv1.Range{
		Filename: "f\x1b.hcl",
		Start:    &pluginv1.Pos{Line: 1 << 62, Column: -5, Byte: 1 << 62},
		End:      &pluginv1.Pos{Line: -1, Byte: -1},
	}
	ds := []*pluginv1.Diagnostic{
		nil,
		{Summary: "red \x1b[31m\u202e" + strings.Repeat("ü", 1000), Detail: "a\nb\rc", Subject: backwards, Context: &pluginv1.Range{Filename: "other"}},
	}
	for range 1000 {
		ds = append(ds, &pluginv1.Diagnostic{Severity: pluginv1.Diagnostic_SEVERITY_WARNING, Summary: "again"})
	}
	ds = append(ds, &pluginv1.Diagnostic{Summary: "at last an error"})
	fallback := hcl.Range{Filename: "f.hcl", Start: hcl.InitialPos, End: hcl.InitialPos}
	out := wire.DecodeDiagnostics(ds, nil, fallback)
	if len(out) != 501 {
		t.Fatalf("%d diagnostics, want 501", len(out))
	}
	if out[0].Summary != "The plugin refused its configuration" || *out[0].Subject != fallback {
		t.Errorf("nil diagnostic: %+v", out[0])
	}
	d := out[1]
	if strings.ContainsAny(d.Summary+d.Subject.Filename, "\x1b\u202e") || len(d.Summary) > 510 || d.Detail != "a\nb c" {
		t.Errorf("text is not made safe: %q, %q", d.Summary, d.Detail)
	}
	if s := d.Subject; s.Start.Byte < 0 || s.End.Byte < s.Start.Byte || s.Start.Column != 1 || d.Context != nil {
		t.Errorf("range is not made safe: %+v, context %v", s, d.Context)
	}
	last := out[500]
	if last.Severity != hcl.DiagError || last.Detail != "The plugin reported 503 more." {
		t.Errorf("last: %+v", last)
	}
}
