package admin

import (
	"log"
	"net/netip"
	"strings"
	"time"
)

// errorLog is what net/http tells its errors to.
func (s *Server) errorLog() *log.Logger { return log.New(errorLines{s}, "", 0) }

// errorLines are those errors, a line for each Write.
type errorLines struct{ *Server }

// handshake begins the line on a client that the encryption failed with: the
// client's address and why follow, with a colon between.
const handshake = "http: TLS handshake error from "

// Write logs a line. Anybody can cause one on a handshake, as by a connection
// that is opened and closed: of these one a minute is enough.
func (l errorLines) Write(line []byte) (int, error) {
	text := strings.TrimSpace(string(line))
	from, why, ok := strings.Cut(strings.TrimPrefix(text, handshake), ": ")
	client, err := netip.ParseAddrPort(from)
	switch {
	case !ok || err != nil || !strings.HasPrefix(text, handshake):
		l.log.Warn(text)
	case l.refused.Due(refusedKey{handshake, client.Addr()}, time.Now()):
		l.log.Warn("connection not encrypted", "client", client.Addr(), "error", why)
	}
	return len(line), nil
}
