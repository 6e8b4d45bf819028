package stssim

import (
	"crypto"
	"crypto/cipher"
	"errors"
	"fmt"
	"io"
	"net/http"
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
	// Trust stands for the trust policies of the roles: it says whether the
	// caller may assume the role, and is asked once everything else about the
	// request is right. False answers AccessDenied. Calls of it may overlap.
	// Nil is every role for every caller.
	Trust func(caller Caller, roleARN string) bool
	// Issuers are the OpenID Connect providers that AssumeRoleWithWebIdentity
	// knows: by the issuer's URL, as tokens say it in "iss", the public keys
	// that may have signed, each an *rsa.PublicKey or an *ecdsa.PublicKey. The
	// tokens of others are refused, and every signature is verified. Without
	// any, every issuer is known and signatures are not verified.
	Issuers map[string][]crypto.PublicKey
}

// Server is the simulated STS, as an [http.Handler] without guards;
// [Server.Listen] puts them in front. It may be used from many goroutines.
type Server struct {
	accountID, partition, region string
	lifetime                     time.Duration
	now                          func() time.Time
	observe                      func(Call)
	faultFor                     func(*http.Request) *Fault
	trust                        func(Caller, string) bool
	issuers                      issuers

	seal    cipher.AEAD
	signer  *v4.Signer
	builtin *user // the bootstrap pair

	mu    sync.Mutex
	users map[string]*user // by access key id
	mfa   mfa
}

var _ http.Handler = (*Server)(nil)

// New returns a server that knows the pair of [Server.Bootstrap] only.
func New(o Options) (*Server, error) {
	if len(o.Key) != KeySize {
		return nil, fmt.Errorf("key of the simulated STS has %d bytes, want %d", len(o.Key), KeySize)
	}
	if !accountPattern.MatchString(o.AccountID) {
		return nil, errors.New("account id of the simulated STS must have 12 digits")
	}
	if o.Lifetime < 0 {
		return nil, fmt.Errorf("lifetime of the simulated STS is %s, want 0 or more", o.Lifetime)
	}
	issuers, err := newIssuers(o.Issuers)
	if err != nil {
		return nil, err
	}
	seal, err := newSeal(o.Key)
	if err != nil {
		return nil, err
	}
	s := &Server{
		accountID: o.AccountID, partition: o.Partition, region: o.Region, lifetime: o.Lifetime,
		now: o.Now, observe: o.Observe, faultFor: o.Fault, trust: o.Trust, issuers: issuers,
		seal: seal, signer: v4.NewSigner(), builtin: deriveBootstrap(o.Key), users: map[string]*user{},
		mfa: mfa{devices: map[string]device{}, used: map[string]struct{}{}},
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
	if s.faultFor == nil {
		s.faultFor = func(*http.Request) *Fault { return nil }
	}
	s.users[s.builtin.accessKeyID] = s.builtin
	return s, nil
}

// Format prints nothing of the server: it holds keys.
func (s *Server) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, "stssim.Server") }
