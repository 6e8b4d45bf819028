package statustext_test

import (
	"encoding/json"
	"errors"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/mockmd/mockmd/core/internal/statustext"
)

var update = flag.Bool("update", false, "write the golden files again")

var now = time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)

// sent is a report as the daemon's answers make it.
type sent struct {
	status, ready, healthy *bool
	problems, unknown      []string
	credentials            string
}

var yes, no = true, false

var reports = map[string]sent{
	"valid": {status: &yes, ready: &yes, healthy: &yes, credentials: `{
		"sts": "a simulated STS", "clock_skew_seconds": 0, "state_file": "added later",
		"sources": [{"name": "bootstrap", "kind": "bootstrap", "state": "ready"}],
		"roles": [{"role": "app", "instance": "", "role_arn": "arn:aws:iam::123456789012:role/app", "account": "123456789012",
			"session_arn": "arn:aws:sts::123456789012:assumed-role/app/mockmd", "state": "valid", "access_key_id": "ASIAEXAMPLE",
			"issued": "2026-01-02T03:00:00Z", "expires": "2026-01-02T04:00:00Z", "next_refresh": "2026-01-02T03:31:06Z",
			"source": "bootstrap", "signed_by": "AKIAEXAMPLE", "attempts": 0, "added": [1]}]}`},
	"waiting": {
		status: &no, ready: &no, healthy: &yes,
		problems: []string{`plugin "iam" has nothing valid to serve: no credentials yet`},
		credentials: `{"sts": "https://sts.us-east-1.amazonaws.com", "clock_skew_seconds": -90,
		"sources": [{"name": "bootstrap", "kind": "bootstrap", "state": "waiting",
			"error": {"class": "needs a human", "message": "no bootstrap credentials.", "mend": "post them to /bootstrap/creds"}}],
		"roles": [{"role": "app", "state": "waiting"}, {"role": "batch", "state": "waiting"}]}`,
	},
	"failing": {status: &no, ready: &no, healthy: &yes, credentials: `{
		"sts": "https://sts.amazonaws.com", "clock_skew_seconds": 3700,
		"sources": [
			{"name": "laptop", "kind": "default_chain", "state": "failing", "detail": "profile work", "error": {"class": "needs a human", "code": "ExpiredToken", "message": "the SSO session expired", "mend": "run aws sso login", "since": "2025-12-30T00:00:00Z"}},
			{"name": "bootstrap", "kind": "bootstrap", "state": "ready"}],
		"roles": [
			{"role": "app", "instance": "web-1", "state": "valid", "account": "123456789012", "access_key_id": "ASIA1", "expires": "2026-01-04T03:04:06Z", "next_refresh": "2026-01-02T03:04:00Z", "source": "bootstrap", "attempts": 1},
			{"role": "app", "instance": "web-2", "state": "expired", "account": "123456789012", "expires": "2026-01-02T03:01:00Z", "next_refresh": "2026-01-02T03:04:35Z", "attempts": 7,
			 "error": {"class": "retry", "code": "Throttling", "message": "rate exceeded", "since": "2026-01-01T20:00:00Z"}},
			{"role_arn": "arn:aws:iam::123456789012:role/other", "state": "failing", "expires": "soon", "error": {}}]}`},
	"without-iam": {status: &yes, ready: &yes, healthy: &yes},
	"little":      {status: &yes, unknown: []string{"whether it is ready: 127.0.0.1:8998 answers 403 Forbidden"}},
	"strange": {status: &yes, ready: &yes, healthy: &no, credentials: `{"sts": {"endpoint": "moved"}, "sources": "none", "roles": [
		{"role": 7, "state": "valid", "access_key_id": "ASIA", "attempts": "many"}]}`},
	"hostile": {
		status: &no, ready: &no, healthy: &yes,
		problems:    []string{"plugin\x1b[2J says\nMend: run rm"},
		unknown:     []string{"\x9b31m \xff"},
		credentials: "{\"raw\": \"\u009b1m \u202e \U000e0001\"," + `"sts": "\u001b]0;title\u0007", "sources": [{"name": "a\tb", "detail": "\u202egnp"}], "roles": [{"role": "x\r\ny\u009b1m\u0000", "expires": "\u001b[1mnow"}]}`,
	},
	"no-json": {status: &yes, ready: &yes, healthy: &yes, credentials: `{"roles": [`},
}

func (s *sent) report() *statustext.Report {
	r := &statustext.Report{Address: "127.0.0.1:8998", Status: s.status, Ready: s.ready, Healthy: s.healthy, Problems: s.problems, Unknown: s.unknown}
	if s.credentials != "" {
		r.Credentials = json.RawMessage(s.credentials)
	}
	return r
}

// TestText compares with testdata; -update writes it again.
func TestText(t *testing.T) {
	t.Parallel()
	for name, s := range reports {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var b strings.Builder
			if err := s.report().Text(&b, now); err != nil {
				t.Fatal(err)
			}
			golden := filepath.Join("testdata", name+".golden")
			if *update {
				if err := os.WriteFile(golden, []byte(b.String()), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(golden)
			if err != nil {
				t.Fatal(err)
			}
			if b.String() != string(want) {
				t.Errorf("got\n%s\nwant\n%s", &b, want)
			}
			harmless(t, b.String())
		})
	}
}

// harmless fails the test for what a terminal might act upon.
func harmless(t *testing.T, text string) {
	t.Helper()
	for _, r := range text {
		if r != '\n' && (r < ' ' || r >= 0x7f && r < 0xa0 || r == '\u202e') {
			t.Errorf("the character %U is printed", r)
		}
	}
}

// TestJSON: the object has what was learned and nothing else, and is harmless
// too.
func TestJSON(t *testing.T) {
	t.Parallel()
	for name, s := range reports {
		var b strings.Builder
		err := s.report().JSON(&b)
		if name == "no-json" {
			if err == nil {
				t.Error("broken JSON is passed on")
			}
			continue
		}
		if err != nil {
			t.Fatal(err)
		}
		harmless(t, b.String())
		var got struct {
			statustext.Report
			Credentials any `json:"credentials"`
		}
		if err := json.Unmarshal([]byte(b.String()), &got); err != nil {
			t.Fatalf("%s: %v\n%s", name, err, &b)
		}
		var want any
		if s.credentials != "" {
			if err := json.Unmarshal([]byte(s.credentials), &want); err != nil {
				t.Fatal(err)
			}
		}
		a, _ := json.Marshal(got.Credentials)
		w, _ := json.Marshal(want)
		if string(a) != string(w) || *got.Status != *s.status || len(got.Problems) != len(s.problems) {
			t.Errorf("%s: got %s, want %s\n%s", name, a, w, &b)
		}
	}
}

type broken struct{}

func (broken) Write([]byte) (int, error) { return 0, errors.New("no paper") }

func TestWriterThatFails(t *testing.T) {
	t.Parallel()
	r := &statustext.Report{}
	if r.Text(broken{}, now) == nil || r.JSON(broken{}) == nil {
		t.Error("an error is kept secret")
	}
}
