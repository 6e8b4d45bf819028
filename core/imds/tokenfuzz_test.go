package imds

import (
	"testing"
	"time"
)

// FuzzTokenCheck says that the one text which is taken is the token that was
// made, and that for as long as it was made for. Part of the text may be the
// token itself: from the place at on, len bytes of it.
func FuzzTokenCheck(f *testing.F) {
	for _, seed := range []struct {
		before, after string
		at, size      int
	}{
		{"", "", 0, 56},
		{"", "", 0, 0},
		{"", "", 0, 54},
		{"", "\r\n", 0, 54},
		{"", "=", 0, 55},
		{"", "A=", 0, 54},
		{"", "B==", 0, 53},
		{"\n", "", 0, 55},
		{"AQAEA", "", 5, 51},
		{"BQAEA", "", 5, 51},
		{"AQAEAAAAAAAAAAA", "", 15, 41},
		{"AQAEA___________________________________________________", "", 0, 0},
		{" ", "", 0, 56},
	} {
		f.Add(seed.before, seed.after, seed.at, seed.size, int64(time.Hour), int64(time.Minute))
		f.Add(seed.before, seed.after, seed.at, seed.size, int64(time.Second), int64(time.Second))
	}
	for _, digit := range "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_" { // four of its six bits mean nothing
		f.Add("", string(digit)+"==", 0, 53, int64(time.Hour), int64(0))
	}
	f.Add("", "", 0, 56, int64(MaxTTL), int64(-time.Second))
	f.Add("", "", 0, 56, int64(-1), int64(time.Second-1))
	f.Add("", "", 0, 56, int64(1)<<62, int64(MaxTTL))
	f.Fuzz(func(t *testing.T, before, after string, at, size int, ttl, elapsed int64) {
		tokens, clock := testTokens("i-1")
		token := tokens.Mint(time.Duration(ttl))
		text := before + after
		if at >= 0 && size >= 0 && at <= len(token) && size <= len(token)-at {
			text = before + token[at:at+size] + after
		}
		elapsed %= int64(2 * MaxTTL)
		clock.Add(elapsed)
		life := min(max(time.Duration(ttl), time.Second), MaxTTL)
		left := life - time.Duration(elapsed)
		want := text == token && left > 0 && left <= MaxTTL
		got, ok := tokens.Check(text)
		if ok != want || ok && got != left {
			t.Errorf("%q, where %q was made for %v, is taken %v later: %t, for %v", text, token, life, time.Duration(elapsed), ok, got)
		}
		if _, ok := NewTokens([]byte("0123456789abcdef"), "i-2", clock.now).Check(text); ok {
			t.Errorf("%q is taken by another instance", text)
		}
	})
}
