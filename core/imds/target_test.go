package imds

import "testing"

func TestDecodeTarget(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		target, path string // an empty path is refused
	}{
		{"/", "/"},
		{"/latest/meta-data/", "/latest/meta-data/"},
		{"/latest/meta-data?x=y", "/latest/meta-data"},
		{"/?/latest", "/"},
		{"/a?%zz", "/a"},
		{"/a%3Ab", "/a:b"},
		{"/a%3ab", "/a:b"},
		{"/a%2Fb", "/a/b"},
		{"/a%253A", "/a%3A"},
		{"/a+b", "/a+b"},
		{"/%C3%A9", "/é"},
		{"//a///b/", "//a///b/"},
		{"/../a", "/../a"},
		{"", ""},
		{"*", ""},
		{"latest", ""},
		{"http://169.254.169.254/latest", ""},
		{"169.254.169.254:80", ""},
		{"?x", ""},
		{"/%", ""},
		{"/%4", ""},
		{"/%zz", ""},
		{"/%4g", ""},
		{"/%-1", ""},
		{"/a%00", ""},
		{"/a%0a", ""},
		{"/a%7f", ""},
		{"/a\x01", ""},
		{"/%ff", ""},
		{"/\xff", ""},
	} {
		path, ok := decodeTarget(tt.target)
		if ok != (tt.path != "") || ok && path != tt.path {
			t.Errorf("decodeTarget(%q) = %q, %t, want %q", tt.target, path, ok, tt.path)
		}
	}
}
