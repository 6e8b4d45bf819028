package iam

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/smithy-go"
	"github.com/hashicorp/go-hclog"
	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"

	"github.com/mockmd/mockmd/sdk"
	"github.com/mockmd/mockmd/sdk/sdktest"
)

const (
	oneRole  = `role "app" { arn = "arn:aws:iam::123456789012:role/app" }`
	goodBody = `{"AccessKeyId":"AKIABOOTSTRAP","SecretAccessKey":"bootstrap-secret"}`
)

// fakeHost remembers what the plugin said.
type fakeHost struct {
	mu         sync.Mutex
	checkpoint []byte
	degraded   string
	news       chan struct{} // closed and replaced when anything is said
}

// say records something and wakes who waits. The lock is held.
func (h *fakeHost) say() {
	if h.news != nil {
		close(h.news)
		h.news = nil
	}
}

// wait returns when ok, which is asked again after each thing the plugin says,
// in its log too.
func (h *fakeHost) wait(t *testing.T, what string, ok func() bool) {
	t.Helper()
	for {
		h.mu.Lock()
		if h.news == nil {
			h.news = make(chan struct{})
		}
		news := h.news
		h.mu.Unlock()
		if ok() {
			return
		}
		select {
		case <-news:
		case <-t.Context().Done():
			t.Fatalf("%s: the test ended first", what)
		}
	}
}

func (h *fakeHost) Changed(...string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.say()
}

func (h *fakeHost) Checkpoint(data []byte) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	if len(data) > sdk.MaxCheckpoint {
		return fmt.Errorf("checkpoint has %d bytes", len(data))
	}
	h.checkpoint = bytes.Clone(data)
	return nil
}

func (h *fakeHost) Degraded(message string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.degraded = message
	h.say()
}

func (h *fakeHost) last() (checkpoint []byte, degraded string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	return bytes.Clone(h.checkpoint), h.degraded
}

// call is one AssumeRole that the fake STS saw.
type call struct {
	at       time.Time
	signedBy string
	asked    time.Duration
	role     string
	session  string // its name
	request  assumeRequest
	err      error
	issued   string
}

// fakeSTS grants sessions unless a test says otherwise.
type fakeSTS struct {
	now      func() time.Time
	lifetime time.Duration // 0: what is asked for
	refuse   func(ctx context.Context, k keys) error

	hear func(time.Time)

	mu       sync.Mutex
	calls    []call
	inFlight int
	most     int
}

func (f *fakeSTS) close() {}

func (f *fakeSTS) assume(ctx context.Context, k keys, q assumeRequest) (assumed, error) {
	return f.grant(ctx, k, q)
}

func (f *fakeSTS) assumeWeb(ctx context.Context, token secret, q assumeRequest) (assumed, error) {
	return f.grant(ctx, keys{accessKeyID: "web " + token.reveal()}, q)
}

func (f *fakeSTS) grant(ctx context.Context, k keys, q assumeRequest) (assumed, error) {
	f.mu.Lock()
	f.inFlight++
	f.most = max(f.most, f.inFlight)
	refuse := f.refuse
	f.mu.Unlock()
	var err error
	if refuse != nil {
		err = refuse(ctx, k)
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.inFlight--
	c := call{at: f.now(), signedBy: k.accessKeyID, asked: q.duration, role: q.roleARN, session: q.sessionName, request: q, err: err}
	if err != nil {
		f.calls = append(f.calls, c)
		return assumed{}, err
	}
	life := q.duration
	if f.lifetime > 0 {
		life = f.lifetime
	}
	c.issued = fmt.Sprintf("ASIA%d", len(f.calls)+1)
	f.calls = append(f.calls, c)
	return assumed{
		keys:    keys{accessKeyID: c.issued, secret: newSecret("secret-of-" + c.issued), token: newSecret("token-of-" + c.issued)},
		expires: f.now().Add(life).Truncate(time.Second),
		arn:     "arn:aws:sts::123456789012:assumed-role/app/mockmd",
	}, nil
}

func (f *fakeSTS) seen() []call {
	f.mu.Lock()
	defer f.mu.Unlock()
	return append([]call(nil), f.calls...)
}

func (f *fakeSTS) set(refuse func(ctx context.Context, k keys) error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.refuse = refuse
}

func apiError(code string) error {
	return &smithy.GenericAPIError{Code: code, Message: "message of " + code}
}

// testClock is a wall clock that can be put forward and back, and a machine
// that can sleep.
type testClock struct {
	mu     sync.Mutex
	began  time.Time
	offset time.Duration
	slept  time.Duration
}

func newTestClock() *testClock { return &testClock{began: time.Now()} }

func (c *testClock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return wallClock().Add(c.offset + c.slept)
}

// elapsed goes on while the machine sleeps and cannot be set.
func (c *testClock) elapsed() time.Duration {
	c.mu.Lock()
	defer c.mu.Unlock()
	return time.Since(c.began) + c.slept
}

// jump sets the wall clock.
func (c *testClock) jump(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.offset += d
}

// sleep lets the machine sleep: no timer runs meanwhile.
func (c *testClock) sleep(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.slept += d
}

// rig is a plugin with a fake core and, unless configured otherwise, a fake
// STS.
type rig struct {
	t     *testing.T
	p     *plugin
	host  *fakeHost
	sts   *fakeSTS
	clock *testClock
	log   *logBuffer
	level hclog.Level // of the log; the zero one is all
	in    *sdk.Instance
	stop  func()
}

type logBuffer struct {
	mu   sync.Mutex
	b    bytes.Buffer
	told func(...string) // is called after each line; nil: nobody waits for one
}

func (l *logBuffer) Write(p []byte) (int, error) {
	if l.told != nil {
		defer l.told()
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *logBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

func newRig(t *testing.T, config string) *rig {
	t.Helper()
	host := &fakeHost{}
	g := &rig{t: t, host: host, clock: newTestClock(), log: &logBuffer{told: host.Changed}, in: sdktest.Instance(), stop: func() {}}
	if strings.Contains(config, `role "app"`) {
		g.in.IAMInstanceProfile = "app"
	}
	g.sts = &fakeSTS{now: g.clock.now}
	g.p = newPlugin(&clock{wall: g.clock.now, elapsed: g.clock.elapsed, boot: "this one"}, locked(rand.New(rand.NewPCG(1, 2)).Float64))
	err := g.p.Configure(t.Context(), g.config(config))
	if diags, ok := errors.AsType[hcl.Diagnostics](err); err != nil && (!ok || diags.HasErrors()) {
		t.Fatalf("configure: %v", err)
	}
	return g
}

// locked makes a source of randomness safe for several workers.
func locked(random func() float64) func() float64 {
	var mu sync.Mutex
	return func() float64 {
		mu.Lock()
		defer mu.Unlock()
		return random()
	}
}

func (g *rig) config(text string) *sdk.Config {
	g.t.Helper()
	f, diags := hclsyntax.ParseConfig([]byte(text), "config.hcl", hcl.InitialPos)
	if diags.HasErrors() {
		g.t.Fatal(diags)
	}
	return &sdk.Config{
		Name: "iam", Body: f.Body.(*hclsyntax.Body), Instances: []*sdk.Instance{g.in},
		Log: hclog.New(&hclog.LoggerOptions{Level: max(hclog.Trace, g.level), Output: g.log, JSONFormat: true}),
	}
}

// fake puts the fake STS in place of a real one.
func (g *rig) fake() *rig {
	g.p.connect = func(_ target, hear func(time.Time)) assumer {
		g.sts.hear = hear
		return g.sts
	}
	return g
}

// run starts the plugin until the test, or stop, ends it.
func (g *rig) run() {
	g.t.Helper()
	ctx, cancel := context.WithCancel(context.WithoutCancel(g.t.Context()))
	done := make(chan error, 1)
	go func() { done <- g.p.Run(ctx, g.host) }()
	var once sync.Once
	g.stop = func() {
		once.Do(func() {
			cancel()
			if err := <-done; err != nil {
				g.t.Errorf("run: %v", err)
			}
		})
	}
	g.t.Cleanup(g.stop)
}

func (g *rig) post(body string) {
	g.t.Helper()
	if out, err := g.act("bootstrap/creds", body); err != nil || out != nil {
		g.t.Fatalf("bootstrap: %q, %v", out, err)
	}
}

// act carries out an action.
func (g *rig) act(name, body string) ([]byte, error) {
	g.t.Helper()
	for _, a := range g.p.Actions() {
		if a.Name == name {
			return a.Do(g.t.Context(), []byte(body))
		}
	}
	g.t.Fatalf("no action %s", name)
	return nil, nil
}

// served is the role's document as the core would serve it now.
type served struct {
	Code, Message, LastUpdated, Type, AccessKeyId, SecretAccessKey, Token, Expiration string //nolint:revive // the names of the document
}

func (g *rig) served() served {
	g.t.Helper()
	tree, err := g.p.Tree(g.t.Context(), g.in)
	if err != nil {
		g.t.Fatal(err)
	}
	leaf, ok := tree["meta-data/iam/security-credentials/app"].(sdk.Leaf)
	if !ok {
		g.t.Fatal("the role is not listed")
	}
	return g.decode(leaf)
}

// leaf is what the plugin publishes at a path, and false when that is nothing.
func (g *rig) leaf(path string) (sdk.Leaf, bool) {
	g.t.Helper()
	tree, err := g.p.Tree(g.t.Context(), g.in)
	if err != nil {
		g.t.Fatal(err)
	}
	leaf, ok := tree[path].(sdk.Leaf)
	return leaf, ok
}

func decodeDocument(t *testing.T, leaf sdk.Leaf) served {
	t.Helper()
	var d served
	if err := json.Unmarshal(leaf.Body, &d); err != nil {
		t.Fatal(err)
	}
	return d
}

func (g *rig) decode(leaf sdk.Leaf) served {
	g.t.Helper()
	d := decodeDocument(g.t, leaf)
	complete := d.AccessKeyId != "" && d.SecretAccessKey != "" && d.Token != "" && d.Expiration != ""
	none := d.AccessKeyId+d.SecretAccessKey+d.Token+d.Expiration == ""
	switch {
	case d.Code == "Success" && (!complete || d.Message != ""), d.Code != "Success" && (!none || d.Message == ""):
		g.t.Errorf("torn document: %s", leaf.Body)
	case d.Code == "Success" && (!leaf.NotAfter.After(g.clock.now()) || leaf.Successor == nil || stamp(leaf.NotAfter) != d.Expiration):
		g.t.Errorf("document without an end: not after %s, now %s", leaf.NotAfter, g.clock.now())
	case stamp(leaf.LastModified) != d.LastUpdated:
		g.t.Errorf("last modified %s, last updated %s", stamp(leaf.LastModified), d.LastUpdated)
	}
	return d
}

// grant is the only grant of a role.
func (g *rig) grant(name string) *grantState {
	g.t.Helper()
	for _, st := range g.p.state.sorted() {
		if st.name == name {
			return st
		}
	}
	g.t.Fatalf("nothing is granted of the role %q", name)
	return nil
}

// steadyClock is this machine's own.
func steadyClock() *clock { return &clock{wall: wallClock} }

// testRole is a role of which nothing varies.
func testRole(name, arn string) *role {
	return &role{
		name: name, account: "123456789012", partition: "aws", sources: []source{&bootstrapSource{label: kindBootstrap}},
		steps: []*step{{arn: fixed(arn), sessionName: fixed(defaultSessionName), duration: defaultDuration}},
	}
}

// granted is the grant of such a role.
func granted(name, arn string) *grant {
	g, err := testRole(name, arn).grant(nil)
	if err != nil {
		panic(err) // it has nothing that could fail
	}
	return g
}
