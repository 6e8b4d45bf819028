package main

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/credentials/ec2rolecreds"
	"github.com/aws/aws-sdk-go-v2/feature/ec2/imds"
	"github.com/aws/smithy-go"
)

// sdkClient gets credentials as programs on AWS do, until the context ends.
func (s *soak) sdkClient(ctx context.Context, r *rand.Rand) {
	const way = "aws-sdk-go-v2 credentials"
	for s.mayRead(ctx, func() {}) {
		p := s.places[r.IntN(len(s.places))]
		client := p.client(false)
		provider := ec2rolecreds.New(func(o *ec2rolecreds.Options) {
			o.Client = imds.New(imds.Options{Endpoint: "http://" + p.address, HTTPClient: client})
		})
		from := time.Now()
		c, err := provider.Retrieve(ctx)
		until := time.Now()
		if ctx.Err() != nil {
			return
		}
		d := document{Code: "Success", AccessKeyID: c.AccessKeyID, SecretAccessKey: c.SecretAccessKey, Token: c.SessionToken, Expiration: c.Expires}
		// The SDK makes an error of a failure document.
		if api, ok := errors.AsType[smithy.APIError](err); ok && !strings.Contains(err.Error(), "StatusCode") {
			d, err = document{Code: api.ErrorCode(), Message: api.ErrorMessage()}, nil
		}
		o := right
		if err == nil {
			if _, err = s.checkCredentials(&d, p.role, p.id, from, until); err != nil {
				o = wrong
			}
		} else if o = wrong; s.excused(from, until, coreAway) || p.away && s.excused(from, until, addressAway) {
			o = excused
		}
		s.read(way, until.Sub(from), o, fmt.Sprintf("credentials of %s at %s by %s, asked at %s: %v", p.name, p.address, way, clockTime(from), err))
		select {
		case <-ctx.Done():
		case <-time.After(10 * readPause):
		}
	}
	http.DefaultClient.CloseIdleConnections()
}
