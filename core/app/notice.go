package app

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/mockmd/mockmd/core/admin"
	"github.com/mockmd/mockmd/core/internal/systemd"
)

const (
	// noticeFirst is how often it is looked whether all is ready for the first
	// time, and noticeLater how often after that for what has become of it. What
	// is not ready after noticeStart waits for somebody, who may take days.
	noticeFirst = 20 * time.Millisecond
	noticeLater = time.Second
	noticeStart = 10 * time.Second
)

// notice tells the service manager how the service is doing: that it is ready
// when GET /readyz first says so, when it reloads, and in one line what stands
// in the way of being ready.
type notice struct {
	*service
	backend admin.Backend
	manager *systemd.Manager

	mu      sync.Mutex // held while something is told, in its order
	ready   bool       // it has been told
	again   bool       // that a reload has ended is still to be told
	said    string     // the last status
	trouble string     // why it cannot be told, as the log says
}

func newNotice(s *service) *notice {
	return &notice{service: s, backend: &backend{service: s, now: time.Now}, manager: s.options.manager()}
}

// run tells until ctx ends, and then that the service stops.
func (n *notice) run(ctx context.Context) {
	if !n.manager.Notified() {
		return
	}
	paced(ctx, n.look)
	n.mu.Lock()
	defer n.mu.Unlock()
	n.tell(systemd.Stopping, systemd.Status("stopping"))
}

// paced looks until ctx ends: often until there is what is looked for, or it is
// no matter of the start any more, and then not so often.
func paced(ctx context.Context, look func() bool) {
	pace := time.NewTicker(noticeFirst)
	defer pace.Stop()
	start := time.NewTimer(noticeStart)
	defer start.Stop()
	for ctx.Err() == nil {
		if look() {
			pace.Reset(noticeLater)
		}
		select {
		case <-pace.C:
		case <-start.C:
			pace.Reset(noticeLater)
		case <-ctx.Done():
		}
	}
}

// look tells what is new, and what could not be told before. It says whether the
// service has been ready.
func (n *notice) look() bool {
	problems := n.backend.Problems()
	n.mu.Lock()
	defer n.mu.Unlock()
	var news []string
	ready := n.ready || len(problems) == 0
	if ready && !n.ready || n.again {
		news = append(news, systemd.Ready)
	}
	status := n.status(problems)
	if status != n.said {
		news = append(news, systemd.Status(status))
	}
	if len(news) > 0 && n.tell(news...) {
		n.ready, n.again, n.said = ready, false, status
	}
	return n.ready
}

// status is what people are told.
func (n *notice) status(problems []string) string {
	switch why, _ := n.reloads.last(); {
	case len(problems) > 0:
		return "not ready: " + strings.Join(problems, "; ")
	case why != "":
		return "ready; the last reload failed, all goes on as before: " + why
	}
	g := n.current.Load()
	return fmt.Sprintf("ready: %s, %d plugins", extent(g.file), len(g.members))
}

// reload carries out a reload, and tells when it begins and ends. Before the
// service has been ready it does not: the end would say that it is.
func (n *notice) reload(ctx context.Context) *admin.Reload {
	n.mu.Lock()
	ready := n.ready
	if ready {
		n.heard(n.manager.Reloading())
	}
	n.mu.Unlock()
	told := n.service.reload(ctx)
	if ready && ctx.Err() == nil { // else it stops, which is told
		n.mu.Lock()
		defer n.mu.Unlock()
		n.again = !n.tell(systemd.Ready)
	}
	return told
}

// watch tells the watchdog until ctx ends that mockmd is not stuck.
func (n *notice) watch(ctx context.Context) {
	if n.manager.Watchdog() == 0 {
		return
	}
	systemd.Watch(ctx, n.manager.Watchdog(), n.answers, n.manager.Alive, func(err error) {
		n.log.Error("the watchdog of the service manager is not told that all is well", "error", err)
	})
}

// tell says whether the manager has been told. The caller holds mu.
func (n *notice) tell(assignments ...string) bool {
	return n.heard(n.manager.Tell(assignments...))
}

// heard says whether there is no error, and logs one when it is another than
// before: what could not be told is told again and again. The caller holds mu.
func (n *notice) heard(err error) bool {
	trouble := ""
	if err != nil {
		trouble = err.Error()
	}
	if trouble != "" && trouble != n.trouble {
		n.log.Warn("the service manager is not told", "error", err)
	}
	n.trouble = trouble
	return err == nil
}

// manager is that of the options, which may be none.
func (o *Options) manager() *systemd.Manager {
	if o.Manager == nil {
		return &systemd.Manager{}
	}
	return o.Manager
}
