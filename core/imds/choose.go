package imds

import (
	"context"
	"errors"
	"net/netip"
	"time"
)

// client is who asks, and by which listener.
type client struct {
	address  netip.Addr
	listener string
}

// answerChosen answers for the instance of the client, by the options that hold
// now. Where they are replaced while it waits it begins anew, but waits no
// longer in all than a client is made to.
func (s *Server) answerChosen(ctx context.Context, r *request, c client, buf *buffer) reply {
	var patience *time.Timer
	for {
		o := s.options.Load()
		if patience == nil {
			patience = time.NewTimer(o.Wait)
			defer patience.Stop()
		}
		if !s.allowed(o, r, c.address) { // nothing is built for those who are refused
			return replyForbidden
		}
		rep, again := s.answerFor(ctx, o, r, c, buf, patience)
		if !again {
			return rep
		}
		select {
		case <-o.replaced:
		case <-patience.C:
			return replyUnavailable
		case <-ctx.Done():
			return replyUnavailable
		}
	}
}

// answerFor answers by options. Again is as of answerAs.
func (s *Server) answerFor(ctx context.Context, o *Options, r *request, c client, buf *buffer, patience *time.Timer) (rep reply, again bool) {
	in := &o.Instance
	if o.Choose != nil {
		waits, cancel := context.WithTimeout(ctx, o.Wait)
		chosen, release, err := o.Choose(waits, c.listener, c.address)
		cancel()
		if errors.Is(err, ErrReplaced) {
			return rep, true
		}
		if err != nil {
			return s.unchosen(o, c, err), false
		}
		defer release()
		in = chosen
	}
	return s.answerAs(ctx, o, in, r, c, buf, patience)
}

// unchosen answers a client whose instance cannot be served.
func (s *Server) unchosen(o *Options, c client, err error) reply {
	switch {
	case errors.Is(err, ErrNoInstance):
		if s.refusals.due(refusedUnknown, c.address, o.Now()) {
			s.log.Warn("a client has no instance; answered 404. Match its address, or add an instance block without a label for all others", "client", c.address)
		}
		return replyNotFound
	case errors.Is(err, ErrNoEndpoint):
		s.log.Debug("the client's instance has no endpoint here; closed", "client", c.address)
		return reply{}
	}
	if s.refusals.due(refusedInstance, c.address, o.Now()) {
		s.log.Warn("the instance of a client cannot be served; answered 503", "client", c.address, "error", err)
	}
	return replyUnavailable
}
