package conformance

import (
	"bufio"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// look finds the children of a process and its sockets, but for those that
// gRPC speaks on: local ones that do not listen.
func look(pid int) footprint {
	f := footprint{has: map[string]string{}}
	maps.Copy(f.has, children(pid))
	open, err := sockets(pid)
	if err != nil {
		f.blind = err.Error()
	}
	for kind, listens := range map[string]func(fields []string) bool{
		"tcp": always, "tcp6": always, "udp": always, "udp6": always, "unix": accepts,
	} {
		for inode, address := range table(pid, kind, listens) {
			if open[inode] {
				f.has[kind+inode] = fmt.Sprintf("a %s socket (%s)", kind, address)
			}
		}
	}
	return f
}

// children are the processes whose parent is pid.
func children(pid int) map[string]string {
	out := map[string]string{}
	all, _ := filepath.Glob("/proc/[0-9]*/stat") // the pattern is well-formed
	for _, path := range all {
		name, fields := stat(path)
		if len(fields) > 1 && fields[1] == strconv.Itoa(pid) {
			out["process "+path] = "a child process " + name
		}
	}
	return out
}

// stat reads the name of a process, and what follows it: the state, the
// parent, …
func stat(path string) (name string, fields []string) {
	text, err := os.ReadFile(path)
	if err != nil {
		return "", nil // it has ended meanwhile
	}
	_, after, _ := strings.Cut(string(text), "(")
	end := strings.LastIndexByte(after, ')') // the name may have any bytes
	if end < 0 {
		return "", nil
	}
	return after[:end], strings.Fields(after[end+1:])
}

// sockets are the inodes of a process's sockets.
func sockets(pid int) (map[string]bool, error) {
	dir := fmt.Sprintf("/proc/%d/fd", pid)
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, fmt.Errorf("the process does not let its descriptors be seen: %w", err)
	}
	out := map[string]bool{}
	for _, e := range entries {
		target, err := os.Readlink(filepath.Join(dir, e.Name()))
		if inode, ok := strings.CutPrefix(target, "socket:["); err == nil && ok {
			out[strings.TrimSuffix(inode, "]")] = true
		}
	}
	return out, nil
}

func always([]string) bool { return true }

// accepts tells of a line of /proc/net/unix whether the socket listens.
func accepts(fields []string) bool { return fields[3] == "00010000" }

// table reads the sockets of one kind in the process's network: address by
// inode, of those that are wanted.
func table(pid int, kind string, wanted func(fields []string) bool) map[string]string {
	file, err := os.Open(fmt.Sprintf("/proc/%d/net/%s", pid, kind))
	if err != nil {
		return nil // a kernel without this kind
	}
	defer file.Close() //nolint:errcheck // nothing was written
	inode, address := 9, 1
	if kind == "unix" {
		inode, address = 6, 7
	}
	out := map[string]string{}
	for s := bufio.NewScanner(file); s.Scan(); {
		fields := strings.Fields(s.Text())
		if len(fields) <= inode || !wanted(fields) {
			continue
		}
		at := "no address"
		if len(fields) > address {
			at = fields[address]
		}
		out[fields[inode]] = at
	}
	return out
}

// gone tells whether a process that is no child of this one has exited; one
// that nobody has waited for yet has.
func gone(pid int) bool {
	_, fields := stat(fmt.Sprintf("/proc/%d/stat", pid))
	return len(fields) == 0 || fields[0] == "Z" || fields[0] == "X"
}
