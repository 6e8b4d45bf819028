package router

import (
	"errors"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// MaxPath is the size in bytes that the path of a node or a mount may have.
const MaxPath = 1024

// checkPath says what is wrong with a path that must be canonical: relative to
// the version root, segments joined by single slashes, no slash at either end.
func checkPath(path string) error {
	switch {
	case path == "":
		return errors.New("the path is empty: name at least one segment")
	case len(path) > MaxPath:
		return fmt.Errorf("the path has %d bytes: at most %d are allowed", len(path), MaxPath)
	case !utf8.ValidString(path):
		return errors.New("the path is not UTF-8")
	case strings.ContainsFunc(path, unicode.IsControl):
		return errors.New("the path has a control character: listings are lines, so remove it")
	}
	for segment := range strings.SplitSeq(path, "/") {
		switch segment {
		case "":
			return errors.New("the path has an empty segment: write it without leading, trailing or doubled slashes")
		case ".", "..":
			return fmt.Errorf("the path has the segment %q: write it out", segment)
		}
	}
	return nil
}

// shown is a text of a stranger as errors repeat it: it may have megabytes.
func shown(text string) string {
	if len(text) <= MaxPath {
		return text
	}
	return strings.ToValidUTF8(text[:MaxPath], "") + "…"
}

// parent returns the path of the directory that path lies in; the version root
// is the empty path.
func parent(path string) string {
	if i := strings.LastIndexByte(path, '/'); i >= 0 {
		return path[:i]
	}
	return ""
}

// covers says whether path is dir or lies below it.
func covers(dir, path string) bool {
	return strings.HasPrefix(path, dir) && (len(path) == len(dir) || path[len(dir)] == '/')
}

// splitRequest cuts the path of a request into its version and the rest, which
// has no slash at either end. Doubled slashes inside the rest stay: they are
// rare, and removing them costs a copy. It is false when the path does not
// begin with a slash.
func splitRequest(path string) (version, rest string, ok bool) {
	start, end := 0, len(path)
	for start < end && path[start] == '/' {
		start++
	}
	if start == 0 {
		return "", "", false
	}
	for end > start && path[end-1] == '/' {
		end--
	}
	version, rest = path[start:end], ""
	if i := strings.IndexByte(version, '/'); i >= 0 {
		version, rest = version[:i], version[i+1:]
		for rest[0] == '/' {
			rest = rest[1:]
		}
	}
	return version, rest, true
}

// appendSingle appends path to dst with every run of slashes as one.
func appendSingle(dst []byte, path string) []byte {
	for i := range len(path) {
		if path[i] != '/' || path[i-1] != '/' {
			dst = append(dst, path[i])
		}
	}
	return dst
}
