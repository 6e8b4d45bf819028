package attack

import (
	"context"
	"fmt"
	"net"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/mockmd/mockmd/core/internal/program"
)

// The environment of the test binary when it runs one test again in a network
// namespace.
const (
	netnsEnv = "MOCKMD_ATTACK_NETNS"
	builtEnv = "MOCKMD_ATTACK_PROGRAM"
)

// What all tests share: the built program, and two that run. They differ in all
// that a guard might depend on.
var (
	built string // path of the built program
	ipv6  bool   // this machine has an IPv6 loopback

	// closing answers each connection once, wants session tokens, knows no
	// client but those that match, and has its admin listener on IPv6.
	closing *prog
	// keeping keeps connections, takes requests without tokens, and has its
	// admin listener on IPv4.
	keeping *prog
)

func TestMain(m *testing.M) {
	if os.Getenv(netnsEnv) != "" {
		built = os.Getenv(builtEnv)
		os.Exit(m.Run())
	}
	os.Exit(runAll(m))
}

// runAll runs the tests on the shared programs, and looks at the end for what
// no attack may have done to them.
func runAll(m *testing.M) (code int) {
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Minute)
	defer cancel()
	if l, err := net.Listen("tcp", "[::1]:0"); err == nil {
		ipv6 = l.Close() == nil
	}
	dir, err := os.MkdirTemp("", "mockmd-attack")
	if err != nil {
		fmt.Println(err)
		return 1
	}
	defer func() { _ = os.RemoveAll(dir) }()
	if built, err = program.Build(ctx, dir, "-ldflags=-s -w"); err != nil {
		fmt.Println(err)
		return 1
	}
	closing, keeping = &prog{name: "closing"}, &prog{name: "keeping"}
	if err = closing.start(ctx, configuration{tokens: "required", matched: true, admin: loopback(ipv6)}); err == nil {
		defer func() { code = max(code, closing.end()) }()
		if err = keeping.start(ctx, configuration{tokens: "optional", keep: true, admin: "127.0.0.1"}); err == nil {
			defer func() { code = max(code, keeping.end()) }()
		}
	}
	if err != nil {
		fmt.Printf("%v\n%s%s", err, closing.out.String(), keeping.out.String())
		return 1
	}
	return m.Run()
}

func loopback(ipv6 bool) string {
	if ipv6 {
		return "::1"
	}
	return "127.0.0.1"
}

// end stops a program after all attacks. It returns 1, and prints why, when
// the program had died, does not end in order, has panicked or has told a
// secret.
func (p *prog) end() (code int) {
	problem := func(format string, args ...any) {
		fmt.Printf("FAIL: program %s: %s\n", p.name, fmt.Sprintf(format, args...))
		code = 1
	}
	select {
	case <-p.Ended():
		problem("it died under the attacks")
	default:
		p.learn()
	}
	if err := p.Stop(); err != nil {
		problem("%v", err)
	}
	if p.learned == nil {
		problem("its role's credentials could not be read at the end, so they were not looked for")
	}
	out := p.out.String()
	for _, sign := range []string{"panic", "goroutine ", "fatal error", "SIGSEGV"} {
		if strings.Contains(out, sign) {
			problem("%q is in its output", sign)
		}
	}
	for what, secret := range p.secrets() {
		if strings.Contains(out, secret) {
			problem("its output has %s", what)
		}
	}
	if code != 0 {
		fmt.Println(tail(out, 20_000))
	}
	return code
}

func tail(s string, n int) string { return s[max(0, len(s)-n):] }
