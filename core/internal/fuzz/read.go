package main

import (
	"bytes"
	"io"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// result is what a run of a target came to.
type result struct {
	target      target
	took        time.Duration
	executions  int
	interesting int    // inputs that reached new code
	finding     string // how it failed; empty when it did not
}

var (
	progress = regexp.MustCompile(`^fuzz: elapsed: .* execs: (\d+) .* new interesting: (\d+)`)
	crasher  = regexp.MustCompile(`Failing input written to (\S+)`)
)

// reader passes on what go test prints and reads the figures in it.
type reader struct {
	out  io.Writer
	line bytes.Buffer // the one that has no end yet
	seen result
}

// Write takes a part of the output.
func (r *reader) Write(b []byte) (int, error) {
	for rest := b; ; {
		i := bytes.IndexByte(rest, '\n')
		if i < 0 {
			r.line.Write(rest)
			break
		}
		r.line.Write(rest[:i])
		r.take(r.line.String())
		r.line.Reset()
		rest = rest[i+1:]
	}
	return r.out.Write(b)
}

// take reads one line.
func (r *reader) take(line string) {
	if m := progress.FindStringSubmatch(line); m != nil {
		r.seen.executions, _ = strconv.Atoi(m[1])
		r.seen.interesting, _ = strconv.Atoi(m[2])
	}
	if m := crasher.FindStringSubmatch(line); m != nil {
		r.seen.finding = m[1]
	} else if strings.HasPrefix(line, "--- FAIL") && r.seen.finding == "" {
		r.seen.finding = "failed"
	}
}

// result is what has been read.
func (r *reader) result() result { return r.seen }
