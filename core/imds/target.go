package imds

import (
	"strings"
	"unicode/utf8"
)

// decodeTarget returns the path of a request target without its query and
// percent-decoded once. It is false for all that is not a path on this server
// (absolute and authority form, "*"), for broken escapes, and for a path that
// decodes to control characters or to what is not UTF-8. Plain paths are not
// copied.
func decodeTarget(target string) (path string, ok bool) {
	if !strings.HasPrefix(target, "/") {
		return "", false
	}
	path, _, _ = strings.Cut(target, "?")
	if strings.IndexByte(path, '%') >= 0 {
		if path, ok = unescape(path); !ok {
			return "", false
		}
	}
	for i := range len(path) {
		if path[i] < ' ' || path[i] == 0x7f {
			return "", false
		}
	}
	return path, utf8.ValidString(path)
}

// unescape is url.PathUnescape without an error value, which would be all that
// a refused request allocates.
func unescape(s string) (string, bool) {
	var b strings.Builder
	b.Grow(len(s))
	for i := 0; i < len(s); i++ {
		if s[i] != '%' {
			b.WriteByte(s[i])
			continue
		}
		if i+2 >= len(s) {
			return "", false
		}
		high, low := unhex(s[i+1]), unhex(s[i+2])
		if high < 0 || low < 0 {
			return "", false
		}
		b.WriteByte(byte(high<<4 | low))
		i += 2
	}
	return b.String(), true
}

func unhex(c byte) int {
	switch {
	case c >= '0' && c <= '9':
		return int(c - '0')
	case c >= 'a' && c <= 'f':
		return int(c-'a') + 10
	case c >= 'A' && c <= 'F':
		return int(c-'A') + 10
	}
	return -1
}
