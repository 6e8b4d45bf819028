package instance

import "testing"

func TestNearest(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ given, want string }{
		{"enable", "enabled"},
		{"ENABLED", ""},
		{"hots", "hosts"},
		{"on", ""},
		{"in", ""},
		{"", ""},
		{"arn", ""},
		{"amis", "ami"},
		{"host", "hosts"},
		{"hsto", "hosts"},
		{"hö", ""},
	} {
		if got := nearest(c.given, []string{"enabled", "ami", "it", "hosts"}); got != c.want {
			t.Errorf("%q: nearest is %q, want %q", c.given, got, c.want)
		}
	}
}
