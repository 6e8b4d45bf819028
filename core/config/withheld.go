package config

import (
	"bytes"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"

	"github.com/mockmd/mockmd/sdk/lazyregexp"
	"github.com/mockmd/mockmd/sdk/wire"
)

// notShown stands where source is withheld.
const notShown = "(not shown)"

// secretLine is a line with an argument whose value may be a secret.
var secretLine = lazyregexp.New(`(?m)^[ \t]*(?:user_data|user_data_base64|public_key|private_key)[ \t]*=[ \t]*(.*)$`)

// meant is HCL's proposal of such an argument for one that is misspelt.
var meant = lazyregexp.New(`Did you mean "(?:user_data|user_data_base64|public_key|private_key)"\?`)

// printable returns a diagnostic without secrets, and the files to print it
// with.
//
// HCL would add the values of the variables that a failed expression uses;
// user data and what env returns are among them. And a value that may be a
// secret is not shown in its line either, whoever complains of it.
func printable(d *hcl.Diagnostic, files map[string]*hcl.File) (*hcl.Diagnostic, map[string]*hcl.File) {
	out := *d
	out.Expression, out.EvalContext = nil, nil
	if d.Subject == nil {
		return &out, files
	}
	_, marked := hcl.DiagnosticExtra[wire.Withheld](d)
	file := files[d.Subject.Filename]
	if file == nil || !lies(*d.Subject, file) {
		if marked {
			return &out, nil
		}
		return &out, files
	}
	at := *d.Subject
	if !marked {
		var secret bool
		if at, secret = secretAt(d, file); !secret {
			return &out, files
		}
		told, _, more := strings.Cut(d.Detail, ": ") // the rest may repeat what the function was given
		ofPath := strings.Contains(told, `"path" parameter`)
		if more && !ofPath && (d.Summary == "Error in function call" || d.Summary == "Invalid function argument") {
			out.Detail = told + ". Why is not shown, for the value may be a secret."
		}
	}
	masked := *file
	masked.Bytes = slices.Concat(file.Bytes[:at.Start.Byte], []byte(notShown), file.Bytes[at.End.Byte:])
	out.Context = nil
	if d.Subject.End.Byte > at.Start.Byte {
		at.End = at.Start
		at.End.Byte += len(notShown)
		at.End.Column += len(notShown)
		out.Subject = &at
	}
	return &out, map[string]*hcl.File{at.Filename: &masked}
}

// lies says whether a range lies in a file.
func lies(at hcl.Range, file *hcl.File) bool {
	return at.Start.Byte >= 0 && at.End.Byte >= at.Start.Byte && at.End.Byte <= len(file.Bytes)
}

// secretAt returns the source that a diagnostic would show and that may be a
// secret: the value of such an argument, right or misspelt, or a private key
// wherever it stands.
func secretAt(d *hcl.Diagnostic, file *hcl.File) (hcl.Range, bool) {
	var found hcl.Range
	if body, ok := file.Body.(*hclsyntax.Body); ok {
		_ = hclsyntax.VisitAll(body, func(node hclsyntax.Node) hcl.Diagnostics {
			attr, ok := node.(*hclsyntax.Attribute)
			if !ok || !attr.SrcRange.Overlaps(*d.Subject) {
				return nil
			}
			value := attr.Expr.Range()
			text := file.Bytes[attr.SrcRange.Start.Byte:attr.SrcRange.End.Byte]
			if secretLine.Match(text) || meant.MatchString(d.Detail) || bytes.Contains(text, []byte("PRIVATE KEY-----")) {
				found = value
			}
			return nil
		})
	}
	if !found.Empty() && lies(found, file) {
		return found, true
	}
	// What HCL could not read is in no body.
	begin := bytes.LastIndexByte(file.Bytes[:d.Subject.Start.Byte], '\n') + 1
	end := len(file.Bytes)
	if n := bytes.IndexByte(file.Bytes[begin:], '\n'); n >= 0 {
		end = begin + n
	}
	m := secretLine.FindSubmatchIndex(file.Bytes[begin:end])
	if m == nil || m[2] == m[3] {
		return found, false
	}
	at := hcl.Range{Filename: d.Subject.Filename, Start: d.Subject.Start, End: d.Subject.Start}
	at.Start.Byte, at.Start.Column = begin+m[2], m[2]+1
	at.End.Byte, at.End.Column = begin+m[3], m[3]+1
	return at, true
}
