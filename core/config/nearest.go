package config

import (
	"fmt"
	"strings"

	"github.com/agext/levenshtein"
)

// nearest returns the word that somebody who wrote given may have meant, as a
// sentence with a space before it; empty when none is near. The measure is
// that of HCL's own suggestions.
func nearest(given string, words []string) string {
	for _, w := range words {
		if levenshtein.Distance(strings.ToLower(given), w, nil) < 3 {
			return fmt.Sprintf(" Did you mean %q?", w)
		}
	}
	return ""
}
