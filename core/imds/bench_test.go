package imds

import (
	"net"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/mockmd/mockmd/core/router"
)

func parse(t testing.TB, text string) *request {
	t.Helper()
	r, err := parseRequest(text)
	if err != nil {
		t.Fatal(err)
	}
	return &r
}

// fixedTree answers every path alike.
type fixedTree router.Result

func (f fixedTree) Lookup(string) router.Result { return router.Result(f) }

// quiet is a server without a log and with the real clock.
func quiet() (*Server, *Tokens) {
	tokens := NewTokens([]byte("0123456789abcdef"), "i-1", func() time.Duration { return time.Hour })
	head := RenderHead("", testModified, len(testListing))
	tree := fixedTree{Kind: router.Content, Head: head, Body: []byte(testListing)}
	return New(Options{Instance: Instance{View: tree, Tokens: tokens}}), tokens
}

// answerOnce is what a request costs besides reading it and writing the
// answer.
func answerOnce(t testing.TB, s *Server, r *request, want int) {
	o := s.options.Load()
	buf := s.buffers.Get().(*buffer)
	rep := s.answer(t.Context(), o, r, client{address: netip.AddrFrom4([4]byte{127, 0, 0, 1})}, buf)
	if rep.code != want {
		t.Fatalf("%d, want %d", rep.code, want)
	}
	buf.out = append(rep.append(buf.out[:0], s.dates.at(testNow), false), rep.body...)
	s.buffers.Put(buf)
}

func TestAnswersAllocateNothing(t *testing.T) {
	if raceDetector {
		t.Skip("under the race detector sync.Pool forgets at random")
	}
	s, tokens := quiet()
	token := "X-aws-ec2-metadata-token: " + tokens.Mint(time.Hour)
	for _, tt := range []struct {
		name, request string
		status        int
	}{
		{"read", get("/latest/meta-data/"), 200},
		{"read by name", "GET /latest/meta-data/ HTTP/1.1\r\nHost: localhost:1338\r\n\r\n", 200},
		{"read with a token", get("/latest/meta-data/", token), 200},
		{"bad token", get("/latest/meta-data/", "X-aws-ec2-metadata-token: x"), 401},
		{"mint", compose("PUT", "/latest/api/token", "X-aws-ec2-metadata-token-ttl-seconds: 60"), 200},
		{"405", compose("POST", "/"), 405},
	} {
		r := parse(t, tt.request)
		answerOnce(t, s, r, tt.status) // fills the pools
		if n := testing.AllocsPerRun(200, func() { answerOnce(t, s, r, tt.status) }); n >= 1 {
			t.Errorf("%s: %v allocations, want none", tt.name, n)
		}
	}
}

func BenchmarkAnswer(b *testing.B) {
	s, tokens := quiet()
	for _, bb := range []struct{ name, request string }{
		{"v1", get("/latest/meta-data/")},
		{"v2", get("/latest/meta-data/", "X-aws-ec2-metadata-token: "+tokens.Mint(time.Hour))},
		{"mint", compose("PUT", "/latest/api/token", "X-aws-ec2-metadata-token-ttl-seconds: 60")},
	} {
		b.Run(bb.name, func(b *testing.B) {
			r := parse(b, bb.request)
			b.ReportAllocs()
			for b.Loop() {
				answerOnce(b, s, r, 200)
			}
		})
	}
}

func BenchmarkTokenCheck(b *testing.B) {
	tokens, _ := testTokens("i-1")
	token := tokens.Mint(time.Hour)
	b.ReportAllocs()
	for b.Loop() {
		if _, ok := tokens.Check(token); !ok {
			b.Fatal("refused")
		}
	}
}

func BenchmarkTokenMint(b *testing.B) {
	tokens, _ := testTokens("i-1")
	b.ReportAllocs()
	for b.Loop() {
		tokens.Mint(time.Hour)
	}
}

// BenchmarkSocket is a request over a loopback socket, kept open or not.
func BenchmarkSocket(b *testing.B) {
	for _, keep := range []bool{true, false} {
		name := map[bool]string{true: "keep-alive", false: "close"}[keep]
		b.Run(name, func(b *testing.B) {
			s, _ := quiet()
			o := *s.options.Load()
			o.KeepAlive = keep
			s.Update(o)
			l, err := net.Listen("tcp", "127.0.0.1:0")
			if err != nil {
				b.Fatal(err)
			}
			done := make(chan error, 1)
			go func() { done <- s.Serve(b.Context(), l) }()
			defer func() {
				_ = l.Close()
				if err := <-done; err == nil {
					b.Error("Serve did not tell that its listener was closed")
				}
			}()
			text := []byte(get("/latest/meta-data/"))
			answer := make([]byte, 4096)
			var c net.Conn
			b.ReportAllocs()
			for b.Loop() {
				if c == nil {
					if c, err = net.Dial("tcp", l.Addr().String()); err != nil {
						b.Fatal(err)
					}
				}
				if _, err := c.Write(text); err != nil {
					b.Fatal(err)
				}
				if _, err := c.Read(answer); err != nil { // one write comes as one
					b.Fatal(err)
				}
				if !keep {
					_ = c.Close()
					c = nil
				}
			}
			if c != nil {
				_ = c.Close()
			}
		})
	}
}

// BenchmarkParseRequest is the head of a request as the SDKs send it.
func BenchmarkParseRequest(b *testing.B) {
	head := []byte(get("/latest/meta-data/instance-id", "User-Agent: aws-sdk-go-v2/1.39.2 ua/2.1 os/linux lang/go#1.26 md/GOOS#linux", "X-aws-ec2-metadata-token: "+strings.Repeat("A", 56), "Accept-Encoding: gzip"))
	b.ReportAllocs()
	for b.Loop() {
		var h headScanner
		if complete, err := h.scan(head); !complete || err != nil {
			b.Fatal(err)
		}
		if _, err := parseRequest(string(head[:h.seen])); err != nil {
			b.Fatal(err)
		}
	}
}
