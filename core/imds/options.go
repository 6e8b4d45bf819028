package imds

import (
	"context"
	"errors"
	"net/netip"
	"time"

	"github.com/hashicorp/go-hclog"

	"github.com/mockmd/mockmd/core/router"
	"github.com/mockmd/mockmd/sdk/guard"
)

// Tree is where the listener looks paths up; a view of core/router is one. It
// is called by many goroutines. The path is decoded, begins with a slash and has
// no query. Doubled slashes and one at the end must make no difference: the
// real service answers all these spellings alike, and never redirects.
type Tree interface {
	Lookup(path string) router.Result
}

// Value is what a live node answers.
type Value struct {
	// ContentType is the Content-Type header; empty is "text/plain".
	ContentType string
	// LastModified is the Last-Modified header; zero is now.
	LastModified time.Time
	// Body is served byte for byte.
	Body []byte
	// Audit says that the read is to be logged; nil when it is not.
	Audit *router.Audit
}

// Settings are the metadata options of an instance, in the words of the EC2
// API's InstanceMetadataOptionsRequest.
type Settings struct {
	// EndpointDisabled answers everything with 403 (HttpEndpoint: disabled).
	EndpointDisabled bool
	// TokensRequired answers reads without a session token with 401
	// (HttpTokens: required).
	TokensRequired bool
	// HopLimit is how many network hops the answer with a session token may
	// travel, 1 to 64 (HttpPutResponseHopLimit); 0 leaves it to the host.
	HopLimit int
}

// Limits bound what a client may cost. A zero field is its default.
type Limits struct {
	// HeaderBytes bounds request line and headers together: 8 KiB.
	HeaderBytes int
	// Connections bounds the open connections of all listeners: 4096, or half
	// of the files that the process may open when that is less. Beyond
	// it the oldest one whose request has not arrived is closed, or else the
	// oldest whose answer is not read.
	Connections int
	// HeaderTimeout bounds the time until a request has arrived: 5 s.
	HeaderTimeout time.Duration
	// IdleTimeout bounds the time between two requests of one connection, if
	// connections are kept: 30 s.
	IdleTimeout time.Duration
	// WriteTimeout bounds the sending of an answer: 10 s.
	WriteTimeout time.Duration
	// DrainTimeout bounds what Serve waits for requests under way: 3 s.
	DrainTimeout time.Duration
}

// Instance is one simulated instance as its clients are served it. View and
// Tokens are required.
type Instance struct {
	// View is where paths are looked up.
	View Tree
	// Resolve answers live nodes. The context ends after ResolveTimeout. An
	// error that is sdk.ErrNotFound becomes 404; any other is logged, so it
	// must hold no secret, and becomes 503. Without it live nodes are 503.
	Resolve func(ctx context.Context, r router.Result, client netip.Addr) (Value, error)
	// Tokens makes and checks session tokens.
	Tokens *Tokens
	// Settings are the instance's metadata options.
	Settings Settings
}

// What else [Options].Choose may find.
var (
	// ErrNoInstance says that the client has none: it is answered 404.
	ErrNoInstance = errors.New("no instance is the client's")
	// ErrNoEndpoint says that the client's instance is not served where it
	// came in: the connection is closed without an answer.
	ErrNoEndpoint = errors.New("the client's instance is not served here")
	// ErrReplaced says that Update is about to be called, and Choose to be
	// asked again then.
	ErrReplaced = errors.New("the options are being replaced")
)

// Options say what a Server serves, to whom and how.
type Options struct {
	// Instance is what every client is served, unless Choose says otherwise.
	Instance
	// Choose returns the instance of a client that came in by a listener, as
	// [Server.ServeAs] was given it. It is called for each request that the
	// guards let through, and may wait until ctx ends, which is after Wait. The
	// instance is used until release is called. The errors are those of this
	// package; any other is answered 503 and logged, so it must hold no secret.
	// Nil: all clients are served Instance.
	Choose func(ctx context.Context, listener string, client netip.Addr) (in *Instance, release func(), err error)
	// ResolveTimeout is 5 s when zero.
	ResolveTimeout time.Duration
	// Wait is how long a request waits for its instance and for the first tree
	// of a plugin before it is answered with 503; 1 s when zero.
	Wait time.Duration
	// Policy says which clients and names are allowed besides this host's.
	Policy guard.Policy
	// KeepAlive keeps connections open as HTTP/1.1 clients expect. The real
	// service closes each after one answer.
	KeepAlive bool
	// Limits bound what clients may cost.
	Limits Limits
	// Log receives refusals and failures, at info level each GET that was
	// answered with an audited leaf, and at debug level each request without
	// its query, headers and body. Nil is silence.
	Log hclog.Logger
	// Now is the wall clock of Date headers and of the pace of warnings; nil
	// is time.Now. Deadlines of sockets are the operating system's and do not
	// use it.
	Now func() time.Time

	replaced chan struct{} // closed when others have taken the place of these
}

// withDefaults fills what is zero.
func (o Options) withDefaults() Options {
	o.replaced = make(chan struct{})
	o.ResolveTimeout = or(o.ResolveTimeout, 5*time.Second)
	o.Wait = or(o.Wait, time.Second)
	o.Limits.HeaderBytes = or(o.Limits.HeaderBytes, 8<<10)
	o.Limits.Connections = or(o.Limits.Connections, min(4096, openFiles()/2)) // the rest is for plugins and admin
	o.Limits.HeaderTimeout = or(o.Limits.HeaderTimeout, 5*time.Second)
	o.Limits.IdleTimeout = or(o.Limits.IdleTimeout, 30*time.Second)
	o.Limits.WriteTimeout = or(o.Limits.WriteTimeout, 10*time.Second)
	o.Limits.DrainTimeout = or(o.Limits.DrainTimeout, 3*time.Second)
	if o.Log == nil {
		o.Log = hclog.NewNullLogger()
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	return o
}

func or[T int | time.Duration](value, otherwise T) T {
	if value == 0 {
		return otherwise
	}
	return value
}
