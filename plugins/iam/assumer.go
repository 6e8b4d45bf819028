package iam

import (
	"context"
	"time"
)

// assumer is the one operation of STS that the credential life needs.
type assumer interface {
	// assume calls AssumeRole once, signed by k.
	assume(ctx context.Context, k keys, q assumeRequest) (assumed, error)
	// close gives up idle connections.
	close()
}

// assumeRequest are the parameters of AssumeRole.
type assumeRequest struct {
	roleARN, sessionName, externalID string
	duration                         time.Duration
}

// target says which STS is called.
type target struct {
	region   string
	endpoint string // empty: that of AWS in the region
	local    bool   // the simulated STS: no proxy on the way
}
