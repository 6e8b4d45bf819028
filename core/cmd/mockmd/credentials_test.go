package main

import (
	"encoding/json"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials/ec2rolecreds"
	"github.com/aws/aws-sdk-go-v2/feature/ec2/imds"

	"github.com/mockmd/mockmd/plugins/iam/stssim"
)

// told is what the action credentials answers.
type told struct {
	SkewSecs int64 `json:"clock_skew_seconds"`
	Sources  []struct {
		Name, Kind, State, Detail string
		Error                     toldError
	}
	Roles []toldRole
}

type toldRole struct {
	Role, Instance, Account, State, Expires, Source string
	RoleARN                                         string `json:"role_arn"`
	SessionARN                                      string `json:"session_arn"`
	AccessKeyID                                     string `json:"access_key_id"`
	SignedBy                                        string `json:"signed_by"`
	Attempts                                        int
	Error                                           toldError
}

type toldError struct{ Class, Code, Message, Mend string }

// withRole is a configuration with an iam plugin, whose config block holds the
// body.
func withRole(body string) string {
	return preamble + `
log { level = "trace" }
instance {
  id                   = "i-0123456789abcdef0"
  account_id           = "123456789012"
  iam_instance_profile = "app"
}
plugin "iam" {
  config {
` + body + `
  }
}
`
}

// plainRole is a role without further arguments, and an STS.
func plainRole(url string) string {
	return `role "app" { arn = "arn:aws:iam::123456789012:role/app" }
sts { endpoint = "` + url + `" }
`
}

// tell reads /credentials.
func (d *daemon) tell() told {
	d.t.Helper()
	status, body := get(d.t, d.admin+"/credentials")
	var out told
	if err := json.Unmarshal([]byte(body), &out); status != http.StatusOK || err != nil {
		d.t.Fatalf("GET /credentials: %d %v %s", status, err, body)
	}
	return out
}

// waitTold waits until /credentials tells of the first role what is wanted.
func (d *daemon) waitTold(what string, ok func(toldRole) bool) toldRole {
	d.t.Helper()
	deadline := time.Now().Add(2 * time.Minute) // far beyond anything that is waited for
	for {
		all := d.tell()
		if len(all.Roles) > 0 && ok(all.Roles[0]) {
			return all.Roles[0]
		}
		if time.Now().After(deadline) {
			d.t.Fatalf("in two minutes /credentials does not tell %s: %+v", what, all)
		}
		time.Sleep(10 * time.Millisecond) // nothing tells an outsider of the change
	}
}

// act carries out a write of the admin listener, which must be taken.
func (d *daemon) act(path, body string) {
	d.t.Helper()
	if status, answer := request(d.t, http.MethodPost, d.admin+path, body); status != http.StatusAccepted && status != http.StatusNoContent && status != http.StatusOK {
		d.t.Fatalf("POST %s: %d %s", path, status, answer)
	}
}

// served is what an unmodified SDK gets over IMDSv2.
func (d *daemon) served() aws.Config {
	client := d.imds(func(o *imds.Options) { o.EnableFallback = aws.FalseTernary })
	return aws.Config{Region: "us-east-1", Credentials: ec2rolecreds.New(func(o *ec2rolecreds.Options) { o.Client = client })}
}

const session = "arn:aws:sts::123456789012:assumed-role/app/mockmd"

// works waits for good credentials that fit, and checks with STS whose they
// are.
func (d *daemon) works(s *testSTS, what string, ok func(document) bool) document {
	d.t.Helper()
	doc := d.waitRole(what, func(doc document) bool { return doc.Code == "Success" && ok(doc) })
	d.isSession(s.url)
	return doc
}

func (d *daemon) isSession(url string) {
	d.t.Helper()
	if arn := caller(d.t, d.served(), url); arn != session {
		d.t.Errorf("what is served belongs to %s, want %s", arn, session)
	}
}

func success(document) bool { return true }

// signedBy waits for a granted session that the key has signed for.
func (s *testSTS) signedBy(key string) {
	s.t.Helper()
	s.wait("a session that "+key+" signed for", func(calls []stssim.Call) bool {
		for _, c := range granted(calls) {
			if c.AccessKeyID == key {
				return true
			}
		}
		return false
	})
}

// linesWith counts the lines that have all the texts.
func linesWith(output string, texts ...string) int {
	n := 0
line:
	for l := range strings.Lines(output) {
		for _, text := range texts {
			if !strings.Contains(l, text) {
				continue line
			}
		}
		n++
	}
	return n
}

// waitLine waits for a line with all the texts.
func (d *daemon) waitLine(texts ...string) {
	d.t.Helper()
	d.wait("a line with "+strings.Join(texts, " and "), func(lines []string) bool {
		return linesWith(strings.Join(lines, "\n"), texts...) > 0
	})
}

// absent fails the test when a text holds one of the secrets.
func absent(t testing.TB, where, text string, secrets ...string) {
	t.Helper()
	for _, secret := range secrets {
		if strings.Contains(text, secret) {
			t.Errorf("a secret (%.12s…) is in %s", secret, where)
		}
	}
}

// flat joins what a diagnostic has wrapped.
func flat(text string) string {
	return regexp.MustCompile(`[\s│╷╵]+`).ReplaceAllString(text, " ")
}
