package sdktest

import (
	"maps"
	"time"

	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/mockmd/mockmd/sdk"
	pluginv1 "github.com/mockmd/mockmd/sdk/proto/mockmd/plugin/v1"
)

func decodeTree(m *pluginv1.Tree) sdk.Tree {
	t := sdk.Tree{}
	for _, n := range m.GetNodes() {
		switch k := n.GetKind().(type) {
		case *pluginv1.Node_Leaf:
			l := decodeLeaf(k.Leaf)
			l.Since = n.GetSince()
			t[n.GetPath()] = l
		case *pluginv1.Node_Dir:
			t[n.GetPath()] = sdk.Dir{Label: k.Dir.GetLabel(), Order: k.Dir.GetOrder(), Since: n.GetSince()}
		case *pluginv1.Node_Live:
			t[n.GetPath()] = sdk.Live{Subtree: k.Live.GetSubtree(), Since: n.GetSince()}
		}
	}
	return t
}

func decodeLeaf(m *pluginv1.Leaf) sdk.Leaf {
	l := sdk.Leaf{
		Body:         m.GetBody(),
		ContentType:  m.GetContentType(),
		LastModified: decodeTime(m.GetLastModified()),
		NotAfter:     decodeTime(m.GetNotAfter()),
		Label:        m.GetLabel(),
	}
	if a := m.GetAudit(); a != nil {
		l.Audit = map[string]string{} // an audit without fields is one all the same
		maps.Copy(l.Audit, a.GetFields())
	}
	if s := m.GetSuccessor(); s != nil {
		next := decodeLeaf(s)
		l.Successor = &next
	}
	return l
}

func decodeTime(t *timestamppb.Timestamp) time.Time {
	if t == nil {
		return time.Time{}
	}
	return t.AsTime()
}
