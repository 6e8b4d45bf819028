package main

import (
	"encoding/base64"
	"fmt"
	"io/fs"
	"maps"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protodesc"
	"google.golang.org/protobuf/types/descriptorpb"

	"github.com/mockmd/mockmd/core/app"
	"github.com/mockmd/mockmd/core/conformance"
	pluginv1 "github.com/mockmd/mockmd/sdk/proto/mockmd/plugin/v1"
)

// pythonPath is a PATH on which python3 is one that has the grpc and protobuf
// packages: the user's own, or the distribution's. Where neither has them the
// test is not run.
func pythonPath(t *testing.T) string {
	t.Helper()
	for _, path := range []string{os.Getenv("PATH"), "/usr/bin:" + os.Getenv("PATH")} {
		cmd := exec.CommandContext(t.Context(), "/usr/bin/env", "python3", "-c", "import grpc, google.protobuf")
		cmd.Env = append(os.Environ(), "PATH="+path)
		if cmd.Run() == nil {
			return path
		}
	}
	t.Skip("NOT RUN: no python3 with grpc and protobuf (Debian packages as in .ci/run)")
	return ""
}

// python runs python3 in a folder to its end and returns what it prints.
func python(t *testing.T, dir string, args ...string) string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "/usr/bin/env", append([]string{"python3", "-B"}, args...)...)
	cmd.Dir, cmd.Env = dir, append(os.Environ(), "PATH="+pythonPath(t))
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("python3 %q: %v\n%s", args, err, out)
	}
	return string(out)
}

// everything is a block for testdata/everything.py.
func everything(t *testing.T, config string) string {
	t.Helper()
	program, err := filepath.Abs("testdata/everything.py")
	if err != nil {
		t.Fatal(err)
	}
	module, err := filepath.Abs("../../../examples/python")
	if err != nil {
		t.Fatal(err)
	}
	return fmt.Sprintf("plugin \"everything\" {\n  command = [%q]\n  env     = { PYTHONPATH = %q, PYTHONDONTWRITEBYTECODE = \"1\" }\n  config {\n%s\n  }\n}\n", program, module, config)
}

const everyArgument = `
row   = 7
names = ["a", 2]
loud  = "true"
disk "sda" {
  size = "8"
  tags = { a = 1 }
}
disk "sdb" { size = 9 }
`

// TestPythonConforms: a plugin that uses all of the Python module keeps every
// rule, and every rule applies.
func TestPythonConforms(t *testing.T) {
	t.Parallel()
	path := pythonPath(t)
	file := filepath.Join(t.TempDir(), "metadata.hcl")
	if err := os.WriteFile(file, []byte(everything(t, everyArgument)), 0o600); err != nil {
		t.Fatal(err)
	}
	r := conform(t, app.PluginTest{Command: []string{"testdata/everything.py"}, Config: file}, "PATH="+path)
	if n := r.Count(conformance.Pass); n != len(conformance.Rules()) {
		t.Errorf("%d rules passed, want all %d", n, len(conformance.Rules()))
	}
}

// TestPythonPlugin: what a plugin in Python says is served, logged, acted on
// and kept over a crash.
func TestPythonPlugin(t *testing.T) {
	t.Parallel()
	d := start(t, preamble+everything(t, everyArgument), "PATH="+pythonPath(t))
	d.waitLines("plugin    everything: meta-data/everything; row 7", 1)
	d.waitStatus("true")
	base := d.metadata + "/latest/meta-data/everything/"
	for path, want := range map[string]string{
		"":         "bytes\ncount\ndisk/\nends\njson\n0=key\nlive/\nnames\nnew\npast\nsecret\nzone",
		"count":    "0",
		"bytes":    "\x00\xff",
		"json":     `{"a": 1}`,
		"ends":     "now",
		"past":     "then",
		"names":    "a\n2",
		"secret":   "hush",
		"zone":     "us-east-1a",
		"disk/sda": `8 {"a": "1"}`,
		"disk/sdb": "9 {}",
		"live/a/b": "meta-data/everything/live/a/b latest 127.0.0.1",
		"new":      "new",
	} {
		if status, body := get(t, base+path); body != want || status != http.StatusOK {
			t.Errorf("%s: %d %q, want %q", path, status, body, want)
		}
	}
	for path, want := range map[string]int{
		base + "live/none": http.StatusNotFound, base + "live/fail": http.StatusServiceUnavailable, base + "none": http.StatusNotFound,
		d.metadata + "/2020-10-27/meta-data/everything/new": http.StatusNotFound,
	} {
		if status, body := get(t, path); status != want {
			t.Errorf("%s: %d %q, want %d", path, status, body, want)
		}
	}
	d.waitLines("secret_id=7", 1)              // read by the loop above
	d.waitLines("configured as everything", 1) // printed
	d.waitMatch(regexp.MustCompile(`\[WARN\]\s+plugin\.everything: running`))
	d.waitMatch(regexp.MustCompile(`plugin degraded: .*message="?too loud`))

	for _, c := range []struct {
		method, action, body string
		status               int
		answer               string
	}{
		{http.MethodPost, "add", "5", http.StatusAccepted, ""},
		{http.MethodPost, "add", "five", http.StatusBadRequest, "want a number"},
		{http.MethodPost, "add", "-5", http.StatusConflict, "the count only grows"},
		{http.MethodPost, "add", "0", http.StatusBadGateway, "the log says why"},
		{http.MethodGet, "count", "", http.StatusOK, `{"count": 5}`},
	} {
		status, answer := request(t, c.method, d.admin+"/everything/"+c.action, c.body)
		if status != c.status || !strings.Contains(answer, c.answer) || strings.Contains(answer, "own business") {
			t.Errorf("%s %s %q: %d %q, want %d %q", c.method, c.action, c.body, status, answer, c.status, c.answer)
		}
	}
	pid, err := strconv.Atoi(d.waitMatch(regexp.MustCompile(`plugin ready: plugin=everything pid=(\d+)`)))
	if err == nil {
		err = syscall.Kill(pid, syscall.SIGKILL)
	}
	if err != nil {
		t.Fatal(err)
	}
	d.waitLines("plugin ready", 2)
	if _, body := get(t, base+"count"); body != "5" {
		t.Errorf("after a crash the count is %s, want 5", body)
	}
	if status, answer := request(t, http.MethodGet, d.admin+"/everything/count", ""); answer != `{"count": 5}` {
		t.Errorf("after a crash: %d %s", status, answer)
	}
	d.stop()
	if strings.Contains(d.output(), "[ERROR] plugin.everything: Traceback") {
		t.Error("it did not stop in order")
	}
}

// TestPythonDescribed: its options are told as those of any other.
func TestPythonDescribed(t *testing.T) {
	t.Parallel()
	path := pythonPath(t)
	folder, err := filepath.Abs("../../../examples/python")
	if err != nil {
		t.Fatal(err)
	}
	out, err := command(t, t.TempDir(), []string{"PATH=" + path}, "plugin", "describe", folder).CombinedOutput()
	const want = "| `row` | number | required | Row of the rack, from 1. |\n| `unit` | number | `1` | Unit in the rack. |\n"
	if err != nil || !strings.Contains(string(out), want) {
		t.Errorf("%v, want %s in\n%s", err, want, out)
	}
}

// TestPythonMistakes: mistakes in the config block of a plugin in Python are
// told as those of any other, at their places.
func TestPythonMistakes(t *testing.T) {
	t.Parallel()
	path := pythonPath(t)
	for name, c := range map[string]struct{ config, want string }{
		"unknown":       {"row = 7\nrwo = 8", "  10: rwo = 8\n\nAn argument named \"rwo\" is not expected here. Did you mean \"row\"?"},
		"unknown block": {"row = 7\ndisc \"a\" {}", "  10: disc \"a\" {}\n\nBlocks of type \"disc\" are not expected here. Did you mean \"disk\"?"},
		"missing":       {"loud = true", "The argument \"row\" is required, but no definition was found."},
		"type":          {"row = \"seven\"", "   9: row = \"seven\"\n\nInappropriate value for attribute \"row\": number required."},
		"list":          {"row = 7\nnames = \"a\"", "  10: names = \"a\"\n\nInappropriate value for attribute \"names\": list of string required."},
		"fraction":      {"row = 7.5", "   9: row = 7.5\n\nInappropriate value for attribute \"row\": number required."},
		"labels":        {"row = 7\ndisk {\n size = 1\n}", "  10: disk {\n\nA disk block has 0 labels, want 1: device."},
		"in a block":    {"row = 7\ndisk \"a\" {\n sice = 1\n}", "  11:  sice = 1\n\nAn argument named \"sice\" is not expected here. Did you mean \"size\"?"},
		"its own":       {"row = 7\ndisk \"a\" {\n size = 101\n}", "  11:  size = 101\n\nSizes are at most 100."},
		"block wanted":  {"row = 7\ndisk = 1", "An argument named \"disk\" is not expected here. Write a block: disk { ... }."},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			if err := os.WriteFile(filepath.Join(dir, "metadata.hcl"), []byte(preamble+everything(t, c.config)), 0o600); err != nil {
				t.Fatal(err)
			}
			out, err := command(t, dir, []string{"PATH=" + path}, "validate").CombinedOutput()
			if err == nil || !strings.Contains(string(out), c.want) {
				t.Errorf("%v, want %q in\n%s", err, c.want, out)
			}
		})
	}
	t.Run("warning", func(t *testing.T) {
		t.Parallel()
		d := start(t, preamble+everything(t, "row = 13"), "PATH="+path)
		d.waitLines("Warning: Unlucky row", 1)
	})
	t.Run("mtls", func(t *testing.T) {
		t.Parallel()
		dir := t.TempDir()
		config := strings.Replace(everything(t, "row = 7"), "  config {", "  mtls = true\n  config {", 1)
		if err := os.WriteFile(filepath.Join(dir, "metadata.hcl"), []byte(preamble+config), 0o600); err != nil {
			t.Fatal(err)
		}
		out, err := command(t, dir, []string{"PATH=" + path}, "validate").CombinedOutput()
		if want := "a plugin in Python does not support mtls: remove mtls = true from its block"; err == nil || !strings.Contains(string(out), want) {
			t.Errorf("%v, want %q in\n%s", err, want, out)
		}
	})
}

// TestPluginNewPython: the folder that is written tests green, keeps the
// contract and is served.
func TestPluginNewPython(t *testing.T) {
	t.Parallel()
	path := pythonPath(t)
	dir := t.TempDir()
	code, stdout, stderr := pluginIn(t, dir, nil, "new", "-lang", "python", "my-rack")
	if code != exitOK || !strings.Contains(stdout, "  mockmd plugin test ./my-rack\n  mockmd -config my-rack/metadata.hcl\n") {
		t.Fatalf("exit code %d\n%s%s", code, stdout, stderr)
	}
	made := filepath.Join(dir, "my-rack")
	if out := python(t, made, "-m", "unittest"); !strings.Contains(out, "Ran 2 tests") {
		t.Errorf("its tests:\n%s", out)
	}
	r := conform(t, app.PluginTest{Command: []string{made}}, "PATH="+path)
	if r.Plugin != "my-rack" {
		t.Errorf("plugin %q", r.Plugin)
	}
	served(t, made, path, "my-rack/greeting", regexp.MustCompile(`^hello, i-[0-9a-f]{17}$`))
}

func TestPythonExampleServed(t *testing.T) {
	t.Parallel()
	if out := python(t, "../../../examples/python", "-m", "unittest"); !strings.Contains(out, "Ran 2 tests") {
		t.Errorf("its tests:\n%s", out)
	}
	served(t, "../../../examples/python", pythonPath(t), "rack/place", regexp.MustCompile(`^us-east-1a/7/1$`))
}

// served serves the plugin in Python of a folder, with the configuration there,
// and reads a path.
func served(t *testing.T, folder, path, name string, want *regexp.Regexp) {
	t.Helper()
	config, err := os.ReadFile(filepath.Join(folder, "metadata.hcl"))
	if err != nil {
		t.Fatal(err)
	}
	program, err := filepath.Abs(filepath.Join(folder, "main.py"))
	if err != nil {
		t.Fatal(err)
	}
	free := strings.NewReplacer("127.0.0.1:1338", "127.0.0.1:0", "127.0.0.1:8998", "127.0.0.1:0", "./main.py", program)
	d := start(t, free.Replace(string(config)), "PATH="+path)
	d.waitReady()
	if status, body := get(t, d.metadata+"/latest/meta-data/"+name); status != http.StatusOK || !want.MatchString(body) {
		t.Errorf("%s: %d %q", name, status, body)
	}
}

// TestPythonCopies: the module that new plugins get is that of the example.
func TestPythonCopies(t *testing.T) {
	t.Parallel()
	example, template := sources(t, "../../../examples/python/mockmd"), sources(t, "../../scaffold/templates/python/mockmd")
	if !maps.Equal(example, template) {
		t.Errorf("examples/python/mockmd has %q and the templates have %q, or their contents differ: run examples/python/generate.sh",
			slices.Sorted(maps.Keys(example)), slices.Sorted(maps.Keys(template)))
	}
}

func sources(t *testing.T, dir string) map[string]string {
	t.Helper()
	out := map[string]string{}
	err := filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if err != nil || filepath.Ext(path) != ".py" {
			return err
		}
		text, err := os.ReadFile(path)
		out[strings.TrimPrefix(path, dir)] = string(text)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// TestPythonStubsAreCurrent: they are made from the very contract that the core
// is made from.
func TestPythonStubsAreCurrent(t *testing.T) {
	t.Parallel()
	text := python(t, "../../../examples/python", "-c",
		"import base64; from mockmd.plugin.v1 import plugin_pb2 as p; from google.protobuf import descriptor_pb2; "+
			"d = descriptor_pb2.FileDescriptorProto(); p.DESCRIPTOR.CopyToProto(d); print(base64.b64encode(d.SerializeToString()).decode())")
	raw, err := base64.StdEncoding.DecodeString(strings.TrimSpace(text))
	if err != nil {
		t.Fatal(err)
	}
	var stubs descriptorpb.FileDescriptorProto
	if err := proto.Unmarshal(raw, &stubs); err != nil {
		t.Fatal(err)
	}
	contract := protodesc.ToFileDescriptorProto(pluginv1.File_mockmd_plugin_v1_plugin_proto)
	plain(stubs.GetMessageType())
	plain(contract.GetMessageType())
	if !proto.Equal(&stubs, contract) {
		t.Error("the contract has changed since the stubs were made: run examples/python/generate.sh")
	}
}

// plain removes the JSON names, which only some compilers write down.
func plain(messages []*descriptorpb.DescriptorProto) {
	for _, m := range messages {
		for _, f := range m.GetField() {
			f.JsonName = nil
		}
		plain(m.GetNestedType())
	}
}
