package imds

import (
	"context"
	"errors"
	"net/netip"
	"strings"
	"time"

	"github.com/mockmd/mockmd/core/router"
	"github.com/mockmd/mockmd/sdk"
)

// content answers with what stands at a path; again is as of answerAs.
func (s *Server) content(ctx context.Context, o *Options, in *Instance, path string, client netip.Addr, buf *buffer, patience *time.Timer) (r reply, again bool) {
	res, again := lookup(ctx, o, in, path, patience)
	if again {
		return reply{}, true
	}
	switch res.Kind {
	case router.Content:
		r := replyContent
		r.head, r.body = res.Head, res.Body
		r.read = audited(&res, res.Audit)
		return r, false
	case router.Live:
		return s.live(ctx, o, in, res, client, buf), false
	case router.Pending:
		plugins := strings.Join(res.Awaited, ", ")
		if s.refusals.dueOf(refusedPending, plugins, client, o.Now()) {
			s.log.Warn("a plugin has not published its first tree yet; answered 503", "path", path, "plugins", plugins)
		}
		return replyUnavailable, false
	default:
		return replyNotFound, false
	}
}

// lookup waits for first trees, for as long as a client is made to. Again is as
// of answerAs: where the options are replaced, the tree that is awaited may go
// to another view.
func lookup(ctx context.Context, o *Options, in *Instance, path string, patience *time.Timer) (res router.Result, again bool) {
	res = in.View.Lookup(path)
	if res.Kind == router.Pending && patience == nil {
		return res, true
	}
	for res.Kind == router.Pending {
		select {
		case <-res.Changed:
			next := in.View.Lookup(path)
			if next.Changed == res.Changed {
				next.Changed = nil // closed already: it would not wait any more
			}
			res = next
		case <-o.replaced:
			return res, true
		case <-patience.C:
			return in.View.Lookup(path), false
		case <-ctx.Done():
			return res, false
		}
	}
	return res, false
}

// live asks the plugin of a live node.
func (s *Server) live(ctx context.Context, o *Options, in *Instance, res router.Result, client netip.Addr, buf *buffer) reply {
	if in.Resolve == nil {
		return replyUnavailable
	}
	ctx, cancel := context.WithTimeout(ctx, o.ResolveTimeout)
	defer cancel()
	value, err := in.Resolve(ctx, res, client)
	switch {
	case errors.Is(err, sdk.ErrNotFound):
		return replyNotFound
	case err != nil:
		if s.refusals.dueOf(refusedLive, res.Plugin, client, o.Now()) {
			s.log.Warn("a live node was not answered; answered 503", "plugin", res.Plugin, "path", res.Path, "error", err)
		}
		return replyUnavailable
	}
	if value.LastModified.IsZero() {
		value.LastModified = o.Now()
	}
	r := replyContent
	buf.head = appendHead(buf.head[:0], value.ContentType, value.LastModified, len(value.Body))
	r.head, r.body = buf.head, value.Body
	r.read = audited(&res, value.Audit)
	return r
}
