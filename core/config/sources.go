package config

import (
	"bytes"
	"cmp"
	"fmt"
	"io"
	"slices"

	"github.com/hashicorp/hcl/v2"
)

// Sources keeps the text of the configuration for printing diagnostics with
// the lines that they are about.
type Sources struct {
	files map[string]*hcl.File
}

// Write prints diagnostics: in the order of file, line and column, each once,
// with the lines of source, and at the end how many there are. Values that may
// be secrets are left out. Color adds VT100 sequences; width, in columns, wraps
// the text, and 0 does not. The error is that of w.
func (s *Sources) Write(w io.Writer, diags hcl.Diagnostics, color bool, width uint) error {
	var b bytes.Buffer
	var errs, warns int
	var last *hcl.Diagnostic
	for _, d := range sorted(diags) {
		if last != nil && same(last, d) {
			continue
		}
		last = d
		shown, files := printable(d, s.files)
		if err := hcl.NewDiagnosticTextWriter(&b, files, width, color).WriteDiagnostic(shown); err != nil {
			return fmt.Errorf("print diagnostic: %w", err)
		}
		if d.Severity == hcl.DiagError {
			errs++
		} else {
			warns++
		}
	}
	if last != nil {
		fmt.Fprintf(&b, "%s, %s\n", count(errs, "error"), count(warns, "warning"))
	}
	if _, err := w.Write(b.Bytes()); err != nil {
		return fmt.Errorf("print diagnostics: %w", err)
	}
	return nil
}

func count(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

// sorted returns diagnostics in the order of the source. HCL decodes arguments
// in the order of a map, so without it each run would tell them in another
// order. Those without a place come first.
func sorted(diags hcl.Diagnostics) hcl.Diagnostics {
	return slices.SortedStableFunc(slices.Values(diags), func(a, b *hcl.Diagnostic) int {
		x, y := subject(a), subject(b)
		return cmp.Or(
			cmp.Compare(x.Filename, y.Filename),
			cmp.Compare(x.Start.Line, y.Start.Line),
			cmp.Compare(x.Start.Column, y.Start.Column),
			cmp.Compare(x.End.Byte, y.End.Byte),
			cmp.Compare(a.Severity, b.Severity),
			cmp.Compare(a.Summary, b.Summary),
			cmp.Compare(a.Detail, b.Detail),
		)
	})
}

func same(a, b *hcl.Diagnostic) bool {
	return a.Severity == b.Severity && a.Summary == b.Summary && a.Detail == b.Detail && subject(a) == subject(b)
}

func subject(d *hcl.Diagnostic) hcl.Range {
	if d.Subject == nil {
		return hcl.Range{}
	}
	return *d.Subject
}

// Line returns summary and detail of a diagnostic for a line of the log,
// without values that may be secrets.
func (s *Sources) Line(d *hcl.Diagnostic) (summary, detail string) {
	shown, _ := printable(d, s.files)
	return shown.Summary, shown.Detail
}
