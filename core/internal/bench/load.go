package main

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"net"
	"strconv"
	"sync"
	"time"
)

var ok200 = []byte("HTTP/1.1 200")

func get(path, extra string) []byte {
	return fmt.Appendf(nil, "GET %s HTTP/1.1\r\nHost: 169.254.169.254\r\n%s\r\n", path, extra)
}

// once makes one request on a connection of its own and tells whether it was
// answered with 200.
func once(address, path string) (bool, error) {
	return exchange(address, get(path, "Connection: close\r\n"))
}

// exchange sends a request on a new connection and reads to its end.
func exchange(address string, request []byte) (bool, error) {
	c, err := net.Dial("tcp", address)
	if err != nil {
		return false, err
	}
	defer func() { _ = c.Close() }()
	if err := c.SetDeadline(time.Now().Add(10 * time.Second)); err != nil {
		return false, err
	}
	if _, err := c.Write(request); err != nil {
		return false, err
	}
	answer, err := io.ReadAll(c)
	return bytes.HasPrefix(answer, ok200), err
}

// rate sends n requests from a number of clients and returns how many were
// answered in a second. With keep, each client has one connection.
func rate(address string, request []byte, clients, n int, keep bool) (float64, error) {
	errs := make([]error, clients)
	var wg sync.WaitGroup
	began := time.Now()
	for i := range clients {
		wg.Go(func() {
			if keep {
				errs[i] = onOne(address, request, n/clients)
				return
			}
			for range n / clients {
				if good, err := exchange(address, request); err != nil || !good {
					errs[i] = fmt.Errorf("request failed: %w", orNot200(err))
					return
				}
			}
		})
	}
	wg.Wait()
	for _, err := range errs {
		if err != nil {
			return 0, err
		}
	}
	return float64(n/clients*clients) / time.Since(began).Seconds(), nil
}

func orNot200(err error) error {
	if err == nil {
		return fmt.Errorf("the answer is not 200")
	}
	return err
}

// onOne sends n requests over one connection.
func onOne(address string, request []byte, n int) error {
	c, err := net.Dial("tcp", address)
	if err != nil {
		return err
	}
	defer func() { _ = c.Close() }()
	r := bufio.NewReader(c)
	for range n {
		if _, err := c.Write(request); err != nil {
			return err
		}
		if err := readAnswer(r); err != nil {
			return err
		}
	}
	return nil
}

// readAnswer reads one answer that has a Content-Length.
func readAnswer(r *bufio.Reader) error {
	length := -1
	for first := true; ; first = false {
		line, err := r.ReadSlice('\n')
		if err != nil {
			return err
		}
		line = bytes.TrimRight(line, "\r\n")
		if first && !bytes.HasPrefix(line, ok200) {
			return fmt.Errorf("answered %q", line)
		}
		if len(line) == 0 {
			break
		}
		if v, ok := bytes.CutPrefix(line, []byte("Content-Length: ")); ok {
			if length, err = strconv.Atoi(string(v)); err != nil {
				return err
			}
		}
	}
	if length < 0 {
		return fmt.Errorf("answer without Content-Length")
	}
	_, err := r.Discard(length)
	return err
}
