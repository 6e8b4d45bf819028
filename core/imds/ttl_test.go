package imds

import (
	"testing"
	"time"
)

func TestParseTTL(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		values []string
		want   time.Duration // 0 is refused
	}{
		{[]string{"1"}, 1},
		{[]string{"5"}, 5},
		{[]string{"60"}, 60},
		{[]string{"21600"}, 21600},
		{[]string{"060"}, 60},
		{nil, 0},
		{[]string{""}, 0},
		{[]string{" "}, 0},
		{[]string{"0"}, 0},
		{[]string{"21601"}, 0},
		{[]string{"-1"}, 0},
		{[]string{"+60"}, 0},
		{[]string{"60.0"}, 0},
		{[]string{"60s"}, 0},
		{[]string{"6 0"}, 0},
		{[]string{"0x10"}, 0},
		{[]string{"1e3"}, 0},
		{[]string{"4294967297"}, 0},
		{[]string{"18446744073709551617"}, 0},
		{[]string{"\u0661"}, 0},
		{[]string{"60,60"}, 0},
		{[]string{"60", "60"}, 0},
	} {
		got, ok := parseTTL(lastField(tt.values))
		if ok != (tt.want != 0) || ok && got != tt.want*time.Second {
			t.Errorf("parseTTL(%q) = %v, %t, want %v s", tt.values, got, ok, int64(tt.want))
		}
	}
}
