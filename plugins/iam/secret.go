package iam

import (
	"fmt"
	"io"
)

// hidden is what a secret prints as.
const hidden = "[secret]"

// secret is a text that no print, log or encoder shows. The text stands behind
// a pointer because package fmt reads unexported fields of a struct without
// asking their methods: it then prints an address.
type secret struct{ text *string }

func newSecret(text string) secret { return secret{&text} }

// reveal returns the text, for a signature, a document or the checkpoint.
func (s secret) reveal() string {
	if s.text == nil {
		return ""
	}
	return *s.text
}

func (s secret) empty() bool { return s.reveal() == "" }

// Format prints nothing of the text, whatever the verb.
func (secret) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, hidden) }

// String returns a placeholder.
func (secret) String() string { return hidden }

// GoString returns a placeholder.
func (secret) GoString() string { return hidden }

// MarshalText returns a placeholder: only the checkpoint and the credential
// document carry secrets, and both ask for the text.
func (secret) MarshalText() ([]byte, error) { return []byte(hidden), nil }
