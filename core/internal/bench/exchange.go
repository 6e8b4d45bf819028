package main

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"time"
)

// patience is how long a client waits for a byte.
const patience = 10 * time.Second

// errSilent is a server that says nothing for that long.
var errSilent = fmt.Errorf("no answer within %s", patience)

// errStatus is an answer of another status than was asked for.
var errStatus = errors.New("another status")

// exchange is a request and what its answers look like.
type exchange struct {
	request []byte
	keep    bool   // the connection is kept for the next request
	begin   []byte // of every answer
	end     []byte // of every answer; nil: they differ
	size    int    // of every answer in bytes
}

// request renders a request. Headers are whole lines.
func request(method, path string, headers ...string) []byte {
	b := fmt.Appendf(nil, "%s %s HTTP/1.1\r\nHost: 169.254.169.254\r\n", method, path)
	for _, h := range headers {
		b = append(b, h...)
	}
	return append(b, "\r\n"...)
}

// learn makes a request once and returns what later answers must look like,
// and the answer as it came. The error is errStatus when the status is another
// than wanted.
func learn(address string, method string, text []byte, keep bool, want int) (exchange, []byte, error) {
	e := exchange{request: text, keep: keep}
	c, err := net.DialTimeout("tcp", address, patience)
	if err != nil {
		return e, nil, err
	}
	defer func() { _ = c.Close() }()
	if err := c.SetDeadline(time.Now().Add(patience)); err != nil {
		return e, nil, err
	}
	if _, err := c.Write(text); err != nil {
		return e, nil, err
	}
	var raw bytes.Buffer
	r := bufio.NewReader(io.TeeReader(c, &raw))
	a, err := http.ReadResponse(r, &http.Request{Method: method})
	if err != nil {
		return e, nil, fmt.Errorf("read the answer to %.40q: %w", text, err)
	}
	body, err := io.ReadAll(a.Body)
	_ = a.Body.Close()
	if err != nil {
		return e, nil, fmt.Errorf("read the answer to %.40q: %w", text, err)
	}
	if a.StatusCode != want {
		return e, nil, fmt.Errorf("%w: %.40q is answered with %s, not %d", errStatus, text, a.Status, want)
	}
	if keep && a.Close {
		return e, nil, fmt.Errorf("%s closes the connection", address)
	}
	if !keep { // there must be an end, and nothing before it
		if _, err := io.Copy(io.Discard, r); err != nil {
			return e, nil, fmt.Errorf("%s does not close the connection: %w", address, err)
		}
	}
	e.size = raw.Len() - r.Buffered()
	answer := raw.Bytes()[:e.size]
	e.begin = answer[:min(len("HTTP/1.1 200 "), len(answer))]
	if method == http.MethodGet && bytes.HasSuffix(answer, body) {
		e.end = body
	}
	return e, answer, nil
}
