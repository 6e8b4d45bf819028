package config

import "testing"

func TestNearest(t *testing.T) {
	t.Parallel()
	for given, want := range map[string]string{
		"Debgu": ` Did you mean "debug"?`, "warm": ` Did you mean "warn"?`, "in": "", "amx": ` Did you mean "ami"?`, "axx": "", "": "", "elsewhere": "",
	} {
		if got := nearest(given, []string{"debug", "warn", "at", "ami"}); got != want {
			t.Errorf("%q: %q, want %q", given, got, want)
		}
	}
	if got := nearest("enx", []string{"ens", "eny", "env", "try", "enx"}); got != ` Did you mean "enx"?` {
		t.Errorf("of several: %q, want the nearest", got)
	}
	if got := nearest("eny", []string{"abs", "env", "enw", "try"}); got != ` Did you mean "env"?` {
		t.Errorf("of several: %q, want the first of the nearest", got)
	}
}
