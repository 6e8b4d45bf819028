package hostnet

import (
	"encoding/json"
	"fmt"
	"io"
	"net/netip"
	"slices"
	"strings"
)

// State is what the host has of what Up makes.
type State struct {
	// Up says that the IPv4 address is there and guarded, and that the IPv6 one
	// is both or neither.
	Up        bool      `json:"up"`
	Addresses []Address `json:"addresses"` // IPv4, then IPv6
	Allowed   []string  `json:"allowed"`   // interfaces, as in Options
	// Problems say what is not as Up makes it, and what helps.
	Problems []string `json:"problems"`

	guard      guard
	unreadable bool // the guard
}

// Address is one of the addresses.
type Address struct {
	Address    netip.Addr `json:"address"`
	Interfaces []string   `json:"interfaces"` // that have it
	Added      bool       `json:"added"`      // Up put it on lo
	Guarded    bool       `json:"guarded"`    // whole, and for this address
	Dropped    uint64     `json:"dropped"`    // packets, since the guard was made
}

// The guard's names, the same in both tables.
const (
	tableName = "mockmd"
	chainName = "guard"
)

// mark is what a rule of the guard says of its address.
type mark int

const (
	unguarded mark = iota // there is no rule
	found                 // it was there before Up
	added                 // Up put it on lo
)

// comment is what the mark reads as in the rule.
func (m mark) comment() string {
	if m == added {
		return "mockmd network up put this address on lo"
	}
	return "mockmd network up found this address"
}

// guard is what the guard lets in and drops.
type guard struct {
	allowed []string
	marks   [2]mark

	// What follows is of a guard that was read.
	there   bool // there is something by its name
	whole   bool // it is as Up makes it
	dropped [2]uint64
}

// same tells whether the guards let in and drop the same, and say the same.
func (g guard) same(other guard) bool {
	return g.marks == other.marks && slices.Equal(g.allowed, other.allowed)
}

// judge fills in what follows from the addresses and the guard; Added may say
// already what the addresses tell. Unreadable says why the guard could not be
// read.
func (s *State) judge(unreadable error) {
	s.Allowed = append([]string{}, s.guard.allowed...) // never null in JSON
	s.Problems = []string{}
	problem := func(format string, args ...any) { s.Problems = append(s.Problems, fmt.Sprintf(format, args...)) }
	if s.unreadable = unreadable != nil; s.unreadable {
		problem("%v", unreadable)
	}
	if s.guard.there && !s.guard.whole {
		problem("the guard is not as mockmd network up makes it: run mockmd network up")
	}
	anything := s.guard.there
	for i := range s.Addresses {
		a := &s.Addresses[i]
		a.Guarded = s.guard.whole && s.guard.marks[i] != unguarded
		a.Added = slices.Contains(a.Interfaces, loopback) && (a.Added || s.guard.marks[i] == added)
		a.Dropped = s.guard.dropped[i]
		there := len(a.Interfaces) > 0
		anything = anything || there
		switch {
		case there && !a.Guarded && !s.unreadable && (s.guard.whole || !s.guard.there):
			problem("neighbours may reach %s: run mockmd network up", a.Address)
		case !there && a.Guarded:
			problem("no interface has %s: run mockmd network up", a.Address)
		}
	}
	four, six := s.Addresses[four], s.Addresses[six]
	s.Up = len(four.Interfaces) > 0 && four.Guarded && (len(six.Interfaces) > 0) == six.Guarded
	if !anything && !s.unreadable {
		problem("the addresses are not there: run mockmd network up")
	}
}

// Text writes the state for people.
func (s *State) Text(w io.Writer) error {
	var b strings.Builder
	for _, a := range s.Addresses {
		fmt.Fprintf(&b, "%-15s  %s\n", a.Address, a.text())
	}
	if len(s.Allowed) > 0 {
		fmt.Fprintf(&b, "%-15s  %s\n", "let in", strings.Join(s.Allowed, ", "))
	}
	for _, p := range s.Problems {
		fmt.Fprintf(&b, "%s\n", p)
	}
	word := "down"
	switch {
	case s.Up:
		word = "up"
	case s.unreadable:
		word = "not known"
	case s.guard.there, len(s.Addresses[four].Interfaces)+len(s.Addresses[six].Interfaces) > 0:
		word = "partly up"
	}
	fmt.Fprintf(&b, "%s\n", word)
	if _, err := io.WriteString(w, b.String()); err != nil {
		return fmt.Errorf("print the state: %w", err)
	}
	return nil
}

func (a *Address) text() string {
	if len(a.Interfaces) == 0 {
		return "not there"
	}
	text := "on " + strings.Join(a.Interfaces, ", ")
	if a.Added {
		text += ", put there by mockmd network up"
	}
	if !a.Guarded {
		return text
	}
	return text + fmt.Sprintf(", guarded, %d packets dropped", a.Dropped)
}

// JSON writes the state as one object.
func (s *State) JSON(w io.Writer) error {
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	if err := e.Encode(s); err != nil {
		return fmt.Errorf("print the state: %w", err)
	}
	return nil
}
