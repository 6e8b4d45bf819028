package stssim_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/signer/v4"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/aws/aws-sdk-go-v2/service/sts/types"

	"github.com/mockmd/mockmd/plugins/iam/stssim"
)

const (
	account = "123456789012"
	region  = "eu-central-1"
	role    = "arn:aws:iam::123456789012:role/team/app"
)

// world is a server, its clock and what it has seen.
type world struct {
	t      *testing.T
	server *stssim.Server
	url    string

	mu     sync.Mutex
	offset time.Duration
	fault  *stssim.Fault
	calls  []stssim.Call
}

func newWorld(t *testing.T, key byte, lifetime time.Duration, change ...func(*stssim.Options)) *world {
	t.Helper()
	w := &world{t: t}
	o := stssim.Options{
		Key: bytes.Repeat([]byte{key}, stssim.KeySize), AccountID: account, Region: region, Lifetime: lifetime,
		Now: w.now,
		Observe: func(c stssim.Call) {
			w.mu.Lock()
			defer w.mu.Unlock()
			w.calls = append(w.calls, c)
		},
		Fault: func(*http.Request) *stssim.Fault {
			w.mu.Lock()
			defer w.mu.Unlock()
			return w.fault
		},
	}
	for _, f := range change {
		f(&o)
	}
	server, err := stssim.New(o)
	if err != nil {
		t.Fatal(err)
	}
	w.server = server
	l, err := server.Listen(t.Context(), "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	w.url = l.URL()
	ctx, cancel := context.WithCancel(context.WithoutCancel(t.Context()))
	done := make(chan error, 1)
	go func() { done <- l.Serve(ctx) }()
	t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
	return w
}

func (w *world) now() time.Time {
	w.mu.Lock()
	defer w.mu.Unlock()
	return time.Now().Add(w.offset)
}

func (w *world) advance(d time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.offset += d
}

func (w *world) setFault(f *stssim.Fault) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.fault = f
}

func (w *world) last() stssim.Call {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.calls[len(w.calls)-1]
}

// seen is how many calls there were.
func (w *world) seen() int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return len(w.calls)
}

func (w *world) bootstrap() aws.Credentials {
	id, secret := w.server.Bootstrap()
	return aws.Credentials{AccessKeyID: id, SecretAccessKey: secret}
}

// client is the unmodified SDK client, without retries.
func (w *world) client(c aws.Credentials) *sts.Client {
	return sts.New(sts.Options{
		Region: region, BaseEndpoint: aws.String(w.url), Retryer: aws.NopRetryer{},
		Credentials: aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) { return c, nil }),
		HTTPClient:  &http.Client{Transport: &http.Transport{DisableKeepAlives: true}},
	})
}

func (w *world) assume(c aws.Credentials, seconds int32) (aws.Credentials, error) {
	in := &sts.AssumeRoleInput{RoleArn: aws.String(role), RoleSessionName: aws.String("me")}
	if seconds > 0 {
		in.DurationSeconds = aws.Int32(seconds)
	}
	return w.assumeWith(c, in)
}

func (w *world) assumeWith(c aws.Credentials, in *sts.AssumeRoleInput) (aws.Credentials, error) {
	out, err := w.client(c).AssumeRole(w.t.Context(), in)
	if err != nil {
		return aws.Credentials{}, err
	}
	return session(out.Credentials), nil
}

func session(c *types.Credentials) aws.Credentials {
	return aws.Credentials{
		AccessKeyID: *c.AccessKeyId, SecretAccessKey: *c.SecretAccessKey,
		SessionToken: *c.SessionToken, Expires: *c.Expiration,
	}
}

// raw is a request that is signed here, so that every part can be spoilt.
type raw struct {
	creds           aws.Credentials
	region, service string
	at              time.Time
	method          string
	form            url.Values
	spoil           func(*http.Request) // after signing
}

func (w *world) raw() raw {
	return raw{
		creds: w.bootstrap(), region: region, service: "sts", at: w.now(), method: http.MethodPost,
		form: url.Values{"Action": {"GetCallerIdentity"}, "Version": {"2011-06-15"}},
	}
}

func (w *world) send(q raw) (status int, body string) {
	w.t.Helper()
	status, _, body = w.exchange(q)
	return status, body
}

func (w *world) header(q raw) http.Header {
	w.t.Helper()
	_, header, _ := w.exchange(q)
	return header
}

func (w *world) exchange(q raw) (int, http.Header, string) {
	w.t.Helper()
	payload := q.form.Encode()
	target := w.url + "/"
	if q.method != http.MethodPost {
		target, payload = target+"?"+payload, ""
	}
	r, err := http.NewRequestWithContext(w.t.Context(), q.method, target, strings.NewReader(payload))
	if err != nil {
		w.t.Fatal(err)
	}
	if q.method == http.MethodPost {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded; charset=utf-8")
	}
	sum := sha256.Sum256([]byte(payload))
	err = v4.NewSigner().SignHTTP(w.t.Context(), q.creds, r, hex.EncodeToString(sum[:]), q.service, q.region, q.at)
	if err != nil {
		w.t.Fatal(err)
	}
	if q.spoil != nil {
		q.spoil(r)
	}
	answer, err := (&http.Transport{DisableKeepAlives: true}).RoundTrip(r)
	if err != nil {
		w.t.Fatal(err)
	}
	defer func() { _ = answer.Body.Close() }()
	b, err := io.ReadAll(answer.Body)
	if err != nil {
		w.t.Fatal(err)
	}
	return answer.StatusCode, answer.Header, string(b)
}
