package identity

import (
	"bytes"
	"fmt"
	"io"
	"sync"
	"time"

	"github.com/mockmd/mockmd/sdk"
)

// signDelay is how long after the launch the real service signs: 3 to 7 s.
const signDelay = 5 * time.Second

// signatures makes each signature of a document once: DSA gives another one
// each time, and what is served must not change by itself.
type signatures struct {
	random io.Reader

	mu   sync.Mutex
	made map[string]*signed // by label of the instance
}

// signed is what has been made for the present document of an instance.
type signed struct {
	document []byte
	bodies   map[string][]byte // by kind
}

func newSignatures(random io.Reader) *signatures {
	return &signatures{random: random, made: map[string]*signed{}}
}

// forget lets go what has been made for an instance.
func (s *signatures) forget(label string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.made, label)
}

// of returns the text of a signature of the instance's document.
func (s *signatures) of(k kind, p *pair, in *sdk.Instance) ([]byte, error) {
	doc := document(in)
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.made[in.Label]
	if now == nil || !bytes.Equal(now.document, doc) {
		now = &signed{document: doc, bodies: map[string][]byte{}}
		s.made[in.Label] = now
	}
	if body, ok := now.bodies[k.name]; ok {
		return body, nil
	}
	raw, err := k.sign(p, s.random, doc, in.LaunchTime.Add(signDelay))
	if err != nil {
		return nil, fmt.Errorf("sign the identity document for %s: %w", k.name, err)
	}
	now.bodies[k.name] = lines(raw)
	return now.bodies[k.name], nil
}
