package events

import (
	"time"

	"github.com/mockmd/mockmd/sdk"
)

// serve returns the tree at a moment. The paths and their versions are those
// of the EC2 user guide's table "Instance metadata categories".
//
// https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/ec2-instance-metadata.html
func serve(all []occurrence, now time.Time, in *sdk.Instance) sdk.Tree {
	tree := sdk.Tree{"meta-data/instance-action": text(noAction, "2008-09-01", time.Time{})}
	var scheduled, history maintenanceList
	for _, o := range all {
		phase := o.phase(now)
		if phase == phasePending {
			continue
		}
		if o.kind == kindMaintenance {
			if phase == phaseActive {
				scheduled.add(o, in, false)
				scheduled.change(o.at)
				continue
			}
			history.add(o, in, true)
			history.change(o.until)
			if o.until.After(o.at) { // it has left the other list then
				scheduled.change(o.until)
			}
			continue
		}
		if phase == phasePast {
			continue // another of its kind has followed
		}
		switch o.kind {
		case kindSpot:
			interruption(tree, o, in)
		case kindRebalance:
			tree["meta-data/events/recommendations/rebalance"] = text(rebalanceDocument(o.at), "2020-10-27", o.at)
		case kindAutoscaling:
			tree["meta-data/autoscaling/target-lifecycle-state"] = text(o.word, "2021-07-15", o.at)
		case kindAction:
			tree["meta-data/instance-action"] = text(o.word, "2008-09-01", o.at)
		}
	}
	tree["meta-data/events/maintenance/scheduled"] = text(scheduled.String(), "2018-08-17", scheduled.changed)
	tree["meta-data/events/maintenance/history"] = text(history.String(), "2018-08-17", history.changed)
	return tree
}

// interruption tells of the end of a Spot Instance. The notice stays: nobody
// ends the instance that mockmd simulates.
func interruption(tree sdk.Tree, o occurrence, in *sdk.Instance) {
	action, notice := o.interruption(in)
	end := o.at.Add(notice)
	tree["meta-data/spot/instance-action"] = text(spotDocument(action, end), "2016-11-15", o.at)
	if action == terminate {
		tree["meta-data/spot/termination-time"] = text(stamp(end), "2014-11-05", o.at)
	}
}

func text(value, since string, changed time.Time) sdk.Leaf {
	leaf := sdk.Text(value)
	leaf.Since, leaf.LastModified = since, changed
	return leaf
}
