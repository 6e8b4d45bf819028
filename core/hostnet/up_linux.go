package hostnet

import (
	"errors"
	"fmt"
	"io"
	"net"
	"slices"
	"strings"
)

// Up puts the addresses on lo, behind the guard, and writes what it did. What
// is there already stays as it is; so it may be called again, to mend or to
// change what is allowed. It undoes what it did when it fails.
func Up(w io.Writer, o Options) error {
	h, now, want, notes, err := consider(o)
	if err != nil {
		return err
	}
	for _, n := range notes {
		fmt.Fprintf(w, "note: %s\n", n)
	}
	return h.up(w, now, want)
}

// UpCommands returns the commands that do what Up would do now. It needs no
// privilege: without one it takes the guard to be absent.
func UpCommands(o Options) (string, error) {
	_, now, want, notes, err := consider(o)
	if err != nil && !errors.As(err, new(*PermissionError)) {
		return "", err
	}
	var b strings.Builder
	for _, n := range notes {
		fmt.Fprintf(&b, "# note: %s\n", n)
	}
	for i, a := range now.Addresses {
		if a.Added && want.marks[i] == unguarded {
			b.WriteString(delCommand(a.Address))
		}
	}
	b.WriteString(guardCommand(want))
	for i, a := range now.Addresses {
		if want.marks[i] != unguarded && len(a.Interfaces) == 0 {
			b.WriteString(addCommand(a.Address))
		}
	}
	return b.String(), nil
}

// consider reads what the host has and says what it should have. With a
// PermissionError it says so all the same, as if there were no guard.
func consider(o Options) (h *host, now *State, want guard, notes []string, err error) {
	if want.allowed, err = o.allowed(); err != nil {
		return nil, nil, want, nil, err
	}
	if h, err = openHost(); err != nil {
		return nil, nil, want, nil, err
	}
	now, unreadable := h.read()
	if unreadable != nil && !errors.As(unreadable, new(*PermissionError)) {
		return nil, nil, want, nil, unreadable
	}
	if len(now.Addresses[four].Interfaces) == 0 && !o.Force {
		if err := checkCloud(o.Identity); err != nil {
			return nil, nil, want, nil, err
		}
	}
	if h.lo.Attrs().Flags&net.FlagUp == 0 {
		return nil, nil, want, nil, fmt.Errorf("the interface %s is down, so no address of it is reached: as root, ip link set lo up", loopback)
	}
	notes, err = h.notes(now, want.allowed)
	if err != nil {
		return nil, nil, want, nil, err
	}
	want.marks[four] = wanted(now, four)
	switch {
	case o.WithoutIPv6:
	case !ipv6() && len(now.Addresses[six].Interfaces) == 0: // else it is guarded where it is
		notes = append(notes, fmt.Sprintf("IPv6 is disabled on %s: %s is left out", loopback, Addresses()[six]))
	default:
		want.marks[six] = wanted(now, six)
	}
	return h, now, want, notes, unreadable
}

// wanted is what the guard is to say of an address: it is Up's if it was, or if
// it is yet to come.
func wanted(now *State, i int) mark {
	if a := now.Addresses[i]; a.Added || len(a.Interfaces) == 0 {
		return added
	}
	return found
}

// notes say what the user may not expect.
func (h *host) notes(now *State, allowed []string) ([]string, error) {
	var notes []string
	if len(now.Addresses[four].Interfaces) == 0 {
		ways, err := h.ways()
		if err != nil {
			return nil, err
		}
		for _, way := range ways {
			notes = append(notes, fmt.Sprintf("packets to %s left this host by the route %s; from now on they stay here", Addresses()[four], way))
		}
	}
	for _, a := range now.Addresses {
		for _, name := range a.Interfaces {
			if !allows(allowed, name) {
				notes = append(notes, fmt.Sprintf("%s is on %s, by which it will not be reached; -allow %s lets its neighbours in", a.Address, name, name))
			}
		}
	}
	for _, name := range allowed {
		if strings.HasSuffix(name, "*") {
			continue
		}
		if _, err := net.InterfaceByName(name); err != nil {
			notes = append(notes, fmt.Sprintf("there is no interface %s yet", name))
		}
	}
	return notes, nil
}

// up makes the host have what is wanted: the guard before the addresses.
func (h *host) up(w io.Writer, now *State, want guard) (err error) {
	var undo []func() error
	defer func() {
		if err == nil {
			return
		}
		for _, u := range slices.Backward(undo) {
			err = errors.Join(err, u())
		}
	}()
	for i, a := range now.Addresses { // what is no longer wanted
		if a.Added && want.marks[i] == unguarded {
			if err := h.remove(a.Address); err != nil {
				return err
			}
			undo = append(undo, func() error { return h.add(a.Address) })
			fmt.Fprintf(w, "%s: taken from %s\n", a.Address, loopback)
		}
	}
	if was := now.guard; was.whole && was.same(want) {
		fmt.Fprintf(w, "guard: %s (as before)\n", guarding(want))
	} else {
		if err := want.apply(h.nft); err != nil {
			return err
		}
		undo = append(undo, func() error {
			if was.there {
				return was.apply(h.nft)
			}
			return removeGuard(h.nft)
		})
		fmt.Fprintf(w, "guard: %s\n", guarding(want))
	}
	for i, a := range now.Addresses {
		switch {
		case want.marks[i] == unguarded:
		case len(a.Interfaces) > 0:
			fmt.Fprintf(w, "%s: on %s (as before)\n", a.Address, strings.Join(a.Interfaces, ", "))
		default:
			if err := h.add(a.Address); err != nil {
				return err
			}
			undo = append(undo, func() error { return h.remove(a.Address) })
			fmt.Fprintf(w, "%s: put on %s\n", a.Address, loopback)
		}
	}
	return nil
}
