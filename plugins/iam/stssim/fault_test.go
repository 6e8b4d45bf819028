package stssim_test

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/sts"
	smithyhttp "github.com/aws/smithy-go/transport/http"

	"github.com/mockmd/mockmd/plugins/iam/stssim"
)

func TestFaultsThatAnswer(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 1, 0)
	for _, tt := range []struct {
		kind   stssim.FaultKind
		status int
		code   string
	}{
		{stssim.InternalFailure, http.StatusInternalServerError, "InternalFailure"},
		{stssim.ServiceUnavailable, http.StatusServiceUnavailable, "ServiceUnavailable"},
		{stssim.Throttling, http.StatusBadRequest, "Throttling"},
		{stssim.Expired, http.StatusForbidden, "ExpiredToken"},
		{stssim.UnknownKey, http.StatusForbidden, "InvalidClientTokenId"},
		{stssim.Denied, http.StatusForbidden, "AccessDenied"},
	} {
		w.setFault(&stssim.Fault{Kind: tt.kind, RetryAfter: 7 * time.Second})
		_, err := w.assume(w.bootstrap(), 0)
		wantError(t, err, tt.code, "")
		response, ok := errors.AsType[*smithyhttp.ResponseError](err)
		if !ok || response.HTTPStatusCode() != tt.status || response.Response.Header.Get("Retry-After") != "7" {
			t.Errorf("%s: %v", tt.kind, err)
		}
		if call := w.last(); call.Code != tt.code || call.Status != tt.status || call.IssuedKeyID != "" {
			t.Errorf("%s: call = %+v", tt.kind, call)
		}
	}
	w.setFault(&stssim.Fault{Kind: stssim.Denied})
	if _, err := w.client(w.bootstrap()).GetCallerIdentity(t.Context(), &sts.GetCallerIdentityInput{}); err != nil {
		t.Errorf("Denied hits AssumeRole only: %v", err)
	}
	_, err := w.assume(w.bootstrap(), 0)
	wantError(t, err, "AccessDenied", "User: arn:aws:iam::123456789012:user/simulated is not authorized to perform: sts:AssumeRole on resource: "+role)
	w.setFault(nil)
	if _, err := w.assume(w.bootstrap(), 0); err != nil {
		t.Errorf("after the faults: %v", err)
	}
}

func TestFaultsThatSpoil(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 1, 0)
	for kind, want := range map[stssim.FaultKind]string{
		stssim.Malformed: "deserialization failed",
		stssim.Truncated: "failed to decode response body", // at an unexpected EOF, or a connection that was closed
	} {
		w.setFault(&stssim.Fault{Kind: kind})
		if _, err := w.assume(w.bootstrap(), 0); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: error = %v, want %q", kind, err, want)
		}
		if call := w.last(); call.Code != kind.String() {
			t.Errorf("%s: call = %+v", kind, call)
		}
	}
	w.setFault(&stssim.Fault{Kind: stssim.Reset})
	if _, err := w.assume(w.bootstrap(), 0); !errors.Is(err, syscall.ECONNRESET) {
		t.Errorf("reset: error = %v", err)
	}
	w.setFault(&stssim.Fault{Kind: stssim.Incomplete})
	out, err := w.client(w.bootstrap()).AssumeRole(t.Context(), &sts.AssumeRoleInput{RoleArn: new(role), RoleSessionName: new("me")})
	if err != nil || out.Credentials.SessionToken != nil || out.Credentials.AccessKeyId == nil {
		t.Errorf("incomplete: %v", err)
	}
}

func TestHangEndsWithClient(t *testing.T) {
	t.Parallel()
	server, url := hangingServer(t)
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() {
		r, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
		if err == nil {
			_, err = (&http.Transport{}).RoundTrip(r)
		}
		done <- err
	}()
	<-server.hanging
	cancel()
	if err := <-done; !errors.Is(err, context.Canceled) {
		t.Errorf("error = %v, want canceled", err)
	}
}

func TestServeEndsHangingRequests(t *testing.T) {
	t.Parallel()
	server, url := hangingServer(t)
	done := make(chan error, 1)
	go func() {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
		if err == nil {
			_, err = (&http.Transport{}).RoundTrip(r)
		}
		done <- err
	}()
	<-server.hanging
	server.stop()
	if err := <-server.served; err != nil {
		t.Errorf("serve = %v", err)
	}
	server.served <- nil
	if err := <-done; err == nil {
		t.Error("the request was answered")
	}
}

type hanging struct {
	hanging chan struct{}
	served  chan error
	stop    context.CancelFunc
}

func hangingServer(t *testing.T) (*hanging, string) {
	t.Helper()
	h := &hanging{hanging: make(chan struct{}, 1), served: make(chan error, 1)}
	s, err := stssim.New(stssim.Options{
		Key: make([]byte, stssim.KeySize), AccountID: account,
		Fault: func(*http.Request) *stssim.Fault {
			h.hanging <- struct{}{}
			return &stssim.Fault{Kind: stssim.Hang}
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	l, err := s.Listen(t.Context(), "localhost:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.WithoutCancel(t.Context()))
	h.stop = cancel
	go func() { h.served <- l.Serve(ctx) }()
	t.Cleanup(func() {
		cancel()
		if err := <-h.served; err != nil {
			t.Error(err)
		}
	})
	return h, l.URL()
}

func TestAddresses(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ address, want string }{
		{"127.0.0.1:0", ""},
		{"127.8.9.10:80", ""},
		{"[::1]:0", ""},
		{"localhost:4599", ""},
		{"0.0.0.0:0", "is not a loopback address"},
		{":4599", "is not IP:PORT, such as 127.0.0.1:4599"},
		{"[::]:0", "is not a loopback address"},
		{"169.254.169.254:80", "is not a loopback address: whoever reaches it can take credentials; use 127.0.0.1 or [::1]"},
		{"example.com:80", "is not IP:PORT"},
		{"127.0.0.1", "is not IP:PORT"},
		{"127.0.0.1:http", "is not IP:PORT"},
		{"localhost:70000", "is not IP:PORT"},
	} {
		err := stssim.CheckAddress(tt.address)
		if tt.want == "" && err != nil || tt.want != "" && (err == nil || !strings.Contains(err.Error(), tt.want)) {
			t.Errorf("CheckAddress(%q) = %v, want %q", tt.address, err, tt.want)
		}
	}
	s, err := stssim.New(stssim.Options{Key: make([]byte, stssim.KeySize), AccountID: account})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Listen(t.Context(), "0.0.0.0:0"); err == nil {
		t.Error("Listen on all interfaces is allowed")
	}
	l, err := s.Listen(t.Context(), "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	if _, err := s.Listen(t.Context(), l.Addr()); err == nil || !strings.Contains(err.Error(), "listen on "+l.Addr()+" for the simulated STS") {
		t.Errorf("second listener: %v", err)
	}
}
