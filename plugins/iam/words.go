package iam

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/agext/levenshtein"
)

// propose says which name may be meant by one that is none of names, or all
// there are.
func propose(name string, names []string, none string) string {
	if len(names) == 0 {
		return none
	}
	distance := func(other string) int { return levenshtein.Distance(name, other, nil) }
	best := slices.MinFunc(names, func(a, b string) int { return cmp.Compare(distance(a), distance(b)) })
	if distance(best) <= max(2, len(name)/3) {
		return fmt.Sprintf("did you mean %q?", best)
	}
	quoted := make([]string, len(names))
	for i, n := range names {
		quoted[i] = strconv.Quote(n)
	}
	return "there is " + strings.Join(quoted, ", ") + "."
}

// capital begins a sentence.
func capital(text string) string {
	if text == "" {
		return text
	}
	return strings.ToUpper(text[:1]) + text[1:]
}
