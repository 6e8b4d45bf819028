package sdktest_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/mockmd/mockmd/sdk"
	"github.com/mockmd/mockmd/sdk/sdktest"
)

// plain is a plugin that accepts an empty config block and serves one value.
func plain() sdk.Plugin { return sdk.Static{"meta-data/plain": "yes"} }

// running is a plugin that runs and serves.
func running(t testing.TB) *sdktest.Plugin {
	p := sdktest.Start(t, plain())
	sdktest.Expect(t, p.Configure(""))
	p.Run()
	return p
}

// leaky leaves a goroutine behind until it is told to end.
type leaky struct {
	sdk.Static
	end chan struct{}
}

func (l leaky) Run(ctx context.Context, _ sdk.Host) error {
	go func() { <-l.end }()
	<-ctx.Done()
	return nil
}

// stubborn does not return from Run before it is told to.
type stubborn leaky

func (s stubborn) Run(context.Context, sdk.Host) error {
	<-s.end
	return nil
}

// failing stops by itself.
type failing struct{ sdk.Static }

func (failing) Run(context.Context, sdk.Host) error { return errors.New("no fuel") }

// TestHelpersFail: each helper reports what it is there to find. Virtual time
// makes those that wait give up at once.
func TestHelpersFail(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		use  func(t testing.TB)
		want string // empty: nothing fails
	}{
		"nothing is wrong": {func(t testing.TB) {
			p := running(t)
			p.Tree()
			sdktest.Expect(t, sdktest.Start(t, plain()).Configure("a = 1"), `1: An argument named "a" is not expected here.`)
		}, ""},
		"expected diagnostic is missing": {func(t testing.TB) {
			sdktest.Expect(t, sdktest.Start(t, plain()).Configure(""), "1: Unsupported argument")
		}, `no diagnostic "1: Unsupported argument" among 0`},
		"diagnostic on another line": {func(t testing.TB) {
			sdktest.Expect(t, sdktest.Start(t, plain()).Configure("\na = 1"), "1: Unsupported argument")
		}, `no diagnostic "1: Unsupported argument" among 1:
  2: Unsupported argument; An argument named "a" is not expected here.
unexpected diagnostic: 2: Unsupported argument`},
		"diagnostic too few": {func(t testing.TB) {
			sdktest.Expect(t, sdktest.Start(t, plain()).Configure("a = 1"), "1: Unsupported", "1: Unsupported")
		}, `no diagnostic "1: Unsupported" among 1`},
		"unexpected diagnostic": {func(t testing.TB) {
			sdktest.Expect(t, sdktest.Start(t, plain()).Configure("a = 1"))
		}, `unexpected diagnostic: 1: Unsupported argument`},
		"configuration that is no HCL": {func(t testing.TB) {
			_ = sdktest.Start(t, plain()).Configure("a =")
		}, "parse config: config.hcl:1,4-4: Missing expression"},
		"configuration with a variable": {func(t testing.TB) {
			_ = sdktest.Start(t, plain()).Configure("a = b")
		}, "evaluate config: config.hcl:1,5-6: Variables not allowed"},
		"run before configure": {func(t testing.TB) {
			sdktest.Start(t, plain()).Run()
		}, "the plugin has not been configured: call Configure before Run"},
		"tree before run": {func(t testing.TB) {
			p := sdktest.Start(t, plain())
			_ = p.Configure("")
			p.Tree()
		}, "the plugin has not been run: call Run first"},
		"crash before run": {func(t testing.TB) {
			sdktest.Start(t, plain()).Crash(plain())
		}, "the plugin has not been run: call Run before Crash"},
		"crash into another plugin": {func(t testing.TB) {
			p := sdktest.Start(t, &hours{})
			_ = p.Configure("")
			p.Run()
			p.Crash(refusing{})
		}, "the next process refuses the configuration: config.hcl:1,1-1: Invalid configuration; not again"},
		"tree that does not come": {func(t testing.TB) {
			running(t).WaitTree("a moon", func(tree sdk.Tree) bool { return tree["moon"] != nil })
		}, `waited 20s for a moon; the plugin's state: ready true, degraded "", valid until 0001-01-01 00:00:00 +0000 UTC, trees: instance "" has ["meta-data/plain"]`},
		"tree of another instance": {func(t testing.TB) {
			running(t).TreeOf("web")
		}, "waited 20s for a tree"},
		"status that does not come": {func(t testing.TB) {
			running(t).WaitStatus("illness", func(degraded string, _ time.Time) bool { return degraded != "" })
		}, "waited 20s for illness"},
		"checkpoint that does not come": {func(t testing.TB) {
			running(t).WaitCheckpoint()
		}, "waited 20s for a checkpoint"},
		"plugin that stops by itself": {func(t testing.TB) {
			p := sdktest.Start(t, failing{sdk.Static{"a": "b"}})
			_ = p.Configure("")
			p.Run()
			p.WaitTree("a moon", func(sdk.Tree) bool { return false })
		}, "the plugin's run ended: rpc error: code = Unknown desc = run plugin: no fuel"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				said := sdktest.Try(c.use)
				if !strings.Contains(said, c.want) || (c.want == "" && said != "") {
					t.Errorf("said %q, want %q", said, c.want)
				}
			})
		})
	}
}

// refusing accepts no configuration.
type refusing struct{ sdk.Static }

func (refusing) Configure(context.Context, *sdk.Config) error { return errors.New("not again") }

// TestLeaks: a goroutine that outlives its plugin fails the test; one of
// another plugin, and one that ends with its plugin, does not.
func TestLeaks(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		plugin func(end chan struct{}) sdk.Plugin
		leaks  bool
	}{
		"forgotten goroutine": {func(end chan struct{}) sdk.Plugin { return leaky{sdk.Static{"a": "b"}, end} }, true},
		"run does not return": {func(end chan struct{}) sdk.Plugin { return stubborn{sdk.Static{"a": "b"}, end} }, true},
		"all end":             {func(chan struct{}) sdk.Plugin { return &hours{} }, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				end := make(chan struct{})
				start := func(t testing.TB, p sdk.Plugin) {
					started := sdktest.Start(t, p)
					sdktest.Expect(t, started.Configure(""))
					started.Run()
				}
				start(t, leaky{sdk.Static{"a": "b"}, end}) // another plugin, which lives on
				said := sdktest.Try(func(t testing.TB) { start(t, c.plugin(end)) })
				if got := strings.HasPrefix(said, "the plugin has ended and left goroutines behind:\n"); got != c.leaks || !got && said != "" {
					t.Errorf("said %q", said)
				}
				if c.leaks && !strings.Contains(said, "sdktest_test.") {
					t.Errorf("the stack is not told: %q", said)
				}
				close(end)
			})
		})
	}
}
