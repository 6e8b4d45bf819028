package sdk_test

import (
	"testing"

	"github.com/hashicorp/hcl/v2"

	"github.com/mockmd/mockmd/sdk"
)

func TestDiagnostics(t *testing.T) {
	t.Parallel()
	at := hcl.Range{Filename: "a.hcl", Start: hcl.Pos{Line: 1, Column: 1, Byte: 0}, End: hcl.Pos{Line: 1, Column: 5, Byte: 4}}
	e, w := sdk.Errorf(at, "No row", "%d is no row.", 7), sdk.Warningf(at, "Odd row", "%d is odd.", 7)
	if e.Severity != hcl.DiagError || e.Summary != "No row" || e.Detail != "7 is no row." || *e.Subject != at {
		t.Errorf("%+v", e)
	}
	if w.Severity != hcl.DiagWarning || w.Detail != "7 is odd." {
		t.Errorf("%+v", w)
	}
}

func TestTogether(t *testing.T) {
	t.Parallel()
	at := func(line int) hcl.Range {
		return hcl.Range{Start: hcl.Pos{Line: line, Byte: 10 * line}, End: hcl.Pos{Line: line, Byte: 10*line + 5}}
	}
	decoded := hcl.Diagnostics{sdk.Errorf(at(1), "Wrong type", "")}
	own := hcl.Diagnostics{
		sdk.Errorf(at(1), "Echo", ""), sdk.Errorf(at(2), "News", ""), sdk.Errorf(hcl.Range{}, "Of nothing", ""),
		{Severity: hcl.DiagError, Summary: "Without a place"},
	}
	for name, tt := range map[string]struct {
		decoded hcl.Diagnostics
		want    []string
	}{
		"after a mistake": {decoded, []string{"Wrong type", "News", "Without a place"}},
		"after a warning": {hcl.Diagnostics{sdk.Warningf(at(1), "Odd", "")}, []string{"Odd", "Echo", "News", "Of nothing", "Without a place"}},
		"after nothing":   {nil, []string{"Echo", "News", "Of nothing", "Without a place"}},
	} {
		got := sdk.Together(tt.decoded, own)
		if len(got) != len(tt.want) {
			t.Errorf("%s: %v", name, got)
			continue
		}
		for i, d := range got {
			if d.Summary != tt.want[i] {
				t.Errorf("%s: %q, want %q", name, d.Summary, tt.want[i])
			}
		}
	}
	if len(own) != 4 || len(decoded) != 1 {
		t.Error("the lists that were given have changed")
	}
}
