package events

import (
	"context"
	"encoding/json"
	"fmt"
	"time"
)

const checkpointVersion = 1

// saved is the checkpoint, as JSON: from when the delay of each event counts,
// so that a crash does not begin them anew.
type saved struct {
	Version int                  `json:"version"`
	Started map[string]time.Time `json:"started"` // by the event's key
}

// Restore takes up the starts of an earlier process. Events that it did not
// have, because the configuration has changed, start with this one.
func (p *plugin) Restore(_ context.Context, checkpoint []byte) error {
	var in saved
	if err := json.Unmarshal(checkpoint, &in); err != nil {
		return fmt.Errorf("read checkpoint: %w", err)
	}
	if in.Version != checkpointVersion {
		return fmt.Errorf("the checkpoint has version %d, want %d", in.Version, checkpointVersion)
	}
	p.schedule.restore(in.Started)
	return nil
}

func (s *schedule) checkpoint() ([]byte, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return json.Marshal(saved{Version: checkpointVersion, Started: s.started})
}

func (s *schedule) restore(started map[string]time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, e := range s.events {
		if t, ok := started[e.key()]; ok {
			s.started[e.key()] = t
		}
	}
}
