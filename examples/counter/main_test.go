package main

import (
	"strconv"
	"testing"
	"testing/synctest"
	"time"

	"github.com/mockmd/mockmd/examples/internal/served"
	"github.com/mockmd/mockmd/sdk"
	"github.com/mockmd/mockmd/sdk/sdktest"
)

func TestServed(t *testing.T) {
	t.Parallel()
	e := served.Start(t, "every_ms = 1000", "every_ms = 1")
	for _, least := range []int{100, 103} {
		e.Wait("meta-data/count", func(_ int, body string) bool {
			n, err := strconv.Atoi(body)
			return err == nil && n >= least
		})
	}
}

// TestCounts lets a day pass at once.
func TestCounts(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		p := sdktest.Start(t, &counter{})
		sdktest.Expect(t, p.Configure("start = 5\nevery_ms = 3600000"))
		p.Run()
		time.Sleep(24 * time.Hour)
		synctest.Wait()
		leaf, _ := p.Tree()["meta-data/count"].(sdk.Leaf)
		if string(leaf.Body) != "29" {
			t.Errorf("count %s after a day of hours from 5 on", leaf.Body)
		}
	})
}

func TestConfigure(t *testing.T) {
	t.Parallel()
	for config, want := range map[string][]string{
		"every_ms = 1":                {},
		"":                            {`1: The argument "every_ms" is required`},
		"start = \"a\"\nevery_ms = 1": {`1: Unsuitable value type; Unsuitable value: a number is required`},
		"\nevery_ms = 0":              {"2: Too fast a counter; A count stays at least 1 ms."},
		"every_ms = null":             {"1: "},
	} {
		sdktest.Expect(t, sdktest.Start(t, &counter{}).Configure(config), want...)
	}
}
