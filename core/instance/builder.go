package instance

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/agext/levenshtein"
	"github.com/hashicorp/hcl/v2"

	"github.com/mockmd/mockmd/sdk"
)

// builder puts an instance together, argument by argument.
type builder struct {
	seed    deriver
	account deriver // of the account id, which instances share
	facts   sdk.Instance
	ranges  map[string]hcl.Range // of the arguments that were taken
	refused map[string]bool      // arguments that were given and not taken
	diags   hcl.Diagnostics
}

// take returns the value of an argument, and false when it was not given or is
// wrong. check returns what is wrong with a value in sentences for the user,
// and nothing when it is right.
func take[T any](b *builder, name string, value *T, at hcl.Range, check func(T) string) (T, bool) {
	var none T
	if b.failed(at) { // gohcl leaves a zero behind, which is nobody's value
		b.drop(name)
		return none, false
	}
	if value == nil {
		return none, false
	}
	if detail := check(*value); detail != "" {
		b.refuse(name, at, "Invalid "+name, detail)
		return none, false
	}
	b.ranges[name] = at
	return *value, true
}

// option is take for what is no fact of the instance: plugins are not told
// where it stands.
func option[T any](b *builder, name string, value *T, at hcl.Range, check func(T) string) (T, bool) {
	v, ok := take(b, name, value, at, check)
	delete(b.ranges, name)
	return v, ok
}

// drop takes an argument back without a word, because another one that it
// leans on is what is wrong.
func (b *builder) drop(name string) {
	delete(b.ranges, name)
	b.refused[name] = true
}

// failed says whether the decoding of the value that stands at a place failed.
// A null is not a failure: it is an argument that is not given.
func (b *builder) failed(at hcl.Range) bool {
	return at != (hcl.Range{}) && slices.ContainsFunc(b.diags, func(d *hcl.Diagnostic) bool {
		return d.Severity == hcl.DiagError && d.Subject != nil && within(*d.Subject, at)
	})
}

// refuse reports a wrong argument.
func (b *builder) refuse(name string, at hcl.Range, summary, detail string) {
	b.drop(name)
	b.diags = append(b.diags, &hcl.Diagnostic{Severity: hcl.DiagError, Summary: summary, Detail: detail, Subject: at.Ptr()})
}

// warn reports an argument that is taken and yet looks like a mistake.
func (b *builder) warn(at hcl.Range, summary, detail string) {
	b.diags = append(b.diags, &hcl.Diagnostic{Severity: hcl.DiagWarning, Summary: summary, Detail: detail, Subject: at.Ptr()})
}

// oneOf checks a word of a closed set.
func oneOf(words ...string) func(string) string {
	return func(given string) string {
		if slices.Contains(words, given) {
			return ""
		}
		return fmt.Sprintf("%q is none of %s.%s", given, strings.Join(words, ", "), didYouMean(given, words))
	}
}

// didYouMean is a sentence with the nearest name, led by a space, or nothing
// when none is near.
func didYouMean(given string, names []string) string {
	if name := nearest(given, names); name != "" {
		return fmt.Sprintf(" Did you mean %q?", name)
	}
	return ""
}

// nearest returns the name that is fewest edits away, or nothing when none is
// near. A name of which half would have to change is another one.
func nearest(given string, names []string) string {
	const far = 3 // edits; the limit that HCL itself uses for names
	found, least := "", far
	for _, name := range names {
		longer := max(utf8.RuneCountInString(given), utf8.RuneCountInString(name))
		if d := levenshtein.Distance(given, name, nil); d < least && 2*d < longer {
			found, least = name, d
		}
	}
	return found
}
