package static

import (
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// maxPath is the size in bytes that a path may have.
const maxPath = 1024

// checkPath says what is wrong with a path and how to mend it. The rules are
// those for mounts and nodes; an error completes a sentence that begins with
// the path.
func checkPath(path string) error {
	switch {
	case path == "":
		return errors.New("is empty: name at least one segment")
	case len(path) > maxPath:
		return fmt.Errorf("has %d bytes: at most %d are allowed", len(path), maxPath)
	case !utf8.ValidString(path):
		return errors.New("is not UTF-8")
	case strings.ContainsFunc(path, unicode.IsControl):
		return errors.New("has a control character: listings are lines, so remove it")
	}
	for segment := range strings.SplitSeq(path, "/") {
		switch segment {
		case "":
			return errors.New("has an empty segment: write it without leading, trailing or doubled slashes")
		case ".", "..":
			return fmt.Errorf("has the segment %q: write it out", segment)
		}
	}
	first, rest, _ := strings.Cut(path, "/")
	switch {
	case first == "api":
		return errors.New("lies below api, where session tokens are served: choose another path")
	case !isVersion(first):
		return nil
	case rest == "":
		return fmt.Errorf("is the name of an API version: paths are relative to it, such as %q", "meta-data/rack")
	}
	return fmt.Errorf("begins with an API version: paths are relative to it, so write %q", rest)
}

// isVersion says whether a segment reads as an API version.
func isVersion(segment string) bool {
	return segment == "latest" || segment == "1.0" || isDate(segment)
}

func isDate(s string) bool {
	_, err := time.Parse(time.DateOnly, s)
	return err == nil
}

// parent returns the path of the directory that path lies in; empty at the
// version root.
func parent(path string) string {
	if i := strings.LastIndexByte(path, '/'); i >= 0 {
		return path[:i]
	}
	return ""
}

// covers says whether path is dir or lies below it.
func covers(dir, path string) bool {
	return path == dir || strings.HasPrefix(path, dir+"/")
}
