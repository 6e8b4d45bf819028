package events

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/agext/levenshtein"
	"github.com/hashicorp/hcl/v2"
)

// argument is an argument that may have been left out.
type argument struct {
	name string
	text *string // nil: left out
	at   hcl.Range
}

// given returns the text, empty when there is none.
func (a argument) given() string {
	if a.text == nil {
		return ""
	}
	return *a.text
}

// moment reads a delay and a time, of which there may be one.
func (r *reader) moment(after, at argument) when {
	if after.text != nil && at.text != nil {
		r.refuse(at.at, "Two moments", "%s is a time and %s a delay. Remove one of them.", at.name, after.name)
	}
	var w when
	if at.text != nil {
		w.at = r.time(at)
	} else if after.text != nil {
		w.after = r.duration(after)
	}
	return w
}

// either reads an argument that is a delay or a time.
func (r *reader) either(a argument) when {
	if _, err := time.Parse(time.RFC3339, a.given()); err == nil {
		return when{at: r.time(a)}
	}
	if _, err := time.ParseDuration(a.given()); err == nil {
		return when{after: r.duration(a)}
	}
	r.refuse(a.at, "Invalid moment", "%s is a delay from the moment when the event appears, such as 1h30m, or a time, such as 2026-01-01T00:00:00Z.", a.name)
	return when{}
}

func (r *reader) duration(a argument) time.Duration {
	d, err := time.ParseDuration(a.given())
	switch _, number := strconv.ParseFloat(a.given(), 64); {
	case err != nil && number == nil:
		r.refuse(a.at, "Invalid duration", "%s has no unit. Write %ss, %[2]sm or %[2]sh.", a.name, a.given())
	case err != nil:
		r.refuse(a.at, "Invalid duration", "%s is a number with a unit, such as 30s or 1h30m.", a.name)
	case d < 0:
		r.refuse(a.at, "Invalid duration", "%s is negative: an event cannot come before what it counts from. Write a time for what is past.", a.name)
	case d > longest:
		r.refuse(a.at, "Invalid duration", "%s is longer than a hundred years.", a.name)
	default:
		return d
	}
	return 0
}

// longest keeps sums of durations within what a duration can be.
const longest = 100 * 365 * 24 * time.Hour

// epoch is the first time that is taken: nothing of EC2 is older, and HTTP
// dates of the first years of the calendar have no meaning.
var epoch = time.Unix(0, 0)

func (r *reader) time(a argument) time.Time {
	t, err := time.Parse(time.RFC3339, a.given())
	switch {
	case err != nil:
		r.refuse(a.at, "Invalid time", "%s is a time with its zone in the form of RFC 3339, such as 2026-01-01T00:00:00Z.", a.name)
	case t.Before(epoch):
		r.refuse(a.at, "Invalid time", "%s is before 1970.", a.name)
	default:
		return t.UTC()
	}
	return time.Time{}
}

// word reads an argument that has one of the given values. What is not one of
// them is reported and becomes empty.
func (r *reader) word(a argument, words ...string) string {
	if a.text == nil || slices.Contains(words, *a.text) {
		return a.given()
	}
	r.refuse(a.at, "Unknown "+a.name, "There is no %s %q; %s", a.name, *a.text, nearest(*a.text, words))
	return ""
}

// nearest proposes one of words for a word that is none of them, or names all.
func nearest(given string, words []string) string {
	distance := func(w string) int {
		return levenshtein.Distance(strings.ToLower(given), strings.ToLower(w), nil)
	}
	best := slices.MinFunc(words, func(a, b string) int { return cmp.Compare(distance(a), distance(b)) })
	if distance(best) <= max(2, len(given)/3) {
		return "did you mean " + strconv.Quote(best) + "?"
	}
	quoted := make([]string, len(words))
	for i, w := range words {
		quoted[i] = strconv.Quote(w)
	}
	return "there is " + strings.Join(quoted, ", ") + "."
}
