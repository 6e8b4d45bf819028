package stssim_test

import (
	"bytes"
	"io"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sts"
)

// TestMotoRefuses compares refusals that moto knows once its access control is
// switched on. Its error documents have one element more than those of STS, in
// which the SDK finds nothing, so the codes and sentences are read here.
func TestMotoRefuses(t *testing.T) {
	t.Parallel()
	url := motoServer(t)
	w := newWorld(t, 1, 0)
	unknown := aws.Credentials{AccessKeyID: "AKIAUNKNOWNUNKNOWN00", SecretAccessKey: "s"}
	wrongSecret := func(c *sts.Client) aws.Credentials {
		out, err := c.AssumeRole(t.Context(), tagged(nil))
		if err != nil {
			t.Fatal(err)
		}
		s := session(out.Credentials)
		s.SecretAccessKey = "wrong"
		return s
	}
	ours, theirs := wrongSecret(w.client(w.bootstrap())), wrongSecret(motoClient(url, w.bootstrap()))
	motoAccessControl(t, url)
	for _, tt := range []struct {
		name         string
		ours, theirs aws.Credentials
		want         string
	}{
		{"unknown key", unknown, unknown, "InvalidClientTokenId: The security token included in the request is invalid."},
		{"session with a wrong secret", ours, theirs, "SignatureDoesNotMatch: The request signature we calculated does not match the signature you provided. " +
			"Check your AWS Secret Access Key and signing method. Consult the service documentation for details."},
	} {
		for server, c := range map[string]*sts.Client{"here": w.client(tt.ours), "moto": motoClient(url, tt.theirs)} {
			status, got := refusal(t, c)
			if status != http.StatusForbidden || got != tt.want {
				t.Errorf("%s, %s: %d %q, want 403 %q", tt.name, server, status, got, tt.want)
			}
		}
	}
}

func motoAccessControl(t *testing.T, url string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, url+"/moto-api/reset-auth", strings.NewReader("0"))
	if err != nil {
		t.Fatal(err)
	}
	answer, err := (&http.Transport{DisableKeepAlives: true}).RoundTrip(r)
	if err != nil {
		t.Fatal(err)
	}
	_ = answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		t.Fatalf("moto's access control: %s", answer.Status)
	}
}

// recorder keeps the last answer.
type recorder struct {
	next   http.RoundTripper
	status int
	body   []byte
}

func (r *recorder) RoundTrip(request *http.Request) (*http.Response, error) {
	answer, err := r.next.RoundTrip(request)
	if err != nil {
		return nil, err
	}
	defer func() { _ = answer.Body.Close() }()
	r.status = answer.StatusCode
	if r.body, err = io.ReadAll(answer.Body); err != nil {
		return nil, err
	}
	answer.Body = io.NopCloser(bytes.NewReader(r.body))
	return answer, nil
}

// refusal returns how GetCallerIdentity is refused: the status, and the code
// with the sentence.
func refusal(t *testing.T, c *sts.Client) (int, string) {
	t.Helper()
	r := &recorder{next: &http.Transport{DisableKeepAlives: true}}
	_, err := c.GetCallerIdentity(t.Context(), &sts.GetCallerIdentityInput{}, func(o *sts.Options) { o.HTTPClient = &http.Client{Transport: r} })
	if err == nil {
		t.Error("GetCallerIdentity was not refused")
	}
	m := regexp.MustCompile(`(?s)<Code>(.*?)</Code>\s*<Message>(.*?)</Message>`).FindSubmatch(r.body)
	if m == nil {
		return r.status, string(r.body)
	}
	return r.status, string(m[1]) + ": " + string(m[2])
}
