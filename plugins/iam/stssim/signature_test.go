package stssim_test

import (
	"bytes"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/mockmd/mockmd/plugins/iam/stssim"
)

func TestSignature(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 1, 0)
	session, err := w.assume(w.bootstrap(), 0)
	if err != nil {
		t.Fatal(err)
	}
	header := func(name, old, replacement string) func(*http.Request) {
		return func(r *http.Request) {
			r.Header.Set(name, strings.Replace(r.Header.Get(name), old, replacement, 1))
		}
	}
	for _, tt := range []struct {
		name string
		make func(*raw)
		want string // "200" or a code, and the message
		text string
	}{
		{"post", func(*raw) {}, "200", "user/simulated"},
		{"get", func(q *raw) { q.method = http.MethodGet }, "200", "user/simulated"},
		{"session", func(q *raw) { q.creds = session }, "200", "assumed-role/app/me"},
		{"global region", func(q *raw) { q.region = "us-east-1" }, "200", ""},
		{"a signature's clock at the edge", func(q *raw) { q.at = q.at.Add(-4 * time.Minute) }, "200", ""},
		{"extra header after signing", func(q *raw) { q.spoil = func(r *http.Request) { r.Header.Set("User-Agent", "x") } }, "200", ""},
		{"wrong secret", func(q *raw) { q.creds.SecretAccessKey = "wrong" }, "SignatureDoesNotMatch", "does not match the signature you provided"},
		{"unknown key", func(q *raw) { q.creds.AccessKeyID = "AKIAUNKNOWN" }, "InvalidClientTokenId", "The security token included in the request is invalid."},
		{"session without token", func(q *raw) { q.creds = session; q.creds.SessionToken = "" }, "InvalidClientTokenId", "invalid"},
		{"foreign token", func(q *raw) { q.creds = session; q.creds.SessionToken += "A" }, "InvalidClientTokenId", "invalid"},
		{"token with another key", func(q *raw) { q.creds.SessionToken = session.SessionToken }, "InvalidClientTokenId", "invalid"},
		{"token of a session with a wrong secret", func(q *raw) { q.creds = session; q.creds.SecretAccessKey = "wrong" }, "SignatureDoesNotMatch", "calculated"},
		{"unsigned", func(q *raw) { q.spoil = func(r *http.Request) { r.Header.Del("Authorization") } }, "MissingAuthenticationToken", "Request is missing Authentication Token"},
		{"presigned", func(q *raw) {
			q.spoil = func(r *http.Request) { r.Header.Del("Authorization"); r.URL.RawQuery = "X-Amz-Signature=x" }
		}, "IncompleteSignature", "presigned"},
		{"basic", func(q *raw) { q.spoil = func(r *http.Request) { r.SetBasicAuth("a", "b") } }, "IncompleteSignature", "must start with"},
		{"no signature", func(q *raw) { q.spoil = header("Authorization", "Signature=", "X=") }, "IncompleteSignature", "requires &#39;Signature&#39; parameter"},
		{"no date", func(q *raw) { q.spoil = func(r *http.Request) { r.Header.Del("X-Amz-Date") } }, "IncompleteSignature", "X-Amz-Date"},
		{"odd date", func(q *raw) { q.spoil = func(r *http.Request) { r.Header.Set("X-Amz-Date", "yesterday") } }, "IncompleteSignature", "ISO-8601"},
		{"two dates", func(q *raw) {
			q.spoil = func(r *http.Request) { r.Header.Add("X-Amz-Date", r.Header.Get("X-Amz-Date")) }
		}, "IncompleteSignature", "more than one X-Amz-Date"},
		{"short credential", func(q *raw) { q.spoil = header("Authorization", "/aws4_request", "") }, "IncompleteSignature", "5 slash-delimited elements"},
		{"slow clock", func(q *raw) { q.at = q.at.Add(-6 * time.Minute) }, "SignatureDoesNotMatch", "Signature expired: "},
		{"fast clock", func(q *raw) { q.at = q.at.Add(6 * time.Minute) }, "SignatureDoesNotMatch", "Signature not yet current: "},
		{"wrong region", func(q *raw) { q.region = "eu-west-1" }, "SignatureDoesNotMatch", "Credential should be scoped to a valid region, not &#39;eu-west-1&#39;."},
		{"wrong service", func(q *raw) { q.service = "s3" }, "SignatureDoesNotMatch", "Credential should be scoped to correct service: &#39;sts&#39;."},
		{"wrong terminator", func(q *raw) { q.spoil = header("Authorization", "aws4_request", "aws5_request") }, "SignatureDoesNotMatch", "valid terminator"},
		{"wrong scope date", func(q *raw) {
			q.spoil = header("Authorization", "/"+q.at.UTC().Format("20060102")+"/", "/20200101/")
		}, "SignatureDoesNotMatch", "Date in Credential scope does not match"},
		{"host not signed", func(q *raw) { q.spoil = header("Authorization", ";host", "") }, "SignatureDoesNotMatch", "&#39;Host&#39; must be a &#39;SignedHeader&#39;"},
		{"signed header changed", func(q *raw) { q.spoil = header("Content-Type", "utf-8", "UTF-8") }, "SignatureDoesNotMatch", "calculated"},
		{"host changed", func(q *raw) { q.spoil = func(r *http.Request) { r.Host = "localhost" } }, "SignatureDoesNotMatch", "calculated"},
		{"query added", func(q *raw) { q.spoil = func(r *http.Request) { r.URL.RawQuery = "Action=AssumeRole" } }, "SignatureDoesNotMatch", "calculated"},
		{"body changed", func(q *raw) {
			q.spoil = func(r *http.Request) {
				b, _ := io.ReadAll(r.Body)
				r.Body = io.NopCloser(bytes.NewReader(bytes.Replace(b, []byte("Identity"), []byte("identity"), 1)))
			}
		}, "SignatureDoesNotMatch", "calculated"},
		{"no action", func(q *raw) { q.form.Del("Action") }, "MissingAction", "Missing Action"},
		{"no version", func(q *raw) { q.form.Del("Version") }, "InvalidAction", "Could not find operation GetCallerIdentity for version NO_VERSION_SPECIFIED"},
		{"unknown action", func(q *raw) { q.form.Set("Action", "AssumeRoot") }, "InvalidAction", "Could not find operation AssumeRoot for version 2011-06-15"},
		{"method", func(q *raw) { q.method = http.MethodDelete }, "InvalidAction", "POST and GET"},
		{"path", func(q *raw) { q.spoil = func(r *http.Request) { r.URL.Path = "/x" } }, "InvalidAction", "at the path /"},
		{"huge", func(q *raw) { q.form.Set("Policy", strings.Repeat("x", 300<<10)) }, "RequestEntityTooLarge", ""},
		{"form", func(q *raw) {
			q.spoil = func(r *http.Request) {
				r.Body, r.ContentLength = io.NopCloser(strings.NewReader("a=%zz")), 5
			}
		}, "MalformedQueryString", ""},
	} {
		q := w.raw()
		tt.make(&q)
		status, body := w.send(q)
		if tt.want == "200" {
			if status != http.StatusOK || !strings.Contains(body, tt.text) {
				t.Errorf("%s: %d\n%s", tt.name, status, body)
			}
			continue
		}
		if status < 400 || status >= 500 || !strings.Contains(body, "<Code>"+tt.want+"</Code>") || !strings.Contains(body, tt.text) {
			t.Errorf("%s: %d\n%s\nwant %s: %s", tt.name, status, body, tt.want, tt.text)
		}
	}
}

func TestErrorDocument(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 1, 0)
	q := w.raw()
	q.form = url.Values{"Action": {"Nothing"}, "Version": {"2011-06-15"}}
	_, body := w.send(q)
	start := "<ErrorResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\">\n  <Error>\n    <Type>Sender</Type>\n    <Code>InvalidAction</Code>\n"
	if !strings.HasPrefix(body, start) || !strings.Contains(body, "<RequestId>") {
		t.Errorf("error document:\n%s", body)
	}
}

func TestGuards(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 1, 0)
	for name, spoil := range map[string]func(*http.Request){
		"rebound name": func(r *http.Request) { r.Host = "evil.example" },
		"web page":     func(r *http.Request) { r.Header.Set("Origin", "http://evil.example") },
	} {
		q := w.raw()
		q.spoil = spoil
		if status, body := w.send(q); status != http.StatusForbidden || !strings.HasPrefix(body, "refused: ") {
			t.Errorf("%s: %d %s", name, status, body)
		}
	}
}

func TestOptions(t *testing.T) {
	t.Parallel()
	key := make([]byte, stssim.KeySize)
	for _, tt := range []struct {
		name string
		o    stssim.Options
		want string
	}{
		{"short key", stssim.Options{Key: key[1:], AccountID: account}, "key of the simulated STS has 31 bytes, want 32"},
		{"account", stssim.Options{Key: key, AccountID: "12"}, "account id of the simulated STS must have 12 digits"},
		{"lifetime", stssim.Options{Key: key, AccountID: account, Lifetime: -1}, "lifetime of the simulated STS is -1ns, want 0 or more"},
	} {
		if _, err := stssim.New(tt.o); err == nil || err.Error() != tt.want {
			t.Errorf("%s: error = %v, want %s", tt.name, err, tt.want)
		}
	}
}
