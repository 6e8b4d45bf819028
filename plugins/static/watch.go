package static

import (
	"context"
	"slices"
	"time"

	"github.com/mockmd/mockmd/sdk"
)

const (
	// interval is how often the files are looked at.
	interval = 2 * time.Second
	// share is how much longer than a look the pause after it is, so that a
	// large directory does not cost more than a few hundredths of the time.
	share = 20
)

// Run looks at the files until ctx ends, and serves them again when they have
// changed.
func (p *plugin) Run(ctx context.Context, h sdk.Host) error {
	if !slices.ContainsFunc(p.sources.list, func(s *source) bool { return s.kind != kindValue }) {
		<-ctx.Done()
		return nil
	}
	w := watch{plugin: p, host: h}
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-timer.C:
		}
		began := p.now()
		w.look()
		timer.Reset(max(interval, share*p.now().Sub(began)))
	}
}

// watch is what Run remembers from one look to the next.
type watch struct {
	plugin *plugin
	host   sdk.Host
	told   []note
}

// maxLogged is how many notes of one look go to the log.
const maxLogged = 20

// look reads what has changed and tells the core.
func (w *watch) look() {
	found, notes, full := read(w.plugin.sources, w.plugin.files, w.plugin.now)
	if full != nil {
		found = w.plugin.files // as a whole, for half of it fits nobody
	}
	w.tell(notes)
	if changed := w.plugin.adopt(found); changed {
		w.host.Changed()
	}
}

// adopt takes over what was read and says whether it is served differently.
func (p *plugin) adopt(found files) (changed bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	changed = len(found) != len(p.files)
	for path, c := range found {
		changed = changed || !c.equal(p.files[path])
	}
	p.files = found
	return changed
}

// tell logs what is new in notes and shows the plugin as degraded while
// something cannot be read.
func (w *watch) tell(notes []note) {
	if slices.Equal(notes, w.told) {
		return
	}
	known := make(map[note]bool, len(w.told))
	for _, n := range w.told {
		known[n] = true
	}
	told := 0
	for _, n := range notes {
		if known[n] {
			continue
		}
		if told++; told > maxLogged {
			continue
		}
		switch {
		case n.skipped:
			w.plugin.log.Warn("file is not served", "file", n.file, "reason", n.text)
		default:
			w.plugin.log.Warn("file cannot be read, what was read before is served", "file", n.file, "reason", n.text)
		}
	}
	if more := told - maxLogged; more > 0 {
		w.plugin.log.Warn("more files are not served, or not as they are", "more", more)
	}
	before, after := degraded(w.told), degraded(notes)
	w.told = notes
	if before != "" && after == "" {
		w.plugin.log.Info("all files can be read again")
	}
	w.host.Degraded(after)
}
