package admin

import (
	"bytes"
	"crypto/sha256"
	"crypto/subtle"
	"errors"
	"fmt"
	"net/http"
	"strings"
)

// A token is as long as this many bytes.
const (
	minToken = 16
	maxToken = 4096
)

// ReadTokenFile returns the bearer token in a file, without white space around
// it. The file must be a regular one that only its owner may read, or a link
// to such; links are followed since orchestrators project secrets as links.
// The error names the file and the mend, and nothing of what is in it.
func ReadTokenFile(path string) ([]byte, error) {
	token, err := readToken(path)
	if err != nil {
		return nil, fmt.Errorf("read token file %s: %w", path, err)
	}
	return token, nil
}

func readToken(path string) ([]byte, error) {
	content, err := readPrivate(path, "the token", 0o077, maxToken+3) // a line end and one too many
	if err != nil {
		return nil, err
	}
	token := bytes.TrimSpace(content)
	switch {
	case len(token) < minToken:
		return nil, fmt.Errorf("the token has %d bytes: write at least %d random ones, such as `openssl rand -hex 32` prints", len(token), minToken)
	case len(token) > maxToken:
		return nil, fmt.Errorf("the token has more than %d bytes: write a shorter one", maxToken)
	case bytes.ContainsFunc(token, func(r rune) bool { return r <= ' ' || r > '~' }):
		return nil, errors.New("the token has bytes that cannot stand in a header: write one line of letters and digits")
	}
	return token, nil
}

// bearer says whether a request carries the token, as in RFC 6750 section 2.1.
// It takes the same time for every wrong token.
func bearer(h http.Header, token []byte) bool {
	values := h["Authorization"]
	if len(token) == 0 || len(values) != 1 {
		return false
	}
	scheme, given, ok := strings.Cut(values[0], " ")
	if !ok || !strings.EqualFold(scheme, "Bearer") {
		return false
	}
	// Hashes are of one length, so the time does not tell the token's.
	a, b := sha256.Sum256([]byte(given)), sha256.Sum256(token)
	return subtle.ConstantTimeCompare(a[:], b[:]) == 1
}
