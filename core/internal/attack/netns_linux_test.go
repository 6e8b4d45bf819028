package attack

import (
	"bufio"
	"encoding/hex"
	"fmt"
	"net"
	"net/netip"
	"os"
	"os/exec"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"
)

// inNamespace runs the test again in a network namespace of its own.
func inNamespace(t *testing.T) {
	t.Helper()
	if os.Getuid() != 0 {
		t.Skip("NOT RUN: not root: cannot make a network namespace")
	}
	for _, tool := range []string{"ip", "nsenter"} {
		if _, err := exec.LookPath(tool); err != nil {
			t.Skipf("NOT RUN: no %s (iproute2, util-linux)", tool)
		}
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), self, "-test.run=^"+t.Name()+"$", "-test.v")
	cmd.Env = append(os.Environ(), netnsEnv+"=1", builtEnv+"="+built)
	cmd.SysProcAttr = &syscall.SysProcAttr{Cloneflags: syscall.CLONE_NEWNET | syscall.CLONE_NEWNS}
	out, err := cmd.CombinedOutput()
	if err != nil && strings.Contains(err.Error(), "operation not permitted") {
		t.Skipf("NOT RUN: this machine forbids network namespaces: %v", err)
	}
	if err != nil {
		t.Fatalf("in the namespace: %v\n%s", err, out)
	}
	for line := range strings.Lines(string(out)) {
		if strings.Contains(line, "NOT RUN") {
			t.Log(strings.TrimSpace(line))
		}
	}
}

// neighbour is another host: a network namespace that a process keeps.
type neighbour struct {
	pid string
	ns  int // file descriptor of the namespace
}

// newNeighbour gives this namespace the real addresses, and joins it to
// another one by a cable.
func newNeighbour(t *testing.T) neighbour {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "sleep", "infinity")
	cmd.SysProcAttr = &syscall.SysProcAttr{Cloneflags: syscall.CLONE_NEWNET, Pdeathsig: syscall.SIGKILL}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	})
	n := neighbour{pid: strconv.Itoa(cmd.Process.Pid)}
	ns, err := os.Open("/proc/" + n.pid + "/ns/net")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = ns.Close() })
	n.ns = int(ns.Fd())
	self := neighbour{pid: strconv.Itoa(os.Getpid())}
	for _, at := range []struct {
		host neighbour
		args string
	}{
		{self, "link set lo up"},
		{self, "link add h0 type veth peer name c0 netns " + n.pid},
		{self, "addr add " + hostV4 + "/24 dev h0"},
		{self, "-6 addr add " + hostV6 + "/64 nodad dev h0"},
		{self, "link set h0 up"},
		{self, "addr add " + realV4 + "/32 dev lo"},
		{self, "-6 addr add " + realV6 + "/128 nodad dev lo"},
		{self, "-6 addr add " + linkLocal + "/128 nodad dev lo"},
		{n, "addr add " + strangerV4 + "/24 dev c0"},
		{n, "addr add " + allowedV4 + "/24 dev c0"},
		{n, "-6 addr add " + strangerV6 + "/64 nodad dev c0"},
		{n, "-6 addr add " + allowedV6 + "/64 nodad dev c0"},
		{n, "-6 addr add " + linkLocal + "/64 nodad dev c0"},
		{n, "link set c0 up"},
		{n, "route add default via " + hostV4},
		{n, "-6 route add default via " + hostV6},
	} {
		if out, err := at.host.run(append([]string{"ip"}, strings.Fields(at.args)...)...); err != nil {
			t.Fatalf("ip %s: %v %s", at.args, err, out)
		}
	}
	return n
}

// run runs a command in the namespace.
func (n neighbour) run(args ...string) (string, error) {
	out, err := exec.Command("nsenter", append([]string{"-t", n.pid, "-n", "--"}, args...)...).CombinedOutput()
	return string(out), err
}

// dial connects from an address of the neighbour. Its thread enters the
// namespace and ends with it.
func (n neighbour) dial(from, to string) (c net.Conn, err error) {
	done := make(chan struct{})
	go func() {
		defer close(done)
		runtime.LockOSThread()
		if err = unix.Setns(n.ns, unix.CLONE_NEWNET); err != nil {
			return
		}
		var at *net.TCPAddr
		if at, err = net.ResolveTCPAddr("tcp", net.JoinHostPort(from, "0")); err != nil {
			return
		}
		d := net.Dialer{LocalAddr: at, Timeout: patience}
		c, err = d.Dial("tcp", to)
	}()
	<-done
	return c, err
}

// listening lists the addresses of this namespace that are listened on by TCP.
func listening(t *testing.T) (addresses []string) {
	t.Helper()
	for _, file := range []string{"/proc/self/net/tcp", "/proc/self/net/tcp6"} {
		f, err := os.Open(file)
		if err != nil {
			t.Fatal(err)
		}
		for s := bufio.NewScanner(f); s.Scan(); {
			if fields := strings.Fields(s.Text()); len(fields) > 3 && fields[3] == "0A" {
				addresses = append(addresses, address(t, fields[1]))
			}
		}
		_ = f.Close()
	}
	slices.Sort(addresses)
	return addresses
}

// address reads ADDRESS:PORT as /proc writes it: words of the machine's byte
// order, which is taken to be little-endian, in hex.
func address(t *testing.T, text string) string {
	t.Helper()
	host, port, _ := strings.Cut(text, ":")
	raw, err := hex.DecodeString(host)
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i+3 < len(raw); i += 4 {
		slices.Reverse(raw[i : i+4])
	}
	addr, _ := netip.AddrFromSlice(raw)
	number, err := strconv.ParseUint(port, 16, 16)
	if err != nil {
		t.Fatal(err)
	}
	return fmt.Sprint(netip.AddrPortFrom(addr, uint16(number)))
}
