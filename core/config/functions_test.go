package config

import (
	"bytes"
	"compress/gzip"
	"encoding/base64"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
	ctyjson "github.com/zclconf/go-cty/cty/json"
)

// calls has one call of each function, and the JSON of what it gives.
var calls = map[string]struct{ expr, want string }{
	"env":             {`"${env("ROLE")} ${env("ABSENT", "none")} ${env("EMPTY", "x")}"`, `"app none "`},
	"file":            {`file("data.txt")`, `"plain text\n"`},
	"filebase64":      {`filebase64("data.bin")`, `"//4A"`},
	"base64decode":    {`base64decode("w7w=")`, `"ü"`},
	"base64encode":    {`base64encode("ü")`, `"w7w="`},
	"base64gzip":      {`base64gzip("ü") == base64gzip("ü")`, `true`},
	"csvdecode":       {`csvdecode("a,b\n1,2\n")`, `[{"a":"1","b":"2"}]`},
	"jsondecode":      {`jsondecode("{\"a\": 9007199254740993}").a`, `9007199254740993`},
	"jsonencode":      {`jsonencode({ a = [1, null] })`, `"{\"a\":[1,null]}"`},
	"chomp":           {`chomp("a\n\n")`, `"a"`},
	"format":          {`format("%s-%03d", "a", 7)`, `"a-007"`},
	"formatlist":      {`formatlist("%s!", ["a", "b"])`, `["a!","b!"]`},
	"indent":          {`indent(2, "a\nb")`, `"a\n  b"`},
	"join":            {`join("-", ["a", "b"])`, `"a-b"`},
	"lower":           {`lower("AB")`, `"ab"`},
	"regex":           {`regex("[0-9]+", "a12")`, `"12"`},
	"regexall":        {`regexall("[0-9]", "a12")`, `["1","2"]`},
	"regexreplace":    {`regexreplace("a12", "[0-9]", "x")`, `"axx"`},
	"replace":         {`replace("a.b", ".", "-")`, `"a-b"`},
	"split":           {`split("-", "a-b")`, `["a","b"]`},
	"strlen":          {`strlen("zwölf")`, `5`},
	"strrev":          {`strrev("abc")`, `"cba"`},
	"substr":          {`substr("abc", 1, 2)`, `"bc"`},
	"title":           {`title("ab cd")`, `"Ab Cd"`},
	"trim":            {`trim("xax", "x")`, `"a"`},
	"trimprefix":      {`trimprefix("xax", "x")`, `"ax"`},
	"trimspace":       {`trimspace(" a ")`, `"a"`},
	"trimsuffix":      {`trimsuffix("xax", "x")`, `"xa"`},
	"upper":           {`upper("ab")`, `"AB"`},
	"chunklist":       {`chunklist(["a", "b", "c"], 2)`, `[["a","b"],["c"]]`},
	"coalesce":        {`coalesce(null, "a")`, `"a"`},
	"coalescelist":    {`coalescelist([], ["a"])`, `["a"]`},
	"compact":         {`compact(["a", "", "b"])`, `["a","b"]`},
	"concat":          {`concat(["a"], ["b"])`, `["a","b"]`},
	"contains":        {`contains(["a"], "a")`, `true`},
	"distinct":        {`distinct(["a", "a"])`, `["a"]`},
	"element":         {`element(["a", "b"], 3)`, `"b"`},
	"flatten":         {`flatten([["a"], [["b"]]])`, `["a","b"]`},
	"keys":            {`keys({ b = 1, a = 2 })`, `["a","b"]`},
	"length":          {`length(["a", "b"])`, `2`},
	"lookup":          {`lookup({ a = "1" }, "b", "2")`, `"2"`},
	"merge":           {`merge({ a = 1 }, { b = 2 })`, `{"a":1,"b":2}`},
	"range":           {`range(3)`, `[0,1,2]`},
	"reverse":         {`reverse(["a", "b"])`, `["b","a"]`},
	"setintersection": {`setintersection(["a", "b"], ["b"])`, `["b"]`},
	"setproduct":      {`setproduct(["a"], ["b", "c"])`, `[["a","b"],["a","c"]]`},
	"setsubtract":     {`setsubtract(["a", "b"], ["b"])`, `["a"]`},
	"setunion":        {`setunion(["a"], ["b"])`, `["a","b"]`},
	"slice":           {`slice(["a", "b", "c"], 1, 2)`, `["b"]`},
	"sort":            {`sort(["b", "a"])`, `["a","b"]`},
	"values":          {`values({ b = 1, a = 2 })`, `[2,1]`},
	"zipmap":          {`zipmap(["a"], [1])`, `{"a":1}`},
	"abs":             {`abs(-2)`, `2`},
	"ceil":            {`ceil(1.2)`, `2`},
	"floor":           {`floor(1.8)`, `1`},
	"log":             {`log(8, 2)`, `3`},
	"max":             {`max(1, 2)`, `2`},
	"min":             {`min(1, 2)`, `1`},
	"parseint":        {`parseint("ff", 16)`, `255`},
	"pow":             {`pow(2, 10)`, `1024`},
	"signum":          {`signum(-7)`, `-1`},
	"cidrhost":        {`[cidrhost("10.0.0.0/24", 7), cidrhost("10.0.0.0/24", -2), cidrhost("fd00::/64", 258)]`, `["10.0.0.7","10.0.0.254","fd00::102"]`},
	"cidrhosts":       {`cidrhosts("10.0.0.9/30")`, `["10.0.0.10","10.0.0.11","10.0.0.8","10.0.0.9"]`},
	"cidrsubnet":      {`[cidrsubnet("10.0.0.0/16", 8, 3), cidrsubnet("fd00::/56", 8, 255)]`, `["10.0.3.0/24","fd00:0:0:ff::/64"]`},
	"tobool":          {`tobool("true")`, `true`},
	"tolist":          {`tolist(["a"])`, `["a"]`},
	"tomap":           {`tomap({ a = "1" })`, `{"a":"1"}`},
	"tonumber":        {`tonumber("1.5")`, `1.5`},
	"toset":           {`toset(["a", "a"])`, `["a"]`},
	"tostring":        {`tostring(1)`, `"1"`},
	"formatdate":      {`formatdate("YYYY-MM-DD", "2020-10-27T00:00:00Z")`, `"2020-10-27"`},
	"timeadd":         {`timeadd("2020-10-27T00:00:00Z", "24h")`, `"2020-10-28T00:00:00Z"`},
	"can":             {`can({}.a)`, `false`},
	"try":             {`try({}.a, "b")`, `"b"`},
}

func TestEveryFunctionCanBeCalled(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for name, text := range map[string]string{"data.txt": "plain text\n", "data.bin": "\xff\xfe\x00"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	all := functions(dir, func(name string) (string, bool) {
		value, ok := map[string]string{"ROLE": "app", "EMPTY": ""}[name]
		return value, ok
	})
	if d := cmp.Diff(known(all), known(calls)); d != "" {
		t.Fatalf("functions and calls of this test differ (-functions +calls):\n%s", d)
	}
	ctx := &hcl.EvalContext{Functions: all}
	for name, call := range calls {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			expr, diags := hclsyntax.ParseExpression([]byte(call.expr), "x.hcl", hcl.InitialPos)
			if diags.HasErrors() {
				t.Fatal(diags)
			}
			v, diags := expr.Value(ctx)
			if diags.HasErrors() {
				t.Fatal(diags)
			}
			got, err := ctyjson.Marshal(v, v.Type())
			if err != nil {
				t.Fatal(err)
			}
			if string(got) != call.want {
				t.Errorf("%s gives %s, want %s", call.expr, got, call.want)
			}
		})
	}
}

// What base64gzip gives is for programs that know gzip, so its bytes are not
// what counts.
func TestBase64Gzip(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"", "ü\n", strings.Repeat("#cloud-config\n", 10000)} {
		v, err := base64GzipFunc().Call([]cty.Value{cty.StringVal(text)})
		if err != nil {
			t.Fatal(err)
		}
		data, err := base64.StdEncoding.DecodeString(v.AsString())
		if err != nil {
			t.Fatal(err)
		}
		r, err := gzip.NewReader(bytes.NewReader(data))
		if err != nil {
			t.Fatal(err)
		}
		got, err := io.ReadAll(r)
		if err != nil || string(got) != text || !r.ModTime.IsZero() {
			t.Errorf("%.20q: %.20q, %v, made %v", text, got, err, r.ModTime)
		}
	}
}

func TestPathsMayBeAbsolute(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "a.txt")
	if err := os.WriteFile(path, []byte("text"), 0o600); err != nil {
		t.Fatal(err)
	}
	expr, diags := hclsyntax.ParseExpression([]byte(`file("`+path+`")`), "x.hcl", hcl.InitialPos)
	if diags.HasErrors() {
		t.Fatal(diags)
	}
	v, diags := expr.Value(&hcl.EvalContext{Functions: functions(filepath.Join(path, "elsewhere"), nil)})
	if diags.HasErrors() || v.AsString() != "text" {
		t.Errorf("file gives %#v, %v", v, diags)
	}
}
