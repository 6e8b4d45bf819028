package main

import (
	"io"
	"net"
	"strings"
	"testing"
)

// TestWrongAnswers: a load does not count answers that are not what they were
// when they were learned.
func TestWrongAnswers(t *testing.T) {
	t.Parallel()
	const good = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
	for _, tt := range []struct {
		name, answer, want string
		keep               bool
	}{
		{name: "good", answer: good},
		{name: "good, kept", answer: good, keep: true},
		{name: "another status", answer: strings.Replace(good, "200 OK", "503 No", 1), want: "a wrong answer"},
		{name: "another body", answer: strings.Replace(good, "\nok", "\nno", 1), want: "a wrong answer", keep: true},
		{name: "too short", answer: good[:len(good)-1], want: "closed after 39 of 40 bytes"},
		{name: "too long", answer: good + "x", want: "a wrong answer", keep: true},
		{name: "too long, closed", answer: good + "x", want: "a wrong answer"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			address := answering(t, tt.answer, tt.keep)
			e := exchange{request: request("GET", "/"), keep: tt.keep, begin: []byte(good[:13]), end: []byte("ok"), size: len(good)}
			for _, clients := range []int{1, 3} {
				var l load
				r, err := l.run(address, []exchange{e}, clients, 6, 0)
				switch {
				case tt.want == "" && (err != nil || r.requests != 6 || r.p50 <= 0):
					t.Errorf("%d clients: %+v, %v", clients, r, err)
				case tt.want != "" && (err == nil || !strings.Contains(err.Error(), tt.want)):
					t.Errorf("%d clients: %v, want %q", clients, err, tt.want)
				}
			}
		})
	}
}

// answering listens and answers each request alike.
func answering(t *testing.T, answer string, keep bool) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer func() { _ = c.Close() }()
				text, body := make([]byte, len(request("GET", "/"))), []byte(answer)
				for {
					if _, err := io.ReadFull(c, text); err != nil {
						return
					}
					if _, err := c.Write(body); err != nil || !keep {
						return
					}
				}
			}()
		}
	}()
	return l.Addr().String()
}

// TestLoadAllocatesLittle is not parallel: allocations are counted for the
// whole process. A load may make its clients, and nothing for each request.
func TestLoadAllocatesLittle(t *testing.T) {
	const good = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
	address := answering(t, good, true)
	e := exchange{request: request("GET", "/"), keep: true, begin: []byte(good[:13]), end: []byte("ok"), size: len(good)}
	var l load
	for _, clients := range []int{1, 3} {
		n := testing.AllocsPerRun(2, func() {
			if _, err := l.run(address, []exchange{e}, clients, 3000, 0); err != nil {
				t.Fatal(err)
			}
		})
		if n > 300 {
			t.Errorf("%d clients: %v allocations for 3,000 requests", clients, n)
		}
	}
}
