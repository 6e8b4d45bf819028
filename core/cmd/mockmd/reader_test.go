package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"sync"
	"testing"
	"time"
)

const rolePath = "/latest/meta-data/iam/security-credentials/app"

// document is a role document.
type document struct {
	Code, Message, LastUpdated, Type string
	AccessKeyID                      string `json:"AccessKeyId"`
	SecretAccessKey, Token           string
	Expiration                       time.Time
}

// role reads the role document.
func (d *daemon) role() document {
	d.t.Helper()
	status, body := get(d.t, d.metadata+rolePath)
	if status != http.StatusOK {
		d.t.Fatalf("role document: status %d", status)
	}
	var doc document
	if err := json.Unmarshal([]byte(body), &doc); err != nil {
		d.t.Fatalf("role document %q: %v", body, err)
	}
	return doc
}

// waitRole waits until the role document fits.
func (d *daemon) waitRole(what string, ok func(document) bool) document {
	d.t.Helper()
	deadline := time.Now().Add(2 * time.Minute) // far beyond anything that is waited for
	for {
		if doc := d.role(); ok(doc) {
			return doc
		}
		if time.Now().After(deadline) {
			d.t.Fatalf("no role document in two minutes that is %s", what)
		}
		time.Sleep(5 * time.Millisecond) // a reader is told of nothing
	}
}

// readers read all the time, and check every answer, until they are stopped.
type readers struct {
	t      testing.TB
	cancel context.CancelFunc
	wg     sync.WaitGroup
	always bool // the role document must be a good one every time

	mu      sync.Mutex
	reads   int
	secrets map[string]bool // of all role documents seen
	first   error           // the first wrong answer
}

// read begins to read paths, each with what its body must be; the role
// document is read as well, and checked for never being expired, empty or
// torn. n clients read.
func (d *daemon) read(n int, want map[string]string) *readers { return d.reading(n, want, false) }

// readGood is read where a failure document is wrong too.
func (d *daemon) readGood(n int, want map[string]string) *readers { return d.reading(n, want, true) }

func (d *daemon) reading(n int, want map[string]string, always bool) *readers {
	ctx, cancel := context.WithCancel(context.WithoutCancel(d.t.Context()))
	r := &readers{t: d.t, cancel: cancel, always: always, secrets: map[string]bool{}}
	for range n {
		r.wg.Go(func() {
			client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
			for ctx.Err() == nil {
				for path, body := range want {
					r.note(ctx, r.same(ctx, client, d.metadata+path, body))
				}
				r.note(ctx, r.fresh(ctx, client, d.metadata+rolePath))
			}
		})
	}
	d.t.Cleanup(func() { r.stop() })
	return r
}

// stop ends the reading, fails the test for the first wrong answer and returns
// how many answers were read.
func (r *readers) stop() int {
	r.t.Helper()
	r.cancel()
	r.wg.Wait()
	if r.first != nil {
		r.t.Errorf("after %d good reads: %v", r.reads, r.first)
		r.first = nil
	}
	return r.reads
}

// note counts an answer; what the end of the reading interrupts does not
// count.
func (r *readers) note(ctx context.Context, err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if err == nil {
		r.reads++
	} else if r.first == nil && ctx.Err() == nil {
		r.first = err
	}
}

func (r *readers) same(ctx context.Context, client *http.Client, url, want string) error {
	got, err := fetch(ctx, client, url)
	if err == nil && got != want {
		err = fmt.Errorf("%s is %q, want %q", url, got, want)
	}
	return err
}

func (r *readers) fresh(ctx context.Context, client *http.Client, url string) error {
	asked := time.Now()
	body, err := fetch(ctx, client, url)
	if err != nil {
		return err
	}
	var doc document
	if err := json.Unmarshal([]byte(body), &doc); err != nil {
		return fmt.Errorf("torn role document %q: %w", body, err)
	}
	if doc.Code != "Success" {
		if doc.AccessKeyID+doc.SecretAccessKey+doc.Token != "" || doc.Message == "" {
			return fmt.Errorf("failure document %q", body)
		}
		if r.always {
			return fmt.Errorf("no good credentials: %s", body)
		}
		return nil
	}
	r.mu.Lock()
	r.secrets[doc.SecretAccessKey], r.secrets[doc.Token] = true, true
	r.mu.Unlock()
	switch {
	case doc.AccessKeyID == "" || doc.SecretAccessKey == "" || doc.Token == "":
		return fmt.Errorf("half a role document %q", body)
	case !doc.Expiration.After(asked):
		return fmt.Errorf("credentials that expired at %s served at %s", doc.Expiration, asked)
	}
	return nil
}

// fetch returns the body of a 200.
func fetch(ctx context.Context, client *http.Client, url string) (string, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return "", err
	}
	a, err := client.Do(req)
	if err == nil {
		var body []byte
		body, err = io.ReadAll(a.Body)
		_ = a.Body.Close()
		if err == nil && a.StatusCode != http.StatusOK {
			err = fmt.Errorf("%s: %s", url, a.Status)
		}
		if err == nil {
			return string(body), nil
		}
	}
	return "", err
}
