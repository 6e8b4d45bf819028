package sdk_test

import (
	"context"
	"fmt"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/mockmd/mockmd/sdk"
	"github.com/mockmd/mockmd/sdk/sdktest"
)

// counter is a plugin that counts in the background.
type counter struct {
	mu sync.Mutex // Run and Tree overlap
	n  int
}

func (c *counter) Run(ctx context.Context, h sdk.Host) error {
	for tick := time.NewTicker(time.Millisecond); ; {
		select {
		case <-ctx.Done():
			tick.Stop()
			return nil
		case <-tick.C:
		}
		c.mu.Lock()
		c.n++
		checkpoint := strconv.Itoa(c.n)
		c.mu.Unlock()
		h.Changed() // Tree is called again
		if err := h.Checkpoint([]byte(checkpoint)); err != nil {
			return err
		}
	}
}

func (c *counter) Restore(_ context.Context, checkpoint []byte) (err error) {
	c.n, err = strconv.Atoi(string(checkpoint))
	return err
}

func (c *counter) Tree(context.Context, *sdk.Instance) (sdk.Tree, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return sdk.Tree{"meta-data/count": sdk.Text(strconv.Itoa(c.n))}, nil
}

// Run works in the background and republishes.
func ExampleRunner() {
	sdktest.Example(func(t testing.TB) {
		p := sdktest.Start(t, &counter{})
		sdktest.Expect(t, p.Configure(""))
		p.Run()
		p.WaitTree("the third count", func(tree sdk.Tree) bool { return text(tree, "meta-data/count") >= "3" })
		fmt.Println("it counts")
	})
	// Output: it counts
}

// The next process of a plugin that has crashed goes on where the checkpoint
// says.
func ExampleRestorer() {
	sdktest.Example(func(t testing.TB) {
		p := sdktest.Start(t, &counter{n: 1000})
		sdktest.Expect(t, p.Configure(""))
		p.Run()
		p.WaitCheckpoint()
		p = p.Crash(&counter{})
		fmt.Println(text(p.Tree(), "meta-data/count") > "1000")
	})
	// Output: true
}

// hosted is a plugin that has its host do what a function says.
type hosted struct {
	place
	say func(sdk.Host)
}

func (s hosted) Run(ctx context.Context, h sdk.Host) error {
	s.say(h)
	<-ctx.Done()
	return nil
}

// A plugin whose upstream is away goes on serving, and says so.
func ExampleHost() {
	sdktest.Example(func(t testing.TB) {
		p := sdktest.Start(t, hosted{say: func(h sdk.Host) { h.Degraded("the thermometer does not answer") }})
		sdktest.Expect(t, p.Configure(""))
		p.Run()
		p.WaitStatus("a word", func(degraded string, _ time.Time) bool { return degraded != "" })
		degraded, _ := p.Status()
		fmt.Println(degraded)
	})
	// Output: the thermometer does not answer
}

// What must survive a crash is small: a plugin keeps the little that it cannot
// find out again.
func ExampleHost_maxCheckpoint() {
	sdktest.Example(func(t testing.TB) {
		said := make(chan error, 1)
		p := sdktest.Start(t, hosted{say: func(h sdk.Host) { said <- h.Checkpoint(make([]byte, sdk.MaxCheckpoint+1)) }})
		sdktest.Expect(t, p.Configure(""))
		p.Run()
		fmt.Println(<-said)
	})
	// Output: checkpoint has 65537 bytes, at most 65536 are kept
}

// Bodies and answers of actions, and checkpoints, are small.
func Example_limits() {
	fmt.Println(sdk.MaxAction, sdk.MaxCheckpoint)
	// Output: 65536 65536
}

// lease is a plugin whose answers are valid for a time.
type lease struct{ until time.Time }

func (l lease) ValidUntil() time.Time { return l.until }

func (l lease) Tree(context.Context, *sdk.Instance) (sdk.Tree, error) {
	return sdk.Tree{"meta-data/lease": sdk.Leaf{Body: []byte("yours"), NotAfter: l.until}}, nil
}

// The core's /status is true only while what every such plugin serves is valid.
func ExampleExpirer() {
	sdktest.Example(func(t testing.TB) {
		p := sdktest.Start(t, lease{until: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)})
		sdktest.Expect(t, p.Configure(""))
		p.Run()
		_, until := p.Status()
		fmt.Println(until)
	})
	// Output: 2026-01-01 00:00:00 +0000 UTC
}
