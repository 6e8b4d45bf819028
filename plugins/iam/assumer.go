package iam

import (
	"context"
	"time"
)

// assumer are the operations of STS that the credential life needs. Each calls
// once.
type assumer interface {
	// assume calls AssumeRole, signed by k.
	assume(ctx context.Context, k keys, q assumeRequest) (assumed, error)
	// assumeWeb calls AssumeRoleWithWebIdentity, which nobody signs.
	assumeWeb(ctx context.Context, token secret, q assumeRequest) (assumed, error)
	// close gives up idle connections.
	close()
}

// assumeRequest are the parameters of AssumeRole. Those of
// AssumeRoleWithWebIdentity are some of them.
type assumeRequest struct {
	roleARN, sessionName, externalID string
	duration                         time.Duration
	policy                           string // JSON; empty: none
	policyARNs                       []string
	tags                             []tag
	transitiveKeys                   []string
	sourceIdentity                   string
	mfaSerial                        string
	mfaCode                          secret // empty: none is sent
}

type tag struct{ key, value string }

// assumed is what STS answered, unchecked.
type assumed struct {
	keys    keys
	expires time.Time
	arn     string
	asIs    bool // nobody was asked: the keys may be long-term ones
}

// target says which STS is called, and how.
type target struct {
	region   string
	endpoint string // empty: that of AWS in the region
	local    bool   // the simulated STS: no proxy on the way
	proxy    string // URL; empty: as the environment says
	roots    []byte // PEM of the certificates to trust; nil: those of the system
}
