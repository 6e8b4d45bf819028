package adminclient

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"syscall"
	"time"

	"github.com/mockmd/mockmd/core/admin"
	"github.com/mockmd/mockmd/core/config"
)

const (
	timeout   = 30 * time.Second
	maxAnswer = 1 << 20 // bytes; an action's answer has 64 KiB at most
)

// Client asks one admin listener.
type Client struct {
	address   string
	tokenFile string
	http      *http.Client
}

// New returns a client for the admin listener that a configuration describes.
// The error says that the configuration does not tell where it is.
func New(a *config.Admin) (*Client, error) {
	host, port, err := net.SplitHostPort(a.Address)
	if err != nil {
		return nil, fmt.Errorf("find the admin listener: %w", err)
	}
	if port == "0" {
		return nil, fmt.Errorf("the admin listener is on a free port (%s), which nobody but the running mockmd knows: "+
			"give it a port in the admin block", a.Address)
	}
	if ip, err := netip.ParseAddr(host); host == "" || err == nil && ip.IsUnspecified() {
		host = "127.0.0.1"
		if ip.Is6() {
			host = "::1"
		}
	}
	// The environment's proxies are not asked: the listener is this host's.
	transport := &http.Transport{DisableKeepAlives: true}
	refuse := func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return &Client{
		address: net.JoinHostPort(host, port), tokenFile: a.TokenFile,
		http: &http.Client{Transport: transport, Timeout: timeout, CheckRedirect: refuse},
	}, nil
}

// Get reads an action. The errors are for people: they say which address was
// asked and what the mend is. The token of the configuration is sent only when
// the listener asks for it: on this host it does not, and what listens there
// may be another program.
func (c *Client) Get(ctx context.Context, action string) ([]byte, error) {
	body, status, err := c.get(ctx, action, nil)
	if err == nil && status == http.StatusUnauthorized && c.tokenFile != "" {
		token, err := admin.ReadTokenFile(c.tokenFile)
		if err != nil {
			return nil, err
		}
		body, status, err = c.get(ctx, action, token)
		if err != nil {
			return nil, err
		}
	}
	if err == nil && status != http.StatusOK {
		err = fmt.Errorf("%s answers %d %s%s", c.address, status, http.StatusText(status), reason(body))
	}
	if err != nil {
		return nil, err
	}
	return body, nil
}

// get sends one request.
func (c *Client) get(ctx context.Context, action string, token []byte) (body []byte, status int, err error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+c.address+"/"+action, http.NoBody)
	if err != nil {
		return nil, 0, fmt.Errorf("ask for %s: %w", action, err)
	}
	if token != nil {
		r.Header.Set("Authorization", "Bearer "+string(token))
	}
	a, err := c.http.Do(r)
	switch {
	case errors.Is(err, syscall.ECONNREFUSED):
		return nil, 0, fmt.Errorf("nobody listens on %s: start mockmd with this configuration first", c.address)
	case err != nil:
		return nil, 0, fmt.Errorf("ask the admin listener: %w", err)
	}
	defer func() { _ = a.Body.Close() }()
	if body, err = io.ReadAll(io.LimitReader(a.Body, maxAnswer)); err != nil {
		return nil, 0, fmt.Errorf("read the answer of %s: %w", c.address, err)
	}
	return body, a.StatusCode, nil
}

// reason is what the listener says of a refusal.
func reason(body []byte) string {
	var told struct{ Error string }
	if json.Unmarshal(body, &told) != nil || told.Error == "" {
		return ""
	}
	return ": " + told.Error
}
