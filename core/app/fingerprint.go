package app

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strings"
	"syscall"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"

	"github.com/mockmd/mockmd/core/supervise"
	pluginv1 "github.com/mockmd/mockmd/sdk/proto/mockmd/plugin/v1"
)

// fingerprint is a hash of all that makes a plugin's process what it is: how
// it is started, what it is configured with, and the file of its program. Two
// configurations in which it is the same can share the process.
type fingerprint [sha256.Size]byte

// newFingerprint takes the fingerprint of a plugin. Where something stands in
// the source makes no difference, nor does the order of arguments.
func newFingerprint(s supervise.Spec, r *pluginv1.ConfigureRequest) (fingerprint, error) {
	start, err := json.Marshal(s)
	if err != nil {
		return fingerprint{}, fmt.Errorf("hash how plugin %q is started: %w", s.Name, err)
	}
	r = proto.CloneOf(r)
	withoutSource(r.ProtoReflect())
	sortArguments(r.GetConfig())
	configured, err := proto.MarshalOptions{Deterministic: true}.Marshal(r)
	if err != nil {
		return fingerprint{}, fmt.Errorf("hash configuration of plugin %q: %w", s.Name, err)
	}
	h := sha256.New()
	fmt.Fprintf(h, "%s\n%d %s\n%s", start, len(configured), configured, program(s.Command[0]))
	return fingerprint(h.Sum(nil)), nil
}

// program tells one file from another that has taken its place.
func program(path string) string {
	info, err := os.Stat(path)
	if err != nil {
		return err.Error()
	}
	id := fmt.Sprint(info.Size(), info.ModTime().UnixNano())
	if st, ok := info.Sys().(*syscall.Stat_t); ok {
		id += fmt.Sprint(" ", st.Dev, st.Ino)
	}
	return id
}

// withoutSource empties all ranges of a message. That a fact has one stays:
// it says that the user wrote it.
func withoutSource(m protoreflect.Message) {
	if r, ok := m.Interface().(*pluginv1.Range); ok {
		proto.Reset(r)
		return
	}
	m.Range(func(f protoreflect.FieldDescriptor, v protoreflect.Value) bool {
		switch {
		case f.IsMap() && f.MapValue().Message() != nil:
			v.Map().Range(func(_ protoreflect.MapKey, v protoreflect.Value) bool {
				withoutSource(v.Message())
				return true
			})
		case f.IsList() && f.Message() != nil:
			for i := range v.List().Len() {
				withoutSource(v.List().Get(i).Message())
			}
		case !f.IsMap() && !f.IsList() && f.Message() != nil:
			withoutSource(v.Message())
		}
		return true
	})
}

// sortArguments brings the arguments of a body, and of those in it, into the
// order of their names. The order of blocks may mean something.
func sortArguments(b *pluginv1.Body) {
	slices.SortStableFunc(b.GetAttributes(), func(x, y *pluginv1.Attribute) int { return strings.Compare(x.GetName(), y.GetName()) })
	for _, block := range b.GetBlocks() {
		sortArguments(block.GetBody())
	}
}
