package imds

import (
	"bufio"
	"context"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/mockmd/mockmd/core/internal/socket"
)

// retirable is pipes whose end is that of a listener that is retired.
type retirable struct{ *pipes }

func (r retirable) Accept() (c net.Conn, err error) {
	if c, err = r.pipes.Accept(); err != nil {
		err = socket.ErrRetired
	}
	return c, err
}

// TestRetired: who has connected to a listener that is retired makes the
// request that it came for; a connection that has had its answer ends, and one
// that asks nothing is not waited for beyond the time that a header may take.
func TestRetired(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := newFixture(keepAlive)
		p := newPipes()
		done := make(chan error, 1)
		go func() { done <- f.Serve(t.Context(), retirable{p}) }()
		early, used, silent := p.dial(), p.dial(), p.dial()
		answers := bufio.NewReader(used)
		if _, err := io.WriteString(used, get("/latest/meta-data/mac")); err != nil {
			t.Fatal(err)
		}
		a, err := http.ReadResponse(answers, nil)
		if err != nil || a.Close || a.StatusCode != http.StatusOK {
			t.Fatalf("first answer: %+v %v", a, err)
		}
		_, _ = io.Copy(io.Discard, a.Body)
		_ = a.Body.Close()
		synctest.Wait()

		began := time.Now()
		_ = p.Close()
		synctest.Wait()
		if _, err := answers.ReadByte(); err != io.EOF || time.Since(began) != 0 {
			t.Errorf("a connection that has had its answer ends with %v after %v", err, time.Since(began))
		}
		if got := talk(t, early, get("/latest/meta-data/mac")); status(got) != 200 || !strings.Contains(got, "Connection: close\r\n") {
			t.Errorf("a request on a connection from before: %q", got)
		}
		if took := until(silent); took != 5*time.Second {
			t.Errorf("a connection that asks nothing is closed after %v, want the header timeout, 5s", took)
		}
		if err := <-done; err != nil {
			t.Errorf("Serve: %v", err)
		}
	})
}

// TestRetiredAndStopped: the end of the server waits for nobody who asks
// nothing.
func TestRetiredAndStopped(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := newFixture()
		p := newPipes()
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan error, 1)
		go func() { done <- f.Serve(ctx, retirable{p}) }()
		silent := p.dial()
		synctest.Wait()
		_ = p.Close()
		synctest.Wait()
		began := time.Now()
		cancel()
		if took := until(silent); took != 0 {
			t.Errorf("closed %v after the end, want at once", took)
		}
		if err := <-done; err != nil || time.Since(began) != 0 {
			t.Errorf("Serve: %v after %v", err, time.Since(began))
		}
	})
}
