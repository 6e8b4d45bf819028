package imds

import (
	"bytes"
	"errors"
)

// errBadHead is a request that no client means: malformed, too long, or of a
// shape that two parsers read in two ways.
var errBadHead = errors.New("malformed request")

// headScanner looks at the raw bytes of a request's head as they arrive, for
// where it ends and whether each line is one. What the lines say is for
// [parseRequest]. The zero value is ready for one head.
type headScanner struct {
	line int // where the line begins that is not complete yet
	seen int // up to where that line has no end

	begun bool // the request line is complete
}

// scan is given all bytes of the head so far, at each call more, and returns
// whether it is complete. The request line is judged as soon as it is there:
// old and foreign protocols end with it, and their clients wait.
func (h *headScanner) scan(b []byte) (complete bool, err error) {
	if len(b) > 0 && !isToken(b[0]) {
		return false, errBadHead // a TLS hello has no line end to wait for
	}
	for {
		end := bytes.IndexByte(b[h.seen:], '\n')
		if end < 0 {
			h.seen = len(b)
			return false, nil
		}
		line := b[h.line : h.seen+end]
		h.seen += end + 1
		h.line = h.seen
		if n := len(line); n > 0 && line[n-1] == '\r' {
			line = line[:n-1]
		}
		switch {
		case !h.begun:
			h.begun = true
			if !requestLine(line) {
				return false, errBadHead
			}
		case len(line) == 0:
			return true, nil
		case !fieldLine(line):
			return false, errBadHead
		}
	}
}

// requestLine accepts METHOD SP TARGET SP HTTP/1.0 or HTTP/1.1.
func requestLine(line []byte) bool {
	method, rest, ok := bytes.Cut(line, []byte(" "))
	if !ok || !allToken(method) {
		return false
	}
	target, version, ok := bytes.Cut(rest, []byte(" "))
	if !ok || len(target) == 0 {
		return false
	}
	for _, c := range target {
		if c < ' ' || c == 0x7f {
			return false
		}
	}
	return string(version) == "HTTP/1.1" || string(version) == "HTTP/1.0"
}

// fieldLine accepts NAME: VALUE. A line that continues the one before begins
// with a blank, so its name is none.
func fieldLine(line []byte) bool {
	name, value, ok := bytes.Cut(line, []byte(":"))
	if !ok || !allToken(name) {
		return false
	}
	for _, c := range value {
		if (c < ' ' && c != '\t') || c == 0x7f {
			return false
		}
	}
	return true
}

func allToken(b []byte) bool {
	for _, c := range b {
		if !isToken(c) {
			return false
		}
	}
	return len(b) > 0
}

// isToken says whether c may stand in a token of RFC 9110, section 5.6.2.
func isToken(c byte) bool { return nameBytes[c] }

// nameBytes is a table, for every byte of every name is looked up.
var nameBytes = func() (table [256]bool) {
	for _, c := range "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789!#$%&'*+-.^_`|~" {
		table[c] = true
	}
	return table
}()
