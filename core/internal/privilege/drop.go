//go:build unix

package privilege

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"syscall"

	"github.com/mockmd/mockmd/core/internal/harden"
)

// Drop makes all threads of the process, which must be root's, run as another
// user with these groups, and makes sure that there is no way back: the saved
// ids are the user's too, and no capability is left. What a change of the user
// undoes of the hardening is done again. After an error the process is in
// between and must end.
func Drop(uid, gid int, groups []int) error {
	if uid == 0 {
		return errors.New("give up the privileges of root: the user is root")
	}
	// In this order: without root the groups could not be changed any more.
	if err := syscall.Setgroups(groups); err != nil {
		return fmt.Errorf("take the groups %v: %w", groups, err)
	}
	if err := syscall.Setgid(gid); err != nil {
		return fmt.Errorf("take the group %d: %w", gid, err)
	}
	if err := syscall.Setuid(uid); err != nil {
		return fmt.Errorf("become user %d: %w", uid, err)
	}
	if err := verify(uid, gid, groups); err != nil {
		return fmt.Errorf("give up the privileges of root: %w", err)
	}
	if err := harden.Process(); err != nil { // a change of the user makes a process dumpable, or not, as the system is set up
		return fmt.Errorf("keep other processes of user %d out: %w", uid, err)
	}
	return nil
}

// verify says what is left of root.
func verify(uid, gid int, groups []int) error {
	got, err := os.Getgroups()
	if err != nil {
		return fmt.Errorf("look at the groups: %w", err)
	}
	slices.Sort(got)
	got = slices.Compact(got)
	switch {
	case os.Getuid() != uid || os.Geteuid() != uid:
		return fmt.Errorf("the process runs as user %d and %d, want %d", os.Getuid(), os.Geteuid(), uid)
	case os.Getgid() != gid || os.Getegid() != gid:
		return fmt.Errorf("the process runs as group %d and %d, want %d", os.Getgid(), os.Getegid(), gid)
	case slices.ContainsFunc(got, func(g int) bool { return g != gid && !slices.Contains(groups, g) }):
		return fmt.Errorf("the process has the groups %v, want %v", got, groups)
	case syscall.Setuid(0) == nil || syscall.Setgid(0) == nil && gid != 0:
		return errors.New("they could be had again")
	}
	return powerless()
}
