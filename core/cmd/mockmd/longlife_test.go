package main

import (
	"flag"
	"fmt"
	"maps"
	"math/rand/v2"
	"net/http"
	"path/filepath"
	"slices"
	"syscall"
	"testing"
	"time"

	"github.com/mockmd/mockmd/plugins/iam/stssim"
)

var (
	longFor  = flag.Duration("long", 15*time.Second, "how long TestLongLife goes on")
	longSeed = flag.Uint64("long.seed", 0, "what TestLongLife begins with; 0 chooses")
)

// longLife is a daemon to which everything happens.
type longLife struct {
	t      *testing.T
	random *rand.Rand
	s      *testSTS
	d      *daemon
	keys   int            // bootstrap pairs so far
	did    map[string]int // how often what was done
	slow   time.Duration  // the longest way back to good credentials
	// untried says that the last good pair may not have been used yet.
	untried bool
}

// TestLongLife does to a daemon with short sessions whatever can happen in
// months, at random, while it is read all the time. No document may be wrong,
// and whenever nothing is wrong any more there are good credentials again.
func TestLongLife(t *testing.T) {
	t.Parallel()
	seed := *longSeed
	if seed == 0 {
		seed = rand.Uint64()
	}
	random := rand.New(rand.NewPCG(seed, 0))
	life := time.Duration(2+random.IntN(3)) * time.Second
	t.Logf("-long.seed=%d: sessions of %s", seed, life)
	i := newIssuer(t)
	l := &longLife{t: t, random: random, s: newSTS(t, life, i.known), did: map[string]int{}}
	token := filepath.Join(t.TempDir(), "token")
	writeFile(t, token, i.token("pod", time.Now().Add(24*time.Hour)))
	l.d = start(t, withRole(fmt.Sprintf(`
role "app" {
  arn     = "arn:aws:iam::123456789012:role/app"
  sources = ["bootstrap"]
}
role "web" {
  arn     = "arn:aws:iam::123456789012:role/web"
  sources = ["web_identity"]
}
bootstrap {}
web_identity { token_file = %q }
sts { endpoint = %q }
state_file = "credentials.json"
`, token, l.s.url)), raced)
	l.newBootstrap()
	l.recover("")
	w := l.d.watch(l.s.url, session, 1)
	began := time.Now()
	for time.Since(began) < *longFor {
		l.round()
	}
	w.stop()
	l.print(w, time.Since(began))
}

// faults are all there are. One that has no effect on AssumeRole has one on
// the role of the web identity.
func faults() []stssim.FaultKind {
	var out []stssim.FaultKind
	for k := stssim.InternalFailure; k <= stssim.Redirect; k++ {
		out = append(out, k)
	}
	return out
}

// round makes trouble, waits for its effect or some time, and ends it.
func (l *longLife) round() {
	if l.random.IntN(3) > 0 {
		kind := faults()[l.random.IntN(len(faults()))]
		fault := &stssim.Fault{Kind: kind}
		if kind == stssim.SkewedClock { // ahead: what is behind has ended by the test's own clock
			fault.Skew = []time.Duration{2 * time.Minute, time.Hour}[l.random.IntN(2)]
		}
		l.did["fault "+kind.String()]++
		l.s.setFault(fault)
	}
	for range 1 + l.random.IntN(3) {
		l.happen()
		l.pause()
	}
	l.s.setFault(nil)
	how := ""
	switch l.random.IntN(4) {
	case 0:
		how = "refresh"
		l.act("/refresh", "")
	case 1:
		how = "bootstrap"
		l.newBootstrap()
	}
	l.recover(how)
}

// pause lets time go by, which is part of what is tried.
func (l *longLife) pause() { time.Sleep(time.Duration(l.random.IntN(1500)) * time.Millisecond) }

func (l *longLife) happen() {
	pid := l.d.pids("iam")["iam"]
	switch what := l.random.IntN(8); what {
	case 0:
		l.did["kill -9"]++
		_ = syscall.Kill(pid, syscall.SIGKILL) // it may have been replaced already
	case 1:
		l.did["SIGSTOP, SIGCONT"]++
		_ = syscall.Kill(pid, syscall.SIGSTOP)
		l.pause()
		_ = syscall.Kill(pid, syscall.SIGCONT)
	case 2, 3:
		l.did["refresh"]++
		l.act("/refresh", "")
	case 4:
		l.newBootstrap()
	case 5:
		if l.untried { // there would be no set that has worked to go back to
			return
		}
		l.did["bad bootstrap"]++
		l.keys++
		l.act("/bootstrap/creds", fmt.Sprintf(`{"AccessKeyId": "AKIABAD%d", "SecretAccessKey": "nobodyKnows%d"}`, l.keys, l.keys))
	case 6:
		l.did["forget"]++
		l.act("/forget", "")
		l.newBootstrap()
		l.act("/refresh", "") // the role that takes no bootstrap
	}
}

// newBootstrap posts a pair that STS knows.
func (l *longLife) newBootstrap() {
	l.did["good bootstrap"]++
	l.untried = true
	l.keys++
	id, secret := fmt.Sprintf("AKIAGOOD%d", l.keys), fmt.Sprintf("secretCanary%d", l.keys)
	l.s.server.AddKey(id, secret, "", "bootstrap")
	l.act("/bootstrap/creds", fmt.Sprintf(`{"AccessKeyId": %q, "SecretAccessKey": %q}`, id, secret))
}

// act writes until the action is taken: a plugin that has just been killed
// takes none.
func (l *longLife) act(path, body string) {
	l.t.Helper()
	deadline := time.Now().Add(2 * time.Minute) // far beyond anything that is waited for
	for {
		status, answer := request(l.t, http.MethodPost, l.d.admin+path, body)
		if status == http.StatusAccepted {
			return
		}
		l.did[fmt.Sprintf("action answered %d", status)]++
		if status != http.StatusServiceUnavailable && status != http.StatusConflict || time.Now().After(deadline) {
			l.t.Fatalf("POST %s: %d %s", path, status, answer)
		}
		time.Sleep(20 * time.Millisecond) // nothing tells an outsider that it is back
	}
}

// recover waits until both roles have credentials that were issued since.
func (l *longLife) recover(how string) {
	l.t.Helper()
	since := time.Now()
	before := len(l.s.soFar())
	l.s.wait("new sessions after "+how, func(calls []stssim.Call) bool {
		fresh := map[string]bool{}
		for _, c := range granted(calls[before:]) {
			fresh[c.RoleARN] = true
		}
		if time.Since(since) > 2*time.Minute { // far beyond the longest pause between attempts
			l.t.Fatalf("two minutes after the trouble only %v have new sessions: %+v", fresh, l.d.tell())
		}
		return len(fresh) == 2
	})
	l.d.waitRole("good", func(doc document) bool { return doc.Code == "Success" })
	if took := time.Since(since); took > l.slow {
		l.slow = took
	}
	l.did["recovery"]++
	l.untried = false
}

func (l *longLife) print(w *watchers, took time.Duration) {
	for _, what := range slices.Sorted(maps.Keys(l.did)) {
		l.t.Logf("%5d %s", l.did[what], what)
	}
	codes := map[string]int{}
	calls := l.s.soFar()
	for _, c := range calls {
		codes[c.Action+" "+c.Code]++
	}
	for _, code := range slices.Sorted(maps.Keys(codes)) {
		l.t.Logf("%5d calls of STS: %s", codes[code], code)
	}
	l.t.Logf("%s: reads of good documents %v, of failure documents %v; %d sessions seen and verified; longest way back %s",
		took.Round(time.Second), w.good, w.failed, len(w.verified), l.slow.Round(100*time.Millisecond))
}
