package scaffold

import (
	"archive/zip"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestModuleOfARelease: a plugin that requires a released version gets a
// complete go.mod and go.sum from that release. The release is this source, and
// comes from a folder; all other modules from what this machine has. Not
// parallel: it sets the environment.
func TestModuleOfARelease(t *testing.T) {
	const version = "v0.99.0"
	proxy := filepath.Join(t.TempDir(), "proxy")
	publish(t, filepath.Join(proxy, filepath.FromSlash(module), "@v"), version)
	out, err := exec.CommandContext(t.Context(), "go", "env", "GOMODCACHE").Output()
	if err != nil {
		t.Fatal(err)
	}
	for name, value := range map[string]string{
		"GOPROXY":    "file://" + proxy + ",file://" + filepath.Join(strings.TrimSpace(string(out)), "cache", "download"),
		"GOMODCACHE": filepath.Join(t.TempDir(), "mod"), "GOFLAGS": "-modcacherw", "GOSUMDB": "off",
	} {
		t.Setenv(name, value)
	}
	dir := filepath.Join(t.TempDir(), "rack")
	p := Plugin{Name: "rack", Dir: dir, SDK: SDK{Version: version}}
	if err := Write(dir, "go", p); err != nil {
		t.Fatal(err)
	}
	if err := goCommand(t.Context(), dir, t.Output(), completeModule()...); err != nil {
		t.Fatalf("complete go.mod: %v", err)
	}
	if err := goCommand(t.Context(), dir, t.Output(), "list", "-mod=readonly", "-deps", "-test", "-f", "{{/**/}}", "./..."); err != nil {
		t.Errorf("go.mod or go.sum are not complete: %v", err)
	}
	sums, err := os.ReadFile(filepath.Join(dir, "go.sum"))
	if err != nil || !strings.Contains(string(sums), module+" "+version+" h1:") {
		t.Errorf("go.sum does not know the release: %v\n%s", err, sums)
	}
	if mod, err := os.ReadFile(filepath.Join(dir, "go.mod")); err != nil || strings.Contains(string(mod), "aws") || !strings.Contains(string(mod), module+" "+version) {
		t.Errorf("go.mod: %v\n%s", err, mod)
	}
}

// publish puts the SDK into the folder of a module proxy, as a release.
func publish(t *testing.T, to, version string) {
	t.Helper()
	const root = "../.."
	if err := os.MkdirAll(to, 0o700); err != nil {
		t.Fatal(err)
	}
	mod, err := os.ReadFile(filepath.Join(root, "go.mod"))
	if err == nil {
		err = os.WriteFile(filepath.Join(to, version+".mod"), mod, 0o600)
	}
	if err == nil {
		err = os.WriteFile(filepath.Join(to, version+".info"), []byte(`{"Version": "`+version+`"}`), 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
	file, err := os.Create(filepath.Join(to, version+".zip"))
	if err != nil {
		t.Fatal(err)
	}
	archive := zip.NewWriter(file)
	add := func(path string) error {
		body, err := os.ReadFile(filepath.Join(root, path))
		if err != nil {
			return err
		}
		w, err := archive.Create(module + "@" + version + "/" + filepath.ToSlash(path))
		if err == nil {
			_, err = w.Write(body)
		}
		return err
	}
	err = add("go.mod")
	if err == nil {
		err = fs.WalkDir(os.DirFS(root), "sdk", func(path string, e fs.DirEntry, err error) error {
			if err != nil || e.IsDir() || !strings.HasSuffix(path, ".go") {
				return err
			}
			return add(path)
		})
	}
	if err == nil {
		err = archive.Close()
	}
	if err == nil {
		err = file.Close()
	}
	if err != nil {
		t.Fatalf("pack the release: %v", err)
	}
}
