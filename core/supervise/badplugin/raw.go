//go:build unix

package badplugin

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strconv"

	"github.com/hashicorp/go-plugin"
	"google.golang.org/grpc"
	"google.golang.org/grpc/encoding"
	"google.golang.org/grpc/health/grpc_health_v1"
	"google.golang.org/grpc/mem"
	"google.golang.org/protobuf/encoding/protowire"
	"google.golang.org/protobuf/proto"

	pluginv1 "github.com/mockmd/mockmd/sdk/proto/mockmd/plugin/v1"
	"github.com/mockmd/mockmd/sdk/wire"
)

// Raw begins the modes of plugins that the SDK would keep from what they do.
const Raw = "raw: "

// The numbers of fields in the contract.
const (
	fieldTree     = 1 // of RunResponse
	fieldRevision = 2 // of Tree
	fieldNodes    = 3
)

// serveRaw is a plugin without the SDK.
func serveRaw(mode string) {
	plugin.Serve(&plugin.ServeConfig{
		HandshakeConfig:  wire.Handshake(),
		VersionedPlugins: wire.Plugins(&rawPlugin{mode: mode}),
		GRPCServer: func(o []grpc.ServerOption) *grpc.Server {
			return grpc.NewServer(append(o, grpc.ForceServerCodecV2(rawCodec{encoding.GetCodecV2("proto")}), grpc.UnaryInterceptor(
				func(ctx context.Context, r any, info *grpc.UnaryServerInfo, next grpc.UnaryHandler) (any, error) {
					if mode == "not serving" && info.FullMethod == grpc_health_v1.Health_Check_FullMethodName {
						return &grpc_health_v1.HealthCheckResponse{Status: grpc_health_v1.HealthCheckResponse_NOT_SERVING}, nil
					}
					return next(ctx, r)
				}))...)
		},
	})
}

// rawCodec sends bytes as they are.
type rawCodec struct{ encoding.CodecV2 }

func (c rawCodec) Marshal(v any) (mem.BufferSlice, error) {
	switch b := v.(type) {
	case []byte:
		return mem.BufferSlice{mem.SliceBuffer(b)}, nil
	case mem.BufferSlice:
		return b, nil
	}
	return c.CodecV2.Marshal(v)
}

// rawPlugin publishes its pid, and then what its mode says.
type rawPlugin struct {
	pluginv1.UnimplementedPluginServiceServer
	mode string
}

func (p *rawPlugin) Describe(context.Context, *pluginv1.DescribeRequest) (*pluginv1.DescribeResponse, error) {
	d := &pluginv1.DescribeResponse{Name: "raw"}
	if p.mode == "endless description" {
		d.Mounts = make([]string, 2<<20)
	}
	return d, nil
}

func (p *rawPlugin) Configure(context.Context, *pluginv1.ConfigureRequest) (*pluginv1.ConfigureResponse, error) {
	return &pluginv1.ConfigureResponse{}, nil
}

func (p *rawPlugin) Run(stream grpc.BidiStreamingServer[pluginv1.RunRequest, pluginv1.RunResponse]) error {
	if _, err := stream.Recv(); err != nil {
		return err
	}
	good := &pluginv1.Tree{Revision: 1, Nodes: []*pluginv1.Node{{
		Path: "test/pid", Kind: &pluginv1.Node_Leaf{Leaf: &pluginv1.Leaf{Body: strconv.AppendInt(nil, int64(os.Getpid()), 10)}},
	}}}
	for _, m := range []*pluginv1.RunResponse{
		{Message: &pluginv1.RunResponse_Tree{Tree: good}},
		{Message: &pluginv1.RunResponse_Ready{Ready: &pluginv1.Ready{}}},
	} {
		if err := stream.Send(m); err != nil {
			return err
		}
	}
	switch p.mode {
	case "endless trees":
		for {
			if err := stream.Send(&pluginv1.RunResponse{Message: &pluginv1.RunResponse_Tree{Tree: good}}); err != nil {
				return err
			}
		}
	case "endless words":
		for i := 0; ; i++ {
			s := &pluginv1.Status{Level: pluginv1.Status_LEVEL_DEGRADED, Message: fmt.Sprint("word ", i)}
			if err := stream.Send(&pluginv1.RunResponse{Message: &pluginv1.RunResponse_Status{Status: s}}); err != nil {
				return err
			}
		}
	}
	if p.mode == "tree of a GiB" {
		begin := protowire.AppendVarint(protowire.AppendTag(nil, fieldTree, protowire.BytesType), 1<<30)
		zeros := make([]byte, 1<<30) // never written, so that they take no memory here
		if err := stream.SendMsg(mem.BufferSlice{mem.SliceBuffer(begin), mem.SliceBuffer(zeros)}); err != nil {
			return err
		}
	}
	for m := hostile(p.mode); m != nil; { // again and again, as far as it is let
		if err := stream.SendMsg(m); err != nil {
			return err
		}
	}
	if _, err := stream.Recv(); err != nil { // the end of the stream
		return err
	}
	return errors.New("more than Start was received")
}

// hostile is an encoded RunResponse that no SDK would send; nil in other modes.
func hostile(mode string) []byte {
	node := func(kind proto.Message) []byte { // an encoded node of a kind
		n := &pluginv1.Node{Path: "test/pid"}
		switch k := kind.(type) {
		case *pluginv1.Leaf:
			n.Kind = &pluginv1.Node_Leaf{Leaf: k}
		case *pluginv1.Dir:
			n.Kind = &pluginv1.Node_Dir{Dir: k}
		}
		b, err := proto.Marshal(n)
		if err != nil {
			panic(err)
		}
		return protowire.AppendBytes(protowire.AppendTag(nil, fieldNodes, protowire.BytesType), b)
	}
	var tree []byte
	switch mode {
	case "huge tree":
		tree = node(&pluginv1.Leaf{Body: make([]byte, 2*wire.MaxTree)})
	case "tree with eight million nodes":
		tree = make([]byte, 0, 16_000_000)
		for range 8_000_000 {
			tree = append(tree, fieldNodes<<3|byte(protowire.BytesType), 0)
		}
	case "tree with five thousand successors":
		leaf := &pluginv1.Leaf{}
		for range 5000 {
			leaf = &pluginv1.Leaf{Successor: leaf}
		}
		tree = node(leaf)
	case "tree with a million names":
		tree = node(&pluginv1.Dir{Order: make([]string, 1<<20)})
	case "malformed tree":
		tree = []byte{fieldNodes<<3 | byte(protowire.BytesType), 100}
	case "malformed message":
		return []byte{0xff}
	default:
		return nil
	}
	tree = protowire.AppendVarint(protowire.AppendTag(tree, fieldRevision, protowire.VarintType), 1)
	return protowire.AppendBytes(protowire.AppendTag(nil, fieldTree, protowire.BytesType), tree)
}
