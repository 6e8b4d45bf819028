package iam

import (
	"context"
	"errors"
	"net/http"
	"testing"

	smithyhttp "github.com/aws/smithy-go/transport/http"
	"github.com/hashicorp/go-hclog"
)

// regionSTS is the STS of one region.
type regionSTS struct {
	err    error
	calls  int
	closed bool
}

func (r *regionSTS) close() { r.closed = true }

func (r *regionSTS) assume(context.Context, keys, assumeRequest) (assumed, error) {
	r.calls++
	return assumed{}, r.err
}

func (r *regionSTS) assumeWeb(ctx context.Context, _ secret, q assumeRequest) (assumed, error) {
	return r.assume(ctx, keys{}, q)
}

func TestRegions(t *testing.T) {
	t.Parallel()
	down := &smithyhttp.ResponseError{Response: &smithyhttp.Response{Response: &http.Response{StatusCode: 503}}, Err: apiError("ServiceUnavailable")}
	denied := &smithyhttp.ResponseError{Response: &smithyhttp.Response{Response: &http.Response{StatusCode: 403}}, Err: apiError("AccessDenied")}
	off := apiError("RegionDisabledException")
	for _, tt := range []struct {
		name   string
		errs   [3]error // by region
		calls  [3]int   // after three calls
		failed [3]bool  // each of them
	}{
		{"all well", [3]error{}, [3]int{3, 0, 0}, [3]bool{}},
		{"first down", [3]error{down}, [3]int{1, 2, 0}, [3]bool{true}},
		{"first does not answer", [3]error{errors.New("connection refused")}, [3]int{1, 2, 0}, [3]bool{true}},
		{"first not enabled", [3]error{off}, [3]int{1, 3, 0}, [3]bool{}},
		{"none enabled", [3]error{off, off, off}, [3]int{3, 3, 3}, [3]bool{true, true, true}},
		{"denied is denied everywhere", [3]error{denied}, [3]int{3, 0, 0}, [3]bool{true, true, true}},
		{"throttled", [3]error{apiError("Throttling")}, [3]int{3, 0, 0}, [3]bool{true, true, true}},
		{"stopped", [3]error{context.Canceled}, [3]int{3, 0, 0}, [3]bool{true, true, true}},
	} {
		var list []assumer
		var targets []target
		for i, err := range tt.errs {
			list, targets = append(list, &regionSTS{err: err}), append(targets, target{region: string(rune('a' + i))})
		}
		r := newRegions(list, targets, hclog.NewNullLogger())
		for i := range 3 {
			call := func() (assumed, error) { return r.assume(t.Context(), keys{}, assumeRequest{}) }
			if i == 1 {
				call = func() (assumed, error) { return r.assumeWeb(t.Context(), secret{}, assumeRequest{}) }
			}
			if _, err := call(); (err != nil) != tt.failed[i] {
				t.Errorf("%s: call %d: %v", tt.name, i, err)
			}
		}
		r.close()
		for i, a := range list {
			if s := a.(*regionSTS); s.calls != tt.calls[i] || !s.closed {
				t.Errorf("%s: region %d was called %d times, want %d; closed %t", tt.name, i, s.calls, tt.calls[i], s.closed)
			}
		}
	}
	only := &regionSTS{}
	if newRegions([]assumer{only}, nil, nil) != assumer(only) {
		t.Error("the only region is wrapped")
	}
}
