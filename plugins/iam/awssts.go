package iam

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"io"
	"net/http"
	"net/url"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/aws/aws-sdk-go-v2/service/sts/types"
)

// maxAnswer is how much of an answer is read; real ones have a few KiB.
const maxAnswer = 1 << 20

// awsSTS calls STS with the AWS SDK. The client is built directly: the SDK's
// own configuration would look for credentials, and find our own service.
type awsSTS struct {
	client    *sts.Client
	transport *http.Transport
}

var _ assumer = (*awsSTS)(nil)

// connectAWS returns a client whose signatures tell the time of the clock. The
// time of each answer of STS is given to hear.
func connectAWS(t target, now func() time.Time, hear func(time.Time)) assumer {
	transport := http.DefaultTransport.(*http.Transport).Clone()
	switch proxy, err := url.Parse(t.proxy); {
	case t.local:
		transport.Proxy = nil
	case t.proxy != "" && err == nil: // it was checked
		transport.Proxy = http.ProxyURL(proxy)
	}
	if t.roots != nil {
		pool := x509.NewCertPool()
		pool.AppendCertsFromPEM(t.roots)
		transport.TLSClientConfig = &tls.Config{RootCAs: pool, MinVersion: tls.VersionTLS12}
	}
	o := sts.Options{
		Region:       t.region,
		Retryer:      aws.NopRetryer{}, // the worker decides
		HTTPSignerV4: clockSigner{v4.NewSigner(), now},
		HTTPClient: &http.Client{
			Transport:     answers{transport, hear},
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		},
		DisableClockSkewCorrection: true, // ours is used
	}
	if t.endpoint != "" {
		o.BaseEndpoint = &t.endpoint
	}
	return &awsSTS{client: sts.New(o), transport: transport}
}

func (s *awsSTS) close() { s.transport.CloseIdleConnections() }

func (s *awsSTS) assume(ctx context.Context, k keys, q assumeRequest) (assumed, error) {
	in := &sts.AssumeRoleInput{
		RoleArn: &q.roleARN, RoleSessionName: &q.sessionName, DurationSeconds: q.seconds(),
		ExternalId: given(q.externalID), Policy: given(q.policy), PolicyArns: q.policies(),
		TransitiveTagKeys: q.transitiveKeys, SourceIdentity: given(q.sourceIdentity),
	}
	for _, t := range q.tags {
		in.Tags = append(in.Tags, types.Tag{Key: aws.String(t.key), Value: aws.String(t.value)})
	}
	if q.mfaSerial != "" {
		in.SerialNumber, in.TokenCode = &q.mfaSerial, aws.String(q.mfaCode.reveal())
	}
	out, err := s.client.AssumeRole(ctx, in, func(o *sts.Options) {
		o.Credentials = aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
			return aws.Credentials{
				AccessKeyID: k.accessKeyID, SecretAccessKey: k.secret.reveal(), SessionToken: k.token.reveal(),
			}, nil
		})
	})
	if err != nil {
		return assumed{}, err
	}
	return answered(out.Credentials, out.AssumedRoleUser), nil
}

func (s *awsSTS) assumeWeb(ctx context.Context, token secret, q assumeRequest) (assumed, error) {
	out, err := s.client.AssumeRoleWithWebIdentity(ctx, &sts.AssumeRoleWithWebIdentityInput{
		RoleArn: &q.roleARN, RoleSessionName: &q.sessionName, DurationSeconds: q.seconds(),
		Policy: given(q.policy), PolicyArns: q.policies(), WebIdentityToken: aws.String(token.reveal()),
	})
	if err != nil {
		return assumed{}, err
	}
	return answered(out.Credentials, out.AssumedRoleUser), nil
}

// given leaves out what is empty.
func given(text string) *string {
	if text == "" {
		return nil
	}
	return &text
}

func (q *assumeRequest) seconds() *int32 { return aws.Int32(int32(q.duration / time.Second)) }

func (q *assumeRequest) policies() []types.PolicyDescriptorType {
	var out []types.PolicyDescriptorType
	for _, arn := range q.policyARNs {
		out = append(out, types.PolicyDescriptorType{Arn: aws.String(arn)})
	}
	return out
}

func answered(c *types.Credentials, u *types.AssumedRoleUser) assumed {
	a := assumed{}
	if c != nil {
		a.keys = keys{
			accessKeyID: aws.ToString(c.AccessKeyId),
			secret:      newSecret(aws.ToString(c.SecretAccessKey)),
			token:       newSecret(aws.ToString(c.SessionToken)),
		}
		a.expires = aws.ToTime(c.Expiration)
	}
	if u != nil {
		a.arn = aws.ToString(u.Arn)
	}
	return a
}

// clockSigner signs with the time at STS.
type clockSigner struct {
	next *v4.Signer
	now  func() time.Time
}

func (s clockSigner) SignHTTP(ctx context.Context, c aws.Credentials, r *http.Request, hash, service, region string, _ time.Time, options ...func(*v4.SignerOptions)) error {
	return s.next.SignHTTP(ctx, c, r, hash, service, region, s.now(), options...)
}

// answers reads no endless answers, and learns the time from those of STS: a
// proxy on the way has a clock of its own and no request id.
type answers struct {
	next http.RoundTripper
	hear func(time.Time)
}

func (a answers) RoundTrip(r *http.Request) (*http.Response, error) {
	answer, err := a.next.RoundTrip(r)
	if err != nil {
		return answer, err
	}
	if date, err := http.ParseTime(answer.Header.Get("Date")); err == nil && answer.Header.Get("X-Amzn-Requestid") != "" {
		a.hear(date)
	}
	answer.Body = struct {
		io.Reader
		io.Closer
	}{io.LimitReader(answer.Body, maxAnswer), answer.Body}
	return answer, nil
}
