package iam

import (
	"context"
	"crypto/rand"
	"fmt"
	"net"
	"net/netip"
	"strconv"

	"github.com/mockmd/mockmd/plugins/iam/stssim"
)

// startSimulation makes the simulated STS and binds its address. With a
// checkpoint it has the key and the port of before, so that neither sessions
// nor clients notice a crash.
func (p *plugin) startSimulation(ctx context.Context) (*stssim.Listener, error) {
	s := p.settings.sts
	if p.state.sim.key.empty() {
		key := make([]byte, stssim.KeySize)
		_, _ = rand.Read(key) // never fails
		p.state.sim.key = newSecret(string(key))
	}
	server, err := stssim.New(stssim.Options{
		Key: []byte(p.state.sim.key.reveal()), AccountID: s.accountID, Partition: s.partition,
		Region: s.region, Lifetime: s.lifetime, Now: p.clock.wall, Observe: p.observe,
	})
	if err != nil {
		return nil, fmt.Errorf("make the simulated STS: %w", err)
	}
	l, err := p.bindSimulation(ctx, server)
	if err != nil {
		return nil, err
	}
	p.log.Warn("the STS is simulated: these are not AWS credentials", "url", l.URL())
	if s.expiresIn != nil {
		p.log.Warn("documents tell another end than that of their credentials, as expires_in says", "expires_in", s.expiresIn.String())
	}
	p.state.useKeyring(server)
	if s.autoBootstrap && p.settings.bootstraps() {
		id, secretKey := server.Bootstrap()
		p.state.offerBootstrap(keys{accessKeyID: id, secret: newSecret(secretKey)})
	}
	return l, nil
}

// bindSimulation binds the configured address; a port that was chosen freely
// before is asked for again.
func (p *plugin) bindSimulation(ctx context.Context, server *stssim.Server) (*stssim.Listener, error) {
	address := p.settings.sts.address
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		return nil, fmt.Errorf("read address of the simulated STS: %w", err)
	}
	if port != "0" {
		return server.Listen(ctx, address)
	}
	if before := p.state.sim.port; before != 0 {
		l, err := server.Listen(ctx, net.JoinHostPort(host, strconv.Itoa(int(before))))
		if err == nil {
			return l, nil
		}
		p.log.Warn("the simulated STS cannot have its earlier port", "error", err)
	}
	l, err := server.Listen(ctx, address)
	if err != nil {
		return nil, err
	}
	if at, err := netip.ParseAddrPort(l.Addr()); err == nil {
		p.state.sim.port = at.Port()
	}
	return l, nil
}

// observe logs a call to the simulated STS. What a client sent unverified is
// cleaned.
func (p *plugin) observe(c stssim.Call) {
	p.log.Debug("simulated STS called", "action", clean(c.Action), "code", c.Code,
		"signed_by", clean(c.AccessKeyID), "role_arn", clean(c.RoleARN),
		"duration", c.Duration.String(), "issued", c.IssuedKeyID)
}

// useKeyring makes the bootstrap sets known to the simulated STS.
func (s *state) useKeyring(k keyring) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.keyring = k
	for _, b := range s.bootstraps() {
		s.addToKeyring(b)
	}
}

func (s *state) addToKeyring(b *bootstrap) {
	if s.keyring != nil && !b.simulated {
		s.keyring.AddKey(b.keys.accessKeyID, b.keys.secret.reveal(), b.keys.token.reveal(), "bootstrap")
	}
}

// offerBootstrap takes the simulated STS's own pair when there is no set yet,
// and nobody has dropped one.
func (s *state) offerBootstrap(k keys) {
	s.mu.Lock()
	s.auto = &k
	missing := s.current == nil && len(s.dropped) == 0
	s.mu.Unlock()
	if missing {
		s.setBootstrap(k, true)
	}
}
