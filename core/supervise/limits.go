package supervise

import (
	"fmt"

	"github.com/mockmd/mockmd/core/internal/confine"
	"github.com/mockmd/mockmd/sdk/wire"
)

// Limits are what one plugin may use of the core and of the system.
type Limits struct {
	// TreeBytes is the size of a tree as it is sent, in bytes; 0 is what the
	// contract allows.
	TreeBytes int
	// TreeNodes is the number of nodes of a tree; 0 is as many as its bytes
	// hold, up to [mostNodes].
	TreeNodes int
	// LogLinesPerSecond is how many lines it may log in the long run; 0 is
	// [defaultLogLines].
	LogLinesPerSecond int
	// Process is what the system lets each of its processes have.
	Process confine.Limits
}

const (
	mostNodes       = 1 << 16
	defaultLogLines = 100
)

// treeBytes is the size that a tree may have.
func (l *Limits) treeBytes() int {
	if l.TreeBytes == 0 {
		return wire.MaxTree
	}
	return min(l.TreeBytes, wire.MaxTree)
}

// treeNodes is the number of nodes that a tree may have.
func (l *Limits) treeNodes() int {
	if l.TreeNodes == 0 {
		return mostNodes
	}
	return l.TreeNodes
}

// environ adds to a process's environment what tells it of its limits.
func (l *Limits) environ(env []string) []string {
	if l.Process == (confine.Limits{}) {
		return env
	}
	if half := l.Process.Memory / 2; half > 0 && !has(env, "GOMEMLIMIT") {
		// A Go program collects its garbage before the system refuses it
		// memory, of which it maps much that it never uses.
		env = append(env, fmt.Sprintf("GOMEMLIMIT=%d", half))
	}
	return append(env, l.Process.Environ())
}
