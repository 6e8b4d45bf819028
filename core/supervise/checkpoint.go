package supervise

import pluginv1 "github.com/mockmd/mockmd/sdk/proto/mockmd/plugin/v1"

// checkpoint is the newest that a plugin has handed over. It lives in memory
// only: it may hold credentials.
type checkpoint struct {
	data     []byte
	process  int // which of the plugin's processes it came from, counted from 0
	sequence uint64
}

// newer takes m from the given process unless it is older than what is held:
// the stream and an action's reply may bring the same one in either order.
func (c checkpoint) newer(m *pluginv1.Checkpoint, process int) (checkpoint, bool) {
	if m == nil || process < c.process || (process == c.process && m.GetSequence() <= c.sequence) {
		return c, false
	}
	return checkpoint{data: m.GetData(), process: process, sequence: m.GetSequence()}, true
}
