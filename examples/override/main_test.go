package main

import (
	"net/http"
	"testing"

	"github.com/mockmd/mockmd/examples/internal/served"
	"github.com/mockmd/mockmd/sdk/sdktest"
)

// TestServed: one path is replaced and those beside it are not.
func TestServed(t *testing.T) {
	t.Parallel()
	e := served.Start(t)
	e.Ready()
	for path, want := range map[string]string{
		"meta-data/services/domain":    "localhost.localstack.cloud",
		"meta-data/services/partition": "aws",
		"meta-data/services/":          "domain\npartition",
	} {
		if status, body := e.Get(path); status != http.StatusOK || body != want {
			t.Errorf("%s: %d %q, want %q", path, status, body, want)
		}
	}
}

func TestConfigure(t *testing.T) {
	t.Parallel()
	for config, want := range map[string][]string{
		`domain = "example.com"`:    nil,
		`domain = "localhost"`:      nil,
		`domain = "Example.com"`:    {`1: Invalid domain; "Example.com" is no DNS name in lower case, such as "example.com".`},
		`domain = "a..b"`:           {`1: Invalid domain`},
		`domain = ""`:               {`1: Invalid domain`},
		``:                          {`1: The argument "domain" is required`},
		"\ndomian = \"a\"":          {`2: Did you mean "domain"?`, `1: The argument "domain" is required`},
		"domain = [\"a\"]\nx = 1\n": {`1: Unsuitable value type`, `2: An argument named "x" is not expected here.`},
	} {
		sdktest.Expect(t, sdktest.Start(t, &plugin{}).Configure(config), want...)
	}
}
