package wire

import (
	"fmt"
	"strings"
	"unicode"

	"github.com/hashicorp/hcl/v2"

	pluginv1 "github.com/mockmd/mockmd/sdk/proto/mockmd/plugin/v1"
)

const (
	// maxDiagnostics is how many diagnostics of one plugin are shown.
	maxDiagnostics = 500
	// maxSummary and maxDetail are how many bytes of each text are shown.
	maxSummary = 500
	maxDetail  = 8 << 10
)

// Withheld is the Extra of a diagnostic about a value that may be a secret. Who
// prints the diagnostic must not print the source that it points at.
type Withheld struct{}

// EncodeDiagnostics returns the messages that carry ds. Expressions and
// evaluation contexts stay behind.
func EncodeDiagnostics(ds hcl.Diagnostics) []*pluginv1.Diagnostic {
	var out []*pluginv1.Diagnostic
	for _, d := range ds {
		if d == nil {
			continue
		}
		m := &pluginv1.Diagnostic{
			Severity: pluginv1.Diagnostic_SEVERITY_ERROR,
			Summary:  validText(d.Summary),
			Detail:   validText(d.Detail),
		}
		if d.Severity == hcl.DiagWarning {
			m.Severity = pluginv1.Diagnostic_SEVERITY_WARNING
		}
		if d.Subject != nil {
			m.Subject = EncodeRange(*d.Subject)
		}
		_, m.Withheld = hcl.DiagnosticExtra[Withheld](d)
		if d.Context != nil {
			m.Context = EncodeRange(*d.Context)
		}
		out = append(out, m)
	}
	return out
}

// DecodeDiagnostics turns what a plugin reports into HCL's diagnostics. body
// is the configuration that the plugin was given. A diagnostic without a
// subject but with a path is placed by walking body: at the argument's value,
// else at the nearest block's header; one without either gets fallback.
//
// A plugin is a stranger: texts are cut at a fixed length and lose control
// characters, which a terminal would obey, and what exceeds a fixed number of
// diagnostics is counted only.
func DecodeDiagnostics(ds []*pluginv1.Diagnostic, body *pluginv1.Body, fallback hcl.Range) hcl.Diagnostics {
	var out hcl.Diagnostics
	for i, m := range ds {
		if i == maxDiagnostics {
			severity := hcl.DiagWarning
			for _, left := range ds[i:] {
				if decodeSeverity(left) == hcl.DiagError {
					severity = hcl.DiagError
				}
			}
			return append(out, &hcl.Diagnostic{
				Severity: severity,
				Summary:  "More mistakes than are shown",
				Detail:   fmt.Sprintf("The plugin reported %d more.", len(ds)-i),
				Subject:  &fallback,
			})
		}
		out = append(out, decodeDiagnostic(m, body, fallback))
	}
	return out
}

func decodeDiagnostic(m *pluginv1.Diagnostic, body *pluginv1.Body, fallback hcl.Range) *hcl.Diagnostic {
	d := &hcl.Diagnostic{
		Severity: decodeSeverity(m),
		Extra:    decodeExtra(m),
		Summary:  printable(m.GetSummary(), maxSummary, false),
		Detail:   printable(m.GetDetail(), maxDetail, true),
	}
	if d.Summary == "" {
		d.Summary = "The plugin refused its configuration"
	}
	switch {
	case m.GetSubject() != nil:
		d.Subject = DecodeRange(m.GetSubject()).Ptr()
		if c := m.GetContext(); c != nil && c.GetFilename() == d.Subject.Filename {
			d.Context = DecodeRange(c).Ptr()
		}
	case len(m.GetPath()) > 0:
		d.Subject = place(body, m.GetPath(), fallback).Ptr()
	default:
		d.Subject = fallback.Ptr()
	}
	d.Subject.Filename = printable(d.Subject.Filename, maxSummary, false)
	if d.Context != nil {
		d.Context.Filename = d.Subject.Filename
	}
	return d
}

func decodeSeverity(m *pluginv1.Diagnostic) hcl.DiagnosticSeverity {
	if m.GetSeverity() == pluginv1.Diagnostic_SEVERITY_WARNING {
		return hcl.DiagWarning
	}
	return hcl.DiagError
}

// printable cuts s to limit bytes and replaces what would control a terminal.
func printable(s string, limit int, lines bool) string {
	if len(s) > limit {
		s = strings.ToValidUTF8(s[:limit], "") + "…"
	}
	return strings.Map(func(r rune) rune {
		switch {
		case lines && (r == '\n' || r == '\t'):
			return r
		case unicode.IsControl(r), unicode.Is(unicode.Bidi_Control, r):
			return ' '
		}
		return r
	}, s)
}

func decodeExtra(m *pluginv1.Diagnostic) any {
	if m.GetWithheld() {
		return Withheld{}
	}
	return nil
}
