//go:build unix

package conformance

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"time"

	"github.com/mockmd/mockmd/core/supervise"
	"github.com/mockmd/mockmd/sdk/lazyregexp"
	pluginv1 "github.com/mockmd/mockmd/sdk/proto/mockmd/plugin/v1"
	"github.com/mockmd/mockmd/sdk/wire"
)

// fresh is a process that has been configured and not run.
type fresh struct {
	*supervise.Process
	description *pluginv1.DescribeResponse
	configured  *pluginv1.ConfigureResponse
}

// next starts a further process and configures it with a request that may
// differ from that of the first one. Close must be called on it.
func (t *suite) next(ctx context.Context, request func(folders) *pluginv1.ConfigureRequest) (*fresh, error) {
	f, err := t.folders()
	if err != nil {
		return nil, err
	}
	p, err := supervise.Open(ctx, t.spec(f), t.supervise)
	if err != nil {
		return nil, err
	}
	out, err := t.meet(ctx, p, request(f))
	if err != nil {
		p.Close()
		return nil, err
	}
	return out, nil
}

// meet takes a process from the handshake to its configuration.
func (t *suite) meet(ctx context.Context, p *supervise.Process, request *pluginv1.ConfigureRequest) (_ *fresh, err error) {
	ctx, cancel := t.answer(ctx, ruleConfigure)
	defer cancel()
	if err := p.Healthy(ctx); err != nil {
		return nil, err
	}
	out := &fresh{Process: p}
	if out.description, err = p.Client().Describe(ctx, &pluginv1.DescribeRequest{CoreVersion: t.o.CoreVersion}); err != nil {
		return nil, fmt.Errorf("describe: %w", err)
	}
	if out.configured, err = p.Client().Configure(ctx, request); err != nil {
		return nil, fmt.Errorf("configure: %w", err)
	}
	return out, nil
}

// running starts a further process that is configured and ready.
func (t *suite) running(ctx context.Context, checkpoint []byte) (*supervise.Process, *run, error) {
	p, err := t.next(ctx, t.request)
	if err != nil {
		return nil, nil, err
	}
	r, err := startRun(ctx, p.Client(), &pluginv1.Start{Checkpoint: checkpoint, Instances: []*pluginv1.Instance{t.subject.first}})
	if err != nil {
		p.Close()
		return nil, nil, err
	}
	wait, cancel := t.answer(ctx, ruleReady)
	defer cancel()
	if !r.wait(wait, ready) {
		err := fmt.Errorf("no Ready within %s%s", t.answerIn(ruleReady), r.lament())
		r.close()
		p.Close()
		return nil, nil, err
	}
	return p.Process, r, nil
}

// exits waits, as long as a rule lets it, for a process to exit, and says how
// long that took.
func (t *suite) exits(ctx context.Context, p *supervise.Process, rule string) (time.Duration, bool) {
	began := time.Now()
	ctx, cancel := context.WithTimeout(ctx, t.exitIn(rule))
	defer cancel()
	select {
	case <-p.Exited():
		return time.Since(began).Round(time.Millisecond), true
	case <-ctx.Done():
		return 0, false
	}
}

// handshakeLine is what go-plugin looks for: core protocol, contract version,
// network, address.
var handshakeLine = lazyregexp.New(`^\d+\|\d+\|\w+\|[^|]+\|`)

// explainStart tells a program that prints before its handshake from one that
// does not shake hands: it is started once more, and its stdout is read.
func (t *suite) explainStart(ctx context.Context, cause error) {
	before, found := t.firstLines(ctx)
	if !found || len(before) == 0 {
		t.fail(ruleHandshake, "%v", cause)
		return
	}
	t.fail(ruleStdout, "it wrote %q before the handshake", strings.Join(before, "\n"))
}

// firstLines starts the program by hand and returns what it prints before the
// handshake, and whether that comes.
func (t *suite) firstLines(ctx context.Context) (before []string, found bool) {
	ctx, cancel := t.answer(ctx, ruleHandshake)
	defer cancel()
	f, err := t.folders()
	if err != nil {
		return nil, false
	}
	spec, shake := t.spec(f), wire.Handshake()
	cmd := exec.CommandContext(ctx, spec.Command[0], spec.Command[1:]...)
	cmd.Dir = spec.Dir
	cmd.Env = append(spec.Env, shake.MagicCookieKey+"="+shake.MagicCookieValue,
		fmt.Sprintf("PLUGIN_PROTOCOL_VERSIONS=%d", wire.ProtocolVersion), "PLUGIN_UNIX_SOCKET_DIR="+f.tmp)
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return killGroup(cmd.Process.Pid) }
	out, err := cmd.StdoutPipe()
	if err != nil || cmd.Start() != nil {
		return nil, false
	}
	defer func() {
		cancel() // kills it
		_ = cmd.Wait()
	}()
	for s := bufio.NewScanner(io.LimitReader(out, 64<<10)); s.Scan(); {
		if handshakeLine.MatchString(s.Text()) {
			return before, true
		}
		before = append(before, s.Text())
	}
	return before, false
}

// killGroup kills a process and what it has forked.
func killGroup(pid int) error {
	if err := syscall.Kill(-pid, syscall.SIGKILL); err != nil && !errors.Is(err, syscall.ESRCH) {
		return os.NewSyscallError("kill", err)
	}
	return nil
}
