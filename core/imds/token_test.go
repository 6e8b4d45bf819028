package imds

import (
	"encoding/base64"
	"strings"
	"sync"
	"testing"
	"time"
)

func testTokens(instance string) (*Tokens, *ticks) {
	clock := &ticks{}
	clock.Store(int64(time.Minute))
	return NewTokens([]byte("0123456789abcdef"), instance, clock.now), clock
}

func TestTokenShape(t *testing.T) {
	t.Parallel()
	tokens, _ := testTokens("i-1")
	seen := map[string]bool{}
	for range 100 {
		token := tokens.Mint(time.Hour)
		if len(token) != 56 || !strings.HasPrefix(token, "AQAEA") || !strings.HasSuffix(token, "==") {
			t.Fatalf("%q has not the shape of a token", token)
		}
		if strings.ContainsAny(token, "+/\r\n") {
			t.Fatalf("%q is not URL-safe", token)
		}
		if seen[token] {
			t.Fatalf("%q was made twice", token)
		}
		seen[token] = true
	}
}

func TestTokenLife(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name         string
		ttl, elapsed time.Duration
		remaining    time.Duration
		ok           bool
	}{
		{"new", time.Hour, 0, time.Hour, true},
		{"later", time.Hour, time.Minute, 59 * time.Minute, true},
		{"last nanosecond", time.Second, time.Second - 1, 1, true},
		{"the moment it ends", time.Second, time.Second, 0, false},
		{"long after", time.Second, time.Hour, time.Second - time.Hour, false},
		{"longest", MaxTTL, 0, MaxTTL, true},
		{"too long is cut", 2 * MaxTTL, 0, MaxTTL, true},
		{"too short is raised", 0, 0, time.Second, true},
		{"negative is raised", -time.Hour, 0, time.Second, true},
		{"a clock set back does not extend", MaxTTL, -time.Second, MaxTTL + time.Second, false},
	} {
		tokens, clock := testTokens("i-1")
		token := tokens.Mint(tt.ttl)
		clock.Add(int64(tt.elapsed))
		remaining, ok := tokens.Check(token)
		if remaining != tt.remaining || ok != tt.ok {
			t.Errorf("%s: Check = %v, %t, want %v, %t", tt.name, remaining, ok, tt.remaining, tt.ok)
		}
	}
}

func TestTokenIsBound(t *testing.T) {
	t.Parallel()
	tokens, clock := testTokens("i-1")
	token := tokens.Mint(time.Hour)
	reloaded := NewTokens([]byte("0123456789abcdef"), "i-1", clock.now)
	if _, ok := reloaded.Check(token); !ok {
		t.Error("a token does not outlive a reload with the same key and clock")
	}
	if _, ok := NewTokens([]byte("0123456789abcdef"), "i-2", clock.now).Check(token); ok {
		t.Error("a token of another instance is taken")
	}
	if _, ok := NewTokens([]byte("another key 0000"), "i-1", clock.now).Check(token); ok {
		t.Error("a token of another key is taken")
	}
}

func TestForgedTokens(t *testing.T) {
	t.Parallel()
	tokens, _ := testTokens("i-1")
	token := tokens.Mint(time.Hour)
	raw, err := base64.URLEncoding.DecodeString(token)
	if err != nil {
		t.Fatal(err)
	}
	for bit := range len(raw) * 8 {
		forged := append([]byte(nil), raw...)
		forged[bit/8] ^= 1 << (bit % 8)
		if _, ok := tokens.Check(base64.URLEncoding.EncodeToString(forged)); ok {
			t.Errorf("a token with bit %d turned is taken", bit)
		}
	}
	for _, tt := range []struct{ name, token string }{
		{"empty", ""},
		{"short", token[:55]},
		{"long", token + "="},
		{"twice", token + token},
		{"line end", token[:55] + "\n"},
		{"line end in the middle", token[:20] + "\n" + token[20:54] + "="},
		{"line ends for padding", token[:54] + "\r\n"},
		{"no padding", token[:54] + "AA"},
		{"padding inside", token[:52] + "===="},
		{"other case", strings.ToLower(token)},
		{"not base64", strings.Repeat("!", 56)},
		{"constant only", "AQAEA" + strings.Repeat("A", 49) + "=="},
		{"not ASCII", strings.Repeat("\xff", 56)},
	} {
		if _, ok := tokens.Check(tt.token); ok {
			t.Errorf("%s: %q is taken", tt.name, tt.token)
		}
	}
	// The last digit carries four bits that mean nothing; only one spelling of
	// them is taken.
	const digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
	taken := 0
	for _, d := range digits {
		if _, ok := tokens.Check(token[:53] + string(d) + "=="); ok {
			taken++
		}
	}
	if taken != 1 {
		t.Errorf("%d spellings of one token are taken, want 1", taken)
	}
}

func TestTokensInParallel(t *testing.T) {
	t.Parallel()
	tokens, _ := testTokens("i-1")
	var wg sync.WaitGroup
	for range 24 {
		wg.Go(func() {
			for range 50 {
				if _, ok := tokens.Check(tokens.Mint(time.Hour)); !ok {
					t.Error("a token is refused")
				}
			}
		})
	}
	wg.Wait()
}
