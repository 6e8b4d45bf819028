package app

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"

	"github.com/mockmd/mockmd/core/adminclient"
	"github.com/mockmd/mockmd/core/internal/statustext"
)

// credentialsAction is the read-only action by which a plugin tells what
// credentials it holds. The core knows nothing of them but its name.
const credentialsAction = "credentials"

// Status asks the mockmd that runs with the configuration what it holds. No
// plugin is started here. The errors are [ErrConfiguration] and those of a
// listener that does not answer or is another program's; they are for people,
// and the report then says where it was looked for, if that is known.
func Status(ctx context.Context, o Options) (statustext.Report, error) {
	var r statustext.Report
	c, err := client(&o)
	if err != nil {
		return r, err
	}
	a, err := c.Fetch(ctx, "status")
	r.Address = c.Address() // the one of several that was reached
	if err != nil {
		return r, err
	}
	if a.Status != http.StatusOK || json.Unmarshal(a.Body, &r.Status) != nil || r.Status == nil {
		r.Status = nil
		return r, fmt.Errorf("what answers on %s is no admin listener of mockmd: GET /status is answered with %d and neither true nor false", r.Address, a.Status)
	}
	askHealth(ctx, c, &r)
	askCredentials(ctx, c, &r)
	return r, nil
}

// askHealth asks whether the daemon is ready and lives.
func askHealth(ctx context.Context, c *adminclient.Client, r *statustext.Report) {
	a, err := c.Fetch(ctx, "readyz")
	var told struct {
		Ready    *bool
		Problems []string
	}
	switch {
	case err != nil:
		unknown(r, "whether it is ready: %v", err)
	case json.Unmarshal(a.Body, &told) != nil || told.Ready == nil:
		unknown(r, "whether it is ready: GET /readyz is answered with %d and no sentence on it", a.Status)
	default:
		r.Ready, r.Problems = told.Ready, told.Problems
	}
	if a, err = c.Fetch(ctx, "healthz"); err != nil {
		unknown(r, "whether it is healthy: %v", err)
		return
	}
	healthy := a.Status == http.StatusOK
	r.Healthy = &healthy
}

// askCredentials asks the plugin that offers it for its credentials.
func askCredentials(ctx context.Context, c *adminclient.Client, r *statustext.Report) {
	a, err := c.Fetch(ctx, credentialsAction)
	switch {
	case err != nil:
		unknown(r, "the credentials: %v", err)
	case a.Status == http.StatusNotFound: // nobody offers it
	case a.Status != http.StatusOK:
		unknown(r, "the credentials: %v", c.Refusal(a))
	case !json.Valid(a.Body):
		unknown(r, "the credentials: what was answered is not JSON")
	default:
		r.Credentials = a.Body
	}
}

func unknown(r *statustext.Report, format string, args ...any) {
	r.Unknown = append(r.Unknown, fmt.Sprintf(format, args...))
}
