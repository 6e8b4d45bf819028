package adminclient

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"path/filepath"
	"strings"
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

// Client asks one admin listener. It is for one goroutine.
type Client struct {
	ways      []way // to reach it, the best first; never empty
	tokenFile string
}

// New returns a client for the admin listener that a configuration describes.
// It asks its Unix socket, and its address where there is none or this user may
// not use it. CAFile, when not empty, has the certificates of the authorities
// that are trusted besides the certificate of the configuration, in place of the
// system's. The error says that the configuration does not tell where it is.
func New(a *config.Admin, caFile string) (*Client, error) {
	c := &Client{tokenFile: a.TokenFile}
	if a.Socket != "" {
		c.ways = append(c.ways, overUnix(a.Socket))
	}
	if a.Address == "" {
		return c, nil
	}
	host, port, err := net.SplitHostPort(a.Address)
	switch {
	case err != nil:
		return nil, fmt.Errorf("find the admin listener: %w", err)
	case port == "0" && a.Socket != "":
		return c, nil
	case port == "0":
		return nil, fmt.Errorf("the admin listener is on a free port (%s), which nobody but the running mockmd knows: "+
			"give it a port in the admin block", a.Address)
	}
	if ip, err := netip.ParseAddr(host); host == "" || err == nil && ip.IsUnspecified() {
		host = "127.0.0.1"
		if ip.Is6() {
			host = "::1"
		}
	}
	address := net.JoinHostPort(host, port)
	if a.TLS == nil {
		c.ways = append(c.ways, overTCP(address))
		return c, nil
	}
	w, err := overTLS(address, a.TLS.CertificateFile, caFile)
	switch {
	case err != nil && a.Socket == "":
		return nil, err
	case err != nil: // which is only of interest where the socket is none
		w = way{name: "https://" + address, wrong: err}
	}
	c.ways = append(c.ways, w)
	return c, nil
}

// At returns a client for the admin listener at a place: HOST:PORT,
// http://HOST:PORT, https://HOST:PORT or unix:///PATH. What the place does not
// say is as the configuration, which may be empty, says. CAFile is as in [New].
func At(place, caFile string, a *config.Admin) (*Client, error) {
	scheme, rest, ok := strings.Cut(place, "://")
	if !ok {
		scheme, rest = "http", place
		if a.TLS != nil {
			scheme = "https"
		}
	}
	rest = strings.TrimSuffix(rest, "/")
	c := &Client{tokenFile: a.TokenFile}
	if scheme == "unix" {
		if !filepath.IsAbs(rest) {
			return nil, fmt.Errorf("%q does not say which socket: write unix:///PATH", place)
		}
		c.ways = []way{overUnix(rest)}
		return c, nil
	}
	if _, _, err := net.SplitHostPort(rest); err != nil {
		return nil, fmt.Errorf("find the admin listener: %w", err)
	}
	switch scheme {
	case "http":
		if !ok { // with the care that an address of the configuration gets
			plain := *a
			plain.Address, plain.Socket, plain.TLS = rest, "", nil
			return New(&plain, "")
		}
		c.ways = []way{overTCP(rest)}
	case "https":
		known := ""
		if a.TLS != nil {
			known = a.TLS.CertificateFile
		}
		w, err := overTLS(rest, known, caFile)
		if err != nil {
			return nil, err
		}
		c.ways = []way{w}
	default:
		return nil, fmt.Errorf("%q is no way to the admin listener: write HOST:PORT, http://HOST:PORT, https://HOST:PORT or unix:///PATH", place)
	}
	return c, nil
}

// Address returns where is asked, as host and port, or as the URL of a Unix
// socket.
func (c *Client) Address() string { return c.ways[0].name }

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
	return fmt.Errorf("%s answers %d %s%s", c.Address(), a.Status, http.StatusText(a.Status), reason(a.Body))
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

// send sends one request, by the first way on which somebody can be reached;
// from then on by no other.
func (c *Client) send(ctx context.Context, method, path string, body, token []byte) (Answer, error) {
	for {
		a, err := c.ways[0].send(ctx, method, path, body, token)
		if len(c.ways) == 1 || !errors.Is(err, ErrNobody) {
			c.ways = c.ways[:1]
			return a, err
		}
		c.ways = c.ways[1:]
	}
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
