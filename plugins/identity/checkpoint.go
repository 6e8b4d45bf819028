package identity

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
)

const checkpointVersion = 1

// savedKeys is the checkpoint, as JSON: the key pairs that stand in no file,
// private keys included. The core keeps it in memory only.
type savedKeys struct {
	Version int               `json:"version"`
	Pairs   map[string]string `json:"pairs"` // kind to PEM
}

// checkpoint writes pairs, by kind.
func checkpoint(pairs map[string]*pair) ([]byte, error) {
	out := savedKeys{Version: checkpointVersion, Pairs: map[string]string{}}
	for name, p := range pairs {
		data, err := p.encode()
		if err != nil {
			return nil, err
		}
		out.Pairs[name] = string(data)
	}
	return json.Marshal(out)
}

// Restore takes up the key pairs of an earlier process that stand in no file,
// so that a crash does not change the certificates.
func (p *plugin) Restore(_ context.Context, data []byte) error {
	var in savedKeys
	if err := json.Unmarshal(data, &in); err != nil {
		return errors.New("the checkpoint is not readable") // the cause might repeat what is in it
	}
	if in.Version != checkpointVersion {
		return fmt.Errorf("the checkpoint has version %d, want %d", in.Version, checkpointVersion)
	}
	for _, k := range kinds() {
		text, ok := in.Pairs[k.name]
		if !ok || p.keys.get(k) != nil {
			continue
		}
		restored, err := parsePair(k, []byte(text))
		if err != nil {
			return fmt.Errorf("the checkpoint of %s %w", k.name, err)
		}
		p.memory[k.name] = restored
		p.keys.set(k, restored)
		p.log.Info("key pair taken up from the checkpoint", "kind", k.name, "certificate_sha256", restored.fingerprint())
	}
	return nil
}
