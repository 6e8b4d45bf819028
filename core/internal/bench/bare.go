package main

import (
	"bytes"
	"fmt"
	"net/http"
	"os"
	"strconv"
	"time"
)

// bareCommand makes this program the server that mockmd is compared with.
const bareCommand = "serve-bare"

// given is an answer that the bare server repeats: mockmd's own.
type given struct {
	method, path string
	answer       []byte // as it came over the wire
}

// writeGiven writes answers for a bare server, in a form that costs it nothing
// to read: a line of method, path and length before each.
func writeGiven(file string, answers []given) error {
	var text []byte
	for _, g := range answers {
		text = fmt.Appendf(text, "%s %s %d\n%s", g.method, g.path, len(g.answer), g.answer)
	}
	return os.WriteFile(file, text, 0o600)
}

// asked is what an answer depends on.
type asked struct{ method, path string }

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
		a := answers[asked{r.Method, r.URL.Path}]
		if a == nil {
			w.WriteHeader(http.StatusNotImplemented)
			return
		}
		h := w.Header()
		for i, name := range a.names {
			h[name] = a.values[i]
		}
		w.WriteHeader(a.status)
		_, _ = w.Write(a.body)
	})
	s := &http.Server{Addr: address, Handler: handler, ReadHeaderTimeout: 5 * time.Second}
	return s.ListenAndServe()
}

func readGiven(text []byte) (map[asked]*repeated, error) {
	answers := map[asked]*repeated{}
	for len(text) > 0 {
		line, rest, _ := bytes.Cut(text, []byte("\n"))
		words := bytes.Split(line, []byte(" "))
		if len(words) != 3 {
			return nil, fmt.Errorf("answer begins with %q", line)
		}
		n, err := strconv.Atoi(string(words[2]))
		if err != nil || n > len(rest) {
			return nil, fmt.Errorf("answer begins with %q", line)
		}
		a, err := repeat(rest[:n])
		if err != nil {
			return nil, err
		}
		answers[asked{string(words[0]), string(words[1])}] = a
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
