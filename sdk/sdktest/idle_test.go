package sdktest_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/mockmd/mockmd/sdk"
	"github.com/mockmd/mockmd/sdk/sdktest"
)

// caller is a plugin that asks an upstream over HTTP.
type caller struct {
	client *http.Client
	url    string
}

func (c caller) Tree(context.Context, *sdk.Instance) (sdk.Tree, error) {
	return sdk.Tree{"meta-data/upstream": sdk.Live{Resolve: func(ctx context.Context, _ *sdk.Request) (sdk.Leaf, error) {
		r, err := http.NewRequestWithContext(ctx, http.MethodGet, c.url, http.NoBody)
		if err != nil {
			return sdk.Leaf{}, err
		}
		a, err := c.client.Do(r)
		if err != nil {
			return sdk.Leaf{}, err
		}
		return sdk.Text(a.Proto), a.Body.Close()
	}}}, nil
}

// TestIdleConnectionsAreNoLeak: what a client keeps open for its next request
// goes with the plugin's process.
func TestIdleConnectionsAreNoLeak(t *testing.T) {
	t.Parallel()
	for proto, http2 := range map[string]bool{"HTTP/1.1": false, "HTTP/2.0": true} {
		upstream := httptest.NewUnstartedServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
		upstream.EnableHTTP2 = http2
		upstream.StartTLS()
		said := sdktest.Try(func(t testing.TB) {
			p := sdktest.Start(t, caller{client: upstream.Client(), url: upstream.URL})
			sdktest.Expect(t, p.Configure(""))
			p.Run()
			p.Tree()
			leaf, err := p.Resolve("", "meta-data/upstream", "meta-data/upstream")
			if err != nil || string(leaf.Body) != proto {
				t.Errorf("answer %q %v, want %s", leaf.Body, err, proto)
			}
		})
		if said != "" {
			t.Errorf("%s: %s", proto, said)
		}
		upstream.Close()
	}
}
