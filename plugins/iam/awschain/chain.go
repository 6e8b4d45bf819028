package awschain

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"github.com/aws/aws-sdk-go-v2/aws"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/credentials/endpointcreds"
	"github.com/aws/aws-sdk-go-v2/feature/ec2/imds"
)

// Chain is one way through the SDK's credential chain. It may be used from
// many goroutines; one of them asks at a time.
type Chain struct {
	profile string
	region  string

	mu     sync.Mutex
	loaded aws.CredentialsProvider // with the SDK's cache; nil: to be loaded anew
	failed bool                    // the last Retrieve
	files  fingerprint             // of what was seen last
}

// New returns the chain for a profile of the shared configuration; an empty
// one leaves the choice to the environment, as the SDK does. The region is for
// the services that the chain itself calls, where neither profile nor
// environment names one.
func New(profile, region string) *Chain {
	return &Chain{profile: profile, region: region, files: look()}
}

// Retrieve returns credentials that are valid now. They come from the SDK's
// cache until shortly before they expire, [Chain.Forget] is called, or a file
// of the shared configuration changes. The errors are [*Error] and tell
// nothing that a source has printed.
func (c *Chain) Retrieve(ctx context.Context) (aws.Credentials, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	got, err := c.retrieve(ctx)
	// Refreshing a session may write its token: that is no news.
	c.files, c.failed = look(), err != nil
	if err != nil {
		c.loaded = nil
		return aws.Credentials{}, explain(err, c.profile)
	}
	return got, nil
}

func (c *Chain) retrieve(ctx context.Context) (aws.Credentials, error) {
	if c.loaded == nil || !look().shared.equal(c.files.shared) {
		var err error
		if c.loaded, err = c.load(ctx); err != nil {
			return aws.Credentials{}, err
		}
	}
	return c.loaded.Retrieve(ctx)
}

// Forget has the next Retrieve ask the source again, because what it gave is
// refused.
func (c *Chain) Forget() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.loaded = nil
}

// Changed says whether files have changed, since the last Retrieve or Changed,
// so that the next Retrieve may fare otherwise: those of the shared
// configuration and, when the last one has failed, the tokens of sessions that
// people log in to.
func (c *Chain) Changed() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	before, now := c.files, look()
	if now.shared.equal(before.shared) && (!c.failed || now.tokens.equal(before.tokens)) {
		return false
	}
	c.loaded, c.files = nil, now
	return true
}

// load reads environment and files. They are read anew each time, so that
// nothing of before remains.
func (c *Chain) load(ctx context.Context) (aws.CredentialsProvider, error) {
	client := awshttp.NewBuildableClient().WithDialerOptions(refuseMetadata)
	options := []func(*config.LoadOptions) error{
		config.WithEC2IMDSClientEnableState(imds.ClientDisabled),
		config.WithHTTPClient(client),
		config.WithRetryer(func() aws.Retryer { return aws.NopRetryer{} }), // the caller decides when to ask again
		config.WithEndpointCredentialOptions(func(o *endpointcreds.Options) { o.HTTPClient = guarded{client} }),
		// The SDK would take the home folder as it was when the process began.
		config.WithSharedConfigFiles([]string{configFile()}),
		config.WithSharedCredentialsFiles([]string{credentialsFile()}),
	}
	if c.profile != "" {
		options = append(options, config.WithSharedConfigProfile(c.profile))
	}
	cfg, err := config.LoadDefaultConfig(ctx, options...)
	if err == nil && cfg.Region == "" {
		cfg, err = config.LoadDefaultConfig(ctx, append(options, config.WithRegion(c.region))...)
	}
	if err != nil {
		return nil, fmt.Errorf("read the shared configuration: %w", err)
	}
	if cfg.Credentials == nil {
		return nil, errors.New("there are no credentials")
	}
	return cfg.Credentials, nil
}
