package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"strings"

	"github.com/mockmd/mockmd/sdk"
)

// maxAnswer is how many bytes of an answer are read.
const maxAnswer = 1 << 20

// upstream is what keeps the secrets.
type upstream struct {
	base      *url.URL
	tokenFile string
	client    *http.Client
}

// token reads the token. The error says nothing of what is in the file.
func (u *upstream) token() (string, error) {
	text, err := os.ReadFile(u.tokenFile)
	if err != nil {
		return "", err
	}
	token := strings.TrimSpace(string(text))
	if token == "" || strings.ContainsFunc(token, func(r rune) bool { return r <= ' ' || r > '~' }) {
		return "", fmt.Errorf("%s must hold one line of printable characters", u.tokenFile)
	}
	return token, nil
}

// read reads one secret. The error is [sdk.ErrNotFound] when there is none; no
// other has anything of the answer in it.
func (u *upstream) read(ctx context.Context, name string) (string, error) {
	token, err := u.token()
	if err != nil {
		return "", err
	}
	at := u.base.JoinPath("v1", "secret", "data", name).String()
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, at, http.NoBody)
	if err != nil {
		return "", errors.New("the address and the name make no URL")
	}
	r.Header.Set("X-Vault-Token", token)
	a, err := u.client.Do(r)
	if err != nil {
		return "", fmt.Errorf("ask the upstream: %w", err)
	}
	defer func() { _ = a.Body.Close() }()
	body, err := io.ReadAll(io.LimitReader(a.Body, maxAnswer))
	switch {
	case err != nil:
		return "", fmt.Errorf("read the upstream's answer: %w", err)
	case a.StatusCode == http.StatusNotFound:
		return "", sdk.ErrNotFound
	case a.StatusCode != http.StatusOK:
		return "", fmt.Errorf("the upstream answers %d", a.StatusCode)
	}
	var secret struct {
		Data struct {
			Data struct {
				Value *string `json:"value"`
			} `json:"data"`
		} `json:"data"`
	}
	if json.Unmarshal(body, &secret) != nil || secret.Data.Data.Value == nil {
		return "", errors.New("the upstream's answer has no data.data.value")
	}
	return *secret.Data.Data.Value, nil
}
