package events

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/mockmd/mockmd/sdk/sdktest"
)

// The samples are those of the user guide, with its white space.
func TestSamples(t *testing.T) {
	t.Parallel()
	const times = "event_id = \"instance-event-0d59937288b749b32\"\nnot_before = \"2019-01-21T09:00:43Z\"\nnot_after = \"2019-01-21T10:17:23+01:00\"\n"
	const other = "event_id = \"instance-event-0d59937288b749b33\"\nnot_before = \"2019-01-09T09:00:43Z\"\nnot_after = \"2019-01-09T09:17:23Z\"\n"
	for _, tt := range []struct{ name, config, path, want string }{
		{"scheduled", "maintenance \"a\" {\ncode = \"system-reboot\"\n" + times + "}", "events/maintenance/scheduled", strings.Join([]string{
			`[ `,
			`  {`,
			`    "NotBefore" : "21 Jan 2019 09:00:43 GMT",`,
			`    "Code" : "system-reboot",`,
			`    "Description" : "scheduled reboot",`,
			`    "EventId" : "instance-event-0d59937288b749b32",`,
			`    "NotAfter" : "21 Jan 2019 09:17:23 GMT",`,
			`    "State" : "active"`,
			`  } `,
			`]`,
		}, "\n")},
		{
			"history",
			"maintenance \"a\" {\ncode = \"system-reboot\"\nstate = \"canceled\"\n" + times + "}\n" +
				"maintenance \"b\" {\ncode = \"instance-stop\"\nstate = \"completed\"\ndescription = \"[Completed] it is <done>\"\n" + other + "}",
			"events/maintenance/history", strings.Join([]string{
				`[ `,
				`  {`,
				`    "NotBefore" : "21 Jan 2019 09:00:43 GMT",`,
				`    "Code" : "system-reboot",`,
				`    "Description" : "[Canceled] scheduled reboot",`,
				`    "EventId" : "instance-event-0d59937288b749b32",`,
				`    "NotAfter" : "21 Jan 2019 09:17:23 GMT",`,
				`    "State" : "canceled"`,
				`  }, `,
				`  {`,
				`    "NotBefore" : "9 Jan 2019 09:00:43 GMT",`,
				`    "Code" : "instance-stop",`,
				`    "Description" : "[Completed] it is <done>",`,
				`    "EventId" : "instance-event-0d59937288b749b33",`,
				`    "NotAfter" : "9 Jan 2019 09:17:23 GMT",`,
				`    "State" : "completed"`,
				`  } `,
				`]`,
			}, "\n"),
		},
		{"terminate", `spot_interruption { at = "2017-09-18T08:20:00Z" }`, "spot/instance-action", `{"action": "terminate", "time": "2017-09-18T08:22:00Z"}`},
		{"termination time", `spot_interruption { at = "2015-01-05T18:00:00Z" }`, "spot/termination-time", `2015-01-05T18:02:00Z`},
		{"rebalance", `rebalance_recommendation { at = "2020-10-27T09:22:00+01:00" }`, "events/recommendations/rebalance", `{"noticeTime": "2020-10-27T08:22:00Z"}`},
		{"autoscaling", `autoscaling { target_lifecycle_state = "InService" }`, "autoscaling/target-lifecycle-state", `InService`},
		{"instance action", `instance_action { action = "bundle-pending" }`, "instance-action", `bundle-pending`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got := newRig(t, tt.config, spotInstance("terminate")).leaf(tt.path).Body
			if diff := cmp.Diff(tt.want, string(got)); diff != "" {
				t.Errorf("%s (-want +got):\n%s", tt.name, diff)
			}
		})
	}
}

// Each case is what is served at some moments after the start.
func TestTreeOverTime(t *testing.T) {
	t.Parallel()
	const (
		none  = "instance-action 2008-09-01 launch \"none\"\n"
		quiet = "events/maintenance/history 2018-08-17 launch \"[]\"\nevents/maintenance/scheduled 2018-08-17 launch \"[]\"\n"
	)
	type look struct {
		after time.Duration
		want  string
	}
	for _, tt := range []struct {
		name, config, behavior string
		looks                  []look
	}{
		{"nothing", "", "terminate", []look{{0, quiet + none}, {1000 * time.Hour, quiet + none}}},
		{"interruption", `spot_interruption { after = "30s" }`, "terminate", []look{
			{0, quiet + none},
			{29999 * time.Millisecond, quiet + none},
			{30 * time.Second, quiet + none +
				"spot/instance-action 2016-11-15 2026-01-01T00:00:30Z \"{\\\"action\\\": \\\"terminate\\\", \\\"time\\\": \\\"2026-01-01T00:02:30Z\\\"}\"\n" +
				"spot/termination-time 2014-11-05 2026-01-01T00:00:30Z \"2026-01-01T00:02:30Z\"\n"},
			{24 * time.Hour, quiet + none + // it stays
				"spot/instance-action 2016-11-15 2026-01-01T00:00:30Z \"{\\\"action\\\": \\\"terminate\\\", \\\"time\\\": \\\"2026-01-01T00:02:30Z\\\"}\"\n" +
				"spot/termination-time 2014-11-05 2026-01-01T00:00:30Z \"2026-01-01T00:02:30Z\"\n"},
		}},
		{"stop", `spot_interruption { notice = "5m" }`, "stop", []look{{0, quiet + none +
			"spot/instance-action 2016-11-15 2026-01-01T00:00:00Z \"{\\\"action\\\": \\\"stop\\\", \\\"time\\\": \\\"2026-01-01T00:05:00Z\\\"}\"\n"}}},
		{"hibernate", `spot_interruption { after = "1s" }`, "hibernate", []look{{time.Second, quiet + none +
			"spot/instance-action 2016-11-15 2026-01-01T00:00:01Z \"{\\\"action\\\": \\\"hibernate\\\", \\\"time\\\": \\\"2026-01-01T00:00:01Z\\\"}\"\n"}}},
		{"rebalance", `rebalance_recommendation { at = "2026-01-01T00:00:10Z" }`, "terminate", []look{
			{9 * time.Second, quiet + none},
			{10 * time.Second, quiet + "events/recommendations/rebalance 2020-10-27 2026-01-01T00:00:10Z \"{\\\"noticeTime\\\": \\\"2026-01-01T00:00:10Z\\\"}\"\n" + none},
		}},
		{"states", `
autoscaling {
  target_lifecycle_state = "InService"
  after                  = "10s"
}
autoscaling {
  target_lifecycle_state = "Terminated"
  at                     = "2026-01-01T00:00:20Z"
}
instance_action {
  action = "shutdown"
  after  = "10s"
}
instance_action {
  action = "none"
  after  = "20s"
}`, "terminate", []look{
			{9 * time.Second, quiet + none},
			{10 * time.Second, "autoscaling/target-lifecycle-state 2021-07-15 2026-01-01T00:00:10Z \"InService\"\n" + quiet +
				"instance-action 2008-09-01 2026-01-01T00:00:10Z \"shutdown\"\n"},
			{20 * time.Second, "autoscaling/target-lifecycle-state 2021-07-15 2026-01-01T00:00:20Z \"Terminated\"\n" + quiet +
				"instance-action 2008-09-01 2026-01-01T00:00:20Z \"none\"\n"},
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			g := newRig(t, tt.config, spotInstance(tt.behavior))
			g.tree()
			for _, l := range tt.looks {
				g.clock.offset = l.after
				if diff := cmp.Diff(l.want, render(g.tree())); diff != "" {
					t.Errorf("%s after %s (-want +got):\n%s", tt.name, l.after, diff)
				}
			}
		})
	}
}

func TestMaintenanceMovesToTheHistory(t *testing.T) {
	t.Parallel()
	g := newRig(t, `
maintenance "stop" {
  code = "instance-stop"
  at   = "2025-12-24T00:00:00Z"
}
maintenance "reboot" {
  code          = "system-reboot"
  after         = "10s"
  not_before    = "1m"
  history_after = "20s"
}
maintenance "old" {
  code        = "system-maintenance"
  description = "power"
  state       = "canceled"
  at          = "2025-12-01T00:00:00Z"
  history_at  = "2025-12-02T00:00:00Z"
}
`, sdktest.Instance())
	g.tree()
	for _, tt := range []struct {
		after                         time.Duration
		scheduled, scheduledChanged   string
		history, historyChanged       string
		description, notAfter, before string
	}{
		{0, "instance-stop", "2025-12-24T00:00:00Z", "system-maintenance", "2025-12-02T00:00:00Z", `"[Canceled] power"`, `"NotAfter" : ""`, "24 Dec 2025 00:00:00 GMT"},
		{10 * time.Second, "instance-stop system-reboot", "2026-01-01T00:00:10Z", "system-maintenance", "2025-12-02T00:00:00Z", `"scheduled reboot"`, `"1 Jan 2026 02:01:10 GMT"`, `"1 Jan 2026 00:01:10 GMT"`},
		{29 * time.Second, "instance-stop system-reboot", "2026-01-01T00:00:10Z", "system-maintenance", "2025-12-02T00:00:00Z", `"scheduled reboot"`, `"1 Jan 2026 02:01:10 GMT"`, `"1 Jan 2026 00:01:10 GMT"`},
		{30 * time.Second, "instance-stop", "2026-01-01T00:00:30Z", "system-maintenance system-reboot", "2026-01-01T00:00:30Z", `"[Completed] scheduled reboot"`, `"1 Jan 2026 02:01:10 GMT"`, `"1 Jan 2026 00:01:10 GMT"`},
	} {
		g.clock.offset = tt.after
		scheduled, history := g.leaf("events/maintenance/scheduled"), g.leaf("events/maintenance/history")
		got := []string{codesIn(t, scheduled.Body), stamp(scheduled.LastModified), codesIn(t, history.Body), stamp(history.LastModified)}
		if diff := cmp.Diff([]string{tt.scheduled, tt.scheduledChanged, tt.history, tt.historyChanged}, got); diff != "" {
			t.Errorf("after %s (-want +got):\n%s", tt.after, diff)
		}
		for _, part := range []string{tt.description, tt.notAfter, tt.before} {
			if !strings.Contains(string(scheduled.Body)+string(history.Body), part) {
				t.Errorf("after %s: no %s in %s and %s", tt.after, part, scheduled.Body, history.Body)
			}
		}
	}
}

// What is over when it appears has never been in the other list, and is not
// over before it has appeared.
func TestMaintenanceThatIsOverAtOnce(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ name, config string }{
		{"no moment of its own", "code = \"instance-stop\"\nstate = \"canceled\"\nafter = \"1h\""},
		{"earlier moment", "code = \"instance-stop\"\nhistory_at = \"2025-01-01T00:00:00Z\"\nafter = \"1h\""},
	} {
		g := newRig(t, "maintenance \"a\" {\n"+tt.config+"\n}", sdktest.Instance())
		g.tree()
		g.clock.jump(59 * time.Minute)
		if body := string(g.leaf("events/maintenance/history").Body); body != "[]" {
			t.Errorf("%s: too early: %s", tt.name, body)
		}
		g.clock.jump(time.Hour)
		scheduled, history := g.leaf("events/maintenance/scheduled"), g.leaf("events/maintenance/history")
		if string(scheduled.Body) != "[]" || !scheduled.LastModified.IsZero() {
			t.Errorf("%s: scheduled %s of %s", tt.name, scheduled.Body, scheduled.LastModified)
		}
		if codesIn(t, history.Body) != "instance-stop" || !history.LastModified.Equal(newYear.Add(time.Hour)) {
			t.Errorf("%s: history %s of %s", tt.name, history.Body, history.LastModified)
		}
	}
}

// Ids are the same at every start, and differ between events and instances.
func TestDerivedEventIDs(t *testing.T) {
	t.Parallel()
	const config = "maintenance \"a\" { code = \"instance-stop\" }\nmaintenance \"b\" { code = \"instance-stop\" }"
	other := sdktest.Instance()
	other.ID = "i-0123456789abcdef1"
	seen := map[string]bool{}
	for range 2 {
		for _, in := range []string{"", "other"} {
			g := newRig(t, config, sdktest.Instance())
			if in != "" {
				g.in = other
			}
			for _, e := range decode(t, g.leaf("events/maintenance/scheduled").Body) {
				if !eventIDPattern.MatchString(e.EventID) {
					t.Errorf("event id %q", e.EventID)
				}
				seen[e.EventID] = true
			}
		}
	}
	if len(seen) != 4 {
		t.Errorf("%d ids for 2 events of 2 instances, started twice: %v", len(seen), seen)
	}
}
