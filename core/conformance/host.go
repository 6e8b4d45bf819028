//go:build unix

package conformance

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"

	"github.com/hashicorp/go-hclog"
	"google.golang.org/protobuf/proto"

	"github.com/mockmd/mockmd/core/supervise"
	pluginv1 "github.com/mockmd/mockmd/sdk/proto/mockmd/plugin/v1"
)

// order is what a host is told to do, as one line of JSON on its stdin. It
// may hold secrets, so it is on no command line.
type order struct {
	Spec             supervise.Spec
	SocketDir        string
	Configure, Start []byte // messages
}

// Host is a core of the smallest kind, in a process of its own, for [Test] to
// kill: it reads from stdin which plugin to start, runs it, writes the number
// of the plugin's process to stdout when that is ready, and waits until stdin
// ends. The error says why the plugin did not get ready.
func Host(ctx context.Context, stdin io.Reader, stdout io.Writer) error {
	in := bufio.NewReader(stdin)
	line, err := in.ReadBytes('\n')
	if err != nil {
		return fmt.Errorf("read what to start: %w", err)
	}
	var o order
	if err := json.Unmarshal(line, &o); err != nil {
		return fmt.Errorf("read what to start: %w", err)
	}
	var configure pluginv1.ConfigureRequest
	var start pluginv1.Start
	if err := proto.Unmarshal(o.Configure, &configure); err != nil {
		return fmt.Errorf("read the configuration: %w", err)
	}
	if err := proto.Unmarshal(o.Start, &start); err != nil {
		return fmt.Errorf("read the instances: %w", err)
	}
	p, err := supervise.Open(ctx, o.Spec, supervise.Options{Log: hclog.NewNullLogger(), SocketDir: o.SocketDir})
	if err != nil {
		return err
	}
	defer p.Close()
	t := &suite{o: Options{Answer: o.Spec.Timeouts.Start}}
	if _, err := t.meet(ctx, p, &configure); err != nil {
		return err
	}
	r, err := startRun(ctx, p.Client(), &start)
	if err != nil {
		return err
	}
	defer r.close()
	wait, cancel := t.answer(ctx, ruleReady)
	defer cancel()
	if !r.wait(wait, ready) {
		return fmt.Errorf("no Ready%s", r.lament())
	}
	fmt.Fprintln(stdout, p.PID())
	_, err = io.Copy(io.Discard, in) // until the test kills it, or is gone itself
	return err
}
