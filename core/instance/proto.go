package instance

import (
	"encoding/json"
	"fmt"

	pluginv1 "github.com/mockmd/mockmd/sdk/proto/mockmd/plugin/v1"
	"github.com/mockmd/mockmd/sdk/wire"
)

// Proto returns the instance as plugins are told of it: the facts as JSON and
// the places of those that the user wrote. The revision is the number of this
// state of the facts.
func (i *Instance) Proto(revision uint64) (*pluginv1.Instance, error) {
	facts, err := json.Marshal(i.Facts)
	if err != nil {
		return nil, fmt.Errorf("write facts of instance %q: %w", i.Facts.Label, err)
	}
	ranges := make(map[string]*pluginv1.Range, len(i.Ranges))
	for fact, at := range i.Ranges {
		ranges[fact] = wire.EncodeRange(at)
	}
	return &pluginv1.Instance{Label: i.Facts.Label, Revision: revision, Facts: facts, Ranges: ranges}, nil
}
