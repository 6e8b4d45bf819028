package supervise

import (
	"context"
	"sync"
	"time"

	"github.com/hashicorp/go-hclog"
	"golang.org/x/time/rate"
)

const (
	// gateBurst is for how many seconds' lines a quiet plugin may log at once.
	gateBurst = 10
	// gateBytes is how much of a plugin's output is read at once, however few
	// lines it may log.
	gateBytes = 1 << 20
	// gateTells is how often the log tells of lines that were left out.
	gateTells = 10 * time.Second
)

// gate bounds what one plugin's log costs, over all its processes. Lines
// beyond the limit are counted and left out. And no more is read than so many
// of the longest lines: who writes more waits in its own write, since reading
// costs the core time too.
type gate struct {
	log    hclog.Logger
	limit  int
	lines  *rate.Limiter
	volume *rate.Limiter

	mu     sync.Mutex
	out    int         // lines that were left out since the log told of any
	tells  *time.Timer // runs while there are such
	closed bool
}

// newGate makes the gate of a plugin that may log perSecond lines. Log is told
// of what is left out.
func newGate(log hclog.Logger, perSecond int) *gate {
	if perSecond == 0 {
		perSecond = defaultLogLines
	}
	volume := perSecond * maxLine
	return &gate{
		log: log, limit: perSecond,
		lines:  rate.NewLimiter(rate.Limit(perSecond), gateBurst*perSecond),
		volume: rate.NewLimiter(rate.Limit(volume), max(volume, gateBytes)),
	}
}

// pass tells whether one more line may be logged.
func (g *gate) pass() bool {
	if g.lines.Allow() {
		return true
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.out++; g.tells == nil && !g.closed {
		g.tells = time.AfterFunc(gateTells, g.tell)
	}
	return false
}

// read waits until n more bytes of output may be taken in, or ctx ends.
func (g *gate) read(ctx context.Context, n int) {
	for most := g.volume.Burst(); n > 0; n -= most {
		if g.volume.WaitN(ctx, min(n, most)) != nil {
			return // nobody is slowed down any more
		}
	}
}

func (g *gate) tell() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.tellLocked()
}

func (g *gate) tellLocked() {
	if g.out > 0 {
		g.log.Warn("plugin logs too much, lines suppressed", "lines", g.out, "log_lines_per_second", g.limit)
	}
	g.out, g.tells = 0, nil
}

// open lets the gate tell of what it leaves out again, after close.
func (g *gate) open() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.closed = false
}

// close tells of what was left out last.
func (g *gate) close() {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.tells != nil {
		g.tells.Stop()
	}
	g.closed = true
	g.tellLocked()
}
