//go:build unix

package supervise

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"runtime"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/hashicorp/go-plugin/runner"
)

// child is one operating-system process. It differs from go-plugin's own
// runner in three ways: the process dies with the core, its end is seen even
// while a grandchild holds its pipes, and killing it kills its whole process
// group.
type child struct {
	cmd            *exec.Cmd
	name           string
	stdout, stderr *os.File
	pid            atomic.Int64  // 0 until the process is there
	began          chan struct{} // closed when the start has been tried
	silent         chan struct{} // closed when all of stderr has been read
	exited         chan struct{} // closed when the process has been reaped, or has not started
	waitErr        error         // how it ended; read after exited
	strays         int           // what had left its group and was ended with it; read after exited
	started        time.Time     // read after began
	reaper         *Reaper
	ctx            context.Context // of the output's readers: ends when the process is to
	gate           *gate
	stray          io.Writer // takes what is printed to stdout past the handshake
	closePipes     func()
	sockets        string // the directory in which its socket must lie
}

var _ runner.Runner = (*child)(nil)

// selfExecutable is the core's own program, as a built-in's command names it.
const selfExecutable = "/proc/self/exe"

// newChild prepares a process for spec. What the process prints is handled as
// its fields ctx, gate and stray say, which must be set before it is started.
func newChild(spec *Spec, r *Reaper) (*child, error) {
	cmd := &exec.Cmd{
		Path:        spec.Command[0],
		Args:        slices.Clone(spec.Command),
		Env:         spec.Limits.environ(slices.Clone(spec.Env)),
		Dir:         spec.Dir,
		SysProcAttr: &syscall.SysProcAttr{Setpgid: true}, // Ctrl-C is for the core alone
	}
	if !spec.Outlive {
		dieWithParent(cmd.SysProcAttr)
	}
	c := &child{cmd: cmd, name: spec.Name, reaper: r, began: make(chan struct{}), silent: make(chan struct{}), exited: make(chan struct{}), closePipes: func() {}}
	if err := pin(cmd, spec.SHA256); err != nil {
		return nil, err
	}
	if len(spec.Launcher) > 0 {
		cmd.Args = slices.Concat(spec.Launcher, []string{cmd.Path}, cmd.Args)
		cmd.Path = spec.Launcher[0]
	}
	if cmd.Path == selfExecutable {
		cmd.Args[0] = os.Args[0] // for those who look at the process list
	}
	return c, nil
}

// Start starts the process. The kernel ties the death of the parent to the
// thread that forked, so one thread stays with the process for its life.
func (c *child) Start(context.Context) error {
	outR, outW, err := os.Pipe()
	if err != nil {
		return fmt.Errorf("make pipe for plugin %s: %w", c.name, err)
	}
	errR, errW, err := os.Pipe()
	if err != nil {
		return errors.Join(fmt.Errorf("make pipe for plugin %s: %w", c.name, err), outR.Close(), outW.Close())
	}
	c.stdout, c.stderr = outR, errR
	c.cmd.Stdout, c.cmd.Stderr = outW, errW
	c.closePipes = sync.OnceFunc(func() {
		_ = outR.Close() // a closed pipe is all that is wanted
		_ = errR.Close()
	})
	started := make(chan error, 1)
	go func() {
		runtime.LockOSThread() // never unlocked: the thread ends with the goroutine
		c.started = time.Now()
		err := c.reaper.start(func() (*os.Process, error) {
			err := c.cmd.Start()
			return c.cmd.Process, err
		})
		var birth uint64
		if err == nil {
			c.pid.Store(int64(c.cmd.Process.Pid))
			birth = born(c.cmd.Process.Pid)
		}
		close(c.began)
		_ = outW.Close() // the child has its own
		_ = errW.Close()
		for _, f := range c.cmd.ExtraFiles {
			_ = f.Close()
		}
		started <- err
		if err != nil {
			close(c.exited)
			return
		}
		c.waitErr = c.cmd.Wait()
		_ = c.killGroup() // what the process forked does not outlive it
		c.strays = c.reaper.ended(c.cmd.Process.Pid, birth)
		close(c.exited)
	}()
	if err := <-started; err != nil {
		c.closePipes()
		return fmt.Errorf("start %s: %w", c.cmd.Args[0], err)
	}
	return nil
}

// Wait waits for the process to end and tells how it did.
func (c *child) Wait(ctx context.Context) error {
	select {
	case <-c.exited:
		return c.waitErr
	case <-ctx.Done():
		return ctx.Err()
	}
}

// killed tells whether the process, which has exited, was killed rather than
// ended by itself.
func (c *child) killed() bool {
	s, ok := c.cmd.ProcessState.Sys().(syscall.WaitStatus)
	return ok && s.Signal() == syscall.SIGKILL // -1 when it was no signal
}

// cpu is the processor time that the process, which has exited, and those of
// its children that it has waited for have taken.
func (c *child) cpu() time.Duration {
	if c.cmd.ProcessState == nil { // not started
		return 0
	}
	return c.cmd.ProcessState.UserTime() + c.cmd.ProcessState.SystemTime()
}

// Kill ends the process and all that it forked.
func (c *child) Kill(context.Context) error {
	select {
	case <-c.exited:
		return nil // its number may be another process's by now
	default:
		return c.killGroup()
	}
}

func (c *child) killGroup() error {
	pid := int(c.pid.Load())
	if pid == 0 {
		return nil
	}
	if err := syscall.Kill(-pid, syscall.SIGKILL); err != nil && !errors.Is(err, syscall.ESRCH) {
		return fmt.Errorf("kill plugin %s: %w", c.name, err)
	}
	return nil
}

// Stdout is where the handshake is read from.
func (c *child) Stdout() io.ReadCloser { return &handshakeLine{ReadCloser: c.stdout, rest: c.stray} }

// Stderr is where the plugin's log is read from.
func (c *child) Stderr() io.ReadCloser {
	return &slowed{ReadCloser: c.stderr, gate: c.gate, ctx: c.ctx, over: sync.OnceFunc(func() { close(c.silent) })}
}

// Name is the plugin's name, under which go-plugin logs its lines.
func (c *child) Name() string { return c.name }

// ID is the process id, empty before the start.
func (c *child) ID() string {
	pid := c.pid.Load()
	if pid == 0 {
		return ""
	}
	return strconv.FormatInt(pid, 10)
}

// Diagnose tells what may be wrong with a program that did not shake hands.
func (c *child) Diagnose(context.Context) string {
	return fmt.Sprintf("%s did not answer as a mockmd plugin does: it must call sdk.Serve (or shake hands as go-plugin asks) "+
		"and write nothing to stdout before that", c.cmd.Args[0])
}

// PluginToHost returns the address as it is, for both live in one file system;
// or why it is not dialled.
func (c *child) PluginToHost(network, address string) (hostNetwork, hostAddress string, err error) {
	return network, address, checkSocket(c.sockets, network, address)
}

// HostToPlugin returns the address as it is.
func (c *child) HostToPlugin(network, address string) (pluginNetwork, pluginAddress string, err error) {
	return network, address, nil
}
