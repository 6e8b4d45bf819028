package main

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"
)

// bareCommand makes this program the server that mockmd is compared with.
const bareCommand = "serve-bare"

// given is an answer that the bare server repeats: mockmd's own.
type given struct {
	asked
	answer []byte // as it came over the wire
}

// writeGiven writes answers for a bare server, in a form that costs it nothing
// to read: a line of method, path, session token or not, and length before each.
func writeGiven(file string, answers []given) error {
	var text []byte
	for _, g := range answers {
		text = fmt.Appendf(text, "%s %s %v %d\n%s", g.method, g.path, g.v2, len(g.answer), g.answer)
	}
	return os.WriteFile(file, text, 0o600)
}

// asked is what an answer depends on.
type asked struct {
	method, path string
	v2           bool // with a session token
}

// repeated is an answer as a handler of net/http gives it.
type repeated struct {
	status int
	names  []string
	values [][]string
	body   []byte
}

// serveBare repeats the answers of a file with nothing but net/http: the same
// status, headers and body. Date is net/http's own, and so is the order. It
// ends when it is killed.
func serveBare(address, file string) error {
	text, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	answers, err := readGiven(text)
	if err != nil {
		return err
	}
	handler := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, v2 := r.Header["X-Aws-Ec2-Metadata-Token"]
		a := answers[asked{r.Method, r.URL.Path, v2}]
		if a == nil {
			w.WriteHeader(http.StatusNotImplemented)
			return
		}
		h := w.Header()
		for i, name := range a.names {
			h[name] = a.values[i]
		}
		w.WriteHeader(a.status)
		send(w, a.body)
	})
	s := &http.Server{Addr: address, Handler: handler, ReadHeaderTimeout: 5 * time.Second}
	return s.ListenAndServe()
}

// send writes a body. A client that is gone is not the server's concern.
func send(w io.Writer, body []byte) { _, _ = w.Write(body) }

func readGiven(text []byte) (map[asked]*repeated, error) {
	answers := map[asked]*repeated{}
	for len(text) > 0 {
		line, rest, _ := bytes.Cut(text, []byte("\n"))
		words := bytes.Split(line, []byte(" "))
		if len(words) != 4 {
			return nil, fmt.Errorf("answer begins with %q", line)
		}
		n, err := strconv.Atoi(string(words[3]))
		if err != nil || n > len(rest) {
			return nil, fmt.Errorf("answer begins with %q", line)
		}
		a, err := repeat(rest[:n])
		if err != nil {
			return nil, err
		}
		answers[asked{string(words[0]), string(words[1]), string(words[2]) == "true"}] = a
		text = rest[n:]
	}
	return answers, nil
}

// repeat takes apart what came over the wire.
func repeat(answer []byte) (*repeated, error) {
	head, body, ok := bytes.Cut(answer, []byte("\r\n\r\n"))
	lines := bytes.Split(head, []byte("\r\n"))
	words := bytes.Split(lines[0], []byte(" "))
	if !ok || len(words) < 2 {
		return nil, fmt.Errorf("%q is no answer", answer)
	}
	status, err := strconv.Atoi(string(words[1]))
	if err != nil {
		return nil, fmt.Errorf("%q is no status line", lines[0])
	}
	a := &repeated{status: status, body: body}
	for _, line := range lines[1:] {
		name, value, _ := bytes.Cut(line, []byte(": "))
		if string(name) == "Date" {
			continue
		}
		a.names = append(a.names, string(name))
		a.values = append(a.values, []string{string(value)})
	}
	return a, nil
}

// alike tells whether two answers are the same but for the date and the order
// of the headers, which net/http has its own way with. A session token, which is
// new each time, and what is left of its life must have the same length.
func alike(a, b []byte, fresh bool) bool {
	headA, bodyA, _ := bytes.Cut(a, []byte("\r\n\r\n"))
	headB, bodyB, _ := bytes.Cut(b, []byte("\r\n\r\n"))
	sorted := func(head []byte) []string {
		lines := strings.Split(string(head), "\r\n")
		lines = slices.DeleteFunc(lines, func(line string) bool { return strings.HasPrefix(line, "Date: ") })
		for i, line := range lines {
			if name, _, ok := strings.Cut(line, "-Ttl-Seconds: "); ok {
				lines[i] = name
			}
		}
		slices.Sort(lines)
		return lines
	}
	if fresh && len(bodyA) == len(bodyB) {
		bodyA = bodyB
	}
	return len(a) == len(b) && bytes.Equal(bodyA, bodyB) && slices.Equal(sorted(headA), sorted(headB))
}
