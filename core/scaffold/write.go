package scaffold

import (
	"bytes"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"
	"text/template"
)

//go:embed all:templates
var templates embed.FS

// Languages returns the languages that there are templates for.
func Languages() []string {
	entries, _ := templates.ReadDir("templates") // it is compiled in
	var out []string
	for _, e := range entries {
		if e.IsDir() {
			out = append(out, e.Name())
		}
	}
	return out
}

// Write writes a new plugin to the folder dir, which must not exist; the one
// above it must. On an error nothing is left behind.
func Write(dir, language string, p Plugin) (err error) {
	if _, err := os.Lstat(dir); err == nil {
		return fmt.Errorf("%s exists already: choose another name, or remove it", dir)
	}
	above := filepath.Dir(dir)
	if info, err := os.Stat(above); err != nil || !info.IsDir() {
		return fmt.Errorf("there is no folder %s to write the plugin to: make it first", above)
	}
	// The folder appears as a whole or not at all. It is made inside one of its
	// own, whose mode is not that of a folder of source code.
	temporary, err := os.MkdirTemp(above, ".mockmd-plugin-new-")
	if err != nil {
		return fmt.Errorf("write plugin %q: %w", p.Name, err)
	}
	defer func() {
		if err != nil {
			err = fmt.Errorf("write plugin %q: %w", p.Name, err)
		}
		err = errors.Join(err, os.RemoveAll(temporary))
	}()
	made := filepath.Join(temporary, p.Name)
	from := path.Join("templates", language)
	if err := fs.WalkDir(templates, from, func(file string, e fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		to := filepath.Join(made, filepath.FromSlash(strings.TrimPrefix(file, from)))
		if e.IsDir() {
			return os.MkdirAll(to, 0o777) //nolint:gosec // the umask decides
		}
		return writeFile(strings.TrimSuffix(to, suffix), file, p)
	}); err != nil {
		return err
	}
	return os.Rename(made, dir)
}

// suffix marks the files that are executed.
const suffix = ".tmpl"

func writeFile(to, file string, p Plugin) error {
	body, err := execute(file, p)
	if err != nil {
		return err
	}
	mode := fs.FileMode(0o666)               // the umask decides
	if bytes.HasPrefix(body, []byte("#!")) { // a script
		mode = 0o777
	}
	return os.WriteFile(to, body, mode)
}

// execute returns what a file of the templates becomes.
func execute(file string, p Plugin) ([]byte, error) {
	body, err := templates.ReadFile(file)
	if err != nil || !strings.HasSuffix(file, suffix) {
		return body, err
	}
	t, err := template.New(file).Option("missingkey=error").Parse(string(body))
	if err != nil {
		return nil, err
	}
	var out bytes.Buffer
	err = t.Execute(&out, p)
	return out.Bytes(), err
}

// Next returns what people are told when the folder is there.
func Next(language string, p Plugin) (string, error) {
	body, err := execute(path.Join("templates", language+".next"+suffix), p)
	return string(body), err
}
