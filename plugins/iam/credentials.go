package iam

import (
	"errors"
	"fmt"
	"time"

	"github.com/mockmd/mockmd/sdk/lazyregexp"
)

var (
	accessKeyIDPattern = lazyregexp.New(`^\w{1,128}$`)
	assumedARNPattern  = lazyregexp.New(`^arn:aws[a-z-]*:sts::(\d{12}):assumed-role/[\w+=,.@:/-]+$`)
)

// keys sign requests to AWS. The token is empty for long-term credentials.
type keys struct {
	accessKeyID   string
	secret, token secret
}

// temporary keys are those of a session; what is assumed with them is role
// chaining.
func (k keys) temporary() bool { return !k.token.empty() }

// bootstrap is a set of credentials that roles are assumed with at first.
type bootstrap struct {
	id        int // counts up with each set
	keys      keys
	posted    time.Time
	simulated bool // the simulated STS made it by itself
}

// session is a complete set of credentials. Only newSession makes one, so what
// is served is never empty, half or expired. The times are those of STS.
type session struct {
	keys     keys
	source   string // name of the source
	signedBy string // access key id that signed for it; empty when nothing had to be signed
	arn      string // of the session; empty when nobody told
	account  string
	issued   time.Time // whole seconds, UTC
	expires  time.Time // whole seconds, UTC
	renew    time.Time
}

// newSession checks an answer. The duration asked for bounds the life that is
// believed, so that a clock that runs behind does not put off the renewal.
func newSession(a assumed, account string, asked time.Duration, now time.Time, random float64) (*session, error) {
	switch {
	case a.keys.accessKeyID == "":
		return nil, errors.New("the answer has no AccessKeyId")
	case !accessKeyIDPattern.MatchString(a.keys.accessKeyID):
		return nil, errors.New("the AccessKeyId in the answer is not one")
	case a.keys.secret.empty():
		return nil, errors.New("the answer has no SecretAccessKey")
	case a.keys.token.empty() && !a.asIs:
		return nil, errors.New("the answer has no SessionToken")
	case a.expires.IsZero():
		return nil, errors.New("the answer has no Expiration")
	}
	s := &session{
		keys: a.keys, arn: a.arn, account: account,
		issued: now.UTC().Truncate(time.Second), expires: a.expires.UTC().Truncate(time.Second),
	}
	if !now.Before(s.expires) {
		return nil, fmt.Errorf("the credentials in the answer have expired at %s already; look at this machine's clock", s.expires.Format(time.RFC3339))
	}
	if a.arn != "" {
		m := assumedARNPattern.FindStringSubmatch(a.arn)
		if m == nil {
			return nil, errors.New("the Arn in the answer is not that of an assumed role")
		}
		s.account = m[1]
	}
	life := s.expires.Sub(now)
	if asked > 0 {
		life = min(life, asked)
	}
	s.renew = now.UTC().Add(renewAfter(life, random))
	return s, nil
}

func (s *session) valid(now time.Time) bool { return s != nil && now.Before(s.expires) }
