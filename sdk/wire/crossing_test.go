package wire_test

import (
	"bytes"
	"reflect"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/gohcl"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/function"
	"github.com/zclconf/go-cty/cty/function/stdlib"
	"google.golang.org/protobuf/proto"

	pluginv1 "github.com/mockmd/mockmd/sdk/proto/mockmd/plugin/v1"
	"github.com/mockmd/mockmd/sdk/wire"
)

type roleConfig struct {
	Name     string            `hcl:"name,label"`
	ARN      string            `hcl:"role_arn"`
	ARNRange hcl.Range         `hcl:"role_arn,attr_value_range"`
	Every    *int              `hcl:"refresh_seconds"`
	Tags     map[string]string `hcl:"tags,optional"`
	Subnets  []string          `hcl:"subnets,optional"`
	DefRange hcl.Range         `hcl:",def_range"`
}

type pluginConfig struct {
	Region string       `hcl:"region,optional"`
	Roles  []roleConfig `hcl:"role,block"`
	Big    int64        `hcl:"big,optional"`
	Flag   bool         `hcl:"flag,optional"`
	Any    cty.Value    `hcl:"any,optional"`
}

const goodSource = `plugin "iam" {
  config {
    region = upper("${where.region}-x")
    big    = 9007199254740993
    flag   = true
    any    = { a = [1, "zwö\n\"", null], b = { c = 1.5, d = {} }, e = [], f = 123456789012345678901234567890 }
    role "web" {
      role_arn        = "arn:aws:iam::1:role/${name}"
      refresh_seconds = 60 * 5
      tags            = { a = "1", "b c" = "2" }
      subnets         = [for s in ["a", "b"] : "sub-${s}"]
    }
    role "none" {
      role_arn        = <<EOT
two
lines
EOT
      refresh_seconds = null
    }
  }
}
`

const badSource = `plugin "iam" {
  config {
    regoin = "x"
    flag   = "maybe"
    big    = [1]
    role "web" {
      refresh_seconds = "soon"
      tags            = 3
    }
    role {
      role_arn = "x"
    }
    role "a" "b" {
      role_arn = "x"
    }
    rolle "x" {}
    role "long" {
      role_arn = upper(
        join("-", ["a", "b"]),
      )
      subnets = {
        a = 1
      }
    }
  }
}
`

func evalContext() *hcl.EvalContext {
	return &hcl.EvalContext{
		Variables: map[string]cty.Value{
			"where": cty.ObjectVal(map[string]cty.Value{"region": cty.StringVal("eu")}),
			"name":  cty.StringVal("web"),
		},
		Functions: map[string]function.Function{"upper": stdlib.UpperFunc, "join": stdlib.JoinFunc},
	}
}

// parse returns the config block's body of a source and the files to print
// diagnostics with.
func parse(t *testing.T, source string) (*hclsyntax.Body, map[string]*hcl.File) {
	t.Helper()
	f, diags := hclsyntax.ParseConfig([]byte(source), "metadata.hcl", hcl.InitialPos)
	if diags.HasErrors() {
		t.Fatal(diags)
	}
	body := f.Body.(*hclsyntax.Body).Blocks[0].Body.Blocks[0].Body
	return body, map[string]*hcl.File{"metadata.hcl": f}
}

// cross sends a body over the wire and returns what arrives.
func cross(t *testing.T, b *hclsyntax.Body, ctx *hcl.EvalContext) *hclsyntax.Body {
	t.Helper()
	m, diags := wire.EncodeBody(b, ctx)
	if diags.HasErrors() {
		t.Fatal(diags)
	}
	out, err := wire.DecodeBody(overWire(t, m))
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func overWire(t *testing.T, m *pluginv1.Body) *pluginv1.Body {
	t.Helper()
	raw, err := proto.Marshal(m)
	if err != nil {
		t.Fatal(err)
	}
	back := &pluginv1.Body{}
	if err := proto.Unmarshal(raw, back); err != nil {
		t.Fatal(err)
	}
	return back
}

// render prints each of diags; in order of the text, because HCL decodes
// arguments in the order of a map.
func render(t *testing.T, files map[string]*hcl.File, diags hcl.Diagnostics) []string {
	t.Helper()
	var out []string
	for _, d := range diags {
		var b bytes.Buffer
		if err := hcl.NewDiagnosticTextWriter(&b, files, 78, false).WriteDiagnostic(d); err != nil {
			t.Fatal(err)
		}
		out = append(out, b.String())
	}
	slices.Sort(out)
	return out
}

func TestValuesSurviveTheCrossing(t *testing.T) {
	t.Parallel()
	b, _ := parse(t, goodSource)
	var near, far pluginConfig
	if diags := gohcl.DecodeBody(b, evalContext(), &near); diags.HasErrors() {
		t.Fatal(diags)
	}
	if diags := gohcl.DecodeBody(cross(t, b, evalContext()), nil, &far); diags.HasErrors() {
		t.Fatal(diags)
	}
	if !near.Any.RawEquals(far.Any) {
		t.Errorf("any: near %#v, far %#v", near.Any, far.Any)
	}
	if d := cmp.Diff(near, far, cmpopts.IgnoreFields(pluginConfig{}, "Any")); d != "" {
		t.Errorf("decoded configuration (-near +far):\n%s", d)
	}
	if far.Big != 9007199254740993 || far.Roles[1].Every != nil || far.Roles[0].ARNRange.Start.Line != 8 {
		t.Errorf("decoded %+v", far)
	}
}

func TestMistakesReadTheSameNearAndFar(t *testing.T) {
	t.Parallel()
	b, files := parse(t, badSource)
	var near, far pluginConfig
	want := render(t, files, gohcl.DecodeBody(b, evalContext(), &near))
	diags := gohcl.DecodeBody(cross(t, b, evalContext()), nil, &far)
	back := wire.DecodeDiagnostics(wire.EncodeDiagnostics(diags), nil, hcl.Range{})
	if d := cmp.Diff(want, render(t, files, back)); d != "" {
		t.Errorf("rendered diagnostics (-near +far):\n%s", d)
	}
	if len(want) != 10 {
		t.Errorf("the source has %d mistakes, want 10", len(want))
	}
}

func TestAttributesCrossInSourceOrder(t *testing.T) {
	t.Parallel()
	b, _ := parse(t, "plugin \"p\" {\n  config {\n    z = 1\n    m = 2\n    a = 3\n    k = 4\n    b = 5\n  }\n}\n")
	m, diags := wire.EncodeBody(b, nil)
	if diags.HasErrors() {
		t.Fatal(diags)
	}
	var names string
	for _, a := range m.GetAttributes() {
		names += a.GetName()
	}
	if names != "zmakb" {
		t.Errorf("order %q, want zmakb", names)
	}
}

func TestExpressionThatFailsCrossesAsUnknown(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, source, detail string
	}{
		{"variable", `a = nobody.there`, `There is no variable named "nobody".`},
		{"infinite", `a = inf`, "A plugin receives strings, numbers, bools, lists and maps of them, but this value contains an infinite number."},
		{"huge", `a = 1e99999`, "A plugin receives strings, numbers, bools, lists and maps of them, but this value contains a number of more than 4096 binary digits."},
		{"unknown", `a = [unknown]`, "A plugin receives strings, numbers, bools, lists and maps of them, but this value is not known."},
		{"capsule", `a = { b = capsule }`, "A plugin receives strings, numbers, bools, lists and maps of them, but this value contains a capsule."},
		{"deep", `a = deep`, "A plugin receives strings, numbers, bools, lists and maps of them, but this value is nested more than 100 levels deep."},
	}
	deep := cty.True
	for range 100 {
		deep = cty.TupleVal([]cty.Value{deep})
	}
	ctx := &hcl.EvalContext{Variables: map[string]cty.Value{
		"inf":     cty.PositiveInfinity,
		"unknown": cty.UnknownVal(cty.String),
		"capsule": cty.CapsuleVal(cty.Capsule("capsule", reflect.TypeFor[int]()), new(int)),
		"deep":    deep,
	}}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			f, diags := hclsyntax.ParseConfig([]byte(tt.source+"\nb = 1\n"), "metadata.hcl", hcl.InitialPos)
			if diags.HasErrors() {
				t.Fatal(diags)
			}
			m, diags := wire.EncodeBody(f.Body.(*hclsyntax.Body), ctx)
			if len(diags) != 1 || diags[0].Detail != tt.detail || diags[0].Subject == nil {
				t.Fatalf("diagnostics %v, want one saying %q", diags, tt.detail)
			}
			b, err := wire.DecodeBody(m)
			if err != nil {
				t.Fatal(err)
			}
			for name, known := range map[string]bool{"a": false, "b": true} {
				if v, _ := b.Attributes[name].Expr.Value(nil); v.IsKnown() != known {
					t.Errorf("%s: known is %t, want %t", name, v.IsKnown(), known)
				}
			}
		})
	}
}
