package main

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net"
	"net/http"
	"slices"
	"strings"
	"time"
)

// place is where an instance is read.
type place struct {
	name    string // of the instance, and of the address
	address string
	from    string // the client's own address; empty: any
	away    bool   // the address comes and goes
	role    string
	id      string // of the instance
	paths   map[string]*expectation
	order   []string // of paths, sorted
}

// expectation is what a path's body must be. Exactly one of the fields is set.
type expectation struct {
	body    string
	changes *spans            // by reloads
	role    string            // whose document it is
	check   func(string) bool // for what no configuration says
}

const (
	roleDirectory = "/latest/meta-data/iam/security-credentials/"
	identityRole  = "/latest/meta-data/identity-credentials/ec2/security-credentials/ec2-instance"
)

// places are all that is read. Nothing is known of them yet.
func (a *addresses) places() []*place {
	list := []*place{
		{name: "default", address: a.main, role: "app"},
		{name: "db", address: a.db, role: "web"},
	}
	for i := 1; i <= 3; i++ {
		list = append(list, &place{name: fmt.Sprint("web-", i), address: a.main, from: fmt.Sprint("127.0.7.", i), role: "web"})
	}
	if a.away != "" {
		list = append(list, &place{name: "db away", address: a.away, away: true, role: "web"})
	}
	return list
}

// client returns one that comes from where the place demands.
func (p *place) client(keepAlive bool) *http.Client {
	d := net.Dialer{Timeout: readTimeout}
	if p.from != "" {
		d.LocalAddr = &net.TCPAddr{IP: net.ParseIP(p.from)}
	}
	return &http.Client{Timeout: readTimeout, Transport: &http.Transport{DialContext: d.DialContext, DisableKeepAlives: !keepAlive, MaxIdleConnsPerHost: 1}}
}

// walk reads all paths of a place.
func (p *place) walk(ctx context.Context) (map[string]string, error) {
	client := p.client(true)
	defer client.CloseIdleConnections()
	bodies := map[string]string{}
	var into func(path string) error
	into = func(path string) error {
		status, body, err := fetch(ctx, client, "http://"+p.address+path, "")
		if err == nil && status != http.StatusOK {
			err = fmt.Errorf("status %d", status)
		}
		if err != nil {
			return fmt.Errorf("read %s of %s: %w", path, p.name, err)
		}
		bodies[path] = body
		if !strings.HasSuffix(path, "/") || strings.HasSuffix(path, "public-keys/") {
			return nil
		}
		for entry := range strings.SplitSeq(body, "\n") {
			if err := into(path + entry); err != nil {
				return err
			}
		}
		return nil
	}
	err := errors.Join(into("/latest/meta-data/"), into("/latest/dynamic/"))
	if p.name == "default" {
		err = errors.Join(err, into("/latest/user-data"))
	}
	return bodies, err
}

// told is what the configuration itself says of a place's bodies.
func (p *place) told() map[string]string {
	is := map[string]string{
		"/latest/meta-data/rack":                        "7",
		"/latest/meta-data/iam/security-credentials/":   p.role,
		"/latest/meta-data/placement/region":            "us-east-1",
		"/latest/meta-data/instance-type":               "t3.small",
		"/latest/meta-data/placement/availability-zone": "us-east-1c",
		"/latest/meta-data/events/maintenance/":         "history\nscheduled",
	}
	switch {
	case p.name == "default":
		is["/latest/meta-data/instance-type"] = "m5.large"
		is["/latest/meta-data/placement/availability-zone"] = "us-east-1a"
		is["/latest/meta-data/local-ipv4"] = "172.31.5.6"
		is["/latest/user-data"] = "#!/bin/sh\necho soak\n"
	case strings.HasPrefix(p.name, "db"):
		is["/latest/meta-data/instance-type"] = "r5.xlarge"
		is["/latest/meta-data/placement/availability-zone"] = "us-east-1b"
	}
	return is
}

// learn makes expectations of what two cores have served with the same
// configuration. What differs between the two is only looked at for its shape;
// its paths are returned.
func (s *soak) learn(p *place, first, second map[string]string) (vary []string, err error) {
	for path, body := range p.told() {
		if second[path] != body {
			err = errors.Join(err, fmt.Errorf("%s of %s is %q, and the configuration says %q", path, p.name, second[path], body))
		}
	}
	p.paths, p.id = map[string]*expectation{}, second["/latest/meta-data/instance-id"]
	for path, body := range second {
		switch {
		case path == "/latest/meta-data/number":
			p.paths[path] = &expectation{changes: &s.numbers}
		case path == "/latest/meta-data/tags/instance/Name":
			p.paths[path] = &expectation{changes: &s.names}
		case path == roleDirectory+p.role:
			p.paths[path] = &expectation{role: p.role}
		case path == identityRole:
			p.paths[path] = &expectation{role: "identity"}
		case path == "/latest/meta-data/count":
			p.paths[path] = &expectation{check: isCount}
		case path == "/latest/meta-data/iam/info" || path == "/latest/meta-data/identity-credentials/ec2/info":
			p.paths[path] = &expectation{check: isInfo}
		case first[path] != body:
			vary = append(vary, p.name+" "+path)
			p.paths[path] = &expectation{check: func(got string) bool { return got != "" }}
		default:
			p.paths[path] = &expectation{body: body}
		}
	}
	for path := range first {
		if _, ok := second[path]; !ok {
			err = errors.Join(err, fmt.Errorf("%s of %s is served by the first core only", path, p.name))
		}
	}
	for _, path := range []string{roleDirectory + p.role, identityRole, "/latest/meta-data/number", "/latest/meta-data/count"} {
		if p.paths[path] == nil {
			err = errors.Join(err, fmt.Errorf("%s of %s is not served", path, p.name))
		}
	}
	p.order = slices.Sorted(maps.Keys(p.paths))
	slices.Sort(vary)
	return vary, err
}

// credentials waits until every instance has good ones.
func (s *soak) credentials(ctx context.Context) error {
	for _, p := range s.places {
		client := p.client(false)
		for path, role := range map[string]string{roleDirectory + p.role: p.role, identityRole: "identity"} {
			err := s.until(ctx, p.name+" has good credentials of "+role, func() error {
				from := time.Now()
				status, body, err := fetch(ctx, client, "http://"+p.address+path, "")
				if err != nil {
					return err
				}
				id := p.id
				if id == "" { // nothing has been learned yet
					_, id, err = fetch(ctx, client, "http://"+p.address+"/latest/meta-data/instance-id", "")
				}
				if err != nil || status != http.StatusOK {
					return errors.Join(err, fmt.Errorf("status %d", status))
				}
				failed, err := s.checkDocument(body, role, id, from, time.Now())
				if err == nil && failed {
					err = fmt.Errorf("failure document %s", body)
				}
				return err
			})
			if err != nil {
				return err
			}
		}
	}
	return nil
}
