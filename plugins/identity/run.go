package identity

import (
	"context"
	"fmt"

	"github.com/mockmd/mockmd/sdk"
)

// Run makes the key pairs that are not there yet, which takes a second or so,
// and then waits for ctx to end.
func (p *plugin) Run(ctx context.Context, h sdk.Host) error {
	if len(p.memory) > 0 { // restored
		if err := p.save(h); err != nil {
			return err
		}
	}
	var trouble error
	made := false
	for _, k := range kinds() {
		if p.keys.get(k) != nil || ctx.Err() != nil {
			continue
		}
		fresh, err := p.make(k)
		if err != nil {
			return fmt.Errorf("make a key pair for %s: %w", k.name, err)
		}
		made = true
		kept, err := p.store.keep(k, fresh)
		if err != nil {
			trouble, kept = err, fresh
			p.memory[k.name] = fresh
			if err := p.save(h); err != nil { // first: what is served must survive a crash
				return err
			}
		}
		p.log.Info("key pair for signatures", "kind", k.name, "made_here", kept == fresh, "kept", err == nil,
			"certificate_sha256", kept.fingerprint())
		p.keys.set(k, kept)
	}
	if trouble != nil {
		p.log.Warn("the key pairs of the signatures are kept in memory only, so the certificates change with each start: "+
			"set state_dir to a folder that can be written, or give key pairs of your own", "error", trouble)
	}
	if made {
		h.Changed()
	}
	<-ctx.Done()
	return nil
}

// save hands over the pairs that stand in no file.
func (p *plugin) save(h sdk.Host) error {
	data, err := checkpoint(p.memory)
	if err != nil {
		return fmt.Errorf("write the checkpoint: %w", err)
	}
	return h.Checkpoint(data)
}
