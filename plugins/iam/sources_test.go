package iam

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/mockmd/mockmd/plugins/iam/awschain"
)

// fakeChain is the SDK's chain as a test wants it.
type fakeChain struct {
	mu      sync.Mutex
	key     string
	token   string
	err     error
	changed bool
	forgot  int
	asked   int
	next    string // what it has after Forget; empty: the same
}

func (f *fakeChain) Retrieve(context.Context) (aws.Credentials, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.asked++
	return aws.Credentials{AccessKeyID: f.key, SecretAccessKey: "chain-secret", SessionToken: f.token}, f.err
}

func (f *fakeChain) Forget() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.forgot++
	if f.next != "" {
		f.key = f.next
	}
}

func (f *fakeChain) Changed() bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	was := f.changed
	f.changed = false
	return was
}

func (f *fakeChain) set(do func(f *fakeChain)) {
	f.mu.Lock()
	defer f.mu.Unlock()
	do(f)
}

// chained puts a fake chain in place of the SDK's.
func (g *rig) chained(f *fakeChain) *rig {
	for _, c := range g.p.settings.chains() {
		c.chain = f
	}
	return g
}

func (g *rig) lastCall() call {
	g.t.Helper()
	calls := g.sts.seen()
	if len(calls) == 0 {
		g.t.Fatal("nobody has called STS")
	}
	return calls[len(calls)-1]
}

var errSSO = &awschain.Error{Message: "the SSO session has expired, or nobody has logged in", Mend: "run aws sso login"}

// Every renewal asks the chain; the role's own session never signs.
func TestChain(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := &fakeChain{key: "AKIACHAIN"}
		g := newRig(t, oneRole+"\ndefault_chain {}").fake().chained(f)
		g.p.settings.roles[0].steps[0].duration = 12 * time.Hour
		g.grant("app").requests[0].duration = 12 * time.Hour
		g.run()
		time.Sleep(24 * time.Hour)
		synctest.Wait()
		calls := g.sts.seen()
		if len(calls) < 4 || len(calls) > 6 {
			t.Errorf("%d calls in a day of sessions of 12 h", len(calls))
		}
		for _, c := range calls {
			if c.signedBy != "AKIACHAIN" || c.asked != 12*time.Hour {
				t.Errorf("call %+v", c)
			}
		}
		f.set(func(f *fakeChain) { f.key, f.token, f.changed = "ASIACHAIN", "t", true })
		time.Sleep(sourceTick)
		synctest.Wait()
		if c := g.lastCall(); c.signedBy != "ASIACHAIN" || c.asked != time.Hour {
			t.Errorf("new credentials on the disk are not used at once, or not as those of a session: %+v", c)
		}
		if !strings.Contains(g.log.String(), "the files of a credential source have changed") || strings.Contains(g.log.String(), "chain-secret") {
			t.Error("the change is not told, or the secret is")
		}
	})
}

// What the chain had is refused: it is asked once more, and only for something
// else.
func TestChainIsAskedAgain(t *testing.T) {
	t.Parallel()
	for _, next := range []string{"AKIAFRESH", ""} {
		synctest.Test(t, func(t *testing.T) {
			f := &fakeChain{key: "AKIASTALE", next: next}
			g := newRig(t, oneRole+"\ndefault_chain {}").fake().chained(f)
			g.sts.set(func(_ context.Context, k keys) error {
				if k.accessKeyID == "AKIASTALE" {
					return apiError("ExpiredToken")
				}
				return nil
			})
			g.run()
			synctest.Wait()
			calls := g.sts.seen()
			if next != "" && (len(calls) != 2 || calls[1].signedBy != next || calls[1].err != nil) || next == "" && len(calls) != 1 {
				t.Errorf("%q: calls %+v", next, calls)
			}
			if _, degraded := g.host.last(); next == "" && !strings.Contains(degraded, `ExpiredToken: message of ExpiredToken; renew the credentials that the source "default_chain" finds`) {
				t.Errorf("degraded = %s", degraded)
			}
		})
	}
}

// A source that needs a human is passed over and told, once and loudly; when it
// is mended it is used again.
func TestFallback(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := &fakeChain{err: errSSO}
		g := newRig(t, oneRole+`
default_chain {
  name = "sso"
}
bootstrap {}`).fake().chained(f)
		g.run()
		synctest.Wait()
		if d := g.served(); d.Code != "Internal" || !strings.Contains(d.Message, "the credential chain fails (needs a human): the SSO session has expired, or nobody has logged in; run aws sso login") {
			t.Errorf("nothing works: %+v", d)
		}
		g.post(goodBody)
		synctest.Wait()
		if d := g.served(); d.Code != "Success" || g.lastCall().signedBy != "AKIABOOTSTRAP" {
			t.Errorf("the fallback is not used: %+v", d)
		}
		if _, degraded := g.host.last(); degraded != `role app: the source "sso" is passed over: the credential chain fails (needs a human): the SSO session has expired, or nobody has logged in; run aws sso login` {
			t.Errorf("degraded = %s", degraded)
		}
		time.Sleep(6 * time.Hour)
		synctest.Wait()
		if d := g.served(); d.Code != "Success" || g.lastCall().signedBy == "AKIABOOTSTRAP" {
			t.Errorf("after hours: %+v", d)
		}
		loud := strings.Count(g.log.String(), `"@level":"error","@message":"the credential chain fails"`)
		if loud != 2 { // at the start, and when something new was posted
			t.Errorf("told loudly %d times", loud)
		}
		f.set(func(f *fakeChain) { f.key, f.err, f.changed = "AKIASSO", nil, true })
		time.Sleep(sourceTick)
		synctest.Wait()
		if _, degraded := g.host.last(); g.lastCall().signedBy != "AKIASSO" || degraded != "" {
			t.Errorf("the mended source is not used: %+v; %s", g.lastCall(), degraded)
		}
	})
}

// Sources are used in the order of their blocks unless somebody says
// otherwise, and a role may have its own.
func TestOrderOfSources(t *testing.T) {
	t.Parallel()
	const blocks = `
static {
  access_key_id     = "AKIASTATIC"
  secret_access_key = "static-secret"
}
default_chain { name = "a" }
bootstrap {}
default_chain { name = "b" }`
	for _, tt := range []struct {
		name, config, want string
	}{
		{"as they stand", oneRole + blocks, "static a bootstrap b"},
		{"as is said", oneRole + blocks + "\nsources = [\"b\", \"bootstrap\"]", "b bootstrap"},
		{"of the role", `role "app" {
			arn     = "arn:aws:iam::123456789012:role/app"
			sources = ["a"]
		}` + blocks + "\nsources = [\"b\", \"bootstrap\"]", "a"},
		{"none", oneRole, "bootstrap"},
	} {
		g := newRig(t, tt.config)
		var got []string
		for _, s := range g.p.settings.roles[0].sources {
			got = append(got, s.name())
		}
		if strings.Join(got, " ") != tt.want {
			t.Errorf("%s: sources %v, want %s", tt.name, got, tt.want)
		}
	}
}

func TestStatic(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		g := newRig(t, oneRole+`
static {
  access_key_id     = "AKIASTATIC"
  secret_access_key = "static-secret"
  duration          = "2h"
}`).fake()
		g.run()
		synctest.Wait()
		d := g.served0()
		if d.Code != "Success" || d.AccessKeyId != "AKIASTATIC" || d.SecretAccessKey != "static-secret" || d.Token != "" {
			t.Errorf("served %+v", d)
		}
		first, _ := time.Parse(time.RFC3339, d.Expiration)
		if first.Sub(g.clock.now()) != 2*time.Hour {
			t.Errorf("expires at %s", d.Expiration)
		}
		time.Sleep(100 * time.Minute)
		synctest.Wait()
		again, _ := time.Parse(time.RFC3339, g.served0().Expiration)
		if !again.After(first) || len(g.sts.seen()) != 0 {
			t.Errorf("expires at %s; %d calls", again, len(g.sts.seen()))
		}
		if _, degraded := g.host.last(); degraded != "" || strings.Contains(g.log.String(), "static-secret") {
			t.Errorf("degraded %s, or the log shows the secret", degraded)
		}
	})
}

// served0 is the document without a check of its token.
func (g *rig) served0() served {
	leaf, _ := g.leaf(documentOf("app"))
	return decodeDocument(g.t, leaf)
}

func TestStaticFile(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	file := filepath.Join(dir, "keys.json")
	write := func(text string) {
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	synctest.Test(t, func(t *testing.T) {
		g := newRig(t, oneRole+fmt.Sprintf("\nstatic { file = %q }", file)).fake()
		g.run()
		for _, tt := range []struct{ name, text, want string }{
			{"none", "", file + " cannot be read: no such file or directory; put valid credentials into " + file},
			{"not JSON", `SECRET`, file + " is not a JSON object with AccessKeyId, SecretAccessKey and SessionToken"},
			{"half", `{"AccessKeyId":"SECRET"}`, file + ": There is no secret access key."},
			{"bad", `{"AccessKeyId":"A","SecretAccessKey":"SECRET x"}`, "has a character that credentials do not have"},
			{"ended", `{"AccessKeyId":"A","SecretAccessKey":"SECRET","Expiration":"1999-01-01T00:00:00Z"}`, "have expired at 1999-01-01T00:00:00Z"},
		} {
			if tt.text != "" {
				write(tt.text)
			}
			_, _ = g.act("refresh", "")
			time.Sleep(6 * time.Second)
			synctest.Wait()
			if _, degraded := g.host.last(); !strings.Contains(degraded, tt.want) || strings.Contains(degraded+g.log.String(), "SECRET") {
				t.Errorf("%s: degraded = %s", tt.name, degraded)
			}
		}
		end := g.clock.now().Add(20 * time.Minute)
		write(`{"Version":1,"AccessKeyId":"ASIAFILE","SecretAccessKey":"SECRET","SessionToken":"TOKEN","Expiration":"` + end.UTC().Format(time.RFC3339) + `"}`)
		time.Sleep(time.Minute)
		synctest.Wait()
		if d := g.served(); d.AccessKeyId != "ASIAFILE" || d.Token != "TOKEN" || d.Expiration != stamp(end) {
			t.Errorf("served %+v, want until %s", d, end)
		}
	})
}

func TestWebIdentity(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	link := filepath.Join(dir, "token")
	put := func(name, text string) { // as Kubernetes does
		file := filepath.Join(dir, name)
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		_ = os.Remove(link)
		if err := os.Symlink(file, link); err != nil {
			t.Fatal(err)
		}
	}
	synctest.Test(t, func(t *testing.T) {
		g := newRig(t, oneRole+fmt.Sprintf("\nweb_identity { token_file = %q }", link)).fake()
		g.run()
		synctest.Wait()
		for _, tt := range []struct{ name, token, want string }{
			{"none", "", link + " cannot be read: no such file or directory; put a token into " + link},
			{"empty", "\n", link + " holds no token"},
			{"long", strings.Repeat("SECRET", 5000), link + " has more than the 20000 characters that STS takes"},
			{"no token", "SECRET SECRET", link + " holds something that is no token"},
		} {
			if tt.token != "" {
				put("bad", tt.token)
			}
			_, _ = g.act("refresh", "")
			time.Sleep(6 * time.Second)
			synctest.Wait()
			if _, degraded := g.host.last(); !strings.Contains(degraded, "the web identity token cannot be had (needs a human): "+tt.want) || strings.Contains(degraded+g.log.String(), "SECRET") {
				t.Errorf("%s: degraded = %s", tt.name, degraded)
			}
		}
		put("first", "ey.first.jwt\n")
		time.Sleep(time.Minute)
		synctest.Wait()
		if c := g.lastCall(); c.signedBy != "web ey.first.jwt" || g.served().Code != "Success" {
			t.Errorf("call %+v", c)
		}
		put("second", "ey.second.jwt")
		time.Sleep(31 * time.Minute)
		synctest.Wait()
		if c := g.lastCall(); c.signedBy != "web ey.second.jwt" || strings.Contains(g.log.String(), ".jwt") {
			t.Errorf("the token is not read anew, or logged: %+v", c)
		}
	})
}

// What a pipe or a device would do must not hold the worker up.
func TestTokenFileIsARegularOne(t *testing.T) {
	t.Parallel()
	for _, path := range []string{t.TempDir(), "/dev/null"} {
		_, f := (&webIdentitySource{file: path}).read()
		if f == nil || !strings.Contains(f.reason, path+" is not a regular file") {
			t.Errorf("%s: %+v", path, f)
		}
	}
}

// Hops are assumed one after the other, the first one with the source, and each
// further one for an hour at most; the role's own session needs no hop.
func TestHops(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		g := newRig(t, `
role "app" {
  arn         = "arn:aws:iam::123456789012:role/app"
  external_id = "for-app"
  hop {
    arn          = "arn:aws:iam::111111111111:role/hub"
    session_name = "me"
    duration     = "2h"
  }
  hop {
    arn         = "arn:aws:iam::222222222222:role/spoke"
    external_id = "for-spoke"
    tags        = { Team = "blue" }
  }
}`).fake()
		g.run()
		g.post(goodBody)
		synctest.Wait()
		time.Sleep(35 * time.Minute)
		synctest.Wait()
		var got []string
		for _, c := range g.sts.seen() {
			got = append(got, fmt.Sprintf("%s %s %s %s %v %s", c.signedBy, c.role, c.session, c.request.externalID, c.request.tags, c.asked))
		}
		want := []string{
			"AKIABOOTSTRAP arn:aws:iam::111111111111:role/hub me  [] 2h0m0s",
			"ASIA1 arn:aws:iam::222222222222:role/spoke mockmd for-spoke [{Team blue}] 1h0m0s",
			"ASIA2 arn:aws:iam::123456789012:role/app mockmd for-app [] 1h0m0s",
			"ASIA3 arn:aws:iam::123456789012:role/app mockmd for-app [] 1h0m0s",
		}
		if strings.Join(got, "\n") != strings.Join(want, "\n") {
			t.Errorf("calls:\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
		}
		g.sts.set(func(_ context.Context, k keys) error {
			if k.accessKeyID != "AKIABOOTSTRAP" {
				return apiError("AccessDenied")
			}
			return nil
		})
		_, _ = g.act("refresh", "")
		time.Sleep(time.Minute)
		synctest.Wait()
		if _, degraded := g.host.last(); !strings.Contains(degraded, "step 2 of 3, arn:aws:iam::222222222222:role/spoke: AccessDenied: message of AccessDenied; the trust policy of arn:aws:iam::222222222222:role/spoke must allow") {
			t.Errorf("degraded = %s", degraded)
		}
	})
}
