package config

import (
	"bytes"

	"github.com/hashicorp/hcl/v2"

	"github.com/mockmd/mockmd/sdk/wire"
)

// Diagnostic is a diagnostic as programs read it, written as JSON.
type Diagnostic struct {
	// Severity is error or warning.
	Severity string `json:"severity"`
	// Summary says in a few words what is wrong, Detail in sentences, with
	// the mend.
	Summary string `json:"summary"`
	Detail  string `json:"detail,omitempty"`
	// Range is the source that it is about; nil when there is none.
	Range *Range `json:"range,omitempty"`
	// Withheld says that the source may be a secret and must not be shown.
	Withheld bool `json:"withheld,omitempty"`
	// Snippet is the source; nil when it is not told.
	Snippet *Snippet `json:"snippet,omitempty"`
}

// Range is a piece of source.
type Range struct {
	Filename string `json:"filename"`
	// Start is the first position, End the first one behind it.
	Start Pos `json:"start"`
	End   Pos `json:"end"`
}

// Pos is a position in a source file: line and column counted from 1, the
// column in characters, the byte from 0.
type Pos struct {
	Line   int `json:"line"`
	Column int `json:"column"`
	Byte   int `json:"byte"`
}

// Snippet is the lines of source that a diagnostic is about, without secrets.
type Snippet struct {
	StartLine int    `json:"start_line"`
	Code      string `json:"code"`
}

// Report returns diagnostics for programs: in the order of the source, each
// once. Values that may be secrets are left out. Snippets adds the lines of
// source, which not everybody may read.
func (s *Sources) Report(diags hcl.Diagnostics, snippets bool) []Diagnostic {
	out := []Diagnostic{}
	var last *hcl.Diagnostic
	for _, d := range sorted(diags) {
		if last != nil && same(last, d) {
			continue
		}
		last = d
		shown, files := printable(d, s.files)
		r := Diagnostic{Severity: "error", Summary: shown.Summary, Detail: shown.Detail}
		if d.Severity == hcl.DiagWarning {
			r.Severity = "warning"
		}
		_, r.Withheld = hcl.DiagnosticExtra[wire.Withheld](d)
		if d.Subject != nil {
			r.Range = &Range{Filename: d.Subject.Filename, Start: Pos(d.Subject.Start), End: Pos(d.Subject.End)}
			if snippets {
				r.Snippet = snippet(*shown.Subject, files[d.Subject.Filename])
			}
		}
		out = append(out, r)
	}
	return out
}

// snippet returns the lines that a range begins and ends in.
func snippet(at hcl.Range, file *hcl.File) *Snippet {
	if file == nil || !lies(at, file) {
		return nil
	}
	begin := bytes.LastIndexByte(file.Bytes[:at.Start.Byte], '\n') + 1
	end := len(file.Bytes)
	if n := bytes.IndexByte(file.Bytes[at.End.Byte:], '\n'); n >= 0 {
		end = at.End.Byte + n
	}
	return &Snippet{StartLine: at.Start.Line, Code: string(file.Bytes[begin:end])}
}

// Diagnostics turns a report back into what [Sources.Write] prints.
func Diagnostics(report []Diagnostic) hcl.Diagnostics {
	var out hcl.Diagnostics
	for _, r := range report {
		d := &hcl.Diagnostic{Severity: hcl.DiagError, Summary: r.Summary, Detail: r.Detail}
		if r.Severity == "warning" {
			d.Severity = hcl.DiagWarning
		}
		if r.Range != nil {
			d.Subject = &hcl.Range{Filename: r.Range.Filename, Start: hcl.Pos(r.Range.Start), End: hcl.Pos(r.Range.End)}
		}
		if r.Withheld {
			d.Extra = wire.Withheld{}
		}
		out = append(out, d)
	}
	return out
}
