package supervise

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"

	"golang.org/x/sys/unix"

	"github.com/mockmd/mockmd/sdk/wire"
)

// sweeps is how often the children are looked through after the end of one
// plugin: what is killed may have forked just before.
const sweeps = 1000

func inherit() error {
	if err := unix.Prctl(unix.PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0); err != nil {
		return fmt.Errorf("become subreaper: %w", err)
	}
	return nil
}

// sweep kills and waits for the children that are nobody's.
func (r *Reaper) sweep(group int, born uint64) (strays int) {
	if born == 0 {
		return 0 // it cannot be told what is younger
	}
	seen := map[int]bool{}
	for range sweeps {
		left := r.orphans(born)
		if len(left) == 0 {
			break
		}
		for _, o := range left {
			if o.group != group && !o.zombie && !seen[o.pid] {
				seen[o.pid] = true
				strays++
			}
			_ = syscall.Kill(o.pid, syscall.SIGKILL) // mostly a zombie already
		}
		for _, o := range left {
			for {
				if _, err := syscall.Wait4(o.pid, nil, 0, nil); !errors.Is(err, syscall.EINTR) {
					break
				}
			}
		}
	}
	return strays
}

// orphan is a process that a plugin has left behind.
type orphan struct {
	pid, group int
	zombie     bool
}

// orphans are the children that are younger than born and that the core has
// not started.
func (r *Reaper) orphans(born uint64) []orphan {
	r.starting.Lock()
	defer r.starting.Unlock()
	var out []orphan
	for _, pid := range children() {
		if _, ok := r.known.Load(pid); ok {
			continue
		}
		if s, err := statOf(pid); err == nil && s.born >= born && ours(pid, s.zombie) {
			out = append(out, orphan{pid, s.group, s.zombie})
		}
	}
	return out
}

// ours tells whether an orphan is a plugin's. It always is, unless the core
// is the first process of a container, to which all orphans go: then those
// stay that have another environment than plugins have.
func ours(pid int, zombie bool) bool {
	if os.Getpid() != 1 || zombie {
		return true
	}
	env, err := os.ReadFile(fmt.Sprintf("/proc/%d/environ", pid))
	return err == nil && bytes.Contains(env, []byte(wire.Handshake().MagicCookieKey+"="))
}

// children are all children of this process.
func children() []int {
	const threads = "/proc/self/task"
	var out []int
	list, _ := os.ReadDir(threads) // whoever has no /proc has no reaper
	for _, thread := range list {
		text, err := os.ReadFile(filepath.Join(threads, thread.Name(), "children"))
		if err != nil {
			continue // the thread has ended
		}
		for field := range strings.FieldsSeq(string(text)) {
			if pid, err := strconv.Atoi(field); err == nil {
				out = append(out, pid)
			}
		}
	}
	return out
}

// stat is what the system tells of a process.
type stat struct {
	zombie bool
	group  int
	born   uint64 // in clock ticks since the system started
	ticks  uint64 // of processor time, that of its ended children included
}

// statOf reads /proc/PID/stat (proc_pid_stat(5)).
func statOf(pid int) (s stat, err error) {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return s, err
	}
	_, after, _ := strings.Cut(string(text[bytes.LastIndexByte(text, ')')+1:]), " ") // the name may hold anything
	f := strings.Fields(after)
	if len(f) < 20 {
		return s, fmt.Errorf("process %d: stat has %d fields", pid, len(f))
	}
	number := func(field int) uint64 { // as the manual counts them
		n, e := strconv.ParseUint(f[field-3], 10, 64)
		err = errors.Join(err, e)
		return n
	}
	s = stat{zombie: f[0] == "Z", group: int(number(5)), born: number(22), ticks: number(14) + number(15) + number(16) + number(17)}
	return s, err
}

// born is when a process was started, for comparisons; 0 when it is not known.
func born(pid int) uint64 {
	s, err := statOf(pid)
	if err != nil {
		return 0
	}
	return s.born
}
