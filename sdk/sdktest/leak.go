package sdktest

import (
	"bytes"
	"runtime/pprof"
	"slices"
	"strconv"
	"strings"
	"time"
)

// ownerLabel is the label of the goroutines that belong to a plugin.
const ownerLabel = "sdktest"

// leakPatience is how long goroutines may take to end with their plugin.
const leakPatience = 5 * time.Second

// idle are goroutines that hold no more than a connection kept for the next
// request; with a plugin's process they go by themselves.
var idle = []string{
	"net/http.(*persistConn).readLoop", "net/http.(*persistConn).writeLoop",
	"net/http.(*http2clientConnReadLoop)", "net/http.(*http2ClientConn).readLoop",
}

// leftovers returns the stacks of an owner's goroutines that do not end; empty
// when all do.
func leftovers(owner string) string {
	wait := time.Millisecond
	for began := time.Now(); ; wait *= 2 {
		left := goroutines(owner)
		if left == "" || time.Since(began) > leakPatience {
			return left
		}
		time.Sleep(wait) // nothing tells of the end of a goroutine
	}
}

// goroutines returns the stacks of an owner's goroutines.
func goroutines(owner string) string {
	var all bytes.Buffer
	_ = pprof.Lookup("goroutine").WriteTo(&all, 1) // a buffer takes everything
	var out []string
	for stack := range strings.SplitSeq(all.String(), "\n\n") {
		if strings.Contains(stack, strconv.Quote(ownerLabel)+":"+strconv.Quote(owner)) &&
			!slices.ContainsFunc(idle, func(f string) bool { return strings.Contains(stack, f) }) {
			out = append(out, stack)
		}
	}
	return strings.Join(out, "\n\n")
}
