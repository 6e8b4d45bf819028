package config

import (
	"fmt"
	"strings"

	"github.com/hashicorp/hcl/v2"
)

// maxElementMistakes is how many mistakes of the elements of one for_each are
// told.
const maxElementMistakes = 10

// check builds the first instances of each for_each, as many as the options
// say, and tells what is wrong with them, each mistake once.
func (l *loader) check(s *Instances) {
	for _, b := range s.blocks {
		if b.elements != nil {
			l.checkEach(s, b)
		}
	}
}

func (l *loader) checkEach(s *Instances, b *labelled) {
	type mistake struct {
		summary string
		at      hcl.Range
	}
	told := map[mistake]*hcl.Diagnostic{}
	more := map[mistake]int{}
	n := 0
	for ref := range b.refs() {
		if n++; n > max(l.options.CheckEach, 1) {
			break
		}
		_, diags := s.Build(ref)
		for _, d := range diags {
			key := mistake{d.Summary, subject(d)}
			if told[key] != nil {
				more[key]++
				continue
			}
			if len(told) >= maxElementMistakes {
				continue
			}
			mended := *d
			if d.Severity == hcl.DiagError {
				mended.Detail = strings.TrimSuffix(d.Detail, ".") + fmt.Sprintf(". That is so for instance %s", ref.Label)
			}
			told[key] = &mended
			l.diags = append(l.diags, &mended)
		}
	}
	for key, d := range told {
		switch {
		case d.Severity != hcl.DiagError:
		case more[key] > 0:
			d.Detail += fmt.Sprintf(" and %d more.", more[key])
		case l.options.CheckEach <= 1 && b.size() > 1:
			d.Detail += fmt.Sprintf(", the first of %d; the others are not checked before they are asked for.", b.size())
		default:
			d.Detail += "."
		}
	}
}

// Unchecked is how many instances Load has not built, when it was told to
// build most of each for_each.
func (s *Instances) Unchecked(most int) int {
	n := 0
	for _, b := range s.blocks {
		if b.elements != nil && b.size() > max(most, 1) {
			n = min(n+b.size()-max(most, 1), 1<<62)
		}
	}
	return n
}
