package sdk

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/hashicorp/hcl/v2"
	"google.golang.org/protobuf/types/known/timestamppb"

	pluginv1 "github.com/mockmd/mockmd/sdk/proto/mockmd/plugin/v1"
	"github.com/mockmd/mockmd/sdk/wire"
)

// decodeInstance reads an instance as the core sends it.
func decodeInstance(m *pluginv1.Instance) (*Instance, error) {
	in := &Instance{}
	if err := json.Unmarshal(m.GetFacts(), in); err != nil {
		return nil, fmt.Errorf("read facts: %w", err)
	}
	in.Label = m.GetLabel()
	in.ranges = make(map[string]hcl.Range, len(m.GetRanges()))
	for fact, r := range m.GetRanges() {
		in.ranges[fact] = wire.DecodeRange(r)
	}
	return in, nil
}

// encodeTree writes a tree in the order of its paths, so that the same tree
// always makes the same message.
func encodeTree(label string, revision uint64, t Tree) (*pluginv1.Tree, error) {
	out := &pluginv1.Tree{Instance: label, Revision: revision}
	for _, path := range slices.Sorted(maps.Keys(t)) {
		n := &pluginv1.Node{Path: path}
		switch v := t[path].(type) {
		case Leaf:
			n.Since = v.Since
			n.Kind = &pluginv1.Node_Leaf{Leaf: encodeLeaf(v)}
		case Dir:
			n.Since = v.Since
			n.Kind = &pluginv1.Node_Dir{Dir: &pluginv1.Dir{Label: v.Label, Order: v.Order}}
		case Live:
			if v.Resolve == nil {
				return nil, fmt.Errorf("live node %s has no Resolve", path)
			}
			n.Since = v.Since
			n.Kind = &pluginv1.Node_Live{Live: &pluginv1.Live{Subtree: v.Subtree}}
		default:
			return nil, fmt.Errorf("node %s is %T, want a Leaf, Dir or Live", path, v)
		}
		if err := checkText(n); err != nil {
			return nil, err
		}
		out.Nodes = append(out.Nodes, n)
	}
	return out, nil
}

// checkText finds text that a message cannot carry, before it breaks the
// stream. The body of a leaf may be any bytes.
func checkText(n *pluginv1.Node) error {
	texts := map[string]string{
		"path": n.GetPath(), "Since": n.GetSince(),
		"Label": n.GetDir().GetLabel() + n.GetLeaf().GetLabel(), "Order": strings.Join(n.GetDir().GetOrder(), " "),
	}
	for l := n.GetLeaf(); l != nil; l = l.GetSuccessor() {
		if !utf8.ValidString(l.GetContentType()) {
			texts["ContentType"] = l.GetContentType()
		}
		for name, value := range l.GetAudit().GetFields() {
			if !utf8.ValidString(name) || !utf8.ValidString(value) {
				return fmt.Errorf("the Audit field %q of node %q is not UTF-8", name, n.GetPath())
			}
		}
	}
	for what, text := range texts {
		if !utf8.ValidString(text) {
			return fmt.Errorf("the %s of node %q is not UTF-8: %q", what, n.GetPath(), text)
		}
	}
	return nil
}

func encodeLeaf(l Leaf) *pluginv1.Leaf {
	out := &pluginv1.Leaf{
		Body:         l.Body,
		ContentType:  l.ContentType,
		LastModified: encodeTime(l.LastModified),
		NotAfter:     encodeTime(l.NotAfter),
		Label:        l.Label,
	}
	if l.Audit != nil {
		out.Audit = &pluginv1.Audit{Fields: l.Audit}
	}
	if l.Successor != nil {
		out.Successor = encodeLeaf(*l.Successor)
	}
	return out
}

// encodeTime leaves the zero time unset.
func encodeTime(t time.Time) *timestamppb.Timestamp {
	if t.IsZero() {
		return nil
	}
	return timestamppb.New(t)
}
