package iam

import (
	"context"
	"errors"
	"net/http"
	"sync/atomic"

	"github.com/aws/smithy-go"
	smithyhttp "github.com/aws/smithy-go/transport/http"
	"github.com/hashicorp/go-hclog"
)

// regions are the STS of several regions, of which one is asked: the first
// until it does not answer, or is not enabled for the account. Every region's
// STS knows every role, so any will do.
type regions struct {
	list []assumer
	name []string
	log  hclog.Logger
	at   atomic.Int64 // the one that is asked
}

var _ assumer = (*regions)(nil)

// newRegions returns the only client as it is.
func newRegions(list []assumer, targets []target, log hclog.Logger) assumer {
	if len(list) == 1 {
		return list[0]
	}
	r := &regions{list: list, log: log}
	for _, t := range targets {
		r.name = append(r.name, t.region)
	}
	return r
}

func (r *regions) assume(ctx context.Context, k keys, q assumeRequest) (assumed, error) {
	return r.ask(func(a assumer) (assumed, error) { return a.assume(ctx, k, q) })
}

func (r *regions) assumeWeb(ctx context.Context, token secret, q assumeRequest) (assumed, error) {
	return r.ask(func(a assumer) (assumed, error) { return a.assumeWeb(ctx, token, q) })
}

func (r *regions) close() {
	for _, a := range r.list {
		a.close()
	}
}

// ask calls the region in use. Where that is disabled the next one is asked at
// once; one that is down is left for the next call.
func (r *regions) ask(call func(assumer) (assumed, error)) (assumed, error) {
	var answer assumed
	var err error
	for range r.list {
		i := int(r.at.Load())
		if answer, err = call(r.list[i]); err == nil || !r.leave(err) {
			return answer, err
		}
		next := (i + 1) % len(r.list)
		r.at.Store(int64(next))
		r.log.Warn("another region's STS is asked from now on", "region", r.name[next], "before", r.name[i])
		if !disabled(err) {
			return answer, err
		}
	}
	return answer, err
}

// leave says that another region may do better.
func (r *regions) leave(err error) bool {
	if disabled(err) {
		return true
	}
	if answer, ok := errors.AsType[*smithyhttp.ResponseError](err); ok && answer.Response != nil && answer.Response.Response != nil {
		return answer.HTTPStatusCode() >= http.StatusInternalServerError
	}
	_, refused := errors.AsType[smithy.APIError](err)
	return !refused && !errors.Is(err, context.Canceled) // nobody has answered
}

func disabled(err error) bool { return apiCode(err) == "RegionDisabledException" }
