package config

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/agext/levenshtein"
)

// nearest returns the word that somebody who wrote given may have meant, the
// first of the nearest ones, as a sentence with a space before it; empty when
// none is near. The measure is that of HCL's own suggestions; and a word of
// which half would have to change is another one.
func nearest(given string, words []string) string {
	best, least := "", 3
	for _, w := range words {
		longer := max(utf8.RuneCountInString(given), utf8.RuneCountInString(w))
		if d := levenshtein.Distance(strings.ToLower(given), w, nil); d < least && 2*d < longer {
			best, least = w, d
		}
	}
	if best == "" {
		return ""
	}
	return fmt.Sprintf(" Did you mean %q?", best)
}
