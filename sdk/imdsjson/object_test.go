package imdsjson_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/mockmd/mockmd/sdk/imdsjson"
)

func TestObject(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		fields []imdsjson.Field
		want   string
	}{
		"no fields":          {nil, "{ }"},
		"string":             {[]imdsjson.Field{{"Code", "Success"}}, "{\n  \"Code\" : \"Success\"\n}"},
		"empty string":       {[]imdsjson.Field{{"k", ""}}, "{\n  \"k\" : \"\"\n}"},
		"order is kept":      {[]imdsjson.Field{{"b", "1"}, {"a", "2"}}, "{\n  \"b\" : \"1\",\n  \"a\" : \"2\"\n}"},
		"null":               {[]imdsjson.Field{{"k", nil}}, "{\n  \"k\" : null\n}"},
		"bool and int":       {[]imdsjson.Field{{"t", true}, {"f", false}, {"n", -7}}, "{\n  \"t\" : true,\n  \"f\" : false,\n  \"n\" : -7\n}"},
		"nil array":          {[]imdsjson.Field{{"k", []string(nil)}}, "{\n  \"k\" : null\n}"},
		"empty array":        {[]imdsjson.Field{{"k", []string{}}}, "{\n  \"k\" : [ ]\n}"},
		"array of one":       {[]imdsjson.Field{{"k", []string{"x"}}}, "{\n  \"k\" : [ \"x\" ]\n}"},
		"array of two":       {[]imdsjson.Field{{"k", []string{"x", "y"}}}, "{\n  \"k\" : [ \"x\", \"y\" ]\n}"},
		"object inside":      {[]imdsjson.Field{{"a", []imdsjson.Field{{"b", 1}, {"c", []imdsjson.Field{{"d", true}}}}}, {"e", nil}}, "{\n  \"a\" : {\n    \"b\" : 1,\n    \"c\" : {\n      \"d\" : true\n    }\n  },\n  \"e\" : null\n}"},
		"empty inside":       {[]imdsjson.Field{{"a", []imdsjson.Field{}}}, "{\n  \"a\" : { }\n}"},
		"slash and HTML":     {[]imdsjson.Field{{"k", "a/b+c=<d>&e"}}, "{\n  \"k\" : \"a/b+c=<d>&e\"\n}"},
		"quote and controls": {[]imdsjson.Field{{"k", "a\"b\\c\nd\x01"}}, "{\n  \"k\" : \"a\\\"b\\\\c\\nd\\u0001\"\n}"},
		"key is escaped":     {[]imdsjson.Field{{"a\"b", "c"}}, "{\n  \"a\\\"b\" : \"c\"\n}"},
		"not UTF-8":          {[]imdsjson.Field{{"k", "a\xffb"}}, "{\n  \"k\" : \"a\\ufffdb\"\n}"},
		"other scripts":      {[]imdsjson.Field{{"k", "日本"}}, "{\n  \"k\" : \"日本\"\n}"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := imdsjson.Object(c.fields...)
			if diff := cmp.Diff(c.want, string(got)); diff != "" {
				t.Errorf("%s (-want +got):\n%s", name, diff)
			}
			if !json.Valid(got) {
				t.Errorf("%s: not JSON: %q", name, got)
			}
		})
	}
}

func TestObjectPanicsOnAnotherType(t *testing.T) {
	t.Parallel()
	defer func() {
		const want = `value of "k" is float64, want string, []string, bool, int, []Field or nil`
		if got := fmt.Sprint(recover()); !strings.Contains(got, want) {
			t.Errorf("panic %q, want %q in it", got, want)
		}
	}()
	imdsjson.Object(imdsjson.Field{Name: "k", Value: 1.5})
}
