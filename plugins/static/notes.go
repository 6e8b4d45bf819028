package static

import (
	"fmt"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/hashicorp/hcl/v2"

	"github.com/mockmd/mockmd/sdk"
)

// note tells of a file that is not served as it is.
type note struct {
	source *source
	file   string // its absolute name
	text   string
	// skipped says that the file has no place in the tree; else it should be
	// served and cannot be read.
	skipped bool
}

func (n note) String() string { return printable(n.file) + ": " + n.text }

// printable quotes a name that would not be one line of text.
func printable(name string) string {
	if utf8.ValidString(name) && !strings.ContainsFunc(name, func(r rune) bool { return !unicode.IsPrint(r) }) {
		return name
	}
	return strconv.Quote(name)
}

// maxTold is how many notes of one kind are told to people at once.
const maxTold = 3

// diagnostics tells the notes of a first pass: what cannot be read is a
// mistake of the configuration then.
func diagnostics(notes []note) hcl.Diagnostics {
	type group struct {
		source  *source
		skipped bool
	}
	var diags hcl.Diagnostics
	told := map[group]hcl.Diagnostics{}
	for _, n := range notes {
		g := group{n.source, n.skipped}
		switch len(told[g]) {
		case maxTold:
			told[g][maxTold-1].Detail += " There are more like it."
			told[g] = append(told[g], nil)
		case maxTold + 1:
		default:
			d := n.diagnostic()
			told[g] = append(told[g], d)
			diags = append(diags, d)
		}
	}
	return diags
}

func (n note) diagnostic() *hcl.Diagnostic {
	at := n.source.fileRange
	if n.source.kind == kindValue {
		at = n.source.pathRange
	}
	d := sdk.Errorf(at, "Cannot be served", "%s.", n)
	switch {
	case n.skipped:
		d.Severity, d.Summary = hcl.DiagWarning, "Not served"
	case n.text == notThere && n.source.file == n.file:
		d.Detail += " " + whereRelative
	}
	return d
}

// degraded is a sentence on what cannot be read; empty when all can.
func degraded(notes []note) string {
	var list []string
	for _, n := range notes {
		if !n.skipped {
			list = append(list, n.String())
		}
	}
	if len(list) == 0 {
		return ""
	}
	if more := len(list) - maxTold; more > 0 {
		list = append(list[:maxTold], fmt.Sprintf("and %d more", more))
	}
	return "what was read before is served: " + strings.Join(list, "; ")
}
