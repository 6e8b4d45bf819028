// Package lazyregexp compiles regular expressions at their first use.
//
// Each process of mockmd, one for the core and one for each plugin, begins by
// running what package variables ask for, so that a pattern compiled there is
// paid for by all of them, in time before the first answer and in memory for
// ever, though few use it. The package imports nothing but the standard
// library, so that the core and any plugin may use it.
package lazyregexp

import (
	"regexp"
	"sync"
)

// Regexp is a regular expression in the syntax of package regexp, compiled when
// it is first used. Its methods are those of [regexp.Regexp]. It is made by
// [New] and safe for use by many goroutines at once.
type Regexp struct {
	pattern  string
	compiled func() *regexp.Regexp
}

// New returns the regular expression of a pattern without compiling it. The
// first use panics if the pattern is wrong.
func New(pattern string) *Regexp {
	return &Regexp{pattern: pattern, compiled: sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(pattern) })}
}

// String returns the pattern.
func (r *Regexp) String() string { return r.pattern }

// MatchString tells whether s contains a match.
func (r *Regexp) MatchString(s string) bool { return r.compiled().MatchString(s) }

// FindStringSubmatch returns the leftmost match in s and its groups, or nil.
func (r *Regexp) FindStringSubmatch(s string) []string { return r.compiled().FindStringSubmatch(s) }

// Match tells whether b contains a match.
func (r *Regexp) Match(b []byte) bool { return r.compiled().Match(b) }

// FindSubmatchIndex returns where the leftmost match in b and its groups begin
// and end, or nil.
func (r *Regexp) FindSubmatchIndex(b []byte) []int { return r.compiled().FindSubmatchIndex(b) }

// ReplaceAllString returns src with each match replaced by repl, in which $1 is
// the first group.
func (r *Regexp) ReplaceAllString(src, repl string) string {
	return r.compiled().ReplaceAllString(src, repl)
}
