package stssim

import (
	"crypto/cipher"
	"errors"
	"fmt"
	"io"
	"net/http"
	"regexp"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws/signer/v4"
)

// KeySize is the length in bytes of [Options.Key].
const KeySize = 32

// maxBody is how much of a request is read. STS's largest parameters together
// stay well below.
const maxBody = 256 << 10

// Options are what a [Server] is made of. Only Key and AccountID are needed.
type Options struct {
	// Key seals the session tokens and derives the bootstrap pair: KeySize
	// random bytes. Keep it, and sessions outlive the server.
	Key []byte
	// AccountID is the 12-digit account of the keys that the server knows.
	AccountID string
	// Partition is the partition of their ARNs; empty is "aws".
	Partition string
	// Region is what requests must be signed for. us-east-1, which clients of
	// the global endpoint sign for, is accepted too. Empty accepts any.
	Region string
	// Lifetime caps the life of every session, so that short lives can be
	// rehearsed; 0 does not cap.
	Lifetime time.Duration
	// Now is the server's clock; nil is time.Now.
	Now func() time.Time
	// Observe is told each call before it is answered, refused ones and
	// faults included. Calls of it may overlap. Nil is nobody.
	Observe func(Call)
	// Fault is asked for a fault to answer with; nil, or a nil result, is
	// none. The request's body can be read. It is for tests.
	Fault func(*http.Request) *Fault
}

// Call is one request as [Options.Observe] sees it. It holds no secret.
type Call struct {
	Time        time.Time     // when it was answered, by the server's clock
	Action      string        // "AssumeRole"; empty when the request names none
	AccessKeyID string        // whose signature it carries, verified or not
	RoleARN     string        // role asked for
	SessionName string        // session name asked for
	Duration    time.Duration // duration asked for; 0: none, or not a number
	Status      int           // HTTP status; 0 when nothing was answered
	Code        string        // "Success", or the error's code, or the fault's name
	IssuedKeyID string        // access key id of the session granted; empty: none
	Expires     time.Time     // its expiry
}

// Server is the simulated STS, as an [http.Handler] without guards;
// [Server.Listen] puts them in front. It may be used from many goroutines.
type Server struct {
	accountID, partition, region string
	lifetime                     time.Duration
	now                          func() time.Time
	observe                      func(Call)
	fault                        func(*http.Request) *Fault

	seal    cipher.AEAD
	signer  *v4.Signer
	builtin *user // the bootstrap pair

	mu    sync.Mutex
	users map[string]*user // by access key id
}

var _ http.Handler = (*Server)(nil)

// New returns a server that knows the pair of [Server.Bootstrap] only.
func New(o Options) (*Server, error) {
	if len(o.Key) != KeySize {
		return nil, fmt.Errorf("key of the simulated STS has %d bytes, want %d", len(o.Key), KeySize)
	}
	if !regexp.MustCompile(`^\d{12}$`).MatchString(o.AccountID) {
		return nil, errors.New("account id of the simulated STS must have 12 digits")
	}
	if o.Lifetime < 0 {
		return nil, fmt.Errorf("lifetime of the simulated STS is %s, want 0 or more", o.Lifetime)
	}
	seal, err := newSeal(o.Key)
	if err != nil {
		return nil, err
	}
	s := &Server{
		accountID: o.AccountID, partition: o.Partition, region: o.Region, lifetime: o.Lifetime,
		now: o.Now, observe: o.Observe, fault: o.Fault,
		seal: seal, signer: v4.NewSigner(), builtin: deriveBootstrap(o.Key), users: map[string]*user{},
	}
	if s.partition == "" {
		s.partition = "aws"
	}
	if s.now == nil {
		s.now = time.Now
	}
	if s.observe == nil {
		s.observe = func(Call) {}
	}
	if s.fault == nil {
		s.fault = func(*http.Request) *Fault { return nil }
	}
	s.users[s.builtin.accessKeyID] = s.builtin
	return s, nil
}

// Format prints nothing of the server: it holds keys.
func (s *Server) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, "stssim.Server") }
