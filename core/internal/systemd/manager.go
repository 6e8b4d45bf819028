package systemd

import (
	"errors"
	"fmt"
	"net"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/coreos/go-systemd/v22/activation"
	"github.com/coreos/go-systemd/v22/daemon"
)

// What [Manager.Tell] may say.
const (
	// Ready says that the service is up, or that a reload has ended.
	Ready = daemon.SdNotifyReady
	// Stopping says that the service is ending.
	Stopping = daemon.SdNotifyStopping
)

// variables are those by which a manager speaks to this process. They are not
// for others that it starts.
var variables = []string{"LISTEN_FDS", "LISTEN_PID", "LISTEN_FDNAMES", "NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID"}

// Manager is the service manager that has started this process. The zero
// Manager is none: it has handed over nothing and wants to be told nothing. It
// is safe for use by many goroutines.
type Manager struct {
	sockets  []*os.File
	notify   string        // its own socket; empty when it wants to be told nothing
	patience time.Duration // with a socket that it does not read from
	watchdog time.Duration
}

// patience is how long Tell waits for a manager that does not read. It is for
// one that is busy: whoever stops must not wait for one that is stuck.
const patience = time.Second

// Take takes over what the service manager has handed to this process, and
// forgets it in the environment, so it is called once, before any goroutine or
// process is started. The sockets are kept from processes that this one starts.
// The error says which variable is wrong; the rest has been taken.
func Take() (*Manager, error) {
	m := &Manager{sockets: activation.Files(true), notify: os.Getenv("NOTIFY_SOCKET"), patience: patience}
	var err error
	if m.watchdog, err = daemon.SdWatchdogEnabled(true); err != nil {
		return m, fmt.Errorf("the service manager's watchdog is not told that all is well: %w", err)
	}
	return m, nil
}

// Environ leaves out of an environment, as os.Environ returns it, what was for
// this process alone.
func Environ(environ []string) []string {
	return slices.DeleteFunc(slices.Clone(environ), func(kv string) bool {
		name, _, _ := strings.Cut(kv, "=")
		return slices.Contains(variables, name)
	})
}

// Sockets are those that were handed over, in their order; the name of each
// file is that of FileDescriptorName=. The caller takes them over.
func (m *Manager) Sockets() []*os.File { return m.sockets }

// Notified says whether the manager wants to be told how the service is doing.
func (m *Manager) Notified() bool { return m.notify != "" }

// Watchdog is how long the manager waits for the next [Manager.Alive] before
// it takes the service for stuck; 0: it does not.
func (m *Manager) Watchdog() time.Duration {
	if !m.Notified() {
		return 0
	}
	return m.watchdog
}

// Tell tells the manager assignments such as [Ready] and [Status]. Without a
// manager it does nothing. One that does not read is not waited for.
func (m *Manager) Tell(assignments ...string) error {
	if !m.Notified() {
		return nil
	}
	if err := m.send(strings.Join(assignments, "\n")); err != nil {
		return fmt.Errorf("tell the service manager: %w", err)
	}
	return nil
}

// send sends one datagram.
func (m *Manager) send(text string) (err error) {
	c, err := net.DialUnix("unixgram", nil, &net.UnixAddr{Name: m.notify, Net: "unixgram"})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, c.Close()) }()
	if err := c.SetWriteDeadline(time.Now().Add(m.patience)); err != nil {
		return err
	}
	_, err = c.Write([]byte(text))
	return err
}

// Reloading tells the manager that a reload begins; [Ready] tells that it has
// ended.
func (m *Manager) Reloading() error {
	return m.Tell(daemon.SdNotifyReloading, strings.TrimSpace(daemon.SdNotifyMonotonicUsec()))
}

// Alive tells the watchdog that the service is not stuck.
func (m *Manager) Alive() error { return m.Tell(daemon.SdNotifyWatchdog) }

// longestStatus is how many bytes of a status are told.
const longestStatus = 500

// Status is the assignment that tells people how the service is doing, in one
// line.
func Status(text string) string {
	text = strings.Join(strings.Fields(text), " ")
	if len(text) > longestStatus {
		text = strings.ToValidUTF8(text[:longestStatus], "") + "…"
	}
	return "STATUS=" + text
}
