package main

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/feature/ec2/imds"

	"github.com/mockmd/mockmd/core/hostnet"
)

// networked runs mockmd network and returns what it says.
func networked(t *testing.T, want int, args ...string) (stdout, stderr string) {
	t.Helper()
	cmd := command(t, t.TempDir(), nil, append([]string{"network"}, args...)...)
	var out, wrong bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &wrong
	if err := cmd.Run(); cmd.ProcessState == nil || cmd.ProcessState.ExitCode() != want {
		t.Fatalf("mockmd network %s: %v, want exit code %d\n%s%s", strings.Join(args, " "), err, want, &out, &wrong)
	}
	return out.String(), wrong.String()
}

// TestNetworkUp serves on the addresses that mockmd network up makes, in a
// network namespace of its own: this host reads them, a neighbour does not, and
// one that is allowed does.
func TestNetworkUp(t *testing.T) {
	if os.Getenv(netnsEnv) == "" {
		need(t, "nsenter")
		need(t, "curl")
		inNamespace(t)
		return
	}
	self, far := host{t, strconv.Itoa(os.Getpid())}, newHost(t)
	for _, h := range []host{self, far} {
		h.ip("link set lo up")
	}
	self.ip("link add br0 type veth peer name far0 netns " + far.pid)
	for _, end := range []struct {
		host
		name, v4, v6, via4, via6 string
	}{{self, "br0", "10.9.0.1", "fd09::1", "", ""}, {far, "far0", "10.9.0.2", "fd09::2", "10.9.0.1", "fd09::1"}} {
		end.ip("addr add " + end.v4 + "/24 dev " + end.name)
		end.ip("-6 addr add " + end.v6 + "/64 nodad dev " + end.name)
		end.ip("link set " + end.name + " up")
		if end.via4 != "" {
			end.ip("route add 169.254.169.254 via " + end.via4)
			end.ip("-6 route add fd00:ec2::254 via " + end.via6)
		}
	}
	const plain = `
instance {
  id                = "i-0123456789abcdef0"
  availability_zone = "eu-west-1b"
  metadata_options { http_protocol_ipv6 = "enabled" }
}
plugin "instance" {}
plugin "placement" {}
`
	// Without the address it says what to type.
	dir := t.TempDir()
	writeFile(t, filepath.Join(dir, "metadata.hcl"), plain)
	out, err := command(t, dir, nil).CombinedOutput()
	if err == nil || !strings.Contains(string(out), "\n  sudo mockmd network up\n") {
		t.Errorf("without the address: %v\n%s", err, out)
	}

	networked(t, exitOK, "up", "-force") // a test machine may be in a cloud
	d := start(t, plain)
	base := []string{"http://169.254.169.254/latest/meta-data/instance-id", "http://[fd00:ec2::254]/latest/meta-data/instance-id"}
	for _, url := range base {
		if status, body := get(t, url); status != http.StatusOK || body != "i-0123456789abcdef0" {
			t.Errorf("%s: %d %q", url, status, body)
		}
	}
	clearAWS(t)
	cfg, err := config.LoadDefaultConfig(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := imds.NewFromConfig(cfg).GetMetadata(t.Context(), &imds.GetMetadataInput{Path: "placement/region"}); err != nil {
		t.Errorf("aws-sdk-go-v2: %v", err)
	}

	for i, url := range base {
		ctx, giveUp := context.WithCancel(t.Context())
		curl := exec.CommandContext(ctx, "nsenter", "-t", far.pid, "-n", "--", "curl", "-s", url)
		var read bytes.Buffer
		curl.Stdout = &read
		if err := curl.Start(); err != nil {
			t.Fatal(err)
		}
		poll(t, "a packet for "+url+" is dropped", func() bool { return networkState(t).Addresses[i].Dropped > 0 })
		giveUp()
		if err := curl.Wait(); err == nil || read.Len() > 0 {
			t.Errorf("the neighbour reads %s: %q", url, &read)
		}
	}
	if strings.Contains(d.output(), "refused a client") {
		t.Errorf("the neighbour came as far as mockmd:\n%s", d.output())
	}

	// Allowed by the host, it meets mockmd's own guard; allowed there too, it reads.
	networked(t, exitOK, "up", "-allow", "br0")
	for _, url := range base {
		if out, err := far.curl("--max-time", "60", url); err == nil || out != "" {
			t.Errorf("the neighbour reads %s: %q", url, out)
		}
	}
	d.waitLine("refused a client that is not local", "client=10.9.0.2")
	d.waitLine("refused a client that is not local", "client=fd09::2")
	d.taken(`metadata { allowed_clients = ["10.9.0.2", "fd09::2"] }` + plain)
	for _, url := range base {
		if out, err := far.curl("--max-time", "60", url); err != nil || out != "i-0123456789abcdef0" {
			t.Errorf("the neighbour, allowed, reads %s: %q %v", url, out, err)
		}
	}

	networked(t, exitOK, "down")
	networked(t, exitFailed, "status")
}

// TestNetworkUnread: that nobody reads what it writes, which ends a process, as
// in mockmd network down | head -1, leaves nothing half done.
func TestNetworkUnread(t *testing.T) {
	if os.Getenv(netnsEnv) == "" {
		inNamespace(t)
		return
	}
	if out, err := exec.CommandContext(t.Context(), "ip", "link", "set", "lo", "up").CombinedOutput(); err != nil {
		t.Fatalf("%v %s", err, out)
	}
	for _, c := range []struct {
		args []string
		want string // what the same says then
	}{
		{[]string{"up", "-force"}, "fd00:ec2::254: on lo (as before)\n"},
		{[]string{"down"}, "169.254.169.254: not there\nfd00:ec2::254: not there\nguard: not there\n"},
	} {
		read, write, err := os.Pipe()
		if err != nil {
			t.Fatal(err)
		}
		_ = read.Close() // nobody reads
		cmd := command(t, t.TempDir(), nil, append([]string{"network"}, c.args...)...)
		cmd.Stdout = write
		if err := cmd.Run(); err == nil {
			t.Errorf("%q: it does not say that nobody reads", c.args)
		}
		_ = write.Close() // the process had its own
		if again, _ := networked(t, exitOK, c.args...); !strings.HasSuffix(again, c.want) {
			t.Errorf("%q again did:\n%s", c.args, again)
		}
	}
}

// networkState is what mockmd network status -json says.
func networkState(t *testing.T) hostnet.State {
	t.Helper()
	stdout, _ := networked(t, exitOK, "status", "-json")
	var s hostnet.State
	if err := json.Unmarshal([]byte(stdout), &s); err != nil {
		t.Fatalf("%v in %s", err, stdout)
	}
	return s
}

// TestNetworkPrint has a shell run what -print prints, with ip and nft: it
// comes to the same as what the command does, and mockmd takes it for its own.
func TestNetworkPrint(t *testing.T) {
	if os.Getenv(netnsEnv) == "" {
		need(t, "nft")
		inNamespace(t)
		return
	}
	shell := func(script string) string {
		t.Helper()
		out, err := exec.CommandContext(t.Context(), "sh", "-e", "-c", script).CombinedOutput()
		if err != nil {
			t.Fatalf("%s: %v\n%s", script, err, out)
		}
		return string(out)
	}
	// Where addresses are from is shown, and may be told, by a younger ip only.
	proto := regexp.MustCompile(` proto (0x)?6d| proto 109`)
	all := func() string {
		return proto.ReplaceAllString(shell("ip address show; nft --stateless list ruleset"), "")
	}
	printed := func(args ...string) string {
		t.Helper()
		before := all()
		script, _ := networked(t, exitOK, append(args, "-print")...)
		if after := all(); after != before {
			t.Errorf("%q with -print did something:\n%s", args, after)
		}
		return script
	}
	shell("ip link set lo up")
	before := all()
	for name, flags := range map[string][]string{
		"plain":                    nil,
		"others let in, IPv4 only": {"-ipv6=false", "-allow", "docker0", "-allow=br-*"},
	} {
		args := append([]string{"up", "-force"}, flags...)
		script := printed(args...)
		networked(t, exitOK, args...)
		want, shown := all(), shell(printed("status")+"true")
		if !strings.Contains(shown, "inet 169.254.169.254/32 scope host lo") || !strings.Contains(shown, "table inet mockmd {") {
			t.Errorf("%s: status -print shows\n%s", name, shown)
		}
		networked(t, exitOK, "down")
		if got := all(); got != before {
			t.Errorf("%s: down left of\n%sthis:\n%s", name, before, got)
		}
		shell(script)
		if got := all(); got != want {
			t.Errorf("%s: up makes\n%sbut what it prints\n%s", name, want, got)
		}
		again, _ := networked(t, exitOK, args...)
		if strings.Count(again, "(as before)") != strings.Count(again, "\n")-strings.Count(again, "note: ") {
			t.Errorf("%s: after what it prints, up did:\n%s", name, again)
		}
		networked(t, exitOK, "status")
		shell(printed(args...)) // as idempotent as up
		if got := all(); got != want {
			t.Errorf("%s: printed and run again:\n%s", name, got)
		}
		for range 2 { // the second time there is nothing left to be done
			shell(printed("down") + "true")
		}
		if got := all(); got != before {
			t.Errorf("%s: what down prints left of\n%sthis:\n%s", name, before, got)
		}
	}
}
