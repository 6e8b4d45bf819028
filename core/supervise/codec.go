package supervise

import (
	"errors"
	"fmt"
	"time"

	"google.golang.org/grpc/encoding"
	"google.golang.org/grpc/mem"
	"google.golang.org/protobuf/proto"

	pluginv1 "github.com/mockmd/mockmd/sdk/proto/mockmd/plugin/v1"
)

// codec decodes what a plugin sends, after a look at what would become of it:
// in memory a message may be fifty times what it is on the wire.
type codec struct {
	encoding.CodecV2 // encodes
	limits           Limits
}

// newCodec makes the codec of the connection to a process.
func newCodec(l Limits) *codec { return &codec{CodecV2: encoding.GetCodecV2("proto"), limits: l} }

// received is one message of the Run stream.
type received struct {
	pluginv1.RunResponse
	// refused says why the message's tree, of which only instance and revision
	// are there, is not taken; nil when it is.
	refused error
	// took is how long the decoding took.
	took time.Duration
}

// Unmarshal decodes into a message of the contract or of go-plugin's own, or
// into a [*received].
func (c *codec) Unmarshal(data mem.BufferSlice, v any) error {
	began := time.Now()
	buffer := data.MaterializeToBuffer(mem.DefaultBufferPool())
	defer buffer.Free()
	b := buffer.ReadOnlyData()
	switch m := v.(type) {
	case *received:
		*m = received{}
		defer func() { m.took = time.Since(began) }()
		tree, ok, err := treeIn(b)
		if err != nil {
			return err
		}
		if ok {
			m.refused = c.limits.check(tree)
			if errors.Is(m.refused, errMalformed) {
				return m.refused
			}
			if m.refused != nil {
				m.Message = &pluginv1.RunResponse_Tree{Tree: headOf(tree)}
				return nil
			}
		} else if err := c.limits.checkParts(b, &m.RunResponse); err != nil {
			return err
		}
		return proto.Unmarshal(b, &m.RunResponse)
	case proto.Message:
		if err := c.limits.checkParts(b, m); err != nil {
			return err
		}
		return proto.Unmarshal(b, m)
	}
	return fmt.Errorf("decode into %T: not a message", v)
}
