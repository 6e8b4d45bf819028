package iam

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"time"

	"github.com/aws/smithy-go"
	smithyhttp "github.com/aws/smithy-go/transport/http"
)

// strictSTS is an STS with a clock that is right: it knows whom it has granted
// what, and how far the caller's clock may be off. It fails as it is told.
type strictSTS struct {
	clock *testClock
	told  func() time.Time // the time that signatures tell

	mu       sync.Mutex
	hear     func(time.Time)
	fault    string
	lifetime time.Duration
	users    map[string]bool      // long-term keys that are good
	sessions map[string]time.Time // expiry by access key id
	granted  int
	inFlight int
	most     int
	at       []time.Time // of the calls of the last hour
	calls    int
	perMin   int
	perHour  int
	faults   map[string]int
}

// yearFaults are those of every class. "" is none.
func yearFaults() []string {
	return []string{
		"reset", "hang", "500", "503 later", "Throttling", "unreadable", "incomplete", "expired already",
		"RegionDisabledException", "IDPCommunicationError",
		"AccessDenied", "AccessDenied to sessions", "ExpiredToken to sessions", "InvalidClientTokenId", "ValidationError",
	}
}

func (s *strictSTS) close() {}

func (s *strictSTS) assumeWeb(ctx context.Context, _ secret, q assumeRequest) (assumed, error) {
	return s.assume(ctx, keys{accessKeyID: "web"}, q)
}

func (s *strictSTS) assume(ctx context.Context, k keys, q assumeRequest) (assumed, error) {
	s.mu.Lock()
	s.count()
	fault, now := s.fault, s.clock.truth()
	s.mu.Unlock()
	defer func() {
		s.mu.Lock()
		s.inFlight--
		s.mu.Unlock()
	}()
	switch fault { // nobody hears the time
	case "reset":
		return assumed{}, errors.New("connection reset by peer")
	case "hang":
		<-ctx.Done()
		return assumed{}, ctx.Err()
	}
	time.Sleep(50 * time.Millisecond) // the way there and back
	s.hear(now.Truncate(time.Second))
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.refuse(fault, k, now); err != nil {
		return assumed{}, err
	}
	life := q.duration
	if s.lifetime > 0 {
		life = min(life, s.lifetime)
	}
	s.granted++
	id := fmt.Sprintf("ASIA%d", s.granted)
	a := assumed{
		keys:    keys{accessKeyID: id, secret: newSecret("secret-of-" + id), token: newSecret("token-of-" + id)},
		expires: now.Add(life).Truncate(time.Second), arn: "arn:aws:sts::123456789012:assumed-role/app/" + q.sessionName,
	}
	s.sessions[id] = a.expires
	switch fault {
	case "incomplete":
		a.keys.token = secret{}
	case "expired already":
		a.expires = now.Add(-time.Minute)
	}
	return a, nil
}

// count keeps the figures. The lock is held.
func (s *strictSTS) count() {
	now := s.clock.truth()
	s.calls++
	s.inFlight++
	s.most = max(s.most, s.inFlight)
	s.faults[s.fault]++
	s.at = append(s.at, now)
	for now.Sub(s.at[0]) > time.Hour {
		s.at = s.at[1:]
	}
	s.perHour = max(s.perHour, len(s.at))
	minute := 0
	for i := len(s.at) - 1; i >= 0 && now.Sub(s.at[i]) <= time.Minute; i-- {
		minute++
	}
	s.perMin = max(s.perMin, minute)
}

// refuse is why a call is refused; nil when it is not. The lock is held.
func (s *strictSTS) refuse(fault string, k keys, now time.Time) error {
	status := func(code int, retryAfter string, err error) error {
		h := http.Header{}
		if retryAfter != "" {
			h.Set("Retry-After", retryAfter)
		}
		return &smithyhttp.ResponseError{Response: &smithyhttp.Response{Response: &http.Response{StatusCode: code, Header: h}}, Err: err}
	}
	switch fault {
	case "500":
		return status(500, "", apiError("InternalFailure"))
	case "503 later":
		return status(503, "20", apiError("ServiceUnavailable"))
	case "unreadable":
		return &smithy.DeserializationError{Err: errors.New("XML syntax error")}
	case "AccessDenied to sessions", "ExpiredToken to sessions":
		if k.temporary() {
			code := "AccessDenied"
			if fault == "ExpiredToken to sessions" {
				code = "ExpiredToken"
			}
			return status(403, "", apiError(code))
		}
	case "", "incomplete", "expired already":
	default:
		return status(400, "", apiError(fault))
	}
	if off := s.told().Sub(now); off.Abs() > 5*time.Minute {
		return &smithy.GenericAPIError{Code: "SignatureDoesNotMatch", Message: "Signature expired: it is another time"}
	}
	if !k.temporary() && !s.users[k.accessKeyID] {
		return status(403, "", apiError("InvalidClientTokenId"))
	}
	if end, known := s.sessions[k.accessKeyID]; k.temporary() && (!known || !now.Before(end)) {
		return status(403, "", apiError("ExpiredToken"))
	}
	return nil
}
