//go:build unix

package conformance

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os/exec"
	"strconv"
	"strings"
	"time"

	"google.golang.org/protobuf/proto"

	pluginv1 "github.com/mockmd/mockmd/sdk/proto/mockmd/plugin/v1"
)

// breakStream is a process whose Run stream breaks. It is also the second one
// that is described and configured.
func (t *suite) breakStream(ctx context.Context) {
	p, err := t.next(ctx, t.request)
	if err != nil {
		t.fail(ruleEndStreamBroken, "%v", err)
		return
	}
	defer p.Close()
	t.compareDescriptions(t.description, p.description, "in two processes")
	if proto.Equal(t.configured, p.configured) {
		t.pass(ruleConfigureStable, "the same in two processes")
	} else {
		t.fail(ruleConfigureStable, "one process said\n%v\nand another\n%v", t.configured, p.configured)
	}
	r, err := startRun(ctx, p.Client(), &pluginv1.Start{Instances: []*pluginv1.Instance{t.subject.first}})
	if err != nil {
		t.fail(ruleEndStreamBroken, "%v", err)
		return
	}
	answer, cancel := t.answer(ctx, ruleEndStreamBroken)
	defer cancel()
	if !r.wait(answer, ready) {
		t.fail(ruleEndStreamBroken, "the second process was not ready within %s%s", t.answerIn(ruleEndStreamBroken), r.lament())
		r.close()
		return
	}
	r.close()
	if after, ok := t.exits(ctx, p.Process, ruleEndStreamBroken); ok {
		t.pass(ruleEndStreamBroken, "exited after %s", after)
	} else {
		t.fail(ruleEndStreamBroken, "the process was still there after %s", t.exitIn(ruleEndStreamBroken))
	}
}

// shutdown is a process that is asked to shut down while it runs.
func (t *suite) shutdown(ctx context.Context) {
	p, r, err := t.running(ctx, nil)
	if err != nil {
		t.fail(ruleShutdown, "%v", err)
		return
	}
	defer p.Close()
	defer r.close()
	call, cancel := context.WithTimeout(ctx, t.exitIn(ruleShutdown))
	defer cancel()
	err = p.Shutdown(call) // which may break when the process is quick
	if after, ok := t.exits(ctx, p, ruleShutdown); ok {
		t.pass(ruleShutdown, "exited after %s", after)
	} else {
		t.fail(ruleShutdown, "the process was still there after %s (%s)", t.exitIn(ruleShutdown), orAnswered(err))
	}
}

func orAnswered(err error) string {
	if err == nil {
		return "the call was answered"
	}
	return err.Error()
}

// restore is a process that is given the last checkpoint of the first one.
func (t *suite) restore(ctx context.Context) {
	if len(t.checkpoint) == 0 {
		t.skip(ruleCheckpointRestored, "the plugin hands over no checkpoint with this configuration")
		return
	}
	t.readyWith(ctx, ruleCheckpointRestored, t.checkpoint)
}

// restoreForeign is a process that is given what it has not written.
func (t *suite) restoreForeign(ctx context.Context) {
	t.readyWith(ctx, ruleCheckpointForeign, []byte("\x00\xffconformance: no plugin has written this"))
}

func (t *suite) readyWith(ctx context.Context, rule string, checkpoint []byte) {
	began := time.Now()
	p, r, err := t.running(ctx, checkpoint)
	if err != nil {
		t.fail(rule, "with a checkpoint of %d bytes: %v", len(checkpoint), err)
		return
	}
	defer p.Close()
	defer r.close()
	if !t.treeComes(ctx, r, t.subject.first.GetLabel(), 1, rule) {
		t.fail(rule, "it got ready, and no tree came%s", r.lament())
		return
	}
	t.pass(rule, "ready with a checkpoint of %d bytes, %s after its start", len(checkpoint), time.Since(began).Round(time.Millisecond))
}

// killHost starts a small core, has it run the plugin, and kills it.
func (t *suite) killHost(ctx context.Context) {
	if len(t.o.Host) == 0 {
		t.skip(ruleEndHostDead, "no host was given to kill")
		return
	}
	f, err := t.folders()
	if err != nil {
		t.skip(ruleEndHostDead, "%v", err)
		return
	}
	spec := t.spec(f)
	spec.Outlive = true
	o := order{Spec: spec, SocketDir: t.supervise.SocketDir}
	if o.Configure, err = proto.Marshal(t.request(f)); err == nil {
		o.Start, err = proto.Marshal(&pluginv1.Start{Instances: []*pluginv1.Instance{t.subject.first}})
	}
	text, err2 := json.Marshal(o)
	if err != nil || err2 != nil {
		t.skip(ruleEndHostDead, "the host cannot be told what to do: %v %v", err, err2)
		return
	}
	host := exec.CommandContext(ctx, t.o.Host[0], t.o.Host[1:]...)
	pid, said, err := startHost(host, text)
	if pid == 0 {
		t.fail(ruleEndHostDead, "the plugin did not run in a host of its own: %v%s", err, said)
		return
	}
	began := time.Now()
	if t.isGone(ctx, pid) {
		t.pass(ruleEndHostDead, "exited %s after the host was killed", time.Since(began).Round(time.Millisecond))
		return
	}
	t.fail(ruleEndHostDead, "process %d was still there %s after the host was killed", pid, t.exitIn(ruleEndHostDead))
	_ = killGroup(pid)
}

// startHost starts the host, reads the number of the plugin's process, and
// kills the host. The number is 0 when there was none.
func startHost(host *exec.Cmd, order []byte) (pid int, said string, err error) {
	var stderr bytes.Buffer
	host.Stderr = &stderr
	in, err := host.StdinPipe()
	if err != nil {
		return 0, "", err
	}
	out, err := host.StdoutPipe()
	if err != nil {
		return 0, "", err
	}
	if err := host.Start(); err != nil {
		return 0, "", fmt.Errorf("start the host: %w", err)
	}
	_, err = in.Write(append(order, '\n'))
	if err == nil {
		var line string
		line, err = bufio.NewReader(out).ReadString('\n')
		pid, _ = strconv.Atoi(strings.TrimSpace(line)) // 0 where it said nothing
	}
	_ = host.Process.Kill()
	_ = host.Wait() // it was killed
	return pid, "\n" + stderr.String(), err
}

// isGone waits for a process that is no child of this one to exit.
func (t *suite) isGone(ctx context.Context, pid int) bool {
	ctx, cancel := context.WithTimeout(ctx, t.exitIn(ruleEndHostDead))
	defer cancel()
	tick := time.NewTicker(2 * time.Millisecond) // nothing tells an outsider
	defer tick.Stop()
	for !gone(pid) {
		select {
		case <-tick.C:
		case <-ctx.Done():
			return gone(pid)
		}
	}
	return true
}
