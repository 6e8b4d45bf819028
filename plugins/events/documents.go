package events

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"
	"time"

	"github.com/mockmd/mockmd/sdk"
	"github.com/mockmd/mockmd/sdk/imdsjson"
)

func stamp(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05Z") }

// maintenanceStamp is how the times of a maintenance are written.
func maintenanceStamp(t time.Time) string { return t.UTC().Format("2 Jan 2006 15:04:05 GMT") }

// spotDocument is meta-data/spot/instance-action.
//
// https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/spot-instance-termination-notices.html
func spotDocument(action string, end time.Time) string {
	return fmt.Sprintf(`{"action": "%s", "time": "%s"}`, action, stamp(end))
}

// rebalanceDocument is meta-data/events/recommendations/rebalance.
//
// https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/rebalance-recommendations.html
func rebalanceDocument(noticed time.Time) string {
	return fmt.Sprintf(`{"noticeTime": "%s"}`, stamp(noticed))
}

// maintenanceList is meta-data/events/maintenance/scheduled or …/history.
type maintenanceList struct {
	objects []string
	changed time.Time // last; zero: never
}

func (l *maintenanceList) change(at time.Time) {
	if at.After(l.changed) {
		l.changed = at
	}
}

// add appends an event, in the history with the state that it has taken.
func (l *maintenanceList) add(o occurrence, in *sdk.Instance, past bool) {
	w := o.window
	state, description, end := stateActive, w.description, ""
	if past {
		state = w.state
		if prefix := historyPrefix(state); !strings.HasPrefix(description, prefix) {
			description = prefix + description
		}
	}
	if w.notAfter != nil {
		end = maintenanceStamp(w.notAfter.from(o.at))
	}
	l.objects = append(l.objects, string(imdsjson.Object(
		imdsjson.Field{Name: "NotBefore", Value: maintenanceStamp(w.notBefore.from(o.at))},
		imdsjson.Field{Name: "Code", Value: o.word},
		imdsjson.Field{Name: "Description", Value: description},
		imdsjson.Field{Name: "EventId", Value: o.eventID(in)},
		imdsjson.Field{Name: "NotAfter", Value: end},
		imdsjson.Field{Name: "State", Value: state},
	)))
}

// eventID returns the id that the configuration gives, or one that is the same
// at every start and another for each event and instance.
func (o occurrence) eventID(in *sdk.Instance) string {
	if o.window.id != "" {
		return o.window.id
	}
	sum := sha256.Sum256([]byte(in.ID + " " + o.name))
	return "instance-event-" + hex.EncodeToString(sum[:])[:17]
}

// String prints the list in the white space of the samples in the user guide,
// which has a space before each line break of the outer level.
//
// https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/monitoring-instances-status-check_sched.html
func (l *maintenanceList) String() string {
	if len(l.objects) == 0 {
		return "[]"
	}
	indented := make([]string, len(l.objects))
	for i, o := range l.objects {
		indented[i] = "  " + strings.ReplaceAll(o, "\n", "\n  ")
	}
	return "[ \n" + strings.Join(indented, ", \n") + " \n]"
}
