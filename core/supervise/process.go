//go:build unix

package supervise

import (
	"context"
	"errors"
	"fmt"
	"os/exec"
	"sync"
	"time"

	"github.com/hashicorp/go-hclog"
	"github.com/hashicorp/go-plugin"
	"github.com/hashicorp/go-plugin/runner"
	"google.golang.org/grpc"
	"google.golang.org/grpc/health/grpc_health_v1"

	"github.com/mockmd/mockmd/core/internal/confine"
	pluginv1 "github.com/mockmd/mockmd/sdk/proto/mockmd/plugin/v1"
	"github.com/mockmd/mockmd/sdk/wire"
)

const (
	// healthTimeout bounds one health call.
	healthTimeout = 2 * time.Second
	// goneTimeout is how long after a broken call the end of the process is
	// waited for.
	goneTimeout = 100 * time.Millisecond
	// killTimeout is what go-plugin gets to tidy up behind a dead process.
	killTimeout = time.Second
)

// process is one running plugin process and the connection to it.
type process struct {
	client *plugin.Client
	child  *child
	conn   *grpc.ClientConn
	rpc    pluginv1.PluginServiceClient
	grace  time.Duration
	home   *socketHome
	output []*lines
	stderr *tail
	quick  func() // has what is left of the output read without delay
	close  func() // ends the process for certain; may be called again
}

// launch starts a process, shakes hands and makes the first health call. Then
// the socket is unlinked: the one connection is all that is ever needed, and
// nothing is left for anybody else to dial or for a crash to leave behind.
//
// Spent is told what processor time the process has taken when it is gone.
func launch(ctx context.Context, spec *Spec, o *Options, g *gate, spent func(time.Duration)) (*process, error) {
	ctx, cancel := context.WithTimeout(ctx, spec.Timeouts.Start)
	defer cancel()
	p, err := open(ctx, spec, o, g, spent)
	if err != nil {
		return nil, err
	}
	if err := p.healthy(ctx); err != nil {
		return nil, p.abandon(ctx, spec, o, err)
	}
	if err := p.undir(false); err != nil {
		o.Log.Warn("socket directory not removed, trying again at each health call", "plugin", spec.Name, "error", err)
	}
	return p, nil
}

// open starts a process and shakes hands.
func open(ctx context.Context, spec *Spec, o *Options, g *gate, spent func(time.Duration)) (*process, error) {
	c, err := newChild(spec, o.Reaper)
	if err != nil {
		return nil, startError(spec, o, err)
	}
	home, err := socketDir(o.SocketDir)
	if err != nil {
		return nil, startError(spec, o, err)
	}
	log := pluginLog{Logger: o.Log.Named("plugin"), gate: g}
	out := log.Named(spec.Name)
	outCtx, quick := context.WithCancel(context.Background())
	p := &process{child: c, stderr: &tail{}, home: home, grace: spec.Timeouts.Stop, quick: quick, output: []*lines{
		newLines(outCtx, out, "stdout", g), newLines(outCtx, out, "stderr", g), newLines(outCtx, out, "stdout", g),
	}}
	c.ctx, c.gate, c.stray = outCtx, g, p.output[2]
	p.close = sync.OnceFunc(func() {
		p.end()
		spent(c.cpu())
		if c.strays > 0 {
			o.Log.Warn("processes that had left the plugin's process group were ended with it", "plugin", spec.Name, "processes", c.strays)
		}
	})
	p.client = plugin.NewClient(p.config(spec, log, home.path))
	if err := p.connect(ctx); err != nil {
		return nil, p.abandon(ctx, spec, o, err)
	}
	return p, nil
}

// config is how go-plugin is to start the process and speak to it.
func (p *process) config(spec *Spec, log hclog.Logger, dir string) *plugin.ClientConfig {
	return &plugin.ClientConfig{
		HandshakeConfig:  wire.Handshake(),
		VersionedPlugins: wire.Plugins(nil),
		AllowedProtocols: []plugin.Protocol{plugin.ProtocolGRPC},
		StartTimeout:     spec.Timeouts.Start,
		AutoMTLS:         spec.MTLS,
		SkipHostEnv:      true,
		Logger:           log,
		Stderr:           p.stderr,
		SyncStdout:       p.output[0],
		SyncStderr:       p.output[1],
		UnixSocketConfig: &plugin.UnixSocketConfig{TempDir: dir},
		GRPCDialOptions: []grpc.DialOption{
			grpc.WithIdleTimeout(0), // a connection that went idle could not be dialled again
			grpc.WithDefaultCallOptions(grpc.MaxCallRecvMsgSize(wire.MaxTree), grpc.ForceCodecV2(newCodec(spec.Limits))),
		},
		RunnerFunc: func(_ hclog.Logger, cmd *exec.Cmd, sockets string) (runner.Runner, error) {
			p.child.sockets = sockets
			p.child.cmd.Env = append(p.child.cmd.Env, cmd.Env...) // what the handshake needs
			return p.child, nil
		},
	}
}

// abandon ends a process that did not come up and says why it did not.
func (p *process) abandon(ctx context.Context, spec *Spec, o *Options, err error) error {
	err = p.why(ctx, err)
	p.close() // first, so that all that it wrote has been read
	return startError(spec, o, errors.Join(err, p.stderr.said()))
}

// why says why a process did not come up, better than the connection can.
func (p *process) why(ctx context.Context, err error) error {
	switch {
	case p.child.pid.Load() == 0 || !p.gone(ctx) || p.child.killed():
	case p.child.cmd.ProcessState.ExitCode() == confine.CannotRun:
		err = errors.New("it could not be run")
	default:
		err = fmt.Errorf("%w before it shook hands as a mockmd plugin does (by sdk.Serve)", exitError(p))
	}
	return err
}

// said is what a process that has ended, or is to end, wrote last.
func (p *process) said() error {
	select {
	case <-p.child.silent:
	case <-time.After(goneTimeout): // it lives, or something that it has started does
	}
	return p.stderr.said()
}

// connect starts the process and dials it. go-plugin does both without a
// context, so a process that does not come up in time is killed under it.
func (p *process) connect(ctx context.Context) error {
	done := make(chan error, 1)
	go func() { // ends with the process at the latest
		protocol, err := p.client.Client()
		if err == nil {
			client, ok := protocol.(*plugin.GRPCClient)
			if !ok {
				err = fmt.Errorf("the plugin speaks %T, want gRPC", protocol)
			} else {
				p.conn = client.Conn
				p.rpc = pluginv1.NewPluginServiceClient(client.Conn)
			}
		}
		done <- err
	}()
	select {
	case err := <-done:
		return err
	case <-ctx.Done():
	}
	select {
	case err := <-done: // it came to an end in the same moment
		return err
	case <-p.child.began:
	}
	_ = p.child.Kill(context.Background()) // ends whatever Client waits for
	if err := <-done; err == nil {
		return nil
	}
	return fmt.Errorf("it did not come up in time: %w", context.Cause(ctx))
}

// healthy makes one health call.
func (p *process) healthy(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, healthTimeout)
	defer cancel()
	r, err := grpc_health_v1.NewHealthClient(p.conn).Check(ctx, &grpc_health_v1.HealthCheckRequest{Service: plugin.GRPCServiceName})
	if err != nil {
		return fmt.Errorf("health call: %w", err)
	}
	if s := r.GetStatus(); s != grpc_health_v1.HealthCheckResponse_SERVING {
		return fmt.Errorf("health call: the plugin says %s", s)
	}
	return nil
}

// gone tells whether the process has ended, or ends in a moment.
func (p *process) gone(ctx context.Context) bool {
	select {
	case <-p.exited():
		return true
	case <-ctx.Done():
		return false
	case <-time.After(goneTimeout):
		return false
	}
}

// reason says why a call of a process failed, better than gRPC can.
func (p *process) reason(ctx context.Context, err error) error {
	switch {
	case ctx.Err() == nil && p.gone(ctx):
		return errors.Join(exitError(p), p.said())
	case errors.Is(ctx.Err(), context.DeadlineExceeded):
		return errors.New("it took longer than timeouts.start")
	}
	return err
}

// undir removes the directory of the socket; see [socketHome.remove].
func (p *process) undir(last bool) error {
	socket := ""
	if r := p.client.ReattachConfig(); r != nil && r.Addr != nil && r.Addr.Network() == "unix" {
		socket = r.Addr.String()
	}
	return p.home.remove(last, socket)
}

// exited is closed when the process has ended.
func (p *process) exited() <-chan struct{} { return p.child.exited }

// end is the kill ladder. go-plugin's own Kill asks the plugin to shut down
// without a deadline, so it runs beside a watch that does not wait for it.
func (p *process) end() {
	p.quick()
	defer func() {
		_ = p.undir(true) // mostly gone already
		for _, l := range p.output {
			l.flush()
		}
		p.child.closePipes()
	}()
	if p.child.pid.Load() == 0 {
		return
	}
	killed := make(chan struct{})
	go func() {
		defer close(killed)
		p.client.Kill()
	}()
	select {
	case <-killed:
		return
	case <-p.child.exited:
	case <-time.After(p.grace):
		_ = p.child.Kill(context.Background()) // SIGKILL reaches a stopped process too
		<-p.child.exited
	}
	select {
	case <-killed:
		return
	case <-time.After(killTimeout):
	}
	// Something that left the process group still holds the pipes.
	p.child.closePipes()
	<-killed
}
