package sdk

import (
	"context"
	"fmt"
	"io"
	stdlog "log"
	"net"
	"os"

	"github.com/hashicorp/go-hclog"
	"github.com/hashicorp/go-plugin"
	"google.golang.org/grpc"

	pluginv1 "github.com/mockmd/mockmd/sdk/proto/mockmd/plugin/v1"
	"github.com/mockmd/mockmd/sdk/wire"
)

// Serve is all of a plugin's main. It serves p to the core that started this
// process and does not return before the core is done with it. Started by hand
// it says how a plugin is used and exits with status 1.
//
// Log to the logger of [Config], to package log, or print: what the process
// writes to stdout and stderr becomes lines of the core's log.
func Serve(p Plugin) {
	handshake := wire.Handshake()
	if os.Getenv(handshake.MagicCookieKey) != handshake.MagicCookieValue {
		fmt.Fprintf(os.Stderr, "%s is a mockmd plugin and is started by mockmd: name it in the configuration,\n"+
			"  plugin \"NAME\" { command = [%q] }\n", os.Args[0], os.Args[0])
		os.Exit(1)
	}
	log := hclog.New(&hclog.LoggerOptions{
		Level:      hclog.LevelFromString(os.Getenv(wire.LogLevelEnv)),
		Output:     os.Stderr,
		JSONFormat: true,
	})
	// The standard logger holds the stderr of before the handshake, of which
	// the core sees bare text.
	stdlog.SetOutput(log.StandardWriter(&hclog.StandardLoggerOptions{InferLevels: true}))
	stdlog.SetFlags(0)
	parent := os.Getppid()
	plugin.Serve(&plugin.ServeConfig{
		HandshakeConfig:  handshake,
		VersionedPlugins: wire.Plugins(newServer(p, log, os.Exit)),
		Logger:           log,
		GRPCServer: func(opts []grpc.ServerOption) *grpc.Server {
			if os.Getenv("PLUGIN_CLIENT_CERT") == "" { // with mTLS the certificate tells who the peer is
				opts = append(opts, grpc.Creds(parentOnly{parent: parent}))
			}
			return grpc.NewServer(append(opts, grpc.MaxRecvMsgSize(wire.MaxTree))...)
		},
	})
}

// ServeOn serves the plugin contract for p on l, without a process of its own
// and without the handshake, until ctx ends. Package sdktest is made with it;
// plugins use [Serve]. Lines of the plugin's log go to log as JSON. Nothing of
// the plugin runs any more when it returns.
func ServeOn(ctx context.Context, l net.Listener, p Plugin, log io.Writer) error {
	logger := hclog.New(&hclog.LoggerOptions{Level: hclog.Trace, Output: log, JSONFormat: true})
	s := grpc.NewServer(grpc.MaxRecvMsgSize(wire.MaxTree), grpc.WaitForHandlers(true))
	pluginv1.RegisterPluginServiceServer(s, newServer(p, logger, func(int) {}))
	stop := context.AfterFunc(ctx, s.Stop)
	defer stop()
	if err := s.Serve(l); err != nil && ctx.Err() == nil {
		return fmt.Errorf("serve plugin on %s: %w", l.Addr(), err)
	}
	return nil
}
