package main_test

import (
	"net/http"
	"testing"

	"github.com/mockmd/mockmd/examples/internal/served"
)

func TestServed(t *testing.T) {
	t.Parallel()
	if status, body := served.Start(t).Get("meta-data/hello"); status != http.StatusOK || body != "world" {
		t.Errorf("meta-data/hello: %d %q, want 200 and world", status, body)
	}
}
