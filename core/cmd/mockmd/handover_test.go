package main

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/mockmd/mockmd/plugins/iam/stssim"
)

// TestReloadHandsTheCheckpointOver: the iam plugin with another session name is
// another process, which needs no second bootstrap; and credentials are served
// all the time.
func TestReloadHandsTheCheckpointOver(t *testing.T) {
	t.Parallel()
	s := newSTS(t, time.Hour)
	config := withSTS(s.url)
	d := start(t, config)
	d.bootstrap()
	good := d.waitRole("good", func(doc document) bool { return doc.Code == "Success" })
	before := d.running()
	r := d.readGood(2, nil)

	told := d.taken(strings.Replace(config, `external_id = "e2e"`, `external_id = "e2e"
      session_name = "renamed"`, 1))
	if !slices.Equal(told.Replaced, []string{"iam"}) {
		t.Errorf("%+v", told)
	}
	// The swap waits for valid credentials, since valid ones were served.
	if doc := d.role(); doc.AccessKeyID == good.AccessKeyID || doc.Code != "Success" {
		t.Errorf("after the reload %s %s is served, before it was %s", doc.Code, doc.AccessKeyID, good.AccessKeyID)
	}
	calls := granted(s.wait("", func([]stssim.Call) bool { return true }))
	if len(calls) != 2 || calls[1].SessionName != "renamed" || calls[1].AccessKeyID != bootstrapKey {
		t.Errorf("calls of STS: %+v", calls)
	}

	// Only a timeout differs: the same session goes on in another process.
	now := d.role()
	d.taken(strings.Replace(config, `plugin "iam" {`, "plugin \"iam\" {\n  timeouts { stop = \"3s\" }", 1))
	d.taken(strings.Replace(config, `plugin "iam" {`, "plugin \"iam\" {\n  timeouts { stop = \"4s\" }", 1))
	if doc := d.role(); doc.Code != "Success" || doc.AccessKeyID == now.AccessKeyID {
		t.Errorf("back under the first name %s %s is served", doc.Code, doc.AccessKeyID)
	}
	if n := len(granted(s.wait("", func([]stssim.Call) bool { return true }))); n != 3 {
		t.Errorf("%d sessions, want one for each name that was taken up", n)
	}
	after := d.running()
	if after["iam"] == before["iam"] || after["identity"] != before["identity"] || after["placement"] != before["placement"] {
		t.Errorf("processes before %v, after %v", before, after)
	}
	gone(t, map[string]int{"iam": before["iam"]})
	t.Logf("%d reads, all of good credentials, over three processes", r.stop())
}

// TestReloadKeepsCheckpointsFromStrangers: another program under the same label
// gets nothing of what the built-in one has kept.
func TestReloadKeepsCheckpointsFromStrangers(t *testing.T) {
	t.Parallel()
	program := build(t, restorer)
	s := newSTS(t, time.Hour)
	config := withSTS(s.url)
	d := start(t, config)
	d.bootstrap()
	d.waitRole("good", func(doc document) bool { return doc.Code == "Success" })

	stranger := func(name string) string {
		head, _, _ := strings.Cut(config, `plugin "iam"`)
		return head + fmt.Sprintf("plugin \"iam\" {\n  command = [%q]\n  config { name = %q }\n}\n", program, name)
	}
	d.taken(stranger("one"))
	if _, got := get(t, d.metadata+"/latest/meta-data/restored"); got != "" {
		t.Errorf("a stranger was given the checkpoint %q", got)
	}
	d.taken(stranger("two")) // the same program: it gets its own
	if _, got := get(t, d.metadata+"/latest/meta-data/restored"); got != "of one" {
		t.Errorf("the stranger's second process was given %q", got)
	}
	d.taken(config)
	if doc := d.role(); doc.Code == "Success" {
		t.Error("the iam plugin got credentials back through a stranger")
	}
	if status, _ := get(t, d.metadata+"/latest/meta-data/restored"); status != http.StatusNotFound {
		t.Errorf("what the stranger served is still there: %d", status)
	}
}

// restorer keeps a checkpoint that names its configuration, and shows what it
// was restored from.
const restorer = `package main

import (
	"context"

	"github.com/mockmd/mockmd/sdk"
)

type plugin struct{ name, restored string }

func (*plugin) Mounts() []string { return []string{"meta-data/restored"} }

func (p *plugin) Configure(_ context.Context, c *sdk.Config) error {
	var v struct {
		Name string ` + "`hcl:\"name\"`" + `
	}
	err := c.Decode(&v)
	p.name = v.Name
	return err
}

func (p *plugin) Restore(_ context.Context, checkpoint []byte) error {
	p.restored = string(checkpoint)
	return nil
}

func (p *plugin) Run(ctx context.Context, h sdk.Host) error {
	<-ctx.Done()
	return h.Checkpoint([]byte("of " + p.name)) // its last words
}

func (p *plugin) Tree(context.Context, *sdk.Instance) (sdk.Tree, error) {
	return sdk.Tree{"meta-data/restored": sdk.Text(p.restored)}, nil
}

func main() { sdk.Serve(&plugin{}) }
`

// TestReloadBySIGHUP: the signal reloads, and what it finds wrong is told by
// the log, /readyz and /plugins until a reload succeeds.
func TestReloadBySIGHUP(t *testing.T) {
	t.Parallel()
	d := start(t, preamble+"plugin \"placement\" {}\n")
	d.waitReady()
	pids := d.running()
	d.configure(preamble + "plugin \"placement\" {\n  config { zone = 1 }\n}\n")
	d.hangUp()
	d.waitLines("reload failed, all goes on as before", 1)
	const want = "metadata.hcl:6,12: Unsupported argument"
	d.waitAdmin("/readyz tells the error", "/readyz", func(status int, body string) bool {
		return status == http.StatusOK && strings.Contains(body, "the last reload failed: "+want)
	})
	if o := d.overview(); o.ReloadError != want || o.ReloadFailed.IsZero() || o.Path != "metadata.hcl" {
		t.Errorf("GET /plugins: %+v", o)
	}
	d.waitLines(`An argument named "zone" is not expected here.`, 1)
	d.waitLines("   6:   config { zone = 1 }", 1)
	if now := d.running(); now["placement"] != pids["placement"] {
		t.Errorf("processes %v, want %v", now, pids)
	}
	d.configure(preamble + "plugin \"placement\" {}\nplugin \"identity\" {}\n")
	d.hangUp()
	d.waitLines("configuration reloaded", 1)
	if o := d.overview(); o.ReloadError != "" || !o.ReloadFailed.IsZero() || len(o.Plugins) != 2 {
		t.Errorf("GET /plugins: %+v", o)
	}
	if _, body := get(t, d.admin+"/readyz"); body != `{"ready":true}` {
		t.Errorf("/readyz: %s", body)
	}
}

// hangUp sends the daemon SIGHUP.
func (d *daemon) hangUp() {
	d.t.Helper()
	if err := d.cmd.Process.Signal(syscall.SIGHUP); err != nil {
		d.t.Fatal(err)
	}
}
