package app

import (
	"context"
	"errors"
	"fmt"
	"net/netip"

	"github.com/mockmd/mockmd/core/imds"
	"github.com/mockmd/mockmd/core/router"
	"github.com/mockmd/mockmd/core/supervise"
	"github.com/mockmd/mockmd/sdk"
)

// resolver asks the plugins of live nodes on behalf of one instance.
func (g *generation) resolver(instance string) func(context.Context, router.Result, netip.Addr) (imds.Value, error) {
	return func(ctx context.Context, r router.Result, client netip.Addr) (imds.Value, error) {
		m := g.member(r.Plugin)
		if m == nil {
			return imds.Value{}, fmt.Errorf("no plugin %q", r.Plugin)
		}
		leaf, err := m.Resolve(ctx, instance, r.Node, r.Path, r.Version, client)
		if errors.Is(err, supervise.ErrNotFound) {
			return imds.Value{}, sdk.ErrNotFound
		}
		if err != nil {
			return imds.Value{}, err
		}
		v := imds.Value{Body: leaf.GetBody(), ContentType: leaf.GetContentType()}
		if v.Audit, err = router.NewAudit(leaf.GetAudit()); err != nil {
			return imds.Value{}, err // what cannot be logged as it must be is not told
		}
		if leaf.GetLastModified().IsValid() {
			v.LastModified = leaf.GetLastModified().AsTime()
		}
		return v, nil
	}
}
