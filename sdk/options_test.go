package sdk_test

import (
	"context"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"

	"github.com/mockmd/mockmd/sdk"
	"github.com/mockmd/mockmd/sdk/sdktest"
)

// documented is a plugin that tells the options of any struct.
type documented struct {
	sdk.Static
	target any
}

func (d documented) Options() any { return d.target }

func (d documented) Configure(context.Context, *sdk.Config) error { return nil }

// everyTag is a struct with everything that gohcl knows.
type everyTag struct {
	Name      string         `hcl:"name" doc:"Who." example:"a ${b}"`
	NameRange hcl.Range      `hcl:"name,attr_value_range"`
	Size      *int           `hcl:"size" doc:"How many." default:"3"`
	Wait      string         `hcl:"wait,optional" default:""`
	On        bool           `hcl:"on,optional" default:"true"`
	List      []string       `hcl:"list,optional" default:"[]" example:"[\"a\"]"`
	Map       map[string]int `hcl:"map"`
	Value     cty.Value      `hcl:"value,optional"`
	Lazy      hcl.Expression `hcl:"lazy"`
	Points    []point        `hcl:"points,optional"`
	One       leafBlock      `hcl:"one,block" doc:"Must be there."`
	Maybe     *leafBlock     `hcl:"maybe,block"`
	Trees     []*treeBlock   `hcl:"tree,block"`
	At        hcl.Range      `hcl:",def_range"`
	Untagged  string
	Rest      hcl.Attributes `hcl:",remain" doc:"Whatever else."`
}

type point struct {
	X int `cty:"x"`
}

type leafBlock struct {
	Weight float64 `hcl:"weight"`
}

type treeBlock struct {
	Kind      string      `hcl:"kind,label" doc:"Oak or ash."`
	KindRange hcl.Range   `hcl:"kind,label_range"`
	Number    string      `hcl:"number,label"`
	Trees     []treeBlock `hcl:"tree,block"`
}

func TestOptions(t *testing.T) {
	t.Parallel()
	want := []sdktest.Option{
		{Name: "name", Type: "string", Required: true, Doc: "Who.", Example: `"a $${b}"`},
		{Name: "size", Type: "number", Doc: "How many.", Default: "3"},
		{Name: "wait", Type: "string", Default: `""`},
		{Name: "on", Type: "bool", Default: "true"},
		{Name: "list", Type: "list of string", Default: "[]", Example: `["a"]`},
		{Name: "map", Type: "map of number", Required: true},
		{Name: "value", Type: "any"},
		{Name: "lazy", Type: "any"},
		{Name: "points", Type: "list of object"},
		{Name: "one", Type: "block", Required: true, Doc: "Must be there."},
		{Name: "one.weight", Type: "number", Required: true},
		{Name: "maybe", Type: "block"},
		{Name: "maybe.weight", Type: "number", Required: true},
		{Name: "tree", Type: "block", Multiple: true, Labels: []string{"kind", "number"}},
		{Name: "tree.kind", Type: "label", Required: true, Doc: "Oak or ash."},
		{Name: "tree.number", Type: "label", Required: true},
		{Name: "tree.tree", Type: "block", Multiple: true, Labels: []string{"kind", "number"}},
		{Name: "*", Type: "any", Doc: "Whatever else."},
	}
	for name, target := range map[string]any{"value": everyTag{}, "pointer": (*everyTag)(nil)} {
		if diff := cmp.Diff(want, sdktest.Start(t, documented{target: target}).Describe().Options); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
	if got := sdktest.Start(t, documented{target: struct{}{}}).Describe().Options; got != nil {
		t.Errorf("a plugin without options: %+v", got)
	}
}

// TestOptionsOfAMistakenStruct: the author is told at the first start.
func TestOptionsOfAMistakenStruct(t *testing.T) {
	t.Parallel()
	for want, target := range map[string]any{
		"the method Options returns int, want the struct that Configure decodes, or a pointer to it":   7,
		"the method Options returns <nil>, want the struct that Configure decodes, or a pointer to it": nil,
		`field A of struct { A string "hcl:\"a,atr\"" }: hcl:"a,atr" is no tag of gohcl`: struct {
			A string `hcl:"a,atr"`
		}{},
		"a block decodes into a struct, not into string": struct {
			A string `hcl:"a,block"`
		}{},
		"the argument has a default and is required: let its hcl tag say optional, or make the field a pointer": struct {
			A string `hcl:"a" default:"x"`
		}{},
		"field A of struct": struct {
			A chan int `hcl:"a"`
		}{},
	} {
		said := sdktest.Try(func(t testing.TB) { sdktest.Start(t, documented{target: target}).Describe() })
		if !strings.Contains(said, want) {
			t.Errorf("%T: %q, want %q", target, said, want)
		}
	}
}
