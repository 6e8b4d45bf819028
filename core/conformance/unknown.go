//go:build unix

package conformance

import (
	"context"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"google.golang.org/protobuf/proto"

	pluginv1 "github.com/mockmd/mockmd/sdk/proto/mockmd/plugin/v1"
	"github.com/mockmd/mockmd/sdk/wire"
)

// unknownSource is where the arguments stand that no plugin knows.
const unknownSource = "conformance.hcl"

func (t *suite) unknownArgument(ctx context.Context) {
	t.unknown(ctx, ruleUnknownArgument, "an argument", "conformance_unknown = 7\n")
}

func (t *suite) unknownBlock(ctx context.Context) {
	t.unknown(ctx, ruleUnknownBlock, "a block", "conformance_unknown {\n}\n")
}

// unknown adds to the configuration what no plugin knows, in a process of its
// own, since one is configured once.
func (t *suite) unknown(ctx context.Context, rule, what, source string) {
	file, diags := hclsyntax.ParseConfig([]byte(source), unknownSource, hcl.InitialPos)
	if diags.HasErrors() {
		t.skip(rule, "%v", diags)
		return
	}
	added, diags := wire.EncodeBody(file.Body.(*hclsyntax.Body), nil)
	if diags.HasErrors() {
		t.skip(rule, "%v", diags)
		return
	}
	body := proto.CloneOf(t.subject.Config)
	body.Attributes = append(body.Attributes, added.GetAttributes()...)
	body.Blocks = append(body.Blocks, added.GetBlocks()...)
	p, err := t.next(ctx, func(f folders) *pluginv1.ConfigureRequest {
		request := t.request(f)
		request.Config = body
		return request
	})
	if err != nil {
		t.fail(rule, "%v", err)
		return
	}
	defer p.Close()
	r := p.configured
	whole := hcl.Range{Filename: unknownSource, Start: hcl.InitialPos, End: hcl.Pos{Line: 3, Column: 1, Byte: len(source)}}
	switch mistakes := refusals(r, body); {
	case len(mistakes) == 0:
		t.fail(rule, "%s named conformance_unknown was accepted", what)
	case !points(r, body, whole):
		t.fail(rule, "%s named conformance_unknown was refused, but nothing says where it stands: %s", what, strings.Join(mistakes, "; "))
	default:
		t.pass(rule, "refused in its place: %s", mistakes[len(mistakes)-1])
	}
}
