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

// content answers with what stands at a path.
func (s *Server) content(ctx context.Context, o *Options, path string, client netip.Addr, buf *buffer) reply {
	res := lookup(ctx, o, path)
	switch res.Kind {
	case router.Content:
		r := replyContent
		r.head, r.body = res.Head, res.Body
		r.read = audited(&res, res.Audit)
		return r
	case router.Live:
		return s.live(ctx, o, res, client, buf)
	case router.Pending:
		s.log.Warn("a plugin has not published its first tree yet; answered 503",
			"path", path, "plugins", strings.Join(res.Awaited, ", "))
		return replyUnavailable
	default:
		return replyNotFound
	}
}

// lookup waits for first trees, for as long as a client is made to.
func lookup(ctx context.Context, o *Options, path string) router.Result {
	res := o.View.Lookup(path)
	if res.Kind != router.Pending {
		return res
	}
	patience := time.NewTimer(o.Wait)
	defer patience.Stop()
	for res.Kind == router.Pending {
		select {
		case <-res.Changed:
			again := o.View.Lookup(path)
			if again.Changed == res.Changed {
				again.Changed = nil // closed already: it would not wait any more
			}
			res = again
		case <-patience.C:
			return o.View.Lookup(path)
		case <-ctx.Done():
			return res
		}
	}
	return res
}

// live asks the plugin of a live node.
func (s *Server) live(ctx context.Context, o *Options, res router.Result, client netip.Addr, buf *buffer) reply {
	if o.Resolve == nil {
		return replyUnavailable
	}
	ctx, cancel := context.WithTimeout(ctx, o.ResolveTimeout)
	defer cancel()
	value, err := o.Resolve(ctx, res, client)
	switch {
	case errors.Is(err, sdk.ErrNotFound):
		return replyNotFound
	case err != nil:
		s.log.Warn("a live node was not answered; answered 503", "plugin", res.Plugin, "path", res.Path, "error", err)
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
