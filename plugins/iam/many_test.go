package iam

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/mockmd/mockmd/sdk"
)

// labelHost remembers for whom trees were called for again.
type labelHost struct {
	fakeHost
	asked []string
}

func (h *labelHost) Changed(labels ...string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.asked = append(h.asked, fmt.Sprint(len(labels)))
}

// With many instances a renewal concerns only who uses the credentials, what
// is told stays short, and what does not fit the checkpoint is told once.
func TestManyInstances(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		g := newRig(t, `role "app" {
			arn          = "arn:aws:iam::123456789012:role/app"
			session_name = "$${instance.id}"
		}`).fake()
		h := &labelHost{}
		done := make(chan error, 1)
		ctx, cancel := context.WithCancel(context.WithoutCancel(t.Context()))
		go func() { done <- g.p.Run(ctx, h) }()
		g.post(goodBody)
		var list []*sdk.Instance
		for i := range 200 {
			list = append(list, instanceOf(fmt.Sprintf("web[%d]", i), fmt.Sprintf("i-%d", i)))
			if _, err := g.p.Tree(t.Context(), list[i]); err != nil {
				t.Fatal(err)
			}
		}
		synctest.Wait()
		h.mu.Lock()
		h.asked = nil
		h.mu.Unlock()
		time.Sleep(31 * time.Minute) // every session is renewed
		synctest.Wait()
		h.mu.Lock()
		single := strings.Count(strings.Join(h.asked, ""), "1")
		if single < 200 || single < len(h.asked)-2 {
			t.Errorf("%d rounds, %d of them for one instance", len(h.asked), single)
		}
		h.mu.Unlock()
		checkpoint, _ := h.last()
		if len(checkpoint) > sdk.MaxCheckpoint || len(checkpoint) < sdk.MaxCheckpoint/2 {
			t.Errorf("the checkpoint has %d bytes", len(checkpoint))
		}
		if n := strings.Count(g.log.String(), "too many roles or instances for one checkpoint"); n > 1 {
			t.Errorf("told %d times that there are many", n)
		}
		g.sts.set(func(context.Context, keys) error { return apiError("AccessDenied") })
		time.Sleep(40 * time.Minute)
		synctest.Wait()
		if _, degraded := h.last(); !strings.Contains(degraded, "and 193 more") || len(degraded) > 8<<10 {
			t.Errorf("degraded has %d bytes: %s", len(degraded), degraded)
		}
		for _, in := range list {
			g.p.Forget(in)
		}
		synctest.Wait()
		if n := len(g.p.state.grants); n != 1 {
			t.Errorf("%d grants are left", n)
		}
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
}
