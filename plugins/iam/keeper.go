package iam

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/hashicorp/go-hclog"
	"github.com/hashicorp/hcl/v2"

	"github.com/mockmd/mockmd/sdk"
	"github.com/mockmd/mockmd/sdk/statefile"
)

// keeper writes the state file, in the background, so that a slow disk delays
// nothing. The newest state wins. A nil keeper keeps nothing.
type keeper struct {
	path string
	log  hclog.Logger
	wake chan struct{}

	mu      sync.Mutex
	wanted  []byte // what the file should hold; empty: it should be gone
	version int    // of wanted
	written int    // version that the disk has
	err     error  // why the last write failed
	unread  bool   // the file was refused at the start: what it holds, once mended, is for the next one
	waiting []chan error
	changed func() // told when trouble comes or goes; nil until the plugin runs
}

// checkStateFile sets the state file and looks at what is there. A file that
// is not to be used is no reason not to start: it is neither read nor touched.
func (s *settings) checkStateFile(c *sdk.Config, given *string) hcl.Diagnostics {
	if given == nil {
		return nil
	}
	at := valueRange(c.Body, "state_file", c.Body.MissingItemRange())
	switch {
	case *given == "" || strings.ContainsRune(*given, 0) || filepath.Base(*given) == "." || strings.HasSuffix(*given, "/"):
		return hcl.Diagnostics{sdk.Errorf(at, "Invalid state file", "The state file is a file's name, such as \"credentials.json\": it lies in the plugin's folder of state_dir. An absolute path is taken as it is.")}
	case filepath.IsAbs(*given):
		s.stateFile = filepath.Clean(*given)
	case c.StateDir == "":
		return hcl.Diagnostics{sdk.Errorf(at, "No place for the state file", "There is no state_dir: set it at the top level of the configuration, or give an absolute path here.")}
	default:
		s.stateFile = filepath.Join(c.StateDir, *given)
	}
	if _, err := readState(s.stateFile); err != nil {
		return hcl.Diagnostics{sdk.Warningf(at, "State file is refused", "%s. Until then nothing is read from it or written to it.", capital(err.Error()))}
	}
	return nil
}

// readState returns what the file holds; nil when there is none. The error
// says what to do.
func readState(path string) (*savedState, error) {
	data, err := statefile.Read(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	in, err := parseSaved(data)
	if err != nil {
		return nil, fmt.Errorf("%s %w: remove it", path, err)
	}
	return in, nil
}

// resumable is what the state file should hold: the sessions, and no set that
// they were obtained with. Empty when there are none. The state is locked.
func (s *state) resumable() []byte {
	if s.keeper == nil {
		return nil
	}
	out := s.saved()
	now := s.now()
	_, err := s.fill(out, statefile.MaxSize, func(g *grantState) bool { return g.session.valid(now) })
	if err == nil && len(out.Grants) == 0 {
		return nil
	}
	for key, saved := range out.Grants {
		saved.Works = 0 // the set is not kept
		out.Grants[key] = saved
	}
	var data []byte
	if err == nil {
		data, err = json.Marshal(out)
	}
	if err != nil {
		s.log.Error("the state file is not written", "error", err)
		return nil
	}
	return data
}

// put has the file hold data, or be gone.
func (k *keeper) put(data []byte) {
	if k == nil {
		return
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	k.wanted = data
	k.version++
	k.notify()
}

func (k *keeper) notify() {
	select {
	case k.wake <- struct{}{}:
	default:
	}
}

// flush waits until the disk has what was put last, whatever it had before.
func (k *keeper) flush(ctx context.Context) error {
	if k == nil {
		return nil
	}
	done := make(chan error, 1)
	k.mu.Lock()
	k.waiting, k.unread = append(k.waiting, done), false
	k.notify()
	k.mu.Unlock()
	select {
	case err := <-done:
		return err
	case <-ctx.Done():
		return ctx.Err()
	}
}

// run writes until ctx ends, and what is unwritten then. What could not be
// written is tried again: the next change may be hours away.
func (k *keeper) run(ctx context.Context) {
	for {
		var again <-chan time.Time
		if k.trouble() != "" {
			again = time.After(tick)
		}
		select {
		case <-ctx.Done():
			k.write()
			return
		case <-k.wake:
		case <-again:
		}
		k.write()
	}
}

// write brings the disk up to date and tells who waits.
func (k *keeper) write() {
	k.mu.Lock()
	data, version, waiting, unread := k.wanted, k.version, k.waiting, k.unread
	due := version != k.written || k.err != nil
	k.waiting = nil
	k.mu.Unlock()
	var err error
	if due {
		err = k.save(data, unread)
	}
	k.mu.Lock()
	before := k.err
	k.unread = k.unread && (err != nil || len(data) == 0)
	k.written, k.err = version, err
	changed := k.changed
	k.mu.Unlock()
	if err != nil && (before == nil || before.Error() != err.Error()) {
		k.log.Error("the state file is not written: a restart of mockmd would begin without credentials", "error", err)
	}
	if err == nil && before != nil {
		k.log.Info("the state file is written again", "file", k.path)
	}
	if (err == nil) != (before == nil) && changed != nil {
		changed()
	}
	for _, w := range waiting {
		w <- err
	}
}

// save writes the file, or removes it. One that is refused is not touched, nor
// is one removed that nobody has read.
func (k *keeper) save(data []byte, unread bool) error {
	switch before, err := readState(k.path); {
	case err != nil:
		return err
	case len(data) > 0:
		err := statefile.Write(k.path, data)
		if inner, ok := errors.AsType[*fs.PathError](err); ok { // of a temporary file, which has another name each time
			err = fmt.Errorf("%s: %w", k.path, inner.Err)
		}
		return err
	case before == nil, unread:
		return nil
	}
	return statefile.Remove(k.path)
}

// trouble is a clause on what is wrong; empty when nothing is.
func (k *keeper) trouble() string {
	if k == nil {
		return ""
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.err == nil {
		return ""
	}
	return "the state file is not written: " + k.err.Error()
}
