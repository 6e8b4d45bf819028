package sdk

import (
	"fmt"
	"slices"

	"github.com/hashicorp/hcl/v2"

	"github.com/mockmd/mockmd/sdk/wire"
)

// Errorf returns a mistake in the configuration, for [Configurer.Configure] to
// return: at is where it stands, summary a few words without a full stop, and
// the rest, as in [fmt.Sprintf], says in sentences what is wrong and how to
// mend it. No secrets: people are shown the text.
func Errorf(at hcl.Range, summary, format string, args ...any) *hcl.Diagnostic {
	return &hcl.Diagnostic{Severity: hcl.DiagError, Summary: summary, Detail: fmt.Sprintf(format, args...), Subject: at.Ptr()}
}

// Warningf is [Errorf] for what is accepted and yet looks like a mistake.
func Warningf(at hcl.Range, summary, format string, args ...any) *hcl.Diagnostic {
	d := Errorf(at, summary, format, args...)
	d.Severity = hcl.DiagWarning
	return d
}

// Withheld returns a diagnostic of a value that may be a secret, such as a key
// or a password: the core prints it without the source that it points at. Its
// text must not repeat the value either.
func Withheld(d *hcl.Diagnostic) *hcl.Diagnostic {
	out := *d
	out.Extra = wire.Withheld{}
	return &out
}

// Together returns what [Config.Decode] has found, and after it those of a
// plugin's own diagnostics that are news: what could not be decoded is left
// empty, and a check of it would only say the same mistake again.
func Together(decoded, own hcl.Diagnostics) hcl.Diagnostics {
	echo := func(d *hcl.Diagnostic) bool {
		return d.Subject != nil && (d.Subject.Empty() || slices.ContainsFunc(decoded, func(f *hcl.Diagnostic) bool {
			return f.Subject != nil && f.Subject.Overlaps(*d.Subject)
		}))
	}
	out := slices.Clone(decoded)
	for _, d := range own {
		if !decoded.HasErrors() || !echo(d) {
			out = append(out, d)
		}
	}
	return out
}
