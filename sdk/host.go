package sdk

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"

	pluginv1 "github.com/mockmd/mockmd/sdk/proto/mockmd/plugin/v1"
)

// host collects what the plugin says until the publisher sends it. Of each
// kind only the newest is kept, so saying more costs no memory.
type host struct {
	wake chan struct{} // holds one token while something is unsent

	mu         sync.Mutex
	changed    bool            // every instance
	labels     map[string]bool // of instances that have changed
	checkpoint *pluginv1.Checkpoint
	unsent     bool // the checkpoint has not been sent on the stream
	degraded   string
	told       bool // degraded has changed since it was sent
}

var _ Host = (*host)(nil)

func newHost() *host { return &host{wake: make(chan struct{}, 1), labels: map[string]bool{}} }

// Changed asks for a new round of trees.
func (h *host) Changed(labels ...string) {
	h.mu.Lock()
	h.changed = h.changed || len(labels) == 0
	for _, label := range labels {
		h.labels[label] = true
	}
	h.mu.Unlock()
	h.notify()
}

// Checkpoint keeps data for the next process.
func (h *host) Checkpoint(data []byte) error {
	if len(data) > MaxCheckpoint {
		return fmt.Errorf("checkpoint has %d bytes, at most %d are kept", len(data), MaxCheckpoint)
	}
	h.mu.Lock()
	h.checkpoint = &pluginv1.Checkpoint{Data: append([]byte(nil), data...), Sequence: h.checkpoint.GetSequence() + 1}
	h.unsent = true
	h.mu.Unlock()
	h.notify()
	return nil
}

// Degraded shows or takes back a sentence for people.
func (h *host) Degraded(message string) {
	message = strings.ToValidUTF8(message, "?") // else it would break the stream
	h.mu.Lock()
	if h.degraded != message {
		h.degraded, h.told = message, true
	}
	h.mu.Unlock()
	h.notify()
}

func (h *host) notify() {
	select {
	case h.wake <- struct{}{}:
	default:
	}
}

// lastCheckpoint returns the newest checkpoint, nil when there is none.
func (h *host) lastCheckpoint() *pluginv1.Checkpoint {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.checkpoint
}

// news is what has been said since it was last taken.
type news struct {
	changed    bool
	labels     []string             // that have changed, when not all have
	checkpoint *pluginv1.Checkpoint // nil: nothing new
	degraded   string
	told       bool
}

func (h *host) take() news {
	h.mu.Lock()
	defer h.mu.Unlock()
	n := news{changed: h.changed, labels: slices.Sorted(maps.Keys(h.labels)), degraded: h.degraded, told: h.told}
	if h.unsent {
		n.checkpoint = h.checkpoint
	}
	h.changed, h.unsent, h.told = false, false, false
	clear(h.labels)
	return n
}
