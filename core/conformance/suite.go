//go:build unix

package conformance

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/hashicorp/go-hclog"

	"github.com/mockmd/mockmd/core/supervise"
	pluginv1 "github.com/mockmd/mockmd/sdk/proto/mockmd/plugin/v1"
)

// Options say how a plugin is tested.
type Options struct {
	// Host is the command of a process that runs [Host]; it is killed to see
	// what the plugin does then. Without one that rule does not apply.
	Host []string
	// Answer is how long an answer is waited for; 0 is 10 s.
	Answer time.Duration
	// Exit is how long the plugin may take to exit; 0 is the contract's 2 s.
	Exit time.Duration
	// CoreVersion is told to the plugin.
	CoreVersion string
	// Log receives the plugin's log; nil: nobody does.
	Log hclog.Logger

	hasty map[string]time.Duration // for tests: what replaces both for a rule that will be broken
}

// suite is one test of one plugin.
type suite struct {
	subject   *Subject
	o         Options
	supervise supervise.Options
	scratch   string // a folder of the test's own
	processes int    // started so far
	verdicts  map[string]Verdict
	notReason string // why rules that nothing was said of were not reached

	description *pluginv1.DescribeResponse
	configured  *pluginv1.ConfigureResponse
	mounts      []string
	checkpoint  []byte // the last one that a process handed over
}

// Test checks every rule on the plugin. It returns an error only where the
// test itself cannot be made; nothing is left running or lying about.
func Test(ctx context.Context, subject *Subject, o Options) (_ *Report, err error) {
	if o.Answer == 0 {
		o.Answer = 10 * time.Second
	}
	if o.Exit == 0 {
		o.Exit = 2 * time.Second
	}
	if o.Log == nil {
		o.Log = hclog.NewNullLogger()
	}
	sockets, err := supervise.PrepareSocketDir("")
	if err != nil {
		return nil, err
	}
	scratch, err := os.MkdirTemp("", "mockmd-conformance-")
	if err != nil {
		return nil, fmt.Errorf("make a folder for the test: %w", err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(scratch)) }()
	t := &suite{
		subject: subject, o: o, scratch: scratch, verdicts: map[string]Verdict{},
		supervise: supervise.Options{Log: o.Log, CoreVersion: o.CoreVersion, SocketDir: sockets},
	}
	t.run(ctx)
	if ctx.Err() != nil {
		return nil, context.Cause(ctx)
	}
	return t.report(), nil
}

// run lets the processes of the test follow one another.
func (t *suite) run(ctx context.Context) {
	if !t.acquaint(ctx) {
		return
	}
	for _, act := range []func(context.Context){
		t.breakStream, t.unknownArgument, t.unknownBlock, t.shutdown, t.killHost, t.restore, t.restoreForeign,
	} {
		if ctx.Err() == nil {
			act(ctx)
		}
	}
}

// report puts the verdicts in order.
func (t *suite) report() *Report {
	r := &Report{Plugin: t.subject.Name, Command: slices.Clone(t.subject.Command)}
	for _, rule := range Rules() {
		v, ok := t.verdicts[rule.Name]
		if !ok {
			v = Verdict{Outcome: NotApplicable, Detail: "not reached" + t.notReason}
		}
		v.Rule = rule.Name
		if v.Outcome == Fail {
			v.Demand, v.Mend = rule.Demand, rule.Mend
		}
		r.Verdicts = append(r.Verdicts, v)
	}
	return r
}

// pass, fail and skip say what became of a rule; a failure is never taken back.

func (t *suite) pass(rule, format string, args ...any) { t.say(rule, Pass, format, args) }

func (t *suite) fail(rule, format string, args ...any) { t.say(rule, Fail, format, args) }

func (t *suite) skip(rule, format string, args ...any) { t.say(rule, NotApplicable, format, args) }

func (t *suite) say(rule string, o Outcome, format string, args []any) {
	if t.verdicts[rule].Outcome == Fail {
		return
	}
	t.verdicts[rule] = Verdict{Outcome: o, Detail: fmt.Sprintf(format, args...)}
	if o == Fail && t.notReason == "" {
		t.notReason = fmt.Sprintf(": %s failed before", rule)
	}
}

// failed tells whether a rule has failed.
func (t *suite) failed(rule string) bool { return t.verdicts[rule].Outcome == Fail }

// folders are those that one process is given.
type folders struct{ state, config, work, tmp string }

// folders makes the folders of the next process; the state folder is not made.
func (t *suite) folders() (folders, error) {
	t.processes++
	base := filepath.Join(t.scratch, fmt.Sprint(t.processes))
	f := folders{
		state: filepath.Join(base, "state"), config: filepath.Join(base, "config"),
		work: filepath.Join(base, "work"), tmp: filepath.Join(base, "tmp"),
	}
	for _, dir := range []string{f.config, f.work, f.tmp} {
		if err := os.MkdirAll(dir, 0o700); err != nil {
			return f, fmt.Errorf("make a folder for the plugin: %w", err)
		}
	}
	return f, nil
}

// spec says how a process is started.
func (t *suite) spec(f folders) supervise.Spec {
	env := slices.DeleteFunc(slices.Clone(t.subject.Env), func(kv string) bool { return strings.HasPrefix(kv, "TMPDIR=") })
	return supervise.Spec{
		Name: t.subject.Name, Command: t.subject.Command, Env: append(env, "TMPDIR="+f.tmp), MTLS: t.subject.MTLS, Dir: f.work,
		Timeouts: supervise.Timeouts{Start: t.o.Answer, Resolve: t.o.Answer, Act: t.o.Answer, Stop: stopPatience},
	}
}

// stopPatience is what a process gets to end where its end is not what is
// tested.
const stopPatience = time.Second

// request is what a process is configured with.
func (t *suite) request(f folders) *pluginv1.ConfigureRequest {
	dir := t.subject.ConfigDir
	if dir == "" {
		dir = f.config
	}
	return &pluginv1.ConfigureRequest{
		Name: t.subject.Name, Config: t.subject.Config, Instances: []*pluginv1.Instance{t.subject.first},
		Mounts: t.subject.Mounts, ConfigDir: dir, StateDir: f.state,
	}
}

// answerIn is how long an answer that a rule demands is waited for.
func (t *suite) answerIn(rule string) time.Duration { return t.patience(rule, t.o.Answer) }

// exitIn is how long the plugin may take to exit where a rule demands it.
func (t *suite) exitIn(rule string) time.Duration { return t.patience(rule, t.o.Exit) }

func (t *suite) patience(rule string, usual time.Duration) time.Duration {
	if d, ok := t.o.hasty[rule]; ok {
		return d
	}
	return usual
}

// answer bounds the wait for an answer that a rule demands.
func (t *suite) answer(ctx context.Context, rule string) (context.Context, context.CancelFunc) {
	return context.WithTimeout(ctx, t.answerIn(rule))
}
