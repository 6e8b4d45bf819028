package iam

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// Repeat a run that has failed, or lengthen it.
var (
	yearSeed = flag.Uint64("year-seed", 0, "seed of TestYear; 0 is a new one")
	yearDays = flag.Int("year-days", 0, "days of TestYear, 365 for a whole year; 0 is a few, for a quick run")
)

// yearRoles are paths of documents whose credentials come in three ways: by a
// role's own session, over two hops, and as those of the identity role.
const yearRoles = `
	role "app" {
		arn      = "arn:aws:iam::123456789012:role/app"
		duration = "%s"
		tags     = { Config = "%d" }
	}
	role "far" {
		arn = "arn:aws:iam::123456789012:role/far"
		hop { arn = "arn:aws:iam::123456789012:role/hub" }
		hop { arn = "arn:aws:iam::123456789012:role/spoke" }
	}
	identity_role { arn = "arn:aws:iam::123456789012:role/id" }
	ecs "1" {
		task "0f-A" { role = "far" }
	}
	%s`

// year is a simulated year of a daemon.
type year struct {
	*daemon
	random *rand.Rand
	sts    *strictSTS
	file   string
	figure map[string]int

	duration string    // as configured
	version  int       // of the configuration
	calm     time.Time // since when nothing is wrong
	lost     bool      // forgotten, or started without anything: nothing is due
	resumed  bool      // it lives on sessions of the state file alone: once they expire, somebody must post again
}

// TestYear lets a year pass, with faults of every class, long and short
// sessions, a clock that is set, a machine that sleeps, crashes, reloads and
// restarts. Nothing that is served is ever expired, empty or torn, by the
// clock of STS; calls stay one at a time and few; and when nothing is wrong,
// there are credentials.
func TestYear(t *testing.T) {
	t.Parallel()
	days := *yearDays
	if days == 0 {
		days = 30
		if raceEnabled { // which slows the same events ten times
			days = 10
		}
	}
	seed := *yearSeed
	if seed == 0 {
		seed = rand.Uint64()
	}
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		y := newYear(t, seed, filepath.Join(dir, "state", "iam.json"))
		for end := y.clock.truth().AddDate(0, 0, days); y.clock.truth().Before(end); {
			y.pass(time.Duration(y.random.Int64N(int64(90 * time.Minute))))
			y.happen()
			y.look()
			if t.Failed() {
				break
			}
		}
		y.quit()
		y.tell(days, seed)
	})
}

func newYear(t *testing.T, seed uint64, file string) *year {
	y := &year{
		random: rand.New(rand.NewPCG(seed, 1)), file: file, figure: map[string]int{}, duration: "1h", lost: true,
	}
	g := newRig(t, y.config())
	y.sts = &strictSTS{
		clock: g.clock, users: map[string]bool{}, sessions: map[string]time.Time{}, faults: map[string]int{},
	}
	y.daemon = &daemon{rig: g, core: newMiniCore(t, g.clock), set: make(chan struct{})}
	y.p.tick = 5 * time.Minute
	y.begin()
	y.serve()
	synctest.Wait()
	y.post()
	return y
}

// begin connects the plugin with STS.
func (y *year) begin() {
	p := y.p
	p.connect = func(_ target, hear func(time.Time)) assumer {
		y.sts.mu.Lock()
		defer y.sts.mu.Unlock()
		y.sts.hear, y.sts.told = hear, p.clock.now
		return y.sts
	}
}

func (y *year) config() string {
	keep := ""
	if y.version == 1 { // not always: the disk is slower than virtual time
		keep = fmt.Sprintf("state_file = %q", y.file)
	}
	return fmt.Sprintf(yearRoles, y.duration, y.version, keep)
}

// pass lets time pass, and looks at every expiry on the way.
func (y *year) pass(d time.Duration) {
	for d > 0 {
		step := min(d, time.Duration(y.random.Int64N(int64(20*time.Minute))))
		time.Sleep(step)
		synctest.Wait()
		y.look()
		d -= max(step, time.Second)
	}
}

// post hands over a set of credentials that works.
func (y *year) post() {
	y.figure["posts"]++
	good := fmt.Sprintf("AKIAGOOD%d", y.figure["posts"])
	y.sts.mu.Lock()
	y.sts.users[good] = true
	y.sts.mu.Unlock()
	y.rig.post(fmt.Sprintf(`{"AccessKeyId":%q,"SecretAccessKey":"bootstrap-secret"}`, good))
	y.lost, y.resumed = false, false
	synctest.Wait()
}

// happen lets one thing happen.
func (y *year) happen() {
	n := y.random.IntN(100)
	switch {
	case n < 30: // nothing
		return
	case n < 38:
		y.fault(yearFaults()[y.random.IntN(len(yearFaults()))])
		y.figure["faults"]++
		return
	case n < 64:
		y.fault("")
		return
	case n < 68:
		y.sts.mu.Lock()
		y.sts.lifetime = []time.Duration{0, 15 * time.Minute, 20 * time.Minute, time.Hour, 12 * time.Hour}[y.random.IntN(5)]
		y.sts.mu.Unlock()
		return
	}
	y.calm = time.Time{}
	switch {
	case n < 76:
		y.clock.jump(time.Duration(y.random.Int64N(int64(6*time.Hour))) - 3*time.Hour)
		y.look() // before anybody knows
		y.clockSet()
		y.figure["clock jumps"]++
	case n < 80: // somebody sets it right
		y.clock.mu.Lock()
		y.clock.offset = 0
		y.clock.mu.Unlock()
		y.clockSet()
	case n < 86:
		y.clock.sleep(time.Duration(y.random.Int64N(int64(10 * time.Hour))))
		y.look()
		if y.random.IntN(2) == 0 {
			y.clockSet()
		}
		y.figure["sleeps"]++
	case n < 90:
		y.again(true)
		y.figure["crashes"]++
	case n < 93:
		y.duration = []string{"15m", "1h", "12h"}[y.random.IntN(3)]
		y.version = y.random.IntN(8)
		y.again(true)
		y.figure["reloads"]++
	case n < 95:
		y.again(false)
		y.figure["restarts"]++
	case n < 96:
		if !y.proven() {
			return // the last good set may not have been used yet, and the newest one counts
		}
		y.rig.post(`{"AccessKeyId":"AKIABAD","SecretAccessKey":"bootstrap-secret"}`)
		y.figure["bad bootstraps"]++
	case n < 98:
		y.post()
	case n < 99:
		_, _ = y.act("refresh", "")
		y.figure["refreshes"]++
	default:
		if _, err := y.act("forget", ""); err != nil {
			y.t.Errorf("forget: %v", err)
		}
		y.lost = true
		y.figure["forgets"]++
		y.look()
		y.post()
	}
	synctest.Wait()
	y.calm = time.Time{}
}

// proven says that every grant has a set that has worked.
func (y *year) proven() bool {
	y.p.state.mu.Lock()
	defer y.p.state.mu.Unlock()
	for _, g := range y.p.state.grants {
		if g.works == nil {
			return false
		}
	}
	return true
}

// again ends the plugin and begins another.
func (y *year) again(checkpoint bool) {
	d := y.daemon
	d.quit()
	y.grep()
	next := newRig(y.t, y.config())
	next.clock = y.clock
	next.p.clock.wall, next.p.clock.elapsed = y.clock.now, y.clock.elapsed
	next.p.tick = 5 * time.Minute
	if saved, _ := d.core.last(); checkpoint && saved != nil {
		if err := next.p.Restore(y.t.Context(), saved); err != nil {
			y.t.Fatalf("restore: %v", err)
		}
	}
	d.rig = next
	y.begin()
	y.look() // what the core has kept
	d.serve()
	synctest.Wait()
	y.resumed = y.resumed || !checkpoint
}

func (y *year) fault(f string) {
	y.sts.mu.Lock()
	y.sts.fault = f
	y.sts.mu.Unlock()
	y.calm = time.Time{}
}

func documentOf(role string) string { return mountIAM + "/security-credentials/" + role }

// look checks all that is served.
func (y *year) look() {
	y.figure["looks"]++
	now := y.clock.truth()
	y.sts.mu.Lock()
	trouble := y.sts.fault != ""
	y.sts.mu.Unlock()
	if trouble || y.lost {
		y.calm = time.Time{}
	} else if y.calm.IsZero() {
		y.calm = now
	}
	for _, path := range []string{documentOf("app"), identityDocument} {
		d := y.core.get(path)
		complete := d.AccessKeyId != "" && d.SecretAccessKey == "secret-of-"+d.AccessKeyId && d.Token == "token-of-"+d.AccessKeyId
		switch {
		case d.Code != codeSuccess && (d.AccessKeyId+d.SecretAccessKey+d.Token+d.Expiration != "" || d.Message == ""),
			d.Code == codeSuccess && (!complete || d.Message != ""):
			y.t.Errorf("%s: torn document %+v", path, d)
		case d.Code != codeSuccess:
			y.figure["failure documents"]++
			if y.resumed {
				y.post()
				y.calm = time.Time{}
			}
			if !y.calm.IsZero() && now.Sub(y.calm) > 15*time.Minute {
				y.t.Errorf("%s: all is well since %s, and yet %+v", path, y.calm, d)
			}
			continue
		}
		end, err := time.Parse(time.RFC3339, d.Expiration)
		if err != nil || !now.Before(end) {
			y.t.Errorf("%s: it is %s, and credentials of %s are served: %v", path, now, d.Expiration, err)
		}
		y.figure["good documents"]++
	}
}

// tell prints the figures and checks those of the calls.
func (y *year) tell(days int, seed uint64) {
	s := y.sts
	if y.t.Failed() {
		lines := strings.Split(y.log.String(), "\n")
		y.t.Log(strings.Join(lines[max(0, len(lines)-60):], "\n"))
	}
	y.t.Logf("seed %d: %d days, %d looks: %d good documents, %d failure documents, 0 expired, empty or torn", seed, days,
		y.figure["looks"], y.figure["good documents"], y.figure["failure documents"])
	y.t.Logf("%d faults, %d clock jumps, %d sleeps, %d crashes, %d reloads, %d restarts, %d forgets, %d refreshes, %d bad bootstraps",
		y.figure["faults"], y.figure["clock jumps"], y.figure["sleeps"], y.figure["crashes"], y.figure["reloads"], y.figure["restarts"],
		y.figure["forgets"], y.figure["refreshes"], y.figure["bad bootstraps"])
	y.t.Logf("%d calls of STS, %d at a time, at most %d in a minute and %d in an hour; %d sessions granted; calls by fault: %v",
		s.calls, s.most, s.perMin, s.perHour, s.granted, s.faults)
	if s.most > 1 || s.perMin > 90 || s.perHour > 1200 {
		y.t.Errorf("a stampede: %d calls at a time, %d in a minute, %d in an hour", s.most, s.perMin, s.perHour)
	}
	y.grep()
}

// grep looks for secrets in the log of a process.
func (y *year) grep() {
	for _, secret := range []string{"secret-of-", "token-of-", "bootstrap-secret"} {
		if strings.Contains(y.log.String(), secret) {
			y.t.Errorf("the log shows %s", secret)
		}
	}
}
