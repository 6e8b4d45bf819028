//go:build unix

package conformance

import (
	"context"

	pluginv1 "github.com/mockmd/mockmd/sdk/proto/mockmd/plugin/v1"
)

// The revisions of the facts, of all instances, that the test sends.
const (
	burst         = 16               // how many changes come at once
	burstEnd      = 1 + burst        // the last of them
	addRevision   = burstEnd + 1     // the second instance
	ackRevision   = addRevision + 1  // a change behind its removal
	pokeRevision  = ackRevision + 1  // and one more
	fenceRevision = pokeRevision + 1 // and the last
	lastRevision  = fenceRevision + 1
)

// instances changes the first instance, adds a second one and removes it.
func (t *suite) instances(ctx context.Context, r *run) {
	t.changeInstance(ctx, r)
	t.addInstance(ctx, r)
	if t.failed(ruleInstanceChanged) || t.failed(ruleInstanceAdded) {
		t.skip(ruleInstanceRemoved, "it takes instance-changed and instance-added to see it")
		return
	}
	t.removeInstance(ctx, r)
}

// sendChange changes the facts of the first instance and waits for its tree.
func (t *suite) sendChange(ctx context.Context, r *run, revision uint64, rule string) bool {
	in, err := t.subject.changed(revision)
	if err == nil {
		err = r.instance(in)
	}
	return err == nil && t.treeComes(ctx, r, in.GetLabel(), revision, rule)
}

// treeComes waits, as long as a rule lets it, for a tree of an instance, of a
// revision or a newer one.
func (t *suite) treeComes(ctx context.Context, r *run, label string, revision uint64, rule string) bool {
	ctx, cancel := t.answer(ctx, rule)
	defer cancel()
	return r.wait(ctx, has(label, revision))
}

// changeInstance sends changes faster than trees are built.
func (t *suite) changeInstance(ctx context.Context, r *run) {
	for revision := uint64(2); revision < burstEnd; revision++ {
		in, err := t.subject.changed(revision)
		if err == nil {
			err = r.instance(in)
		}
		if err != nil {
			t.fail(ruleInstanceChanged, "%v%s", err, r.lament())
			return
		}
	}
	if !t.sendChange(ctx, r, burstEnd, ruleInstanceChanged) {
		t.fail(ruleInstanceChanged, "no tree of revision %d within %s%s", burstEnd, t.answerIn(ruleInstanceChanged), r.lament())
		return
	}
	t.pass(ruleInstanceChanged, "%d changes at once, and the tree of the last one came", burst)
}

// addInstance adds the second instance.
func (t *suite) addInstance(ctx context.Context, r *run) {
	if err := r.instance(t.subject.again(addRevision)); err != nil || !t.treeComes(ctx, r, secondLabel, addRevision, ruleInstanceAdded) {
		t.fail(ruleInstanceAdded, "no tree of instance %q within %s%s", secondLabel, t.answerIn(ruleInstanceAdded), r.lament())
		return
	}
	t.pass(ruleInstanceAdded, "its tree came")
}

// removeInstance removes the second instance. What is in order behind that
// tells when the plugin has read it: trees of the first instance.
func (t *suite) removeInstance(ctx context.Context, r *run) {
	if err := r.remove(secondLabel); err != nil {
		t.fail(ruleInstanceRemoved, "%v%s", err, r.lament())
		return
	}
	if !t.sendChange(ctx, r, ackRevision, ruleInstanceRemoved) {
		t.fail(ruleInstanceRemoved, "the other instance gets no more trees%s", r.lament())
		return
	}
	read := len(r.messages())
	for _, revision := range []uint64{pokeRevision, fenceRevision} { // behind the second is all that the first has brought
		if !t.sendChange(ctx, r, revision, ruleInstanceRemoved) {
			t.fail(ruleInstanceRemoved, "the other instance gets no more trees%s", r.lament())
			return
		}
	}
	if tree(r.messages()[read:], secondLabel) != nil {
		t.fail(ruleInstanceRemoved, "a tree of instance %q came after it was removed", secondLabel)
		return
	}
	if err := r.instance(t.subject.again(lastRevision)); err != nil || !t.treeComes(ctx, r, secondLabel, lastRevision, ruleInstanceRemoved) {
		t.fail(ruleInstanceRemoved, "it was added again and got no tree%s", r.lament())
		return
	}
	t.pass(ruleInstanceRemoved, "no more trees, until it was added again")
}

// liveNodes are the live nodes of the first instance's last tree.
func liveNodes(t *pluginv1.Tree) []*pluginv1.Node {
	var out []*pluginv1.Node
	for _, n := range t.GetNodes() {
		if n.GetLive() != nil {
			out = append(out, n)
		}
	}
	return out
}
