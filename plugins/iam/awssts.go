package iam

import (
	"context"
	"io"
	"net/http"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sts"
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

func connectAWS(t target) assumer {
	transport := http.DefaultTransport.(*http.Transport).Clone()
	if t.local {
		transport.Proxy = nil
	}
	o := sts.Options{
		Region:  t.region,
		Retryer: aws.NopRetryer{}, // the worker decides
		HTTPClient: &http.Client{
			Transport:     boundedTransport{transport},
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		},
	}
	if t.endpoint != "" {
		o.BaseEndpoint = &t.endpoint
	}
	return &awsSTS{client: sts.New(o), transport: transport}
}

func (s *awsSTS) close() { s.transport.CloseIdleConnections() }

func (s *awsSTS) assume(ctx context.Context, k keys, q assumeRequest) (assumed, error) {
	in := &sts.AssumeRoleInput{
		RoleArn: &q.roleARN, RoleSessionName: &q.sessionName,
		DurationSeconds: aws.Int32(int32(q.duration / time.Second)),
	}
	if q.externalID != "" {
		in.ExternalId = &q.externalID
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
	a := assumed{}
	if c := out.Credentials; c != nil {
		a.keys = keys{
			accessKeyID: aws.ToString(c.AccessKeyId),
			secret:      newSecret(aws.ToString(c.SecretAccessKey)),
			token:       newSecret(aws.ToString(c.SessionToken)),
		}
		a.expires = aws.ToTime(c.Expiration)
	}
	if u := out.AssumedRoleUser; u != nil {
		a.arn = aws.ToString(u.Arn)
	}
	return a, nil
}

// boundedTransport reads no endless answers.
type boundedTransport struct{ next http.RoundTripper }

func (b boundedTransport) RoundTrip(r *http.Request) (*http.Response, error) {
	answer, err := b.next.RoundTrip(r)
	if err == nil {
		answer.Body = struct {
			io.Reader
			io.Closer
		}{io.LimitReader(answer.Body, maxAnswer), answer.Body}
	}
	return answer, err
}
