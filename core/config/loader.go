package config

import (
	"fmt"
	"net"
	"strings"

	"github.com/hashicorp/hcl/v2"
)

// loader decodes one file and collects what is wrong with it.
type loader struct {
	options  Options
	builtins []string // sorted
	dir      string   // of the file, absolute; relative paths start there
	ctx      *hcl.EvalContext
	diags    hcl.Diagnostics
	own      []net.Addr // of this host's interfaces, once they are needed
}

func (l *loader) add(diags hcl.Diagnostics) { l.diags = append(l.diags, diags...) }

// errorAt reports a mistake at a piece of source.
func (l *loader) errorAt(at hcl.Range, summary, detail string, args ...any) {
	l.report(hcl.DiagError, at, summary, detail, args)
}

// warnAt reports something that the user should know.
func (l *loader) warnAt(at hcl.Range, summary, detail string, args ...any) {
	l.report(hcl.DiagWarning, at, summary, detail, args)
}

func (l *loader) report(severity hcl.DiagnosticSeverity, at hcl.Range, summary, detail string, args []any) {
	l.diags = append(l.diags, &hcl.Diagnostic{
		Severity: severity,
		Summary:  summary,
		Detail:   fmt.Sprintf(detail, args...),
		Subject:  &at,
	})
}

// errors counts the errors so far.
func (l *loader) errors() int {
	n := 0
	for _, d := range l.diags {
		if d.Severity == hcl.DiagError {
			n++
		}
	}
	return n
}

// content takes a body apart. What it has beyond the schema is reported by
// HCL, with the nearest name.
func (l *loader) content(body hcl.Body, schema *hcl.BodySchema) *hcl.BodyContent {
	content, diags := body.Content(schema)
	l.add(diags)
	return content
}

// one returns the only block of a type, the first of several after reporting
// the others, and nil when there is none.
func (l *loader) one(blocks hcl.Blocks, blockType string) *hcl.Block {
	blocks = blocks.OfType(blockType)
	if len(blocks) == 0 {
		return nil
	}
	for _, b := range blocks[1:] {
		l.errorAt(b.DefRange, "Duplicate "+blockType+" block",
			"There is one already, at %s. Keep one of them.", place(blocks[0].DefRange))
	}
	return blocks[0]
}

// place is where a piece of source begins, for texts.
func place(r hcl.Range) string { return fmt.Sprintf("%s:%d", r.Filename, r.Start.Line) }

// sentence makes an error the detail of a diagnostic.
func sentence(err error) string {
	text := err.Error()
	if text == "" {
		return text
	}
	text = strings.ToUpper(text[:1]) + text[1:]
	if !strings.HasSuffix(text, ".") {
		text += "."
	}
	return text
}
