package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/mockmd/mockmd/core/internal/program"
)

const (
	// spareThreads is by how many threads a core may have grown: Go keeps those
	// that once waited for the system.
	spareThreads = 40
	// spareFilesOfPlugin are those of connections that a plugin keeps alive.
	spareFilesOfPlugin = 4
)

// hidden says why not all can be looked at; empty when it can.
func hidden() string {
	if os.Getuid() == 0 {
		return ""
	}
	return "not root, who alone may look into mockmd's processes"
}

// belongings are what one process has open.
type belongings struct {
	files, sockets, threads int
	list                    []string // what the files are
}

// footprint is what the core and its plugins have.
type footprint struct {
	core    belongings
	plugins map[string]belongings
	strange []string // processes that nobody knows
	left    []string // files in the temporary folder
}

// leakCounts are figures for the table.
type leakCounts struct {
	checks             int
	goroutines, most   int // of the reference, and of a core that things happened to
	files, sockets     int // the most at a check
	threads, processes int
}

// lookAt tells what a process has. The error says that it is not there.
func lookAt(pid int) (belongings, error) {
	var b belongings
	dir := fmt.Sprintf("/proc/%d/", pid)
	files, err := os.ReadDir(dir + "fd")
	if errors.Is(err, fs.ErrPermission) {
		return b, nil // root alone may look; see hidden
	}
	if err != nil {
		return b, err
	}
	for _, f := range files {
		target, err := os.Readlink(dir + "fd/" + f.Name())
		if err != nil {
			continue // closed meanwhile
		}
		b.files++
		if strings.HasPrefix(target, "socket:") {
			b.sockets++
		}
		name, _, _ := strings.Cut(target, ":[")
		b.list = append(b.list, name)
	}
	slices.Sort(b.list)
	tasks, err := os.ReadDir(dir + "task")
	b.threads = len(tasks)
	return b, err
}

// look tells what the core and its plugins have now.
func (s *soak) look() (*footprint, error) {
	f := &footprint{plugins: map[string]belongings{}}
	tree, err := program.Tree(s.core.PID())
	if err != nil {
		return nil, err
	}
	if f.core, err = lookAt(s.core.PID()); err != nil {
		return nil, err
	}
	known := map[int]bool{s.core.PID(): true}
	for _, pid := range tree[1:] {
		name := s.pluginOf(pid)
		b, err := lookAt(pid)
		if err != nil {
			continue // it has ended
		}
		if _, twice := f.plugins[name]; twice || name == "" {
			f.strange = append(f.strange, fmt.Sprintf("%d %q below the core", pid, name))
		}
		f.plugins[name], known[pid] = b, true
	}
	ours, err := program.Tree(s.sts.PID())
	if err != nil {
		return nil, err
	}
	for _, pid := range ours {
		known[pid] = true
	}
	all, err := filepath.Glob("/proc/[0-9]*/exe")
	if err != nil {
		return nil, err
	}
	for _, exe := range all {
		pid, _ := strconv.Atoi(strings.Split(exe, "/")[2])
		if target, err := os.Readlink(exe); err == nil && (target == s.binary || target == s.counter) && !known[pid] {
			f.strange = append(f.strange, fmt.Sprintf("%d %s outside of all trees", pid, target))
		}
	}
	f.left, err = filepath.Glob(filepath.Join(s.tmp, "*"))
	return f, err
}

// beyond tells what a footprint has that one of a calm core has not; nil when
// there is nothing.
func (f *footprint) beyond(calm *footprint) error {
	var err error
	add := func(format string, args ...any) { err = errors.Join(err, fmt.Errorf(format, args...)) }
	if f.core.files > calm.core.files {
		add("the core has %d files open, at first %d: %v, at first %v", f.core.files, calm.core.files, f.core.list, calm.core.list)
	}
	if f.core.sockets > calm.core.sockets {
		add("the core has %d sockets, at first %d", f.core.sockets, calm.core.sockets)
	}
	if f.core.threads > calm.core.threads+spareThreads {
		add("the core has %d threads, at first %d", f.core.threads, calm.core.threads)
	}
	for _, name := range pluginNames {
		b, ok := f.plugins[name]
		switch at := calm.plugins[name]; {
		case !ok:
			add("%s has no process", name)
		case b.files > at.files+spareFilesOfPlugin:
			add("%s has %d files open, at first %d: %v, at first %v", name, b.files, at.files, b.list, at.list)
		case b.threads > at.threads+spareThreads:
			add("%s has %d threads, at first %d", name, b.threads, at.threads)
		}
	}
	if len(f.strange) > 0 {
		add("processes that nobody knows: %v", f.strange)
	}
	if len(f.left) > 0 {
		add("left in the temporary folder: %v", f.left)
	}
	return err
}

// quiet waits until what the core and its plugins have stays the same for a
// while.
func (s *soak) quiet(ctx context.Context) error {
	same, last := time.Now(), ""
	long := time.Second
	if s.o.hurry {
		long = 200 * time.Millisecond
	}
	ctx, cancel := context.WithTimeout(ctx, goesAway)
	defer cancel()
	return s.until(ctx, "the core and its plugins are quiet", func() error {
		f, err := s.look()
		if err != nil {
			return err
		}
		// Plugins make calls whenever they want.
		if now := fmt.Sprint(f.core.files, f.core.sockets, f.left, f.strange, len(f.plugins)); now != last {
			last, same = now, time.Now()
		}
		if time.Since(same) < long {
			return fmt.Errorf("files, sockets, left, strange and plugins are %s", last)
		}
		return nil
	})
}

// checkLeft holds the clients and looks whether anything is left behind. The
// caller keeps disturbances away.
func (s *soak) checkLeft(ctx context.Context) error {
	defer s.readers.hold()()
	ctx, cancel := context.WithTimeout(ctx, goesAway)
	defer cancel()
	var f *footprint
	err := s.until(ctx, "nothing is left behind", func() error {
		var err error
		if f, err = s.look(); err != nil {
			return err
		}
		return f.beyond(s.calm)
	})
	if f != nil {
		l := &s.leaks
		l.checks++
		l.files, l.sockets = max(l.files, f.core.files), max(l.sockets, f.core.sockets)
		l.threads, l.processes = max(l.threads, f.core.threads), max(l.processes, len(f.plugins)+1+len(f.strange))
	}
	return err
}
