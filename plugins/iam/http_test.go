package iam

import (
	"context"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sts"

	"github.com/mockmd/mockmd/plugins/iam/stssim"
)

// outside is an STS outside of the plugin, whose faults the test switches.
type outside struct {
	url string

	mu    sync.Mutex
	fault *stssim.Fault
	calls []stssim.Call
}

func newOutside(t *testing.T, lifetime time.Duration) *outside {
	t.Helper()
	o := &outside{}
	server, err := stssim.New(stssim.Options{
		Key: make([]byte, stssim.KeySize), AccountID: "123456789012", Region: "us-east-1", Lifetime: lifetime,
		Observe: func(c stssim.Call) {
			o.mu.Lock()
			defer o.mu.Unlock()
			o.calls = append(o.calls, c)
		},
		Fault: func(*http.Request) *stssim.Fault {
			o.mu.Lock()
			defer o.mu.Unlock()
			return o.fault
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, id := range []string{"AKIABOOTSTRAP", "AKIANEW"} {
		server.AddKey(id, "bootstrap-secret", "", "operator")
	}
	l, err := server.Listen(t.Context(), "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	o.url = l.URL()
	ctx, cancel := context.WithCancel(context.WithoutCancel(t.Context()))
	done := make(chan error, 1)
	go func() { done <- l.Serve(ctx) }()
	t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
	return o
}

func (o *outside) set(f *stssim.Fault) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.fault = f
}

func (o *outside) seen() []stssim.Call {
	o.mu.Lock()
	defer o.mu.Unlock()
	return append([]stssim.Call(nil), o.calls...)
}

// over starts the plugin with the real AWS client against o.
func (o *outside) over(t *testing.T) *rig {
	t.Helper()
	g := newRig(t, oneRole+"\nsts { endpoint = \""+o.url+"\" }")
	g.p.random = func() float64 { return 0 } // the shortest waits
	g.p.timeout = 2 * time.Second
	g.run()
	return g
}

func (g *rig) waitKey(what string, ok func(served) bool) served {
	g.t.Helper()
	var d served
	g.host.wait(g.t, what, func() bool {
		d = g.served()
		return ok(d)
	})
	return d
}

func success(d served) bool { return d.Code == "Success" }

func TestFaultsOverHTTP(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		kind stssim.FaultKind
		want string
	}{
		{stssim.InternalFailure, "role app: AssumeRole fails (retry): HTTP 500, InternalFailure"},
		{stssim.ServiceUnavailable, "role app: AssumeRole fails (retry): HTTP 503, ServiceUnavailable"},
		{stssim.Throttling, "role app: AssumeRole fails (retry): Throttling: Rate exceeded"},
		{stssim.Hang, "role app: AssumeRole fails (retry): no answer in time"},
		{stssim.Reset, "connection reset by peer"},
		{stssim.Malformed, "role app: AssumeRole fails (retry): the answer cannot be read"},
		{stssim.Truncated, "role app: AssumeRole fails (retry)"},
		{stssim.Incomplete, "role app: AssumeRole fails (retry): the answer has no SessionToken"},
		{stssim.Denied, "role app: AssumeRole fails (needs a human): AccessDenied: User: arn:aws:iam::123456789012:user/operator is not authorized to perform: sts:AssumeRole"},
		{stssim.Expired, "role app: AssumeRole fails (needs a human): ExpiredToken"},
		{stssim.UnknownKey, "role app: AssumeRole fails (needs a human): InvalidClientTokenId"},
	} {
		t.Run(tt.kind.String(), func(t *testing.T) {
			t.Parallel()
			o := newOutside(t, 0)
			g := o.over(t)
			g.post(goodBody)
			first := g.waitKey("first credentials", success)
			o.set(&stssim.Fault{Kind: tt.kind})
			g.post(strings.Replace(goodBody, "BOOTSTRAP", "NEW", 1)) // is used at once, so nobody waits for a renewal
			g.host.wait(t, "degraded", func() bool {
				_, degraded := g.host.last()
				return strings.Contains(degraded, tt.want)
			})
			if d := g.served(); d != first {
				t.Errorf("the good set is not served: %+v", d)
			}
			faulty := len(o.seen())
			o.set(nil)
			g.host.wait(t, "recovered", func() bool {
				_, degraded := g.host.last()
				return degraded == ""
			})
			if d := g.served(); d.Code != "Success" || d.AccessKeyId == first.AccessKeyId {
				t.Errorf("not renewed: %+v", d)
			}
			good := 0
			for _, c := range o.seen()[faulty:] {
				if c.Code == "Success" {
					good++
				}
			}
			if good != 1 {
				t.Errorf("%d sessions were granted after the fault, want 1: %+v", good, o.seen())
			}
			g.stop()
			for _, bad := range []string{"bootstrap-secret", first.SecretAccessKey, first.Token} {
				if strings.Contains(g.log.String(), bad) {
					t.Errorf("the log shows a secret:\n%s", g.log.String())
				}
			}
		})
	}
}

func TestRenewalsAndExpiryOverHTTP(t *testing.T) {
	t.Parallel()
	o := newOutside(t, 2*time.Second)
	g := o.over(t)
	g.post(goodBody)
	seen := map[string]bool{}
	g.waitKey("four sessions", func(d served) bool {
		if success(d) {
			seen[d.AccessKeyId] = true
		}
		return len(seen) == 4
	})
	o.set(&stssim.Fault{Kind: stssim.InternalFailure})
	g.waitKey("failure document", func(d served) bool { return d.Code == "Internal" && strings.Contains(d.Message, "expired at") })
	if !g.p.ValidUntil().IsZero() {
		t.Error("still valid")
	}
	o.set(nil)
	g.waitKey("recovery", success)
	calls := o.seen()
	last := stssim.Call{IssuedKeyID: "AKIABOOTSTRAP", Expires: calls[0].Time.Add(time.Hour)}
	for i, c := range calls {
		// On a busy machine a session may expire before it is renewed.
		late := !c.Time.Before(last.Expires)
		if c.AccessKeyID != last.IssuedKeyID && !late || c.Code != "Success" && c.Code != "InternalFailure" && !late {
			t.Errorf("call %d: %+v, want it signed by %s", i, c, last.IssuedKeyID)
		}
		if c.Code == "Success" {
			last = c
		}
	}
}

func TestSimulated(t *testing.T) {
	t.Parallel()
	const config = oneRole + "\nsts { simulated = true }"
	g := newRig(t, config)
	g.run()
	first := g.waitKey("credentials", success)
	url := simulatedURL(t, g)
	if arn, err := whoAmI(t, url, first); err != nil || arn != "arn:aws:sts::123456789012:assumed-role/app/mockmd" {
		t.Errorf("caller = %s, %v", arn, err)
	}
	if !strings.Contains(g.log.String(), `"@level":"warn","@message":"the STS is simulated: these are not AWS credentials"`) {
		t.Error("nobody is warned")
	}
	if n := strings.Count(g.log.String(), "these are not AWS credentials"); n != 1 {
		t.Errorf("warned %d times", n)
	}
	if _, err := whoAmI(t, url, served{AccessKeyId: first.AccessKeyId, SecretAccessKey: "wrong", Token: first.Token}); err == nil {
		t.Error("a wrong secret is accepted")
	}
	g = g.crash(config)
	g.run()
	if d := g.served(); d != first {
		t.Errorf("after the crash: %+v", d)
	}
	g.host.wait(t, "start", func() bool { return strings.Contains(g.log.String(), "these are not AWS") })
	if again := simulatedURL(t, g); again != url {
		t.Errorf("URL %s after the crash, %s before", again, url)
	}
	if _, err := whoAmI(t, url, first); err != nil {
		t.Errorf("earlier credentials after the crash: %v", err)
	}
	g.post(goodBody)
	g.waitKey("credentials of the posted set", func(d served) bool { return success(d) && d.AccessKeyId != first.AccessKeyId })
	if !strings.Contains(g.log.String(), "the bootstrap credentials are made known to it and not used with AWS") {
		t.Error("nobody is told that the posted set is not for AWS")
	}
	g = g.crash(config)
	g.run()
	g.post(goodBody)
	g.stop()
	if strings.Contains(g.log.String(), "bootstrap-secret") {
		t.Error("the log shows the bootstrap secret")
	}
}

func TestSimulatedWithoutAutoBootstrap(t *testing.T) {
	t.Parallel()
	g := newRig(t, oneRole+"\nsts { simulated = true }")
	g.run()
	g.waitKey("credentials", success)
	g = g.crash(oneRole + "\nsts {\n simulated = true\n auto_bootstrap = false\n}")
	g.run()
	g.host.wait(t, "start", func() bool { checkpoint, _ := g.host.last(); return checkpoint != nil })
	if d := g.served(); d.Code != "Internal" || !strings.Contains(d.Message, "no credentials for the role app yet") {
		t.Errorf("bootstrapped by itself: %+v", d)
	}
	g.post(goodBody)
	g.waitKey("credentials", success)
	g.stop()
	if !strings.Contains(g.log.String(), "waiting for bootstrap credentials: POST them to /bootstrap/creds of the admin listener") {
		t.Error("nobody is told what to do")
	}
}

func TestSimulatedAddressInUse(t *testing.T) {
	t.Parallel()
	o := newOutside(t, 0)
	at := strings.TrimPrefix(o.url, "http://")
	g := newRig(t, oneRole+"\nsts {\n simulated = true\n address = \""+at+"\"\n}")
	if err := g.p.Run(t.Context(), g.host); err == nil || !strings.Contains(err.Error(), "listen on "+at+" for the simulated STS") {
		t.Errorf("run = %v", err)
	}
}

func simulatedURL(t *testing.T, g *rig) string {
	t.Helper()
	_, rest, ok := strings.Cut(g.log.String(), `"url":"`)
	url, _, _ := strings.Cut(rest, `"`)
	if !ok || !strings.HasPrefix(url, "http://127.0.0.1:") {
		t.Fatalf("no URL in the log:\n%s", g.log.String())
	}
	return url
}

func whoAmI(t *testing.T, url string, d served) (string, error) {
	t.Helper()
	client := sts.New(sts.Options{
		Region: "us-east-1", BaseEndpoint: &url, Retryer: aws.NopRetryer{}, HTTPClient: &http.Client{Transport: &http.Transport{DisableKeepAlives: true}},
		Credentials: aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
			return aws.Credentials{AccessKeyID: d.AccessKeyId, SecretAccessKey: d.SecretAccessKey, SessionToken: d.Token}, nil
		}),
	})
	out, err := client.GetCallerIdentity(t.Context(), &sts.GetCallerIdentityInput{})
	if err != nil {
		return "", err
	}
	return *out.Arn, nil
}
