package imds

import (
	"testing"
	"time"
)

// rendered is a sort of answer that is made for each request.
type rendered struct {
	name string
	reply
}

func renderings() []rendered {
	content := replyContent
	content.head = RenderHead("", testModified, len(testListing))
	content.body = []byte(testListing)
	withToken, minted := content, replyMinted
	withToken.ttl, minted.ttl = 21600, 21600
	return []rendered{
		{"content", content},
		{"content-with-a-token", withToken},
		{"404", replyNotFound},
		{"401", replyUnauthorized},
		{"minted", minted},
	}
}

// TestRenderingAllocatesNothing is not parallel: allocations are counted for
// the whole process.
func TestRenderingAllocatesNothing(t *testing.T) {
	out, d := make([]byte, 0, 4096), new(dates)
	for _, r := range renderings() {
		if n := testing.AllocsPerRun(100, func() { out = append(r.append(out[:0], d.at(testNow), true), r.body...) }); n != 0 {
			t.Errorf("%s: %v allocations", r.name, n)
		}
	}
}

func BenchmarkRender(b *testing.B) {
	out, d := make([]byte, 0, 4096), new(dates)
	for _, r := range renderings() {
		b.Run(r.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				out = append(r.append(out[:0], d.at(testNow), true), r.body...)
			}
		})
	}
}

// TestTokenCheckAllocatesNothing is not parallel either.
func TestTokenCheckAllocatesNothing(t *testing.T) {
	if raceDetector {
		t.Skip("under the race detector sync.Pool forgets at random")
	}
	tokens, _ := testTokens("i-1")
	good := tokens.Mint(time.Hour)
	for _, token := range []string{good, "x", good[:len(good)-4] + "AAA="} {
		if n := testing.AllocsPerRun(100, func() { tokens.Check(token) }); n >= 1 {
			t.Errorf("%q: %v allocations", token, n)
		}
	}
}
