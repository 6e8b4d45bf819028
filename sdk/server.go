package sdk

import (
	"context"
	"errors"
	"net/netip"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/hashicorp/go-hclog"
	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/gohcl"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	pluginv1 "github.com/mockmd/mockmd/sdk/proto/mockmd/plugin/v1"
	"github.com/mockmd/mockmd/sdk/wire"
)

// server answers the contract for one Plugin.
type server struct {
	pluginv1.UnimplementedPluginServiceServer

	plugin Plugin
	log    hclog.Logger
	exit   func(code int) // ends the process when its Run has ended

	ran    atomic.Bool
	host   *host
	mounts mounts // set by Configure, before Run

	mu        sync.Mutex
	instances map[string]*published // by label
}

// published is what the server knows of one instance.
type published struct {
	facts    *Instance
	revision uint64
	live     map[string]Live    // live nodes of the last tree, by path
	retired  map[string]retired // live nodes of trees before it, by path
}

func newServer(p Plugin, log hclog.Logger, exit func(int)) *server {
	return &server{plugin: p, log: log, exit: exit, host: newHost(), instances: map[string]*published{}}
}

// Describe tells what the plugin is.
func (s *server) Describe(_ context.Context, r *pluginv1.DescribeRequest) (*pluginv1.DescribeResponse, error) {
	s.log.Debug("asked by the core", "core_version", r.GetCoreVersion())
	d := &pluginv1.DescribeResponse{Name: pluginName(s.plugin), Sdk: "go " + sdkVersion()}
	if v, ok := s.plugin.(Versioner); ok {
		d.Version = v.Version()
	}
	if m, ok := s.plugin.(Mounter); ok {
		d.Mounts = m.Mounts()
	}
	for _, a := range s.actions() {
		d.Actions = append(d.Actions, &pluginv1.Action{Name: a.Name, ReadOnly: a.ReadOnly, Doc: a.Doc})
	}
	if _, ok := s.plugin.(Expirer); ok {
		d.Capabilities = append(d.Capabilities, pluginv1.Capability_CAPABILITY_VALIDITY)
	}
	_, takes := s.plugin.(Configurer)
	d.OptionsTold = !takes // then there are none
	if p, ok := s.plugin.(Documenter); ok {
		d.OptionsTold = true
		var err error
		if d.Options, err = optionsOf(p.Options()); err != nil {
			return nil, status.Errorf(codes.Internal, "%v", err) // a mistake of the author
		}
	}
	return d, nil
}

// Configure hands the configuration to the plugin.
func (s *server) Configure(ctx context.Context, r *pluginv1.ConfigureRequest) (*pluginv1.ConfigureResponse, error) {
	body, err := wire.DecodeBody(r.GetConfig())
	if err != nil {
		return nil, status.Errorf(codes.InvalidArgument, "read configuration: %v", err)
	}
	c := &Config{
		Name: r.GetName(), Body: body, Mounts: r.GetMounts(), Dir: r.GetConfigDir(), StateDir: r.GetStateDir(),
		Log: s.log, Host: s.host,
	}
	for _, in := range r.GetInstances() {
		facts, err := decodeInstance(in)
		if err != nil {
			return nil, status.Errorf(codes.InvalidArgument, "read instance %q: %v", in.GetLabel(), err)
		}
		c.Instances = append(c.Instances, facts)
	}
	diags := s.configure(ctx, c)
	out := &pluginv1.ConfigureResponse{Diagnostics: wire.EncodeDiagnostics(diags)}
	if diags.HasErrors() {
		return out, nil
	}
	if p, ok := s.plugin.(Summarizer); ok {
		out.Summary = strings.ToValidUTF8(p.Summary(), "?")
	}
	if p, ok := s.plugin.(Mounter); ok {
		s.mounts = mounts{own: p.Mounts(), named: r.GetMounts()}
		out.Mounts = s.mounts.own
		out.Diagnostics = append(out.Diagnostics, wire.EncodeDiagnostics(s.mounts.check())...)
	}
	return out, nil
}

func (s *server) configure(ctx context.Context, c *Config) hcl.Diagnostics {
	p, ok := s.plugin.(Configurer)
	if !ok {
		return gohcl.DecodeBody(c.Body, nil, &struct{}{}) // every argument is an unknown one
	}
	err := p.Configure(ctx, c)
	if err == nil {
		return nil
	}
	if diags, ok := errors.AsType[hcl.Diagnostics](err); ok {
		return diags
	}
	if one, ok := errors.AsType[*hcl.Diagnostic](err); ok {
		return hcl.Diagnostics{one}
	}
	return hcl.Diagnostics{{Severity: hcl.DiagError, Summary: "Invalid configuration", Detail: err.Error()}}
}

// Resolve asks a live node.
func (s *server) Resolve(ctx context.Context, r *pluginv1.ResolveRequest) (*pluginv1.ResolveResponse, error) {
	s.mu.Lock()
	in, ok := s.instances[r.GetInstance()]
	var node Live
	var facts *Instance
	if ok {
		if node, ok = in.live[r.GetNode()]; !ok {
			var old retired
			old, ok = in.retired[r.GetNode()]
			node = old.Live
		}
		facts = in.facts
	}
	s.mu.Unlock()
	if !ok {
		return nil, status.Errorf(codes.NotFound, "no live node %s for instance %q", r.GetNode(), r.GetInstance())
	}
	client, _ := netip.ParseAddr(r.GetClient()) // the zero address when the core has none
	leaf, err := node.Resolve(ctx, &Request{Instance: facts, Path: r.GetPath(), Version: r.GetVersion(), Client: client})
	switch {
	case errors.Is(err, ErrNotFound):
		return &pluginv1.ResolveResponse{}, nil
	case err != nil:
		return nil, status.Errorf(codes.Unknown, "resolve %s: %v", r.GetPath(), err)
	}
	return &pluginv1.ResolveResponse{Leaf: encodeLeaf(leaf)}, nil
}

// Act carries out an action.
func (s *server) Act(ctx context.Context, r *pluginv1.ActRequest) (*pluginv1.ActResponse, error) {
	for _, a := range s.actions() {
		if a.Name != r.GetAction() {
			continue
		}
		if a.Do == nil {
			return nil, status.Errorf(codes.Unimplemented, "action %s has no Do", a.Name)
		}
		body, err := a.Do(ctx, r.GetBody())
		if err != nil {
			return &pluginv1.ActResponse{Error: s.actError(a.Name, err)}, nil
		}
		return &pluginv1.ActResponse{Body: body, Checkpoint: s.host.lastCheckpoint()}, nil
	}
	return nil, status.Errorf(codes.NotFound, "no action %s", r.GetAction())
}

// actError tells the caller only what the author wrote for the caller.
func (s *server) actError(action string, err error) *pluginv1.ActError {
	var told *actionError
	if !errors.As(err, &told) {
		s.log.Error("action failed", "action", action, "error", err)
		return &pluginv1.ActError{Kind: pluginv1.ActError_KIND_FAILED, Message: "the action failed; the log says why"}
	}
	kind := pluginv1.ActError_KIND_INVALID
	if told.conflict {
		kind = pluginv1.ActError_KIND_CONFLICT
	}
	return &pluginv1.ActError{Kind: kind, Message: strings.ToValidUTF8(told.message, "?")}
}

func (s *server) actions() []Action {
	if a, ok := s.plugin.(Actor); ok {
		return a.Actions()
	}
	return nil
}
