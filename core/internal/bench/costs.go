package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"time"

	"github.com/mockmd/mockmd/core/internal/program"
)

// usage is the processor time that each process of a tree has used.
type usage map[int]time.Duration

// usage looks at a server and all its plugins.
func (s *server) usage() (usage, error) {
	if s.pid() == 0 {
		return nil, fmt.Errorf("the processes of %s are not known", s.name)
	}
	pids, err := program.Tree(s.pid())
	if err != nil {
		return nil, err
	}
	u := usage{}
	for _, pid := range pids {
		if u[pid], err = program.CPU(pid); err != nil {
			return nil, err
		}
	}
	return u, nil
}

// since is what was used between two looks by the processes that are there at
// the end, in milliseconds. What has ended meanwhile has taken its count along.
func (u usage) since(before usage) float64 {
	var sum time.Duration
	for pid, used := range u {
		sum += used - before[pid]
	}
	return ms(sum)
}

// post carries out an action of the admin listener.
func (s *server) post(ctx context.Context, action string) error {
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://"+s.admin+"/"+action, nil)
	if err != nil {
		return err
	}
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}, Timeout: time.Minute}
	a, err := client.Do(r)
	if err != nil {
		return err
	}
	defer func() { _ = a.Body.Close() }()
	body, err := io.ReadAll(a.Body)
	if err == nil && a.StatusCode/100 != 2 {
		err = fmt.Errorf("POST /%s is answered with %s: %s", action, a.Status, body)
	}
	return err
}

// read returns what a path has now.
func (s *server) read(path string) (string, error) {
	_, answer, err := learn(s.address, "GET", request("GET", path, connection(false)), false, 200)
	if err != nil {
		return "", err
	}
	a, err := repeat(answer)
	if err != nil {
		return "", err
	}
	return string(a.body), nil
}

// await reads a path until it has something else, and returns that.
func (s *server) await(ctx context.Context, path, old string) (string, error) {
	for began := time.Now(); time.Since(began) < time.Minute; nap(readyPause) {
		now, err := s.read(path)
		if err != nil || now != old {
			return now, err
		}
		if ctx.Err() != nil {
			return "", ctx.Err()
		}
	}
	return "", fmt.Errorf("%s stays the same for a minute", path)
}
