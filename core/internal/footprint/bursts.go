package footprint

import (
	"runtime/metrics"
	"time"
)

// What is allocated in lookEvery tells whether a process has much to do:
// health calls and the like come to a tenth of much, and some thousand requests
// to all of it.
const (
	lookEvery = 5 * time.Second
	much      = 1 << 20
)

// bursts finds the ends of times in which a process has much to do.
type bursts struct {
	last uint64 // what had been allocated when it was looked last
	busy bool   // it had much to do then
}

func newBursts() *bursts { return &bursts{last: allocated()} }

// over is given how many bytes have been allocated so far, each lookEvery, and
// tells whether a burst has just come to its end.
func (b *bursts) over(allocated uint64) bool {
	was := b.busy
	b.busy = allocated-b.last >= much
	b.last = allocated
	return was && !b.busy
}

// allocated is how many bytes of the heap have been allocated since the process
// began, freed or not.
func allocated() uint64 {
	sample := []metrics.Sample{{Name: "/gc/heap/allocs:bytes"}}
	metrics.Read(sample)
	return sample[0].Value.Uint64()
}
