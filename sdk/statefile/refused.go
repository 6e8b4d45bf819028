package statefile

import (
	"fmt"
	"io/fs"
	"os"
	"syscall"
)

// RefusedError says why a file or its folder is not safe to use. Its text says
// how to mend that, and holds nothing of what is in the file.
type RefusedError struct {
	// Path is the file or folder that is meant.
	Path string
	// Reason continues the path: "is a link".
	Reason string
	// Mend is what the user can do: "run chmod 600 /a/b".
	Mend string
}

// Error returns "PATH REASON: MEND".
func (e *RefusedError) Error() string { return e.Path + " " + e.Reason + ": " + e.Mend }

func refused(path, reason, mend string) error {
	return &RefusedError{Path: path, Reason: reason, Mend: mend}
}

func refuseLink(path string) error {
	return refused(path, "is a link, which is not followed here", "put what it points to in its place")
}

func refuseKind(path, want string) error {
	return refused(path, "is not a "+want, "remove it")
}

// checkOwner refuses what belongs to another user.
func checkOwner(path string, info fs.FileInfo) error {
	sys, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		return fmt.Errorf("check %s: the system does not tell its owner", path)
	}
	return checkOwnerID(path, sys.Uid)
}

func checkOwnerID(path string, owner uint32) error {
	if me := os.Geteuid(); owner != uint32(me) {
		return refused(path, fmt.Sprintf("belongs to user %d, and this is user %d", owner, me),
			fmt.Sprintf("run chown %d %s, or keep the state in another folder", me, path))
	}
	return nil
}

// checkDir refuses a folder in which others could exchange files.
func checkDir(path string, info fs.FileInfo) error {
	if err := checkOwner(path, info); err != nil {
		return err
	}
	if perm := info.Mode().Perm(); perm&0o022 != 0 {
		return refused(path, fmt.Sprintf("may be changed by others (mode %04o)", perm), "run chmod 700 "+path)
	}
	return nil
}

// checkFile refuses a file that others may have read or changed.
func checkFile(path string, info fs.FileInfo) error {
	if !info.Mode().IsRegular() {
		return refuseKind(path, "regular file")
	}
	if err := checkOwner(path, info); err != nil {
		return err
	}
	perm := info.Mode().Perm()
	switch {
	case perm&0o044 != 0:
		return refused(path, fmt.Sprintf("is readable by others (mode %04o)", perm), "run chmod 600 "+path)
	case perm&0o077 != 0:
		return refused(path, fmt.Sprintf("is open to others (mode %04o)", perm), "run chmod 600 "+path)
	case info.Size() > MaxSize:
		return refused(path, fmt.Sprintf("has %d bytes, more than the %d that are ever written", info.Size(), MaxSize), "remove it")
	}
	return nil
}
