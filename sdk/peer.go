package sdk

import (
	"context"
	"errors"
	"net"

	"google.golang.org/grpc/credentials"
)

// parentOnly is the server side of a connection on which nothing is encrypted
// and only the core is let in.
type parentOnly struct {
	parent int
}

var _ credentials.TransportCredentials = parentOnly{}

type parentInfo struct{ credentials.CommonAuthInfo }

func (parentInfo) AuthType() string { return "parent process" }

// ServerHandshake lets the connection in when its peer is the parent process.
func (p parentOnly) ServerHandshake(c net.Conn) (net.Conn, credentials.AuthInfo, error) {
	if err := checkPeer(c, p.parent); err != nil {
		return nil, nil, errors.Join(err, c.Close())
	}
	return c, parentInfo{credentials.CommonAuthInfo{SecurityLevel: credentials.PrivacyAndIntegrity}}, nil
}

// ClientHandshake is never called: a plugin dials nobody with it.
func (parentOnly) ClientHandshake(context.Context, string, net.Conn) (net.Conn, credentials.AuthInfo, error) {
	return nil, nil, errors.New("a plugin is a server only")
}

// Info names the protocol for gRPC's own use.
func (parentOnly) Info() credentials.ProtocolInfo {
	return credentials.ProtocolInfo{SecurityProtocol: "parent process"}
}

// Clone returns a copy, as gRPC asks.
func (p parentOnly) Clone() credentials.TransportCredentials { return p }

// OverrideServerName does nothing: a unix socket has no server name.
func (parentOnly) OverrideServerName(string) error { return nil }
