package sdk_test

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"sync"
	"testing"
	"time"

	"github.com/hashicorp/hcl/v2"

	"github.com/mockmd/mockmd/sdk"
	"github.com/mockmd/mockmd/sdk/sdktest"
)

// rack is a plugin that uses everything that the SDK offers.
type rack struct {
	config struct {
		Row      int       `hcl:"row"`
		RowRange hcl.Range `hcl:"row,attr_value_range"`
		Shelves  []shelf   `hcl:"shelf,block"`
	}
	fail error // what Configure returns instead of diagnostics

	mu       sync.Mutex
	power    string
	until    time.Time
	treeErr  error
	restored string
	host     sdk.Host
}

type shelf struct {
	Name   string `hcl:"name,label"`
	Height int    `hcl:"height"`
}

var (
	_ sdk.Configurer = (*rack)(nil)
	_ sdk.Runner     = (*rack)(nil)
	_ sdk.Restorer   = (*rack)(nil)
	_ sdk.Expirer    = (*rack)(nil)
	_ sdk.Actor      = (*rack)(nil)
	_ sdk.Mounter    = (*rack)(nil)
	_ sdk.Versioner  = (*rack)(nil)
)

func (r *rack) Version() string  { return "1.2.3" }
func (r *rack) Mounts() []string { return []string{"meta-data/rack"} }

func (r *rack) Configure(_ context.Context, c *sdk.Config) error {
	if r.fail != nil {
		return r.fail
	}
	r.host = c.Host
	diags := c.Decode(&r.config)
	if !diags.HasErrors() && r.config.Row > 40 {
		diags = append(diags, &hcl.Diagnostic{Severity: hcl.DiagError, Summary: "No such row", Detail: "There are 40 rows.", Subject: &r.config.RowRange})
	}
	return diags
}

func (r *rack) Restore(_ context.Context, checkpoint []byte) error {
	r.restored = string(checkpoint)
	if r.restored == "broken" {
		return errors.New("not mine")
	}
	return nil
}

func (r *rack) Run(ctx context.Context, h sdk.Host) error {
	h.Changed() // the same host as that of the configuration
	<-ctx.Done()
	return nil
}

func (r *rack) Tree(_ context.Context, in *sdk.Instance) (sdk.Tree, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.treeErr != nil {
		return nil, r.treeErr
	}
	return sdk.Tree{
		"meta-data/rack/row":      sdk.Text(fmt.Sprint(r.config.Row)),
		"meta-data/rack/of":       sdk.Text(in.ID),
		"meta-data/rack/power":    sdk.Text(r.power),
		"meta-data/rack/restored": sdk.Text(r.restored),
		"meta-data/rack/0":        sdk.Dir{Label: "0=top", Order: []string{"z", "a"}, Since: "2020-10-27"},
		"meta-data/rack/ends": sdk.Leaf{
			Body: []byte("now"), ContentType: "application/json", Since: "2011-01-01",
			LastModified: time.Unix(1, 0).UTC(), NotAfter: time.Unix(2, 0).UTC(),
			Audit:     map[string]string{"key": "1"},
			Successor: &sdk.Leaf{Body: []byte("then"), Audit: map[string]string{}},
		},
		"meta-data/rack/asks": sdk.Live{Subtree: true, Resolve: func(_ context.Context, q *sdk.Request) (sdk.Leaf, error) {
			switch q.Path {
			case "meta-data/rack/asks/none":
				return sdk.Leaf{}, sdk.ErrNotFound
			case "meta-data/rack/asks/bad":
				return sdk.Leaf{}, errors.New("upstream is down")
			}
			return sdk.Text(q.Instance.ID + " " + q.Client.String()), nil
		}},
	}, nil
}

func (r *rack) ValidUntil() time.Time {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.until
}

func (r *rack) Actions() []sdk.Action {
	return []sdk.Action{
		{Name: "rack/power", Do: func(_ context.Context, body []byte) ([]byte, error) {
			r.mu.Lock()
			defer r.mu.Unlock()
			switch string(body) {
			case "":
				return nil, sdk.Invalid("say on or off")
			case "off":
				return nil, sdk.Conflict("somebody is using it")
			case "secret":
				return nil, errors.New("this text is for the log")
			}
			r.power = string(body)
			r.host.Changed()
			return []byte(`{"ok":true}`), r.host.Checkpoint(body)
		}},
		{Name: "rack/read", ReadOnly: true, Do: func(context.Context, []byte) ([]byte, error) { return []byte(`{}`), nil }},
	}
}

func started(t *testing.T, r *rack) *sdktest.Plugin {
	t.Helper()
	p := sdktest.Start(t, r)
	sdktest.Expect(t, p.Configure("row = 7"))
	return p
}

func text(tree sdk.Tree, path string) string {
	l, _ := tree[path].(sdk.Leaf)
	return string(l.Body)
}

func TestDescribe(t *testing.T) {
	t.Parallel()
	d := sdktest.Start(t, &rack{}).Describe()
	if want := `{sdk_test 1.2.3 [meta-data/rack] [rack/power rack/read] true []}`; fmt.Sprint(d) != want {
		t.Errorf("description %v, want %v", d, want)
	}
}

func TestConfigureReportsByLine(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		config string
		want   []string
	}{
		"good":      {"row = 3\nshelf \"a\" { height = 2 }", nil},
		"missing":   {"", []string{`1: Missing required argument; The argument "row" is required`}},
		"mistyped":  {"row = []", []string{`1: Unsuitable value type`}},
		"own check": {"\nrow = 41", []string{`2: No such row; There are 40 rows.`}},
		"all at once": {"rowe = 1\nshelf {\n  height = \"x\"\n}\nshelf \"b\" {\n}", []string{
			`1: Missing required argument`, `1: Did you mean "row"?`, `2: Missing name for shelf`, `5: The argument "height" is required`,
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			sdktest.Expect(t, sdktest.Start(t, &rack{}).Configure(c.config), c.want...)
		})
	}
}

func TestConfigurePlainError(t *testing.T) {
	t.Parallel()
	sdktest.Expect(t, sdktest.Start(t, &rack{fail: errors.New("no rack here")}).Configure(""), "1: Invalid configuration; no rack here")
}

func TestNodesCross(t *testing.T) {
	t.Parallel()
	p := started(t, &rack{})
	p.Run()
	tree := p.Tree()
	if got := text(tree, "meta-data/rack/of"); got != sdktest.Instance().ID {
		t.Errorf("facts: id %q", got)
	}
	if got, want := fmt.Sprintf("%+v", tree["meta-data/rack/0"]), "{Label:0=top Order:[z a] Since:2020-10-27}"; got != want {
		t.Errorf("directory %s, want %s", got, want)
	}
	l, _ := tree["meta-data/rack/ends"].(sdk.Leaf)
	if string(l.Body) != "now" || l.ContentType != "application/json" || l.Since != "2011-01-01" ||
		!l.LastModified.Equal(time.Unix(1, 0)) || !l.NotAfter.Equal(time.Unix(2, 0)) || string(l.Successor.Body) != "then" {
		t.Errorf("leaf %+v", l)
	}
	if next := l.Successor.Audit; len(l.Audit) != 1 || l.Audit["key"] != "1" || next == nil || len(next) != 0 {
		t.Errorf("audits %v and %v", l.Audit, next)
	}
	if row, _ := tree["meta-data/rack/row"].(sdk.Leaf); row.Audit != nil {
		t.Errorf("an audit out of nothing: %v", row.Audit)
	}
	if live, ok := tree["meta-data/rack/asks"].(sdk.Live); !ok || !live.Subtree {
		t.Errorf("live node %+v", tree["meta-data/rack/asks"])
	}
}

func TestLive(t *testing.T) {
	t.Parallel()
	p := started(t, &rack{})
	p.Run()
	p.Tree()
	l, err := p.Resolve("", "meta-data/rack/asks", "meta-data/rack/asks/x")
	if want := sdktest.Instance().ID + " 127.0.0.1"; err != nil || string(l.Body) != want {
		t.Errorf("answer %q %v, want %q", l.Body, err, want)
	}
	if _, err := p.Resolve("", "meta-data/rack/asks", "meta-data/rack/asks/none"); !errors.Is(err, sdk.ErrNotFound) {
		t.Errorf("missing path: %v", err)
	}
	for _, node := range []string{"meta-data/rack/row", "nowhere"} {
		if _, err := p.Resolve("", node, node); err == nil {
			t.Errorf("%s is no live node and answers", node)
		}
	}
	if _, err := p.Resolve("", "meta-data/rack/asks", "meta-data/rack/asks/bad"); err == nil {
		t.Error("a failing live node answers")
	}
}

func TestActions(t *testing.T) {
	t.Parallel()
	p := started(t, &rack{})
	p.Run()
	for name, c := range map[string]struct{ body, kind, message string }{
		"invalid":  {"", "KIND_INVALID", "say on or off"},
		"conflict": {"off", "KIND_CONFLICT", "somebody is using it"},
		"failure":  {"secret", "KIND_FAILED", "the action failed; the log says why"},
	} {
		_, err := p.Act("rack/power", []byte(c.body))
		var told *sdktest.ActionError
		if !errors.As(err, &told) || told.Kind != c.kind || told.Message != c.message {
			t.Errorf("%s: %+v, want %s %q", name, err, c.kind, c.message)
		}
	}
	body, err := p.Act("rack/power", []byte("on"))
	if err != nil || string(body) != `{"ok":true}` {
		t.Errorf("answer %s %v", body, err)
	}
	p.WaitTree("power on", func(tree sdk.Tree) bool { return text(tree, "meta-data/rack/power") == "on" })
	if got := string(p.WaitCheckpoint()); got != "on" {
		t.Errorf("checkpoint %q", got)
	}
	if _, err := p.Act("rack/none", nil); err == nil {
		t.Error("an action that is not there succeeds")
	}
}

func TestRestore(t *testing.T) {
	t.Parallel()
	for _, checkpoint := range []string{"mine", "broken"} {
		p := started(t, &rack{})
		p.Restore([]byte(checkpoint)) // a broken one is logged, not fatal
		if got := text(p.Tree(), "meta-data/rack/restored"); got != checkpoint {
			t.Errorf("restored %q, want %q", got, checkpoint)
		}
	}
}

func TestStatusGoesWithTheTree(t *testing.T) {
	t.Parallel()
	r := &rack{until: time.Unix(1e9, 0)}
	p := started(t, r)
	p.Run()
	if degraded, until := p.Status(); degraded != "" || !until.Equal(r.until) {
		t.Errorf("status when ready: %q %v", degraded, until)
	}
	r.mu.Lock()
	r.treeErr, r.until = errors.New("fan broken"), time.Time{}
	r.mu.Unlock()
	r.host.Changed()
	p.WaitStatus("a failed tree", func(degraded string, until time.Time) bool {
		return degraded == "no new tree: fan broken" && until.IsZero()
	})
	r.mu.Lock()
	r.treeErr = nil
	r.mu.Unlock()
	r.host.Changed()
	p.WaitStatus("the mended tree", func(degraded string, _ time.Time) bool { return degraded == "" })
	r.host.Degraded("it smells")
	p.WaitStatus("the plugin's word", func(degraded string, _ time.Time) bool { return degraded == "it smells" })
}

// odd publishes text that no message can carry.
type odd struct{ tree sdk.Tree }

func (o odd) Tree(context.Context, *sdk.Instance) (sdk.Tree, error) { return o.tree, nil }

func (o odd) Run(ctx context.Context, h sdk.Host) error {
	<-ctx.Done()
	return nil
}

func TestTextMustBeUTF8(t *testing.T) {
	t.Parallel()
	for want, tree := range map[string]sdk.Tree{
		`no new tree: the path of node "a\xff" is not UTF-8: "a\xff"`:        {"a\xff": sdk.Text("")},
		`no new tree: the Label of node "a" is not UTF-8: "\xff"`:            {"a": sdk.Dir{Label: "\xff"}},
		`no new tree: the Order of node "a" is not UTF-8: "b \xff"`:          {"a": sdk.Dir{Order: []string{"b", "\xff"}}},
		`no new tree: the ContentType of node "a" is not UTF-8: "text/\xff"`: {"a": sdk.Leaf{Successor: &sdk.Leaf{ContentType: "text/\xff"}}},
		`no new tree: the Audit field "b" of node "a" is not UTF-8`:          {"a": sdk.Leaf{Successor: &sdk.Leaf{Audit: map[string]string{"b": "\xff"}}}},
		`no new tree: the Audit field "\xff" of node "a" is not UTF-8`:       {"a": sdk.Leaf{Audit: map[string]string{"\xff": "b"}}},
	} {
		p := sdktest.Start(t, odd{tree})
		sdktest.Expect(t, p.Configure(""))
		p.Run()
		if got, _ := p.Status(); got != want {
			t.Errorf("status %q, want %q", got, want)
		}
	}
	r := &rack{}
	p := started(t, r)
	p.Run()
	r.host.Degraded("upstream says \xff")
	p.WaitStatus("the mended text", func(degraded string, _ time.Time) bool { return degraded == "upstream says ?" })
}

func TestCheckpointHasALimit(t *testing.T) {
	t.Parallel()
	r := &rack{}
	p := started(t, r)
	p.Run()
	err := r.host.Checkpoint(make([]byte, sdk.MaxCheckpoint+1))
	if want := "checkpoint has 65537 bytes, at most 65536 are kept"; err == nil || err.Error() != want {
		t.Errorf("error %v, want %q", err, want)
	}
}

// huge serves more than a message may have, once it is told to.
type huge struct{ size chan int }

func (h huge) Tree(context.Context, *sdk.Instance) (sdk.Tree, error) {
	return sdk.Tree{"huge": sdk.Leaf{Body: make([]byte, <-h.size)}}, nil
}

func (h huge) Run(ctx context.Context, host sdk.Host) error {
	host.Changed() // a second round
	<-ctx.Done()
	return nil
}

func TestTreeHasALimit(t *testing.T) {
	t.Parallel()
	h := huge{size: make(chan int, 2)}
	h.size <- 1
	h.size <- 16 << 20
	p := sdktest.Start(t, h)
	sdktest.Expect(t, p.Configure(""))
	p.Run()
	p.WaitStatus("the refusal", func(degraded string, _ time.Time) bool {
		return regexp.MustCompile(`^no new tree: the tree of 1 nodes has 167772\d\d bytes, at most 16777152 are taken$`).MatchString(degraded)
	})
	if leaf, _ := p.Tree()["huge"].(sdk.Leaf); len(leaf.Body) != 1 {
		t.Errorf("the last tree was not kept: %d bytes", len(leaf.Body))
	}
}

func TestOneRunPerProcess(t *testing.T) {
	t.Parallel()
	p := started(t, &rack{})
	p.Run()
	if err := p.RunAgain(); err == nil || !errors.Is(err, sdktest.ErrRefused) {
		t.Errorf("a second run: %v", err)
	}
}
