package wire

import (
	"context"
	"errors"

	"github.com/hashicorp/go-plugin"
	"google.golang.org/grpc"

	pluginv1 "github.com/mockmd/mockmd/sdk/proto/mockmd/plugin/v1"
)

// ProtocolVersion is go-plugin's application protocol version of contract
// mockmd.plugin.v1. It moves only when the contract breaks; all else is
// additive fields and announced capabilities.
const ProtocolVersion = 1

// MaxTree is the size in bytes that one message of a plugin may have.
const MaxTree = 16 << 20

// LogLevelEnv is the environment variable that tells a plugin process from
// which level on its log lines are wanted.
const LogLevelEnv = "MOCKMD_LOG_LEVEL"

// ServiceName is the name of the plugin service in go-plugin's plugin set.
const ServiceName = "mockmd"

// Handshake returns go-plugin's handshake of core and plugin. The cookie keeps
// people from starting a plugin by hand by mistake; it protects nothing.
func Handshake() plugin.HandshakeConfig {
	return plugin.HandshakeConfig{
		MagicCookieKey:   "MOCKMD_PLUGIN",
		MagicCookieValue: "8f0e3c5b7a91",
	}
}

// Plugins returns go-plugin's plugin sets by protocol version. The core gives
// nil, a plugin the service that it serves.
func Plugins(service pluginv1.PluginServiceServer) map[int]plugin.PluginSet {
	return map[int]plugin.PluginSet{
		ProtocolVersion: {ServiceName: &grpcPlugin{service: service}},
	}
}

// grpcPlugin joins the contract to go-plugin on both sides.
type grpcPlugin struct {
	plugin.NetRPCUnsupportedPlugin
	service pluginv1.PluginServiceServer
}

var _ plugin.GRPCPlugin = (*grpcPlugin)(nil)

// GRPCServer registers the service in a plugin process.
func (p *grpcPlugin) GRPCServer(_ *plugin.GRPCBroker, s *grpc.Server) error {
	if p.service == nil {
		return errors.New("serve plugin: no service")
	}
	pluginv1.RegisterPluginServiceServer(s, p.service)
	return nil
}

// GRPCClient returns the core's view of the service.
func (p *grpcPlugin) GRPCClient(_ context.Context, _ *plugin.GRPCBroker, conn *grpc.ClientConn) (any, error) {
	return pluginv1.NewPluginServiceClient(conn), nil
}
