package events

import (
	"encoding/json"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/mockmd/mockmd/sdk/sdktest"
)

// scheduledEvent, and the layouts below, are what aws-node-termination-handler
// reads the paths with.
type scheduledEvent struct {
	NotBefore   string `json:"NotBefore"`
	Code        string `json:"Code"`
	Description string `json:"Description"`
	EventID     string `json:"EventId"`
	NotAfter    string `json:"NotAfter"`
	State       string `json:"State"`
}

const handlerLayout = "2 Jan 2006 15:04:05 GMT"

func decode(t *testing.T, body []byte) []scheduledEvent {
	t.Helper()
	var out []scheduledEvent
	if err := json.Unmarshal(body, &out); err != nil {
		t.Fatalf("decode %s: %v", body, err)
	}
	return out
}

func codesIn(t *testing.T, body []byte) string {
	t.Helper()
	var names []string
	for _, e := range decode(t, body) {
		names = append(names, e.Code)
	}
	return strings.Join(names, " ")
}

func TestTerminationHandlerReadsEverything(t *testing.T) {
	t.Parallel()
	g := newRig(t, `
spot_interruption {}
rebalance_recommendation {}
autoscaling { target_lifecycle_state = "Terminated" }
maintenance "retirement" { code = "instance-retirement" }
maintenance "reboot" {
  code       = "instance-reboot"
  not_before = "24h"
  not_after  = "26h"
}
maintenance "done" {
  code  = "system-reboot"
  state = "completed"
}`, spotInstance("terminate"))
	if events := decode(t, newRig(t, "", sdktest.Instance()).leaf("events/maintenance/scheduled").Body); events == nil || len(events) != 0 {
		t.Errorf("without events: %v", events)
	}
	want := map[string][2]time.Time{
		"instance-retirement": {newYear, {}},
		"instance-reboot":     {newYear.Add(24 * time.Hour), newYear.Add(26 * time.Hour)},
	}
	scheduled := decode(t, g.leaf("events/maintenance/scheduled").Body)
	if len(scheduled) != len(want) {
		t.Errorf("scheduled: %+v", scheduled)
	}
	for _, e := range scheduled {
		begin, err := time.Parse(handlerLayout, e.NotBefore)
		if err != nil || !begin.Equal(want[e.Code][0]) || e.State != "active" {
			t.Errorf("%+v: %v", e, err)
		}
		var end time.Time
		if e.NotAfter != "" { // as the handler does
			if end, err = time.Parse(handlerLayout, e.NotAfter); err != nil {
				t.Errorf("%+v: %v", e, err)
			}
		}
		if !end.Equal(want[e.Code][1]) {
			t.Errorf("%s ends at %s, want %s", e.Code, end, want[e.Code][1])
		}
	}
	var spot struct {
		Action string `json:"action"`
		Time   string `json:"time"`
	}
	body := g.leaf("spot/instance-action").Body
	if err := json.Unmarshal(body, &spot); err != nil {
		t.Fatalf("decode %s: %v", body, err)
	}
	if end, err := time.Parse(time.RFC3339, spot.Time); err != nil || !end.Equal(newYear.Add(2*time.Minute)) || spot.Action != "terminate" {
		t.Errorf("interruption %s: %v", body, err)
	}
	var rebalance struct {
		NoticeTime string `json:"noticeTime"`
	}
	body = g.leaf("events/recommendations/rebalance").Body
	if err := json.Unmarshal(body, &rebalance); err != nil {
		t.Fatalf("decode %s: %v", body, err)
	}
	if at, err := time.Parse(time.RFC3339, rebalance.NoticeTime); err != nil || !at.Equal(newYear) {
		t.Errorf("recommendation %s: %v", body, err)
	}
	if state := string(g.leaf("autoscaling/target-lifecycle-state").Body); state != "Terminated" {
		t.Errorf("target state %q", state)
	}
	// The shell scripts of the user guide look for this.
	if body := g.leaf("spot/termination-time").Body; !regexp.MustCompile(`.*T.*Z`).Match(body) {
		t.Errorf("termination time %q", body)
	}
}
