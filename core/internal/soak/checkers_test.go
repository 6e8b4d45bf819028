package main

import (
	"fmt"
	"os"
	"strings"
	"testing"
	"time"
)

// quietSoak has nothing running, and one instance with one session.
func quietSoak(now time.Time) *soak {
	s := &soak{journal: newJournal(func(string) {}), grants: newGrants()}
	s.now = func() time.Time { return now }
	s.grants.all["ASIA1"] = &grant{
		role: "app", session: "i-1", secret: "secret", token: "token",
		expires: now.Add(time.Minute), issued: now.Add(-time.Minute), handed: now.Add(-time.Minute),
	}
	s.grants.last["app/i-1"] = []*grant{s.grants.all["ASIA1"]}
	return s
}

const goodDocument = `{"Code": "Success", "AccessKeyId": "ASIA1", "SecretAccessKey": "secret", "Token": "token", "Expiration": "END"}`

// TestDocuments: what is wrong with a document is seen, and what is not is
// not.
func TestDocuments(t *testing.T) {
	t.Parallel()
	now := time.Now().Truncate(time.Second)
	end := func(d time.Duration) string { return now.Add(d).UTC().Format(time.RFC3339) }
	good := strings.Replace(goodDocument, "END", end(time.Minute), 1)
	failure := `{"Code": "Internal", "Message": "why"}`
	for name, tt := range map[string]struct {
		body, role, instance string
		at                   time.Time
		excuse, want         string
	}{
		"good":                 {good, "app", "i-1", now, "", ""},
		"torn":                 {good[:40], "app", "i-1", now, "", "torn document"},
		"half":                 {strings.Replace(good, `"token"`, `""`, 1), "app", "i-1", now, "", "half a document"},
		"expired":              {good, "app", "i-1", now.Add(62 * time.Second), "", "is served with Code Success"},
		"never issued":         {strings.Replace(good, "ASIA1", "ASIA2", 1), "app", "i-1", now, "", "STS has not issued ASIA2"},
		"another's":            {good, "app", "i-2", now, "", "read by i-2"},
		"another role's":       {good, "web", "i-1", now, "", "read by i-1 with role web"},
		"mixed":                {strings.Replace(good, `"token"`, `"other"`, 1), "app", "i-1", now, "", "mixes two sets"},
		"another end":          {strings.Replace(goodDocument, "END", end(time.Hour), 1), "app", "i-1", now, "", "is said to"},
		"failure for nothing":  {failure, "app", "i-1", now, "", "failure document (why) though STS gave"},
		"failure, excused":     {failure, "app", "i-1", now, noCredentials, ""},
		"failure, none given":  {failure, "app", "i-2", now, "", ""},
		"failure after it all": {failure, "app", "i-1", now.Add(time.Minute), "", ""},
		"failure with keys":    {strings.Replace(good, "Success", "Internal", 1), "app", "i-1", now, "", "failure document with code"},
		"failure, no message":  {`{"Code": "Internal"}`, "app", "i-2", now, "", "failure document with code"},
	} {
		s := quietSoak(now)
		if tt.excuse != "" {
			s.excuse(tt.excuse)
		}
		_, err := s.checkDocument(tt.body, tt.role, tt.instance, tt.at, tt.at.Add(time.Millisecond))
		if tt.want == "" && err != nil || tt.want != "" && (err == nil || !strings.Contains(err.Error(), tt.want)) {
			t.Errorf("%s: %v, want %q", name, err, tt.want)
		}
	}
}

// TestLastGrantCounts: a session that another one has followed is not served any
// more, and one that was lost with its process gives way to the one before.
func TestLastGrantCounts(t *testing.T) {
	t.Parallel()
	now := time.Now()
	s := quietSoak(now)
	short := &grant{role: "app", session: "i-1", expires: now.Add(10 * time.Second), handed: now.Add(-30 * time.Second)}
	s.grants.last["app/i-1"] = append(s.grants.last["app/i-1"], short)
	for _, tt := range []struct {
		endsAfter time.Duration
		lost      bool
		want      *grant
	}{{0, false, short}, {20 * time.Second, false, nil}, {20 * time.Second, true, s.grants.all["ASIA1"]}} {
		if tt.lost {
			s.grants.lose(now.Add(-31 * time.Second))
		}
		if got := s.grants.good("app", "i-1", now, now.Add(tt.endsAfter)); got != tt.want {
			t.Errorf("after %s, lost %v: %+v", tt.endsAfter, tt.lost, got)
		}
	}
	s.grants.end("app")
	if got := s.grants.good("app", "i-1", now, now); got != nil {
		t.Errorf("with other terms: %+v", got)
	}
}

// TestBodies: a wrong body is seen, and of one that changes what was right a
// moment ago, and what is not yet.
func TestBodies(t *testing.T) {
	t.Parallel()
	now := time.Now()
	at := func(seconds int) time.Time { return now.Add(time.Duration(seconds) * time.Second) }
	s := quietSoak(now)
	changing := &spans{}
	changing.may("n0", at(0))
	changing.may("n1", at(10))
	changing.only("n1", at(12))
	changing.may("n2", at(20)) // a reload that was refused
	changing.only("n1", at(22))
	p := &place{paths: map[string]*expectation{"/fixed": {body: "7"}, "/number": {changes: changing}, "/count": {check: isCount}}}
	for _, tt := range []struct {
		path, body  string
		from, until int
		right       bool
	}{
		{"/fixed", "7", 0, 1, true},
		{"/fixed", "7\n", 0, 1, false},
		{"/fixed", "", 0, 1, false},
		{"/count", "107", 0, 1, true},
		{"/count", "7", 0, 1, false},
		{"/number", "n0", 1, 2, true},
		{"/number", "n1", 1, 2, false},
		{"/number", "n1", 9, 11, true}, // asked before, answered after
		{"/number", "n0", 11, 15, true},
		{"/number", "n0", 13, 14, false},
		{"/number", "n1", 13, 30, true},
		{"/number", "n2", 20, 21, true},
		{"/number", "n2", 23, 24, false},
		{"/number", "n3", 23, 24, false},
	} {
		if _, err := s.checkBody(p, tt.path, tt.body, at(tt.from), at(tt.until)); (err == nil) != tt.right {
			t.Errorf("%s %q from %d to %d s: %v", tt.path, tt.body, tt.from, tt.until, err)
		}
	}
}

// TestFootprints: what is left behind is seen.
func TestFootprints(t *testing.T) {
	t.Parallel()
	plugins := func(files int) map[string]belongings {
		all := map[string]belongings{}
		for _, name := range pluginNames {
			all[name] = belongings{files: files, threads: 5}
		}
		return all
	}
	calm := &footprint{core: belongings{files: 40, sockets: 10, threads: 12}, plugins: plugins(10)}
	missing := plugins(10)
	delete(missing, "iam")
	for want, f := range map[string]*footprint{
		"":                                {core: belongings{files: 40, sockets: 10, threads: 20}, plugins: plugins(12)},
		"the core has 41 files open":      {core: belongings{files: 41, sockets: 10}, plugins: plugins(10)},
		"the core has 11 sockets":         {core: belongings{files: 40, sockets: 11}, plugins: plugins(10)},
		"the core has 90 threads":         {core: belongings{threads: 90}, plugins: plugins(10)},
		"static has 15 files open":        {plugins: plugins(15)},
		"iam has no process":              {plugins: missing},
		"processes that nobody knows":     {plugins: plugins(10), strange: []string{"7 mockmd"}},
		"left in the temporary folder: [": {plugins: plugins(10), left: []string{"mockmd-plugin-7"}},
	} {
		if err := f.beyond(calm); want == "" && err != nil || want != "" && (err == nil || !strings.Contains(err.Error(), want)) {
			t.Errorf("%v, want %q", err, want)
		}
	}
}

// TestMemory: growth is seen, and waves are not taken for it.
func TestMemory(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		size  func(i int) int64 // in megabytes
		grows bool
	}{
		"flat":     {func(int) int64 { return 100 }, false},
		"waves":    {func(i int) int64 { return 100 + int64(i%10)*3 }, false},
		"growing":  {func(i int) int64 { return 100 + int64(i)/2 }, true},
		"restarts": {func(i int) int64 { return 100 + int64(i%40) }, false},
	} {
		var m memory
		for i := range 200 {
			m.add(1+i/150, tt.size(i)<<20, true, nil)
			m.add(1+i/150, 999<<20, false, nil) // a reload
		}
		if err := m.judge(); (err != nil) != tt.grows {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestCanary: a secret in the log is seen, in whole or by its end, and so is a
// crash.
func TestCanary(t *testing.T) {
	t.Parallel()
	var wrong []string
	c := newCanary(func(format string, args ...any) { wrong = append(wrong, fmt.Sprintf(format, args...)) })
	c.add("0123456789abcdef0123456789ABCDEF")
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	l := c.read(r, &strings.Builder{})
	for _, line := range []string{
		"metadata read: access_key_id=ASIA1",
		"oops 0123456789abcdef0123456789ABCDEF",
		"oops …0123456789ABCDEF.",
		"panic: oops",
		"goroutine 1 [running]:",
		"goroutine 2 [select]:",
		"created by main.main in goroutine 1",
	} {
		if _, err := fmt.Fprintln(w, line); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	<-l.done
	if len(wrong) != 3 || c.lines != 7 || l.told() != 2 {
		t.Errorf("%d lines, %d goroutines, wrong: %q", c.lines, l.told(), wrong)
	}
}

// TestExcuses: a read that fails counts as wrong, but while it may, and for the
// disturbances that go on.
func TestExcuses(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	j := newJournal(func(string) {})
	j.now = func() time.Time { return now }
	over := j.begin("plugin kill -9", "")
	end := j.excuse(coreAway)
	now = now.Add(time.Second)
	end()
	at := func(seconds int) time.Time { return now.Add(time.Duration(seconds) * time.Second) }
	for name, tt := range map[string]struct {
		from, until int
		excuse      string
		want        bool
	}{
		"before": {-5, -2, coreAway, false}, "into it": {-5, -1, coreAway, true}, "over it": {-5, 5, coreAway, true},
		"out of it": {0, 3, coreAway, true}, "after": {1, 3, coreAway, false}, "another": {-5, 5, noCredentials, false},
	} {
		if got := j.excused(at(tt.from), at(tt.until), tt.excuse); got != tt.want {
			t.Errorf("%s: %v", name, got)
		}
	}
	j.read("IMDSv1", 0, right, "")
	j.read("IMDSv1", 0, excused, "")
	over()
	if !j.good() {
		t.Error("an excused read is wrong")
	}
	j.read("IMDSv1", 0, wrong, "what was wrong")
	if j.good() || len(j.violations) != 1 || !strings.Contains(j.violations[0], "what was wrong") || !strings.Contains(j.violations[0], "before: 00:00:00.000 plugin kill -9") {
		t.Errorf("violations %q", j.violations)
	}
	if k := j.kinds["plugin kill -9"]; k.reads != 2 || k.excused != 1 || k.wrong != 0 || j.total.reads != 3 || j.total.wrong != 1 {
		t.Errorf("%+v, all %+v", k, j.total)
	}
}
