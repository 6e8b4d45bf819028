package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"strconv"
	"time"
)

const (
	// readTimeout is how long a client waits for an answer.
	readTimeout = 20 * time.Second
	// readPause leaves some of the processor to those who are read.
	readPause = 4 * time.Millisecond
)

// fetch reads a URL.
func fetch(ctx context.Context, client *http.Client, url, token string) (status int, body string, err error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return 0, "", err
	}
	if token != "" {
		r.Header.Set("X-aws-ec2-metadata-token", token)
	}
	return send(client, r)
}

func send(client *http.Client, r *http.Request) (status int, body string, err error) {
	a, err := client.Do(r)
	if err != nil {
		return 0, "", err
	}
	defer func() { _ = a.Body.Close() }()
	b, err := io.ReadAll(a.Body)
	return a.StatusCode, string(b), err
}

// newToken gets a session token. A connection that was kept alive may be closed
// in the moment in which a PUT is sent over it, and is not tried again by
// net/http then.
func newToken(ctx context.Context, client *http.Client, address string) (status int, token string, err error) {
	if status, token, err = putToken(ctx, client, address); err != nil && errors.Is(err, io.EOF) {
		status, token, err = putToken(ctx, client, address)
	}
	return status, token, err
}

func putToken(ctx context.Context, client *http.Client, address string) (status int, token string, err error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodPut, "http://"+address+"/latest/api/token", nil)
	if err != nil {
		return 0, "", err
	}
	r.Header.Set("X-aws-ec2-metadata-token-ttl-seconds", "300")
	return send(client, r)
}

func isCount(body string) bool {
	n, err := strconv.Atoi(body)
	return err == nil && n >= 100
}

func isInfo(body string) bool {
	var d struct {
		Code        string
		LastUpdated time.Time
	}
	return json.Unmarshal([]byte(body), &d) == nil && d.Code != "" && !d.LastUpdated.IsZero()
}

// checkBody compares a body with what it must be.
func (s *soak) checkBody(p *place, path, body string, from, until time.Time) (failed bool, err error) {
	switch e := p.paths[path]; {
	case e.role != "":
		return s.checkDocument(body, e.role, p.id, from, until)
	case e.changes != nil:
		if !e.changes.fits(body, from, until) {
			return false, fmt.Errorf("body %q, which no configuration of then says", body)
		}
	case e.check != nil:
		if !e.check(body) {
			return false, fmt.Errorf("body %.200q", body)
		}
	case body != e.body:
		return false, fmt.Errorf("body %.200q, want %.200q", body, e.body)
	}
	return false, nil
}

// session is what one client has with one place.
type session struct {
	place    *place
	kept     *http.Client // keeps its connection alive
	fresh    *http.Client // does not
	token    string
	tokenAge time.Time
}

// client reads random paths in random ways until the context ends.
func (s *soak) client(ctx context.Context, r *rand.Rand) {
	sessions := make([]*session, len(s.places))
	for i, p := range s.places {
		sessions[i] = &session{place: p, kept: p.client(true), fresh: p.client(false)}
		defer sessions[i].kept.CloseIdleConnections()
	}
	for s.mayRead(ctx, func() {
		for _, c := range sessions {
			c.kept.CloseIdleConnections()
		}
	}) {
		c := sessions[r.IntN(len(sessions))]
		path := c.place.order[r.IntN(len(c.place.order))]
		switch r.IntN(8) { // what is hard is read more often
		case 0:
			path = roleDirectory + c.place.role
		case 1:
			path = identityRole
		case 2:
			path = "/latest/meta-data/number"
		}
		s.readOnce(ctx, c, path, r.IntN(2) == 0, r.IntN(2) == 0)
		select {
		case <-ctx.Done():
		case <-time.After(readPause):
		}
	}
}

// readOnce reads a path and judges the answer.
func (s *soak) readOnce(ctx context.Context, c *session, path string, keepAlive, v2 bool) {
	way, client := "IMDSv1, close", c.fresh
	if keepAlive {
		way, client = "IMDSv1, keep-alive", c.kept
	}
	from := time.Now()
	var status int
	var body, token string
	var err error
	if v2 {
		way = "IMDSv2" + way[len("IMDSv1"):]
		// Tokens do not outlive a core.
		if c.token == "" || time.Since(c.tokenAge) > 200*time.Second || s.excused(c.tokenAge, from, coreAway) {
			status, c.token, err = newToken(ctx, client, c.place.address)
			if c.tokenAge = from; err != nil || status != http.StatusOK {
				c.token = ""
			}
		}
		token = c.token
	}
	asked := time.Now()
	if !v2 || token != "" {
		status, body, err = fetch(ctx, client, "http://"+c.place.address+path, token)
	}
	until := time.Now()
	if ctx.Err() != nil {
		return
	}
	o, problem := right, error(nil)
	switch {
	case err != nil:
		o, problem = wrong, err
	case status != http.StatusOK:
		o, problem = wrong, fmt.Errorf("status %d %.200q", status, body)
	default:
		var failed bool
		if failed, problem = s.checkBody(c.place, path, body, asked, until); failed && problem == nil {
			s.failureDocument()
		}
		if problem != nil {
			s.read(way, until.Sub(from), wrong, fmt.Sprintf("%s of %s at %s by %s: %v", path, c.place.name, c.place.address, way, problem))
			return
		}
	}
	if o == wrong && (s.excused(from, until, coreAway) || c.place.away && s.excused(from, until, addressAway)) {
		o = excused
	}
	s.read(way, until.Sub(from), o, fmt.Sprintf("%s of %s at %s by %s, asked at %s: %v", path, c.place.name, c.place.address, way, clockTime(from), problem))
}
