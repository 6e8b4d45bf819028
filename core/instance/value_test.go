package instance_test

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/zclconf/go-cty/cty"
	ctyjson "github.com/zclconf/go-cty/cty/json"

	"github.com/mockmd/mockmd/core/instance"
	"github.com/mockmd/mockmd/sdk"
	"github.com/mockmd/mockmd/sdk/wire"
)

const rich = `
public_ip       = "52.1.2.3"
product_codes   = ["abc"]
placement_group = "g"
placement_partition_number = 2
tags = { Name = "web" }
`

// A fact that is added to the SDK must reach expressions too.
func TestValueHasEveryFact(t *testing.T) {
	t.Parallel()
	var want []string
	for f := range reflect.TypeFor[sdk.Instance]().Fields() {
		if name := f.Tag.Get("json"); name != "" && name != "-" {
			want = append(want, name)
		}
	}
	in := valid(t, "", "seed")
	got := in.Value().Type().AttributeTypes()
	for _, name := range want {
		if _, ok := got[name]; !ok {
			t.Errorf("%s is missing", name)
		}
		delete(got, name)
	}
	if len(got) > 0 {
		t.Errorf("%v are no facts", got)
	}
}

// Expressions and plugins see the same facts in the same form.
func TestValueIsTheJSONOfTheFacts(t *testing.T) {
	t.Parallel()
	in := valid(t, rich, "seed")
	fromValue, err := ctyjson.Marshal(in.Value(), in.Value().Type())
	if err != nil {
		t.Fatal(err)
	}
	fromFacts, err := json.Marshal(in.Facts)
	if err != nil {
		t.Fatal(err)
	}
	var a, b map[string]any
	if err := json.Unmarshal(fromValue, &a); err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(fromFacts, &b); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(withoutBlanks(b), withoutBlanks(a)); diff != "" {
		t.Errorf("value (-facts +value):\n%s", diff)
	}
}

// withoutBlanks makes empty strings and lists null: where plugins find null,
// expressions find what is empty and has a type.
func withoutBlanks(v any) any {
	switch v := v.(type) {
	case map[string]any:
		for key, element := range v {
			v[key] = withoutBlanks(element)
		}
	case []any:
		if len(v) == 0 {
			return nil
		}
		for i, element := range v {
			v[i] = withoutBlanks(element)
		}
	case string:
		if v == "" {
			return nil
		}
	}
	return v
}

// The type of the variable does not depend on which facts there are, so an
// expression that works with one instance works with all.
func TestValueHasOneType(t *testing.T) {
	t.Parallel()
	bare, full := valid(t, "", "seed").Value(), valid(t, rich, "seed").Value()
	if !bare.Type().Equals(full.Type()) {
		t.Errorf("types %#v and %#v", bare.Type(), full.Type())
	}
	if got := full.GetAttr("tags").Index(cty.StringVal("Name")).AsString(); got != "web" {
		t.Errorf("instance.tags.Name is %q", got)
	}
}

func TestProto(t *testing.T) {
	t.Parallel()
	in := valid(t, rich, "seed")
	in.Facts.Label = "web"
	m, err := in.Proto(7)
	if err != nil {
		t.Fatal(err)
	}
	if m.GetLabel() != "web" || m.GetRevision() != 7 {
		t.Errorf("label %q, revision %d", m.GetLabel(), m.GetRevision())
	}
	var facts sdk.Instance
	if err := json.Unmarshal(m.GetFacts(), &facts); err != nil {
		t.Fatal(err)
	}
	facts.Label = "web"
	if diff := sameFacts(in.Facts, facts); diff != "" {
		t.Errorf("facts (-sent +received):\n%s", diff)
	}
	if len(m.GetRanges()) != 5 {
		t.Errorf("%d ranges, want those of the 5 arguments: %v", len(m.GetRanges()), m.GetRanges())
	}
	if got := wire.DecodeRange(m.GetRanges()["public_ip"]); got != in.Ranges["public_ip"] || got.Start.Line != 2 {
		t.Errorf("public_ip stands at %v, want %v", got, in.Ranges["public_ip"])
	}
}

func TestProtoTellsWhatCannotBeWritten(t *testing.T) {
	t.Parallel()
	in := &instance.Instance{}
	in.Facts.Label = "web"
	in.Facts.LaunchTime = in.Facts.LaunchTime.AddDate(-5, 0, 0)
	_, err := in.Proto(1)
	if err == nil || !strings.HasPrefix(err.Error(), `write facts of instance "web": `) {
		t.Errorf("error %v, want one that names the instance", err)
	}
}
