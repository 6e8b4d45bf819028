package events

import (
	"testing"

	"github.com/mockmd/mockmd/sdk"
	"github.com/mockmd/mockmd/sdk/sdktest"
)

func TestConfigDiagnostics(t *testing.T) {
	t.Parallel()
	onDemand := sdktest.Instance()
	web := sdktest.Instance()
	web.Label = "web"
	stopped, hibernated := spotInstance("stop"), spotInstance("hibernate")
	stopped.Label = "batch"
	awake := sdktest.Instance()
	awake.Hibernation = new(bool)
	for _, tt := range []struct {
		name, config string
		in           []*sdk.Instance // nil: one that is interrupted by termination
		want         []string
	}{
		{"nothing", "", []*sdk.Instance{onDemand}, nil},
		{"everything", `
spot_interruption {
  action = "terminate"
  after  = "30s"
  notice = "90s"
}
rebalance_recommendation { at = "2026-01-01T00:00:00+02:00" }
maintenance "reboot" {
  code          = "system-reboot"
  description   = "new power supply"
  event_id      = "instance-event-0123456789abcdef0"
  not_before    = "24h"
  not_after     = "26h"
  state         = "completed"
  history_after = "27h"
  after         = "1m"
}
maintenance "stop" {
  code       = "instance-stop"
  not_before = "2026-02-01T00:00:00Z"
  not_after  = "2026-02-01T00:00:00Z"
  at         = "2026-01-01T00:00:00Z"
  history_at = "2026-01-01T00:00:00Z"
}
autoscaling { target_lifecycle_state = "InService" }
autoscaling {
  target_lifecycle_state = "Terminated"
  after                  = "1h"
}
instance_action { action = "shutdown" }`, nil, nil},
		{"hibernation without notice", "spot_interruption {\n  notice = \"0s\"\n}", []*sdk.Instance{hibernated}, nil},
		{"moments that cannot be compared", "autoscaling {\n  target_lifecycle_state = \"InService\"\n  after = \"1h\"\n}\nautoscaling {\n  target_lifecycle_state = \"Terminated\"\n  at = \"2020-01-01T00:00:00Z\"\n}\n" +
			"maintenance \"a\" {\n  code = \"instance-stop\"\n  not_before = \"1h\"\n  not_after = \"2020-01-01T00:00:00Z\"\n}", nil, nil},

		{"unknown argument", "spot_interruption {\n  acton = \"stop\"\n}", nil, []string{`2: Unsupported argument; An argument named "acton" is not expected here. Did you mean "action"?`}},
		{"unknown block", "spot_interuption {}", nil, []string{`1: Unsupported block type; Blocks of type "spot_interuption" are not expected here. Did you mean "spot_interruption"?`}},
		{"two interruptions", "spot_interruption {}\nspot_interruption {}", nil, []string{"2: Duplicate spot_interruption block"}},
		{"two recommendations", "rebalance_recommendation {}\nrebalance_recommendation {}", nil, []string{"2: Duplicate rebalance_recommendation block"}},
		{"arguments missing", "maintenance {}\nautoscaling {}\ninstance_action {}\nmaintenance \"a\" {}", nil, []string{
			"1: Missing name for maintenance", "2: Missing required argument", "3: Missing required argument", "4: Missing required argument",
		}},
		{"HCL's mistakes and the plugin's together", "autoscaling {\n  target_lifecycle_state = []\n  after = \"5\"\n}", nil, []string{
			"2: Unsuitable value type", "3: Invalid duration",
		}},

		{"not a Spot Instance", "spot_interruption {}\nrebalance_recommendation {}", []*sdk.Instance{onDemand, web, stopped}, []string{
			`1: Not a Spot Instance; The instance is on-demand, and only Spot Instances are interrupted. Let it have instance_market_options { market_type = "spot" }, or remove this block.`,
			`1: Not a Spot Instance; Instance "web" is on-demand, and only Spot Instances are interrupted.`,
			`2: Not a Spot Instance; The instance is on-demand, and only Spot Instances are recommended for rebalancing.`,
			`2: Not a Spot Instance; Instance "web" is on-demand`,
		}},
		{"another interruption", "spot_interruption {\n  action = \"terminate\"\n}", []*sdk.Instance{stopped}, []string{
			`2: Interruption that was not asked for; Instance "batch" has instance_interruption_behavior = "stop", so EC2 would not terminate it. Change that, or leave action out.`,
		}},
		{"notice of a hibernation", "spot_interruption {\n  notice = \"2m\"\n}", []*sdk.Instance{hibernated, stopped}, []string{
			"2: Notice of a hibernation; The instance hibernates when the notice appears: EC2 does not wait. Remove notice.",
		}},
		{"unknown action", "spot_interruption {\n  action = \"Terminated\"\n}", nil, []string{`2: Unknown action; There is no action "Terminated"; did you mean "terminate"?`}},
		{"far action", "spot_interruption {\n  action = \"drain\"\n}", nil, []string{`2: Unknown action; There is no action "drain"; there is "terminate", "stop", "hibernate".`}},

		{"both moments", "spot_interruption {\n  after = \"1s\"\n  at    = \"2026-01-01T00:00:00Z\"\n}", nil, []string{
			"3: Two moments; at is a time and after a delay. Remove one of them.",
		}},
		{"no unit", "spot_interruption {\n  after = 5\n}", nil, []string{"2: Invalid duration; after has no unit. Write 5s, 5m or 5h."}},
		{"no duration", "spot_interruption {\n  notice = \"soon\"\n}", nil, []string{"2: Invalid duration; notice is a number with a unit, such as 30s or 1h30m."}},
		{"negative duration", "rebalance_recommendation {\n  after = \"-5m\"\n}", nil, []string{
			"2: Invalid duration; after is negative: an event cannot come before what it counts from. Write a time for what is past.",
		}},
		{"long duration", "rebalance_recommendation {\n  after = \"876001h\"\n}", nil, []string{"2: Invalid duration; after is longer than a hundred years."}},
		{"time without zone", "spot_interruption {\n  at = \"2026-01-01 00:00:00\"\n}", nil, []string{
			"2: Invalid time; at is a time with its zone in the form of RFC 3339, such as 2026-01-01T00:00:00Z.",
		}},
		{"old time", "spot_interruption {\n  at = \"1969-12-31T23:59:59Z\"\n}", nil, []string{"2: Invalid time; at is before 1970."}},

		{"unknown code", "maintenance \"a\" {\n  code = \"system_reboot\"\n}", nil, []string{`2: Unknown code; There is no code "system_reboot"; did you mean "system-reboot"?`}},
		{"far code", "maintenance \"a\" {\n  code = \"fire\"\n}", nil, []string{
			`2: Unknown code; There is no code "fire"; there is "instance-reboot", "instance-retirement", "instance-stop", "system-maintenance", "system-reboot".`,
		}},
		{"unknown maintenance state", "maintenance \"a\" {\n  code = \"instance-stop\"\n  state = \"cancelled\"\n}", nil, []string{
			`3: Unknown state; There is no state "cancelled"; did you mean "canceled"?`,
		}},
		{"two of a name", "maintenance \"a\" { code = \"instance-stop\" }\nmaintenance \"a\" { code = \"instance-stop\" }", nil, []string{
			`2: Duplicate maintenance; The maintenance "a" is defined at config.hcl:1,13-16 already.`,
		}},
		{"two of an id", "maintenance \"a\" {\n  code = \"instance-stop\"\n  event_id = \"instance-event-0123456789abcdef0\"\n}\nmaintenance \"b\" {\n  code = \"instance-stop\"\n  event_id = \"instance-event-0123456789abcdef0\"\n}", nil, []string{
			"7: Duplicate event id; The maintenance at config.hcl:3,14-48 has this id already. Remove event_id to have one derived.",
		}},
		{"event id", "maintenance \"a\" {\n  code = \"instance-stop\"\n  event_id = \"instance-event-1\"\n}", nil, []string{
			"3: Invalid event id; An event id is instance-event- and 17 digits or letters from a to f. Remove event_id to have one derived.",
		}},
		{"no moment", "maintenance \"a\" {\n  code = \"instance-stop\"\n  not_before = \"tomorrow\"\n  not_after = \"5\"\n}", nil, []string{
			"3: Invalid moment; not_before is a delay from the moment when the event appears, such as 1h30m, or a time, such as 2026-01-01T00:00:00Z.",
			"4: Invalid moment; not_after is a delay",
		}},
		{"negative moment", "maintenance \"a\" {\n  code = \"instance-stop\"\n  not_before = \"-1h\"\n}", nil, []string{"3: Invalid duration; not_before is negative"}},
		{"ends first, delays", "maintenance \"a\" {\n  code = \"instance-stop\"\n  not_before = \"2h\"\n  not_after = \"1h\"\n}", nil, []string{
			"4: End before the begin; The maintenance must have ended before it may begin: not_after is earlier than not_before.",
		}},
		{"ends first, times", "maintenance \"a\" {\n  code = \"instance-stop\"\n  not_before = \"2026-01-02T00:00:00Z\"\n  not_after = \"2026-01-01T00:00:00Z\"\n}", nil, []string{"4: End before the begin"}},
		{"ends first, mixed", "maintenance \"a\" {\n  code = \"instance-stop\"\n  at = \"2026-01-01T00:00:00Z\"\n  not_before = \"1h\"\n  not_after = \"2026-01-01T00:59:59Z\"\n}", nil, []string{"5: End before the begin"}},
		{"end after a mistake", "maintenance \"a\" {\n  code = \"instance-stop\"\n  at = \"2026-01-01T00:00:00Z\"\n  not_before = \"x\"\n  not_after = \"2025-01-01T00:00:00Z\"\n}", nil, []string{"4: Invalid moment"}},
		{"active in the history", "maintenance \"a\" {\n  code = \"instance-stop\"\n  state = \"active\"\n  history_after = \"1h\"\n}", nil, []string{
			"4: Active event in the history; Only canceled and completed events are in the history. Change state, or remove this argument.",
		}},
		{"history first", "maintenance \"a\" {\n  code = \"instance-stop\"\n  at = \"2026-01-02T00:00:00Z\"\n  history_at = \"2026-01-01T00:00:00Z\"\n}", nil, []string{
			"4: In the history before it appears; The event appears at 2026-01-02T00:00:00Z. Give history_at a later time.",
		}},
		{"two moments of history", "maintenance \"a\" {\n  code = \"instance-stop\"\n  history_after = \"1h\"\n  history_at = \"2026-01-01T00:00:00Z\"\n}", nil, []string{
			"4: Two moments; history_at is a time and history_after a delay. Remove one of them.",
		}},

		{"unknown lifecycle state", "autoscaling {\n  target_lifecycle_state = \"inservice\"\n}", nil, []string{
			`2: Unknown target_lifecycle_state; There is no target_lifecycle_state "inservice"; did you mean "InService"?`,
		}},
		{"unknown instance action", "instance_action {\n  action = \"reboot\"\n}", nil, []string{
			`2: Unknown action; There is no action "reboot"; there is "none", "shutdown", "bundle-pending".`,
		}},
		{"order of delays", "autoscaling {\n  target_lifecycle_state = \"InService\"\n  after = \"2m\"\n}\nautoscaling {\n  target_lifecycle_state = \"Terminated\"\n  after = \"1m\"\n}", nil, []string{
			"5: States out of order; The autoscaling blocks are a sequence: this one comes after 1m0s, and the one before it after 2m0s. Give each a later moment than the one before.",
		}},
		{"order of times", "instance_action {\n  action = \"shutdown\"\n  at = \"2026-01-02T00:00:00Z\"\n}\ninstance_action {\n  action = \"none\"\n  at = \"2026-01-01T00:00:00Z\"\n}", nil, []string{
			"5: States out of order; The instance_action blocks are a sequence: this one comes at 2026-01-01T00:00:00Z, and the one before it at 2026-01-02T00:00:00Z.",
		}},
		{"at once twice", "autoscaling { target_lifecycle_state = \"InService\" }\nautoscaling { target_lifecycle_state = \"Terminated\" }", nil, []string{
			"2: States out of order; The autoscaling blocks are a sequence: this one comes at once, and the one before it at once.",
		}},
		{"order after a mistake", "autoscaling {\n  target_lifecycle_state = \"InService\"\n  after = \"x\"\n}\nautoscaling { target_lifecycle_state = \"Terminated\" }", nil, []string{"3: Invalid duration"}},
		{"order before a mistake", "autoscaling {\n  target_lifecycle_state = \"InService\"\n  after = \"1m\"\n}\nautoscaling {\n  target_lifecycle_state = \"Terminated\"\n  after = \"x\"\n}", nil, []string{"7: Invalid duration"}},
		{"warm pool", "autoscaling {\n  target_lifecycle_state = \"Warmed:Running\"\n}", nil, []string{
			"2: Spot Instance in a warm pool; The instance is a Spot Instance, and warm pools take none.",
		}},
		{"hibernated in a warm pool", "autoscaling {\n  target_lifecycle_state = \"Warmed:Hibernated\"\n}", []*sdk.Instance{awake, web}, []string{
			"2: Hibernation is not set up; The instance has hibernation = false.",
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			in := tt.in
			if in == nil {
				in = []*sdk.Instance{spotInstance("terminate")}
			}
			sdktest.Expect(t, sdktest.Start(t, New()).Configure(tt.config, in...), tt.want...)
		})
	}
}

func TestSummary(t *testing.T) {
	t.Parallel()
	g := newRig(t, `
autoscaling { target_lifecycle_state = "InService" }
spot_interruption { after = "30s" }
maintenance "reboot" {
  code = "system-reboot"
  at   = "2026-01-01T00:00:00Z"
}`, spotInstance("terminate"))
	const want = "spot_interruption after 30s, maintenance reboot system-reboot at 2026-01-01T00:00:00Z, autoscaling InService at once"
	if got := g.p.Summary(); got != want {
		t.Errorf("summary %q, want %q", got, want)
	}
	if got := newRig(t, "", sdktest.Instance()).p.Summary(); got != "" {
		t.Errorf("summary without events: %q", got)
	}
}
