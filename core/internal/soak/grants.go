package main

import (
	"encoding/xml"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"
)

// grant is a session that the STS has given.
type grant struct {
	role, session  string // the name of the role, and that of the session
	secret, token  string
	expires        time.Time
	issued, handed time.Time // handed is zero when the answer was not passed on whole
}

// grants are all sessions that went through the proxy.
type grants struct {
	mu   sync.Mutex
	all  map[string]*grant   // by access key id
	last map[string][]*grant // by role and session, the last ones
}

func newGrants() *grants { return &grants{all: map[string]*grant{}, last: map[string][]*grant{}} }

// assumed is the part of an answer to AssumeRole that matters here.
type assumed struct {
	Credentials struct {
		AccessKeyID     string `xml:"AccessKeyId"`
		SecretAccessKey string
		SessionToken    string
		Expiration      time.Time
	} `xml:"AssumeRoleResult>Credentials"`
	ARN string `xml:"AssumeRoleResult>AssumedRoleUser>Arn"`
}

// issue notes the session of an answer; nil when there is none.
func (g *grants) issue(answer []byte, now time.Time) (*grant, error) {
	var a assumed
	if err := xml.Unmarshal(answer, &a); err != nil {
		return nil, fmt.Errorf("the simulated STS answers no XML: %w", err)
	}
	if a.Credentials.AccessKeyID == "" {
		return nil, nil
	}
	part := strings.Split(a.ARN, "/") // arn:aws:sts::ACCOUNT:assumed-role/ROLE/SESSION
	if len(part) != 3 {
		return nil, fmt.Errorf("the simulated STS grants %q", a.ARN)
	}
	c := a.Credentials
	n := &grant{role: part[1], session: part[2], secret: c.SecretAccessKey, token: c.SessionToken, expires: c.Expiration, issued: now}
	g.mu.Lock()
	defer g.mu.Unlock()
	g.all[c.AccessKeyID] = n
	key := n.role + "/" + n.session
	list := append(g.last[key], n)
	if len(list) > 8 {
		list = list[1:]
	}
	g.last[key] = list
	return n, nil
}

// pass notes that a session has been handed over.
func (g *grants) pass(n *grant, now time.Time) {
	g.mu.Lock()
	defer g.mu.Unlock()
	n.handed = now
}

// find returns a session by its access key id; nil when there is none.
func (g *grants) find(id string) *grant {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.all[id]
}

// good returns the last session that was handed over before a time, if it ends
// after another; nil otherwise. Earlier ones are not served any more, though
// one of a clock that was ahead may seem to end later.
func (g *grants) good(role, session string, handedBefore, endsAfter time.Time) *grant {
	g.mu.Lock()
	defer g.mu.Unlock()
	for _, n := range slices.Backward(g.last[role+"/"+session]) {
		switch {
		case n.handed.IsZero() || !n.handed.Before(handedBefore):
			continue
		case n.expires.After(endsAfter):
			return n
		}
		return nil
	}
	return nil
}

// lose forgets that sessions were handed over since a time: who had them may
// have died with them.
func (g *grants) lose(since time.Time) {
	g.mu.Lock()
	defer g.mu.Unlock()
	for _, list := range g.last {
		for _, n := range list {
			if n.handed.After(since) {
				n.handed = time.Time{}
			}
		}
	}
}

// end forgets that sessions of a role were handed over: they were for other
// terms than those of the configuration now.
func (g *grants) end(role string) {
	g.mu.Lock()
	defer g.mu.Unlock()
	for key, list := range g.last {
		if !strings.HasPrefix(key, role+"/") {
			continue
		}
		for _, n := range list {
			n.handed = time.Time{}
		}
	}
}

// count returns how many sessions there were.
func (g *grants) count() int {
	g.mu.Lock()
	defer g.mu.Unlock()
	return len(g.all)
}
