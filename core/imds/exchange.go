package imds

import (
	"bufio"
	"context"
	"errors"
	"io"
	"net/http"
	"runtime/debug"
	"strings"
	"time"
)

// What a client sends beyond its request is read so far before the connection
// is closed: closing over unread bytes makes the kernel send a reset, which
// can destroy the answer on its way.
const (
	lingerTime  = time.Second
	lingerBytes = 64 << 10
)

// handle owns a connection until it is closed.
func (s *Server) handle(ctx context.Context, c *conn) {
	defer s.conns.remove(c)
	defer func() { _ = c.Close() }()
	defer func() {
		// One request must not end the answers to all others.
		if p := recover(); p != nil {
			s.log.Error("panic while a request was answered", "panic", p, "stack", string(debug.Stack()))
		}
	}()
	br := s.readers.Get().(*bufio.Reader)
	br.Reset(c.Conn)
	defer func() {
		br.Reset(nil)
		s.readers.Put(br)
	}()
	for first := true; s.exchange(ctx, c, br, first); {
		first = false
	}
}

// exchange reads one request and answers it, and says whether the connection
// is to be read on.
func (s *Server) exchange(ctx context.Context, c *conn, br *bufio.Reader, first bool) bool {
	head, err := s.await(c, br, first)
	if err != nil && !errors.Is(err, errBadHead) {
		return false
	}
	if !s.conns.begin(c) {
		return false
	}
	var r request
	if err == nil {
		r, err = parseRequest(head)
	}
	o := s.options.Load()
	buf := s.buffers.Get().(*buffer)
	defer s.buffers.Put(buf)
	if err != nil {
		s.log.Debug("refused a malformed request", "client", c.remote)
		refusal := replyBadRequest
		if s.send(c, o, buf, &refusal, false) == nil {
			s.linger(c)
		}
		return false
	}

	rep := s.answer(ctx, o, &r, client{c.remote, c.owner.name}, buf)
	if rep.code == 0 {
		return false
	}
	if r.method == http.MethodHead {
		rep.body = nil
	}
	if rep.hops > 0 {
		if err := setHops(c.Conn, c.local, rep.hops); err != nil {
			s.log.Error("the answer with a session token is withheld, for its hop limit cannot be set", "error", err)
			rep = replyUnavailable
		}
	}
	keep := o.KeepAlive && s.keeps(c, &r, &rep)
	if s.log.IsDebug() {
		target, _, _ := strings.Cut(r.target, "?")
		s.log.Debug("request", "client", c.remote, "method", r.method, "path", strings.ToValidUTF8(target, "?"), "status", rep.code)
	}
	if s.send(c, o, buf, &rep, keep) != nil {
		return false
	}
	if rep.read != nil && r.method == http.MethodGet {
		s.tell(c, &rep)
	}
	if !keep {
		if r.body || r.expects || br.Buffered() > 0 {
			s.linger(c)
		}
		return false
	}
	return s.conns.wait(c)
}

// await reads a whole head through br, which is as large as a head may be.
func (s *Server) await(c *conn, br *bufio.Reader, first bool) (head string, err error) {
	var h headScanner
	idle := !first && br.Buffered() == 0
	timeout := s.limits.HeaderTimeout
	if idle {
		timeout = s.limits.IdleTimeout
	}
	if err := c.SetReadDeadline(time.Now().Add(timeout)); err != nil {
		return "", err
	}
	for {
		b, _ := br.Peek(br.Buffered())
		// RFC 9112, section 2.2: empty lines before a request are skipped.
		for !h.begun && len(b) > 0 && (b[0] == '\r' || b[0] == '\n') {
			b = b[1:]
			_, _ = br.Discard(1)
		}
		complete, err := h.scan(b)
		switch {
		case complete:
			head = string(b[:h.seen])
			_, _ = br.Discard(len(head))
			return head, nil
		case err != nil:
			return "", err
		case len(b) >= br.Size():
			return "", errBadHead
		}
		if idle && len(b) > 0 {
			idle = false
			if err := c.SetReadDeadline(time.Now().Add(s.limits.HeaderTimeout)); err != nil {
				return "", err
			}
		}
		if _, err := br.Peek(len(b) + 1); err != nil {
			return "", err
		}
	}
}

// keeps says whether a connection can be kept after this answer: the client
// wants it and the answer does not forbid it. A request that was refused is the
// last, and so is one with a body: what comes behind either may be no request
// but what somebody else had put into the one before. What has a hop limit is
// sent on a connection of its own, for a limit that is lifted again might not
// hold for what is still in the kernel's queue.
func (s *Server) keeps(c *conn, r *request, rep *reply) bool {
	switch {
	case r.closes, r.body, r.expects:
		return false
	case rep.code == http.StatusBadRequest, rep.code == http.StatusForbidden, rep.code == http.StatusMethodNotAllowed:
		return false
	case rep.hops > 0:
		return false
	}
	return !s.conns.stopping(c.owner)
}

// linger ends the answer and then reads what the client still sends. The
// connection counts as waiting meanwhile and may be evicted.
func (s *Server) linger(c *conn) {
	s.conns.wait(c)
	half, ok := c.Conn.(interface{ CloseWrite() error })
	if !ok || half.CloseWrite() != nil || c.SetReadDeadline(time.Now().Add(lingerTime)) != nil {
		return
	}
	_, _ = io.CopyN(io.Discard, c.Conn, lingerBytes)
}
