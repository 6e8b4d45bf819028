package hostnet

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
)

// Down undoes what Up did, and writes what that was: it takes from lo the
// addresses that Up put there, and then removes the guard. It may be called
// again.
func Down(w io.Writer) error {
	h, err := openHost()
	if err != nil {
		return err
	}
	now, err := h.read()
	if err != nil {
		return err
	}
	for _, a := range now.Addresses {
		switch {
		case a.Added:
			if err := h.remove(a.Address); err != nil {
				return err
			}
			fmt.Fprintf(w, "%s: taken from %s\n", a.Address, loopback)
		case slices.Contains(a.Interfaces, loopback):
			fmt.Fprintf(w, "%s: stays on %s: nothing says that mockmd network up put it there. To take it away all the same:\n  %s",
				a.Address, loopback, delCommand(a.Address))
		case len(a.Interfaces) > 0:
			fmt.Fprintf(w, "%s: stays on %s\n", a.Address, strings.Join(a.Interfaces, ", "))
		default:
			fmt.Fprintf(w, "%s: not there\n", a.Address)
		}
	}
	if !now.guard.there {
		fmt.Fprintln(w, "guard: not there")
		return nil
	}
	if err := removeGuard(h.nft); err != nil {
		return err
	}
	fmt.Fprintln(w, "guard: removed")
	return nil
}

// DownCommands returns the commands that do what Down would do now. It needs no
// privilege, but cannot always tell without one what Up did.
func DownCommands() (string, error) {
	h, err := openHost()
	if err != nil {
		return "", err
	}
	now, err := h.read()
	unreadable := errors.As(err, new(*PermissionError))
	if err != nil && !unreadable {
		return "", err
	}
	var b strings.Builder
	for _, a := range now.Addresses {
		perhaps := !a.Added && unreadable && slices.Contains(a.Interfaces, loopback)
		if perhaps {
			b.WriteString("# Unless it was there before; only root can see that in the guard:\n")
		}
		if a.Added || perhaps {
			b.WriteString(delCommand(a.Address))
		}
	}
	if now.guard.there || unreadable {
		b.WriteString(removeGuardCommand())
	}
	return b.String(), nil
}
