package main

import (
	"fmt"
	"maps"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// fickle is a plugin that does not do in Run what it promised in Configure.
const fickle = `package main

import (
	"context"
	"errors"
	"os"

	"github.com/mockmd/mockmd/sdk"
)

type plugin struct{ mode string }

func (*plugin) Mounts() []string { return []string{"meta-data/fickle"} }

func (p *plugin) Configure(_ context.Context, c *sdk.Config) error {
	var v struct {
		Mode string ` + "`hcl:\"mode\"`" + `
	}
	err := c.Decode(&v)
	p.mode = v.Mode
	return err
}

func (p *plugin) Run(ctx context.Context, _ sdk.Host) error {
	switch p.mode {
	case "dies":
		os.Exit(9)
	}
	<-ctx.Done()
	return nil
}

func (p *plugin) Tree(ctx context.Context, _ *sdk.Instance) (sdk.Tree, error) {
	switch p.mode {
	case "hangs", "dies":
		<-ctx.Done()
		return nil, ctx.Err()
	case "wrong tree":
		return sdk.Tree{"meta-data/fickle/a": sdk.Text(""), "meta-data/fickle/a/b": sdk.Text("")}, nil
	case "no tree":
		return nil, errors.New("the rack is empty")
	}
	return sdk.Tree{
		"meta-data/fickle/mode": sdk.Text(p.mode),
		"meta-data/fickle/live": sdk.Live{Resolve: func(context.Context, *sdk.Request) (sdk.Leaf, error) { return sdk.Text(p.mode), nil }},
	}, nil
}

func main() { sdk.Serve(&plugin{}) }
`

// TestReloadErrorsKeepWhatRuns makes every kind of mistake and looks at what is
// said of it, and that all goes on: what is served, the processes, the
// listeners.
func TestReloadErrorsKeepWhatRuns(t *testing.T) {
	t.Parallel()
	program, dir := build(t, fickle), t.TempDir()
	token := filepath.Join(dir, "token")
	if err := os.WriteFile(token, []byte("0123456789abcdef0123456789abcdef"), 0o644); err != nil {
		t.Fatal(err)
	}
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = taken.Close() })
	busy := taken.Addr().String()

	block := func(mode string) string {
		return fmt.Sprintf("plugin \"fickle\" {\n  command = [%q]\n  timeouts { start = \"2s\" }\n  config {\n    mode = %q\n  }\n}\n", program, mode)
	}
	good := preamble + "plugin \"placement\" {}\n" + block("good")
	line := func(n int) string { return fmt.Sprintf("metadata.hcl:%d,", n) }
	d := start(t, good)
	d.waitReady()
	before := d.running()
	// Each is told once: by the answer, the log and /plugins.
	for name, c := range map[string]struct{ config, at, summary, detail string }{
		"syntax":            {good + "plugin \"x\" {", line(13), "Unclosed configuration block", "There is no closing brace for this block"},
		"unknown argument":  {strings.Replace(good, "admin    { address", "admin    { addrss", 1), line(3), "Unsupported argument", `Did you mean "address"?`},
		"unknown plugin":    {good + "plugin \"placment\" {}", line(13), "Plugin without a command", `Did you mean "placement"?`},
		"plugin's argument": {strings.Replace(good, "mode =", "mood = 1\n    mode =", 1), line(10), "Unsupported argument", `An argument named "mood" is not expected here.`},
		"no program":        {strings.Replace(good, program, program+"-gone", 1), line(7), "Program not found", "There is no " + program + "-gone."},
		"no plugin":         {good + "plugin \"no\" { command = [\"/bin/false\"] }\n", line(13), "Plugin does not start", "exit status 1 before it shook hands"},
		"mount twice":       {good + strings.Replace(block("good"), `"fickle"`, `"other"`, 1), line(13), "Two plugins claim the same mount", `belongs to plugin "fickle" already`},
		"token file":        {strings.Replace(good, "admin    { address = \"127.0.0.1:0\" }", "admin {\n  address    = \"127.0.0.1:0\"\n  token_file = \""+token+"\"\n}", 1), line(5), "Invalid token file", "chmod 600"},
		"metadata address":  {strings.Replace(good, "metadata { address = \"127.0.0.1:0\"", "metadata { address = \""+busy+"\"", 1), line(2), "Address cannot be listened on", "Metadata listener: cannot listen on " + busy + ": address already in use"},
		"admin address":     {strings.Replace(good, "admin    { address = \"127.0.0.1:0\"", "admin { address = \""+busy+"\"", 1), line(3), "Address cannot be listened on", "Admin listener: cannot listen on " + busy},
		"foreign address":   {strings.Replace(good, "metadata { address = \"127.0.0.1:0\"", "metadata { address = \"192.0.2.1:80\"", 1), line(2), "Address cannot be listened on", "This host does not have the address"},
		"nothing":           {"", "", "No plugin", "Only plugins with a block run"},
		"dies":              {strings.Replace(good, block("good"), block("dies"), 1), line(6), "Plugin does not serve", "did not become ready: the process ended: exit status 9"},
		"hangs":             {strings.Replace(good, block("good"), block("hangs"), 1), line(6), "Plugin does not serve", `Plugin "fickle" is configuring and has published nothing in time`},
		"wrong tree":        {strings.Replace(good, block("good"), block("wrong tree"), 1), line(6), "Plugin does not serve", `lies below the leaf "meta-data/fickle/a"`},
		"no tree":           {strings.Replace(good, block("good"), block("no tree"), 1), line(6), "Plugin does not serve", "the rack is empty"},
	} {
		told := d.reload(c.config)
		if told.Reloaded || !strings.HasPrefix(told.Error, c.at) || !strings.Contains(told.Error, c.summary) {
			t.Errorf("%s: error %q, want %q at %s", name, told.Error, c.summary, c.at)
		}
		if len(told.Diagnostics) == 0 || !strings.Contains(told.Diagnostics[0].Detail, c.detail) {
			t.Errorf("%s: %+v\nwant %q", name, told.Diagnostics, c.detail)
		}
		for path, want := range map[string]string{"placement/region": "us-east-1", "fickle/mode": "good", "fickle/live": "good"} {
			if status, body := get(t, d.metadata+"/latest/meta-data/"+path); status != http.StatusOK || body != want {
				t.Errorf("after %q %s: %d %q", name, path, status, body)
			}
		}
		if o := d.overview(); o.ReloadError != told.Error {
			t.Errorf("after %q /plugins says %q", name, o.ReloadError)
		}
		d.waitLines(c.summary, 1)
	}
	d.taken(good)
	after := d.running()
	if after["placement"] != before["placement"] || !slices.Equal(slices.Sorted(maps.Keys(after)), slices.Sorted(maps.Keys(before))) {
		t.Errorf("processes before %v, after %v", before, after)
	}
	if _, body := get(t, d.admin+"/readyz"); body != `{"ready":true}` {
		t.Errorf("/readyz: %s", body)
	}
}

// TestReloadWithoutFile: a file that is away is an error as any other.
func TestReloadWithoutFile(t *testing.T) {
	t.Parallel()
	d := start(t, preamble+"plugin \"placement\" {}\n")
	d.waitReady()
	if err := os.Remove(filepath.Join(d.dir, "metadata.hcl")); err != nil {
		t.Fatal(err)
	}
	d.hangUp()
	d.waitLines(`error="Configuration file not found"`, 1)
	if _, body := get(t, d.metadata+"/latest/meta-data/placement/region"); body != "us-east-1" {
		t.Errorf("region %q", body)
	}
}
