package admin

import (
	"bytes"
	"strings"
	"testing"

	"github.com/hashicorp/go-hclog"
)

// TestErrorLog: strangers cannot fill the log with what net/http says of their
// handshakes, and what else it says is told.
func TestErrorLog(t *testing.T) {
	t.Parallel()
	var log bytes.Buffer
	s := New(Options{Log: hclog.New(&hclog.LoggerOptions{Output: &log})})
	to := s.errorLog()
	for range 5 {
		to.Print("http: TLS handshake error from 192.0.2.7:4711: EOF")
		to.Print("http: TLS handshake error from [2001:db8::7]:4711: tls: first record does not look like a TLS handshake")
		to.Print("http: Accept error: too many open files; retrying in 5ms")
	}
	for want, times := range map[string]int{
		"connection not encrypted: client=192.0.2.7 error=EOF\n":                                                        1,
		"connection not encrypted: client=2001:db8::7 error=\"tls: first record does not look like a TLS handshake\"\n": 1,
		"[WARN]  http: Accept error: too many open files; retrying in 5ms\n":                                            5,
	} {
		if got := strings.Count(log.String(), want); got != times {
			t.Errorf("%q is there %d times, want %d:\n%s", want, got, times, &log)
		}
	}
}
