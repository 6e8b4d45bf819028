package admin

import (
	"strings"
	"testing"
)

func TestCheckAction(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ name, want string }{
		{"bootstrap/creds", ""},
		{"credentials", ""},
		{"status/iam", ""},
		{"A-z_0.9", ""},
		{"", `action name "" has the segment "": write it like "bootstrap/creds"`},
		{"/x", `action name "/x" has the segment "": write it like "bootstrap/creds"`},
		{"x/", `action name "x/" has the segment "": write it like "bootstrap/creds"`},
		{"x/../y", `action name "x/../y" has the segment "..": write it like "bootstrap/creds"`},
		{"x y", `action name "x y" has the byte ' ': use letters, digits, dots, dashes, underscores and slashes`},
		{"é", `action name "é" has the byte 'Ã': use letters, digits, dots, dashes, underscores and slashes`},
		{"status", `action name "status" is used by the listener itself: choose another`},
		{"readyz", `action name "readyz" is used by the listener itself: choose another`},
		{"reload", `action name "reload" is used by the listener itself: choose another`},
		{"plugins", `action name "plugins" is used by the listener itself: choose another`},
		{strings.Repeat("x", 129), "action name has 129 bytes: at most 128 are allowed"},
	} {
		got := ""
		if err := CheckAction(tt.name); err != nil {
			got = err.Error()
		}
		if got != tt.want {
			t.Errorf("CheckAction(%q):\n got %s\nwant %s", tt.name, got, tt.want)
		}
	}
}
