package config

import (
	"os"
	"path/filepath"
	"testing"
)

// BenchmarkLoad measures what many instances cost before the first client asks.
func BenchmarkLoad(b *testing.B) {
	const rest = "\n  match = [each.key]\n  tags = { Name = each.key }\n}\nplugin \"identity\" {}\n"
	for name, source := range map[string]string{
		"one":      "instance {\n}\nplugin \"identity\" {}\n",
		"hosts":    "instance \"web\" {\n  for_each = cidrhosts(\"127.0.0.0/15\")" + rest,
		"for":      "instance \"web\" {\n  for_each = { for a in cidrhosts(\"127.0.0.0/15\") : a => upper(a) }" + rest,
		"listed":   "instance \"web\" {\n  for_each = { for a in cidrhosts(\"127.0.0.0/20\") : a => upper(a) if a != \"127.0.0.0\" }" + rest,
		"flatten":  "instance \"web\" {\n  for_each = toset(flatten([for n in range(16) : [for h in range(256) : cidrhost(cidrsubnet(\"127.0.0.0/20\", 4, n), h)]]))" + rest,
		"ten nets": "instance \"web\" {\n  for_each = toset([for n in range(10) : cidrsubnet(\"127.0.0.0/15\", 9, n)])" + rest,
	} {
		b.Run(name, func(b *testing.B) {
			path := filepath.Join(b.TempDir(), "metadata.hcl")
			if err := os.WriteFile(path, []byte(source), 0o600); err != nil {
				b.Fatal(err)
			}
			for b.Loop() {
				if _, _, diags := Load(path, Options{Builtins: []string{"identity"}}); diags.HasErrors() {
					b.Fatal(diags)
				}
			}
		})
	}
}

// BenchmarkBuild measures the evaluation of one instance.
func BenchmarkBuild(b *testing.B) {
	path := filepath.Join(b.TempDir(), "metadata.hcl")
	source := "instance \"web\" {\n  for_each = cidrhosts(\"127.0.0.0/15\")\n  match = [each.key]\n  tags = { Name = each.key }\n}\nplugin \"identity\" {}\n"
	if err := os.WriteFile(path, []byte(source), 0o600); err != nil {
		b.Fatal(err)
	}
	f, _, diags := Load(path, Options{Builtins: []string{"identity"}})
	if diags.HasErrors() {
		b.Fatal(diags)
	}
	ref, _ := f.Instances.Find(`web["127.1.2.3"]`)
	for b.Loop() {
		if _, diags := f.Instances.Build(ref); diags.HasErrors() {
			b.Fatal(diags)
		}
	}
}
