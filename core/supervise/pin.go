package supervise

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"io"
)

// PinError says that a program is not the one that the configuration pins.
type PinError struct {
	Path      string
	Want, Got []byte // SHA-256
}

// Error names both sums and the mend.
func (e *PinError) Error() string {
	return fmt.Sprintf("%s has SHA-256 %x, the configuration pins %x: put the pinned program back or change sha256", e.Path, e.Got, e.Want)
}

// checkPin hashes the program that r reads.
func checkPin(r io.Reader, path string, want []byte) error {
	h := sha256.New()
	if _, err := io.Copy(h, r); err != nil {
		return fmt.Errorf("hash pinned program %s: %w", path, err)
	}
	if got := h.Sum(nil); !bytes.Equal(got, want) {
		return &PinError{Path: path, Want: want, Got: got}
	}
	return nil
}
