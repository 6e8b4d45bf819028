package config

import (
	"slices"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
)

// whole leaves out the top-level blocks and arguments that have a syntax
// error: parts of them may be lost, and what HCL says of the rest would be
// misleading. The others can be judged as if the file were well.
func whole(b *hclsyntax.Body, syntax hcl.Diagnostics) *hclsyntax.Body {
	var errs []int // byte offsets
	for _, d := range syntax {
		// A second argument of one name is no tear: nothing but it is lost.
		if d.Severity == hcl.DiagError && d.Subject != nil && d.Summary != "Attribute redefined" {
			errs = append(errs, d.Subject.Start.Byte)
		}
	}
	if len(errs) == 0 {
		return b
	}
	torn := func(start, end int) bool {
		return slices.ContainsFunc(errs, func(at int) bool { return start <= at && at < end })
	}
	out := &hclsyntax.Body{Attributes: hclsyntax.Attributes{}, SrcRange: b.SrcRange, EndRange: b.EndRange}
	for name, a := range b.Attributes {
		if !torn(a.SrcRange.Start.Byte, a.SrcRange.End.Byte+1) {
			out.Attributes[name] = a
		}
	}
	for i, block := range b.Blocks {
		end := block.CloseBraceRange.End.Byte
		if brace := block.CloseBraceRange; brace.Empty() || brace.Start.Byte <= block.OpenBraceRange.Start.Byte { // its end was not found
			end = b.SrcRange.End.Byte + 1
			if i+1 < len(b.Blocks) {
				end = b.Blocks[i+1].TypeRange.Start.Byte
			}
		}
		if block.Body != nil && !torn(block.TypeRange.Start.Byte, end) {
			out.Blocks = append(out.Blocks, block)
		}
	}
	return out
}

// withoutEchoes leaves out what HCL says of each further line after a quote
// that was not closed.
func withoutEchoes(syntax hcl.Diagnostics) hcl.Diagnostics {
	var out hcl.Diagnostics
	first, last := 0, -1 // lines of the string that is not closed
	for _, d := range sorted(syntax) {
		line := subject(d).Start.Line
		switch d.Summary {
		case "Invalid multi-line string":
			follows := line == last
			last = subject(d).End.Line
			if follows {
				continue
			}
			first = line
		case "Invalid string literal":
			if first <= line && line <= last {
				continue
			}
		}
		out = append(out, d)
	}
	return out
}
