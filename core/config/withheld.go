package config

import (
	"slices"

	"github.com/hashicorp/hcl/v2"

	"github.com/mockmd/mockmd/core/instance"
)

// notShown stands where source is withheld.
const notShown = "(not shown)"

// printable returns a diagnostic without secrets, and the files to print it
// with.
//
// HCL would add the values of the variables that a failed expression uses;
// user data and what env returns are among them. And a value that may be a
// secret is not shown in its line either.
func printable(d *hcl.Diagnostic, files map[string]*hcl.File) (*hcl.Diagnostic, map[string]*hcl.File) {
	out := *d
	out.Expression, out.EvalContext = nil, nil
	if _, withheld := hcl.DiagnosticExtra[instance.Withheld](d); !withheld || d.Subject == nil {
		return &out, files
	}
	at, file := *d.Subject, files[d.Subject.Filename]
	if file == nil || at.Start.Byte < 0 || at.End.Byte < at.Start.Byte || at.End.Byte > len(file.Bytes) {
		return &out, nil
	}
	masked := *file
	masked.Bytes = slices.Concat(file.Bytes[:at.Start.Byte], []byte(notShown), file.Bytes[at.End.Byte:])
	at.End = at.Start
	at.End.Byte += len(notShown)
	at.End.Column += len(notShown)
	out.Subject, out.Context = &at, nil
	return &out, map[string]*hcl.File{at.Filename: &masked}
}
