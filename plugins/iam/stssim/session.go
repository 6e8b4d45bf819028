package stssim

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"strings"
	"time"
)

// principal is who signed a request.
type principal struct {
	accessKeyID, secret  string
	account, arn, userID string
	name                 string       // the user's; empty for a session
	temporary            bool         // a session: assuming a role with it is chaining
	sourceIdentity       string       // sticks to what is assumed from it
	tags                 []sessionTag // so do the transitive ones
	expires              time.Time    // zero: never
}

// tokenHead opens the tokens of real STS: in base64 it reads
// "IQoJb3JpZ2luX2Vj", which some tools look for.
const tokenHead = "!\n\torigin_ec" //nolint:gosec // the public head of every token

const (
	// sealedSize is the least size of what is sealed. Real tokens have several
	// hundred characters; clients with small buffers must fail here too.
	sealedSize = 480
	// maxToken is the most characters that a token has.
	maxToken = 4096
)

// session is what a token carries.
type session struct {
	AccessKeyID    string       `json:"k"`
	Secret         string       `json:"s"`
	RoleARN        string       `json:"r"`
	Name           string       `json:"n"`
	SourceIdentity string       `json:"i,omitempty"`
	Tags           []sessionTag `json:"t,omitempty"`
	Expires        int64        `json:"e"` // Unix seconds
}

func newSeal(key []byte) (cipher.AEAD, error) {
	block, err := aes.NewCipher(derive(key, "session tokens"))
	if err != nil {
		return nil, fmt.Errorf("make cipher for session tokens: %w", err)
	}
	return cipher.NewGCM(block)
}

// makeKeys gives the session its credentials.
func (v *session) makeKeys() {
	random := make([]byte, 64)
	_, _ = rand.Read(random) // never fails
	v.AccessKeyID = "ASIA" + base32ID(random[:32], 16)
	v.Secret = base64.StdEncoding.EncodeToString(random[32:62])
}

// token seals the session. The token has at least minimum characters.
func (s *Server) token(v *session, minimum int) (string, error) {
	plain, err := json.Marshal(v) //nolint:gosec // sealed below
	if err != nil {
		return "", fmt.Errorf("write session: %w", err)
	}
	around := len(tokenHead) + s.seal.NonceSize() + s.seal.Overhead()
	least := max(sealedSize, (minimum+3)/4*3-around) // four characters carry three bytes
	if pad := least - len(plain); pad > 0 {
		plain = append(plain, bytes.Repeat([]byte(" "), pad)...)
	}
	nonce := make([]byte, s.seal.NonceSize())
	_, _ = rand.Read(nonce) // never fails
	out := append([]byte(tokenHead), nonce...)
	return base64.StdEncoding.EncodeToString(s.seal.Seal(out, nonce, plain, []byte(tokenHead))), nil
}

// openToken returns the session in a token, and false when the token is not
// one of this server's key.
func (s *Server) openToken(token string) (*session, bool) {
	raw, err := base64.StdEncoding.Strict().DecodeString(token)
	head := len(tokenHead) + s.seal.NonceSize()
	if err != nil || len(raw) < head || string(raw[:len(tokenHead)]) != tokenHead {
		return nil, false
	}
	plain, err := s.seal.Open(nil, raw[len(tokenHead):head], raw[head:], []byte(tokenHead))
	if err != nil {
		return nil, false
	}
	v := &session{}
	if err := json.Unmarshal(plain, v); err != nil {
		return nil, false
	}
	return v, true
}

// principal returns who the session is to STS.
func (v *session) principal() *principal {
	return &principal{
		accessKeyID: v.AccessKeyID, secret: v.Secret, account: accountOf(v.RoleARN),
		arn: v.arn(), userID: v.id(), temporary: true,
		sourceIdentity: v.SourceIdentity, tags: v.Tags, expires: time.Unix(v.Expires, 0),
	}
}

// arn is the session's ARN. The role's path is not part of it.
func (v *session) arn() string {
	parts := strings.SplitN(v.RoleARN, ":", 6)
	role := v.RoleARN[strings.LastIndexByte(v.RoleARN, '/')+1:]
	return fmt.Sprintf("arn:%s:sts::%s:assumed-role/%s/%s", parts[1], parts[4], role, v.Name)
}

func (v *session) id() string { return uniqueID("AROA", v.RoleARN) + ":" + v.Name }

func accountOf(arn string) string { return strings.SplitN(arn, ":", 6)[4] }

func partitionOf(arn string) string { return strings.SplitN(arn, ":", 6)[1] }
