package imds

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"hash"
	"sync"
	"time"
)

// A token has 40 bytes, as the real ones:
//
//	0   4  constant: base64 of it begins AQAEA, as today's real tokens do
//	4   8  expiry, nanoseconds on the clock of Tokens
//	12  4  hash of the instance
//	16  8  random
//	24  16 HMAC-SHA256 of all before, cut to 128 bits
//
// In text it is URL-safe base64 with padding.
const (
	tokenExpiry   = 4
	tokenInstance = 12
	tokenRandom   = 16
	tokenMAC      = 24
	tokenBytes    = 40
	tokenLength   = 56

	tokenPrefix = "\x01\x00\x04\x00"
)

// MaxTTL is the longest life that a client may ask for a session token; the
// shortest is a second.
const MaxTTL = 21600 * time.Second

// tokenEncoding is strict: of two texts for the same bytes one is refused.
var tokenEncoding = base64.URLEncoding.Strict()

// Tokens makes and checks the session tokens of one instance. It stores none
// of them: a token carries its expiry and proves by a MAC that it was made
// here, so a flood of requests for tokens costs no memory. It is safe for use
// by many goroutines.
type Tokens struct {
	instance [4]byte
	now      func() time.Duration
	scratch  sync.Pool // *tokenScratch, keyed
}

type tokenScratch struct {
	mac  hash.Hash
	sum  [sha256.Size]byte
	text [tokenLength]byte
	raw  [tokenLength]byte // longer than a token: decoding may overshoot
}

// NewTokens returns the tokens of an instance. The key is random, of at least
// 16 bytes, made once per process and kept over reloads, so that tokens
// outlive them. The instance is its id: its tokens are refused by the Tokens
// of any other. The clock is monotonic and counts from any moment, the same
// over reloads; a jump of the wall clock then neither ends nor extends a
// token.
func NewTokens(key []byte, instance string, now func() time.Duration) *Tokens {
	derive := func(purpose string) []byte {
		h := hmac.New(sha256.New, key)
		h.Write([]byte(purpose))
		h.Write([]byte(instance))
		return h.Sum(nil)
	}
	t := &Tokens{now: now}
	copy(t.instance[:], derive("instance\x00"))
	macKey := derive("mac\x00")
	t.scratch.New = func() any { return &tokenScratch{mac: hmac.New(sha256.New, macKey)} }
	return t
}

// Mint makes a token that lives for ttl, at least a second and at most
// [MaxTTL]; a ttl beyond is cut to the nearer of the two.
func (t *Tokens) Mint(ttl time.Duration) string {
	var text [tokenLength]byte
	t.mint(&text, ttl)
	return string(text[:])
}

func (t *Tokens) mint(text *[tokenLength]byte, ttl time.Duration) {
	s := t.scratch.Get().(*tokenScratch)
	defer t.scratch.Put(s)
	raw := s.raw[:tokenBytes]
	copy(raw, tokenPrefix)
	expiry := t.now() + min(max(ttl, time.Second), MaxTTL)
	binary.BigEndian.PutUint64(raw[tokenExpiry:], uint64(expiry))
	copy(raw[tokenInstance:], t.instance[:])
	_, _ = rand.Read(raw[tokenRandom:tokenMAC]) // never fails since Go 1.24
	copy(raw[tokenMAC:], s.authenticate())
	tokenEncoding.Encode(text[:], raw)
}

// Check returns how long a token still lives, and whether it is one that Mint
// made for this instance and whose life has not ended.
func (t *Tokens) Check(token string) (remaining time.Duration, ok bool) {
	if len(token) != tokenLength {
		return 0, false
	}
	s := t.scratch.Get().(*tokenScratch)
	defer t.scratch.Put(s)
	copy(s.text[:], token)
	// The decoder skips CR and LF; a text with them comes out too short.
	if n, err := tokenEncoding.Decode(s.raw[:], s.text[:]); err != nil || n != tokenBytes {
		return 0, false
	}
	raw := s.raw[:tokenBytes]
	if !hmac.Equal(s.authenticate(), raw[tokenMAC:]) {
		return 0, false
	}
	if string(raw[:tokenExpiry]) != tokenPrefix || string(raw[tokenInstance:tokenRandom]) != string(t.instance[:]) {
		return 0, false
	}
	expiry := time.Duration(binary.BigEndian.Uint64(raw[tokenExpiry:]))
	remaining = expiry - t.now()
	// The upper bound fails only if the clock was set back, which a monotonic
	// one is not: then the expiry says nothing any more.
	return remaining, remaining > 0 && remaining <= MaxTTL
}

// authenticate returns the MAC of the token in raw, which is valid until the
// next call.
func (s *tokenScratch) authenticate() []byte {
	s.mac.Reset()
	s.mac.Write(s.raw[:tokenMAC])
	return s.mac.Sum(s.sum[:0])[:tokenBytes-tokenMAC]
}
