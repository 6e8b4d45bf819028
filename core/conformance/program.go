package conformance

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
)

// PythonMain is the name of the program of a plugin in Python, as `mockmd
// plugin new` calls it.
const PythonMain = "main.py"

// FindProgram returns the command of the plugin in a folder that is laid out as
// `mockmd plugin new` does it. A plugin in Go is built, into the folder into;
// one in Python is main.py, run by itself where it is executable and else by
// python3; anything else is the program that is called as the folder is. What
// the go command says goes to output. The error says what was looked for.
func FindProgram(ctx context.Context, dir, into string, output io.Writer) ([]string, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return nil, fmt.Errorf("find the plugin in %s: %w", dir, err)
	}
	if sources, _ := filepath.Glob(filepath.Join(dir, "*.go")); len(sources) > 0 { // the pattern is well-formed unless the folder's name is odd
		return buildGo(ctx, dir, filepath.Join(into, filepath.Base(dir)), output)
	}
	main := filepath.Join(dir, PythonMain)
	if info, err := os.Stat(main); err == nil {
		if info.Mode()&0o111 != 0 {
			return []string{main}, nil
		}
		python, err := exec.LookPath("python3")
		if err != nil {
			return nil, fmt.Errorf("run %s: %w: install Python, or make the file executable", main, err)
		}
		return []string{python, main}, nil
	}
	program := filepath.Join(dir, filepath.Base(dir))
	if info, err := os.Stat(program); err == nil && info.Mode().IsRegular() && info.Mode()&0o111 != 0 {
		return []string{program}, nil
	}
	return nil, fmt.Errorf("there is no plugin in %s: looked for sources in Go, for %s, and for a program called %s; name the program itself if it is called otherwise",
		dir, PythonMain, filepath.Base(dir))
}

func buildGo(ctx context.Context, dir, to string, output io.Writer) ([]string, error) {
	cmd := exec.CommandContext(ctx, "go", "build", "-buildvcs=false", "-o", to, ".")
	cmd.Dir, cmd.Stdout, cmd.Stderr = dir, output, output
	if err := cmd.Run(); err != nil {
		if errors.Is(err, exec.ErrNotFound) {
			return nil, fmt.Errorf("build %s: %w: install Go, or name the built program instead of its folder", dir, err)
		}
		return nil, fmt.Errorf("build %s: go build: %w", dir, err)
	}
	return []string{to}, nil
}
