package main

import (
	"context"
	"fmt"
	"time"

	"github.com/mockmd/mockmd/core/internal/program"
)

const (
	sampleEvery   = 2 * time.Second
	enoughSamples = 40
	// What the last quarter's most may exceed the first quarter's by.
	memoryFactor = 1.25
	memoryMore   = 12 << 20
)

// memory is the memory of the core and its plugins over the time.
type memory struct {
	samples []int64 // while each plugin had one process: a reload has two
	most    int64   // at any time
	life    int     // the first sample of the present core
	pid     int
	err     error
}

// sample looks at the memory until the context ends.
func (s *soak) sample(ctx context.Context) {
	tick := time.NewTicker(sampleEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		s.chaos.RLock() // not while the core is another
		pid := s.core.PID()
		tree, err := program.Tree(pid)
		var size int64
		if err == nil {
			size, err = program.PSS(tree...)
		}
		s.chaos.RUnlock()
		s.memory.add(pid, size, len(tree) <= 1+len(pluginNames), err)
	}
}

func (m *memory) add(pid int, size int64, single bool, err error) {
	if err != nil {
		m.err = err
		return
	}
	if m.pid != pid {
		m.pid, m.life = pid, len(m.samples)
	}
	if m.most = max(m.most, size); single {
		m.samples = append(m.samples, size)
	}
}

// quarters returns the most of the first and of the last quarter of samples.
func quarters(samples []int64) (first, last int64) {
	n := len(samples) / 4
	for _, v := range samples[:n] {
		first = max(first, v)
	}
	for _, v := range samples[len(samples)-n:] {
		last = max(last, v)
	}
	return first, last
}

// judge says whether memory grows; nil when it does not, or when there are too
// few samples to tell.
func (m *memory) judge() error {
	for what, samples := range map[string][]int64{"the whole time": m.samples, "the last core's life": m.samples[m.life:]} {
		if len(samples) < enoughSamples {
			continue
		}
		if first, last := quarters(samples); float64(last) > memoryFactor*float64(first)+memoryMore {
			return fmt.Errorf("memory grows: over %s from at most %s in the first quarter to %s in the last", what, megabytes(first), megabytes(last))
		}
	}
	return nil
}

func megabytes(n int64) string { return fmt.Sprintf("%.1f MB", float64(n)/(1<<20)) }
