package config

import (
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
)

var logSchema = hcl.BodySchema{Attributes: []hcl.AttributeSchema{{Name: "level"}, {Name: "format"}}}

// log decodes the log block, which may be nil.
func (l *loader) log(block *hcl.Block) Log {
	out := Log{Level: "info", Format: "text"}
	if block == nil {
		return out
	}
	attrs := l.content(block.Body, &logSchema).Attributes
	l.word(attrs, "level", &out.Level, []string{"trace", "debug", "info", "warn", "error"})
	l.word(attrs, "format", &out.Format, []string{"text", "json"})
	return out
}

// word decodes an argument that is one of a few words.
func (l *loader) word(attrs hcl.Attributes, name string, into *string, words []string) {
	given, at, ok := get[string](l, attrs, name)
	switch {
	case !ok:
	case slices.Contains(words, given):
		*into = given
	default:
		l.errorAt(at, "Invalid log "+name, "%q is no log %s. It is one of %s.%s", given, name, strings.Join(words, ", "), nearest(given, words))
	}
}
