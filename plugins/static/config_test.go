package static

import (
	"encoding/base64"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/mockmd/mockmd/sdk"
	"github.com/mockmd/mockmd/sdk/sdktest"
)

// write makes a file, and the directories above it.
func write(t *testing.T, dir, name, text string) string {
	t.Helper()
	file := filepath.Join(dir, filepath.FromSlash(name))
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	return file
}

func link(t *testing.T, to, dir, name string) {
	t.Helper()
	if err := os.Symlink(to, filepath.Join(dir, name)); err != nil {
		t.Fatal(err)
	}
}

func TestMistakes(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	write(t, dir, "motd.txt", "hello")
	write(t, dir, "site/a", "a")
	write(t, dir, "odd/good", "x")
	write(t, dir, "odd/bad\nname", "x")
	write(t, dir, "odd/sub/file", "x")
	write(t, dir, "lone/x", "x")
	link(t, "/etc/passwd", dir, "away")
	link(t, "/etc/passwd", filepath.Join(dir, "odd"), "away")
	link(t, "sub", filepath.Join(dir, "odd"), "tosub")
	link(t, "nowhere", filepath.Join(dir, "lone"), "broken")
	link(t, "nowhere", dir, "broken")
	if err := syscall.Mkfifo(filepath.Join(dir, "pipe"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Mkfifo(filepath.Join(dir, "lone", "pipe"), 0o600); err != nil {
		t.Fatal(err)
	}
	big := filepath.Join(dir, "big")
	if err := os.WriteFile(big, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Truncate(big, 16<<20); err != nil {
		t.Fatal(err)
	}
	cases := []struct {
		name, config string
		mount, want  []string
	}{
		{"nothing", ``, nil, []string{`1: Nothing to serve; The static plugin needs at least one path: values = { "meta-data/rack" = "7" }, or a value, file or directory block.`}},
		{"no values", `values = {}`, nil, []string{`1: Nothing to serve`}},
		{"fine", `values = { "meta-data/x" = 7 }`, nil, nil},
		{"unknown argument", `value "a" {
  content = "x"
  content_typ = "y"
}`, nil, []string{`3: An argument named "content_typ" is not expected here. Did you mean "content_type"?`}},
		{"unknown block", `dir "a" { path = "x" }`, nil, []string{`1: Blocks of type "dir" are not expected here.`}},
		{"null in values", `values = { "a" = null }`, nil, []string{`1: Unsuitable value type; Unsuitable value: null value is not allowed`}},
		{"values of the wrong type", `values = { "a" = ["x"] }`, nil, []string{`1: Unsuitable value type`}},
		{"no label", `value { content = "x" }`, nil, []string{`1: Missing path for value; All value blocks must have 1 labels (path)`}},
		{"bad path in values", "values = {\n  \"meta-data//x\" = \"1\"\n}", nil, []string{
			`1: Invalid path; The path "meta-data//x" has an empty segment: write it without leading, trailing or doubled slashes.`,
		}},
		{"leading slash", "\nvalue \"/meta-data/x\" { content = \"\" }", nil, []string{`2: Invalid path; The path "/meta-data/x" has an empty segment`}},
		{"trailing slash", `file "meta-data/x/" { path = "motd.txt" }`, nil, []string{`1: Invalid path; The path "meta-data/x/" has an empty segment`}},
		{"version", `directory "latest/meta-data/x" { path = "site" }`, nil, []string{`1: Invalid path; The path "latest/meta-data/x" begins with an API version: paths are relative to it, so write "meta-data/x".`}},
		{"empty path", `value "" { content = "x" }`, nil, []string{`1: Invalid path; The path "" is empty: name at least one segment.`}},
		{"twice", "values = { \"meta-data/x\" = \"1\" }\nfile \"meta-data/x\" { path = \"motd.txt\" }", nil, []string{
			`2: Path served twice; The path "meta-data/x" is that of a value at config.hcl:1,10-33 already. Remove one of them.`,
		}},
		{"below a value", "value \"a\" { content = \"\" }\nvalue \"a/b/c\" { content = \"\" }", nil, []string{
			`2: Path below a value; The path "a/b/c" lies below the value "a" at config.hcl:1,7-10, which cannot be a directory as well. Move one of them.`,
		}},
		{"above a value", "value \"a/b/c\" { content = \"\" }\nfile \"a\" { path = \"motd.txt\" }", nil, []string{
			`1: Path below a file; The path "a/b/c" lies below the file "a" at config.hcl:2,6-9`,
		}},
		{"below in one map", `values = { "a" = "", "a/b" = "" }`, nil, []string{`1: Path below a value; The path "a/b" lies below the value "a"`}},
		{"inside a directory", "directory \"a\" { path = \"site\" }\nvalue \"a/x/y\" { content = \"\" }", nil, nil},
		{"no content", `value "a" {}`, nil, []string{`1: Value without content; The value "a" needs content or content_base64; an empty value is content = "".`}},
		{"null content", "value \"a\" {\n  content = null\n}", nil, []string{`2: Value without content`}},
		{"content of the wrong type", "value \"a\" {\n  content = [1]\n}", nil, []string{`2: Unsuitable value type`}},
		{"both contents", "value \"a\" {\n  content = \"x\"\n  content_base64 = \"eA==\"\n}", nil, []string{
			`3: Two contents; The value "a" has content as well as content_base64. Remove one of them.`,
		}},
		{"bad base64", "value \"a\" {\n  content_base64 = \"eA\"\n}", nil, []string{`2: Invalid base64; The content_base64 of "a" is not base64 of the standard alphabet with padding. Write text as content`}},
		{"since no date", "value \"a\" {\n  content = \"\"\n  since = \"2020-13-01\"\n}", nil, []string{
			`3: Invalid date; The API version "2020-13-01" is not a date: write it as "2020-10-27", or leave it out for every version.`,
		}},
		{"since of every kind", "file \"a\" {\n path = \"motd.txt\"\n since = \"1.0\"\n}\ndirectory \"b\" {\n path = \"site\"\n since = \"new\"\n}", nil, []string{`7: Invalid date; The API version "new" is not a date`}},
		{"content type", "value \"a\" {\n  content = \"\"\n  content_type = \"text/plain\\n\"\n}", nil, []string{`3: Invalid content type; A content type is 1 to 255 characters of printable ASCII without spaces at its ends`}},
		{"empty content type", "file \"a\" {\n  path = \"motd.txt\"\n  content_type = \"\"\n}", nil, []string{`3: Invalid content type`}},
		{"no file argument", `file "a" {}`, nil, []string{`1: Missing required argument; The argument "path" is required`}},
		{"empty file argument", `directory "a" { path = "" }`, nil, []string{`1: No path; The path is empty: name what to serve. A relative path starts at the folder of the configuration file.`}},
		{"no file", "file \"a\" {\n  path = \"mtd.txt\"\n}", nil, []string{
			`2: Cannot be served; ` + dir + `/mtd.txt: there is no such file or directory. A relative path starts at the folder of the configuration file.`,
		}},
		{"no directory", "directory \"a\" {\n  path = \"mtd\"\n}", nil, []string{`2: Cannot be served; ` + dir + `/mtd: there is no such file or directory. A relative`}},
		{"no directory above", `file "a" { path = "no/where" }`, nil, []string{`1: Cannot be served; ` + dir + `/no/where: there is no such file or directory.`}},
		{"directory as a file", `file "a" { path = "site" }`, nil, []string{`1: Cannot be served; ` + dir + `/site: it is a directory: use a directory block.`}},
		{"root as a file", `file "a" { path = "/" }`, nil, []string{`1: Cannot be served; /: it is a directory: use a directory block.`}},
		{"file as a directory", `directory "a" { path = "motd.txt" }`, nil, []string{`1: Cannot be served; ` + dir + `/motd.txt: it is not a directory: use a file block.`}},
		{"pipe", `file "a" { path = "pipe" }`, nil, []string{`1: Cannot be served; ` + dir + `/pipe: it is not a regular file.`}},
		{"link away", `file "a" { path = "away" }`, nil, []string{`1: Cannot be served; ` + dir + `/away: a link that is absolute or leads out of its directory is not followed: name or copy the file itself.`}},
		{"broken link", `file "a" { path = "broken" }`, nil, []string{`1: Cannot be served; ` + dir + `/broken: it is a link that leads nowhere.`}},
		{"too large", "values = { \"b\" = \"\" }\nfile \"a\" { path = \"big\" }", nil, []string{`2: Cannot be served; ` + big + `: all values and files together have more than 16 MiB: serve fewer or smaller ones.`}},
		{"odd names", `directory "a" { path = "odd" }`, nil, []string{
			`1: Not served; ` + dir + `/odd/away: a link that is absolute or leads out of its directory is not followed`,
			`1: Not served; "` + dir + `/odd/bad\nname": its path has a control character: listings are lines, so remove it.`,
			`1: Not served; ` + dir + `/odd/tosub: links to directories are not followed.`,
		}},
		{"odd files", "directory \"a\" { path = \"lone\" }\nvalue \"a/x/y\" { content = \"\" }", nil, []string{
			`1: Not served; ` + dir + `/lone/broken: it is a link that leads nowhere.`,
			`1: Not served; ` + dir + `/lone/pipe: it is not a regular file.`,
			`1: Not served; ` + dir + `/lone/x: the configuration has the path a/x/y below it.`,
		}},
		{"mount", "value \"meta-data/x\" { content = \"\" }\nvalue \"meta-data/xy\" { content = \"\" }", []string{"meta-data/x", "dynamic"}, []string{
			`2: Path outside the mounts; The path "meta-data/xy" lies in none of the block's mounts (meta-data/x, dynamic). Add one for it, or leave the mount argument out: each path is a mount of its own then.`,
		}},
		{"several at once", "values = { \"/a\" = \"\" }\nfile \"b\" { path = \"no\" }\nvalue \"c\" { since = 1 }", nil, []string{
			`1: Invalid path`, `2: Cannot be served`, `3: Value without content`, `3: Invalid date`,
		}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			p := sdktest.Start(t, New())
			p.Dir, p.Mount = dir, c.mount
			sdktest.Expect(t, p.Configure(c.config), c.want...)
		})
	}
}

func TestManyOddFilesAreToldShortly(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for _, name := range []string{"a", "b", "c", "d", "e"} {
		write(t, dir, "site/\t"+name, "")
	}
	p := sdktest.Start(t, New())
	p.Dir = dir
	diags := p.Configure(`directory "a" { path = "site" }`)
	if diags.HasErrors() {
		t.Error("odd names keep the rest from being served")
	}
	sdktest.Expect(t, diags,
		`1: /site/\ta": its path has a control character: listings are lines, so remove it.`,
		`1: /site/\tb": its path has a control character: listings are lines, so remove it.`,
		`1: /site/\tc": its path has a control character: listings are lines, so remove it. There are more like it.`)
}

// A tree as large as may be reaches the core, and one more byte is told here.
func TestLargestTree(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	file := write(t, dir, "big", "")
	const most = maxTree - overhead - 1 // for the path "a"
	for _, c := range []struct {
		size int64
		want []string
	}{
		{most, nil},
		{most + 1, []string{`1: Cannot be served; ` + file + `: all values and files together have more than 16 MiB`}},
	} {
		if err := os.Truncate(file, c.size); err != nil {
			t.Fatal(err)
		}
		p := sdktest.Start(t, New())
		p.Dir = dir
		sdktest.Expect(t, p.Configure(`file "a" { path = "big" }`), c.want...)
		if c.want != nil {
			continue
		}
		p.Run()
		if leaf := p.Tree()["a"].(sdk.Leaf); int64(len(leaf.Body)) != c.size {
			t.Errorf("%d bytes have arrived, want %d", len(leaf.Body), c.size)
		}
		p.Stop()
	}
}

func TestTooManyPaths(t *testing.T) {
	t.Parallel()
	var b strings.Builder
	b.WriteString("values = {\n")
	path := strings.Repeat("/x", 500)
	for i := range 140 {
		b.WriteString(`"a` + base64.RawURLEncoding.EncodeToString([]byte{byte(i)}) + path + "\" = \"\"\n")
	}
	b.WriteString("}")
	p := sdktest.Start(t, New())
	sdktest.Expect(t, p.Configure(b.String()), `1: all values and files together make more than 65536 paths and directories: serve fewer.`)
}

// What a person of little rights may not read is a mistake, too.
func TestNoPermission(t *testing.T) {
	t.Parallel()
	if os.Geteuid() == 0 {
		t.Skip("root may read everything")
	}
	dir := t.TempDir()
	file := write(t, dir, "secret", "x")
	if err := os.Chmod(file, 0); err != nil {
		t.Fatal(err)
	}
	p := sdktest.Start(t, New())
	p.Dir = dir
	sdktest.Expect(t, p.Configure("file \"a\" { path = \"secret\" }\ndirectory \"b\" { path = \".\" }"),
		`1: Cannot be served; `+file+`: mockmd has no permission to read it.`,
		`2: Cannot be served; `+file+`: mockmd has no permission to read it.`)
}
