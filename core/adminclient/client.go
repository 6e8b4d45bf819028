package adminclient

import (
	"bytes"
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
	timeout       = 30 * time.Second
	submitTimeout = 10 * time.Minute // the daemon bounds what it does
	maxAnswer     = 1 << 20          // bytes; an action's answer has 64 KiB at most
)

// ErrNobody says that nothing listens on the address of the admin listener.
var ErrNobody = errors.New("nobody listens")

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
		http: &http.Client{Transport: transport, CheckRedirect: refuse},
	}, nil
}

// Address returns the address that is asked, as host and port.
func (c *Client) Address() string { return c.address }

// Get reads an action. The errors are for people: they say which address was
// asked and what the mend is. The token of the configuration is sent only when
// the listener asks for it: on this host it does not, and what listens there
// may be another program.
func (c *Client) Get(ctx context.Context, action string) ([]byte, error) {
	a, err := c.Fetch(ctx, action)
	if err == nil {
		err = c.Refusal(a)
	}
	if err != nil {
		return nil, err
	}
	return a.Body, nil
}

// Post carries out an action that is no read, with a body of JSON or none, and
// returns its answer, which may be empty. The errors and the token are as with
// Get. It asks once: after an error of the transport it is not known whether
// the action was carried out.
func (c *Client) Post(ctx context.Context, action string, body []byte) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	a, err := c.ask(ctx, http.MethodPost, action, body)
	if err == nil {
		err = c.Refusal(a)
	}
	if err != nil {
		return nil, err
	}
	return a.Body, nil
}

// Answer is what the listener answers.
type Answer struct {
	// Status is the HTTP status.
	Status int
	// Body is JSON or empty when mockmd listens, and may be anything when
	// another program does.
	Body []byte
}

// Fetch reads a path, given without its leading slash, whatever the status of
// the answer. The error is one of the transport or of the token file, for
// people; the token is as with Get.
func (c *Client) Fetch(ctx context.Context, path string) (Answer, error) {
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	return c.ask(ctx, http.MethodGet, path, nil)
}

// Submit posts nothing to a path, given without its leading slash, and returns
// the answer whatever its status. It waits for as long as the daemon may take
// to start plugins. The errors are as with Fetch.
func (c *Client) Submit(ctx context.Context, path string) (Answer, error) {
	ctx, cancel := context.WithTimeout(ctx, submitTimeout)
	defer cancel()
	return c.ask(ctx, http.MethodPost, path, nil)
}

// Refusal is what people are told of an answer that is no success; nil of one
// that is.
func (c *Client) Refusal(a Answer) error {
	switch a.Status {
	case http.StatusOK, http.StatusAccepted, http.StatusNoContent:
		return nil
	}
	return fmt.Errorf("%s answers %d %s%s", c.address, a.Status, http.StatusText(a.Status), reason(a.Body))
}

// ask sends a request, and once more with the token when it is asked for: who
// asks has not looked at the rest of the request.
func (c *Client) ask(ctx context.Context, method, path string, body []byte) (Answer, error) {
	a, err := c.send(ctx, method, path, body, nil)
	if err != nil || a.Status != http.StatusUnauthorized || c.tokenFile == "" {
		return a, err
	}
	token, err := admin.ReadTokenFile(c.tokenFile)
	if err != nil {
		return Answer{}, err
	}
	return c.send(ctx, method, path, body, token)
}

// send sends one request.
func (c *Client) send(ctx context.Context, method, path string, body, token []byte) (Answer, error) {
	r, err := http.NewRequestWithContext(ctx, method, "http://"+c.address+"/"+path, bytes.NewReader(body))
	if err != nil {
		return Answer{}, fmt.Errorf("ask for %s: %w", path, err)
	}
	if len(body) > 0 {
		r.Header.Set("Content-Type", "application/json")
	}
	if token != nil {
		r.Header.Set("Authorization", "Bearer "+string(token))
	}
	a, err := c.http.Do(r)
	switch {
	case errors.Is(err, syscall.ECONNREFUSED):
		return Answer{}, fmt.Errorf("%w on %s: start mockmd with this configuration first", ErrNobody, c.address)
	case err != nil:
		return Answer{}, fmt.Errorf("ask the admin listener: %w", err)
	}
	defer func() { _ = a.Body.Close() }()
	answer, err := io.ReadAll(io.LimitReader(a.Body, maxAnswer))
	if err != nil {
		return Answer{}, fmt.Errorf("read the answer of %s: %w", c.address, err)
	}
	return Answer{Status: a.StatusCode, Body: answer}, nil
}

// reason is what the listener says of a refusal, after a colon and a space;
// empty when it says nothing.
func reason(body []byte) string {
	var told struct{ Error string }
	if json.Unmarshal(body, &told) != nil || told.Error == "" {
		return ""
	}
	return ": " + told.Error
}
