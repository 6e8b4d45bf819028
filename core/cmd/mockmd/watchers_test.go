package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/aws/smithy-go"
)

// tolerance is how far the clocks that whole seconds are read from may differ.
const tolerance = time.Second

// watchers read the role document in several ways until they are stopped. A
// good document is complete, has not ended, and STS knows it; any other one
// says what is wrong.
type watchers struct {
	d   *daemon
	sts string
	arn string // of the sessions

	cancel context.CancelFunc
	wg     sync.WaitGroup

	mu       sync.Mutex
	good     map[string]int // reads of good documents, by way
	failed   map[string]int // and of failure documents, by code
	verified map[string]bool
	wrong    []error
}

// watch begins to read. n is how many clients there are of each kind.
func (d *daemon) watch(url, arn string, n int) *watchers {
	ctx, cancel := context.WithCancel(context.WithoutCancel(d.t.Context()))
	w := &watchers{d: d, sts: url, arn: arn, cancel: cancel, good: map[string]int{}, failed: map[string]int{}, verified: map[string]bool{}}
	for range n {
		client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
		w.reader(ctx, "IMDSv1", func(ctx context.Context) (document, error) { return w.raw(ctx, client, "") })
		w.reader(ctx, "IMDSv2", func(ctx context.Context) (document, error) {
			token, err := exchange(ctx, client, http.MethodPut, d.metadata+"/latest/api/token", "X-aws-ec2-metadata-token-ttl-seconds", "60")
			if err != nil {
				return document{}, err
			}
			return w.raw(ctx, client, token)
		})
		provider := d.served().Credentials
		w.reader(ctx, "aws-sdk-go-v2", func(ctx context.Context) (document, error) { return bySDK(ctx, provider) })
	}
	d.t.Cleanup(func() { w.stop() })
	return w
}

func (w *watchers) reader(ctx context.Context, way string, read func(context.Context) (document, error)) {
	w.wg.Go(func() {
		pace := time.NewTicker(4 * time.Millisecond) // leaves the processor to those who are watched
		defer pace.Stop()
		for ctx.Err() == nil {
			asked := time.Now()
			doc, err := read(ctx)
			if err == nil && doc.Code == "Success" {
				err = w.check(ctx, doc, asked)
			} else if err == nil && (doc.Message == "" || doc.Code != "Internal" && doc.Code != "AssumeRoleUnauthorizedAccess" || doc.AccessKeyID+doc.SecretAccessKey+doc.Token != "") {
				err = fmt.Errorf("failure document %+v", doc)
			}
			if ctx.Err() == nil {
				w.count(way, doc, err)
			}
			<-pace.C
		}
	})
}

func (w *watchers) count(way string, doc document, err error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	switch {
	case err != nil:
		w.wrong = append(w.wrong, fmt.Errorf("at %s by %s: %w", time.Now().UTC().Format("15:04:05.000"), way, err))
	case doc.Code == "Success":
		w.good[way]++
	default:
		w.failed[doc.Code]++
	}
}

// check looks at a good document; STS is asked once for each.
func (w *watchers) check(ctx context.Context, doc document, asked time.Time) error {
	switch {
	case doc.AccessKeyID == "" || doc.SecretAccessKey == "" || doc.Token == "" || doc.Expiration.IsZero():
		return fmt.Errorf("half a document of %q", doc.AccessKeyID)
	case doc.Expiration.Add(tolerance).Before(asked):
		return fmt.Errorf("%s expired at %s and is served at %s", doc.AccessKeyID, doc.Expiration, asked.UTC())
	}
	w.mu.Lock()
	known := w.verified[doc.AccessKeyID]
	w.verified[doc.AccessKeyID] = true
	w.mu.Unlock()
	if known {
		return nil
	}
	id, err := sts.New(sts.Options{
		Region: "us-east-1", BaseEndpoint: &w.sts,
		Credentials: aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
			return aws.Credentials{AccessKeyID: doc.AccessKeyID, SecretAccessKey: doc.SecretAccessKey, SessionToken: doc.Token}, nil
		}),
	}).GetCallerIdentity(ctx, nil)
	api, refused := errors.AsType[smithy.APIError](err)
	switch {
	case refused && api.ErrorCode() == "ExpiredToken" && time.Now().Add(tolerance).After(doc.Expiration): // it has ended meanwhile
		return nil
	case err != nil:
		return fmt.Errorf("STS does not know %s: %w", doc.AccessKeyID, err)
	case aws.ToString(id.Arn) != w.arn:
		return fmt.Errorf("%s belongs to %s", doc.AccessKeyID, aws.ToString(id.Arn))
	}
	return nil
}

func (w *watchers) raw(ctx context.Context, client *http.Client, token string) (document, error) {
	var header []string
	if token != "" {
		header = []string{"X-aws-ec2-metadata-token", token}
	}
	var doc document
	body, err := exchange(ctx, client, http.MethodGet, w.d.metadata+rolePath, header...)
	if err == nil && json.Unmarshal([]byte(body), &doc) != nil {
		err = fmt.Errorf("torn document of %d bytes", len(body))
	}
	return doc, err
}

// bySDK reads as programs do. The SDK makes an error of a failure document.
func bySDK(ctx context.Context, provider aws.CredentialsProvider) (document, error) {
	c, err := provider.Retrieve(ctx)
	if api, ok := errors.AsType[smithy.APIError](err); ok && !strings.Contains(err.Error(), "StatusCode") {
		return document{Code: api.ErrorCode(), Message: api.ErrorMessage()}, nil
	}
	if err != nil {
		return document{}, err
	}
	// The SDK shortens what lives longer than an hour.
	return document{Code: "Success", AccessKeyID: c.AccessKeyID, SecretAccessKey: c.SecretAccessKey, Token: c.SessionToken, Expiration: c.Expires}, nil
}

// exchange sends a request and returns the body of a 200.
func exchange(ctx context.Context, client *http.Client, method, url string, header ...string) (string, error) {
	r, err := http.NewRequestWithContext(ctx, method, url, nil)
	if err != nil {
		return "", err
	}
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	a, err := client.Do(r)
	if err != nil {
		return "", err
	}
	defer func() { _ = a.Body.Close() }()
	body, err := io.ReadAll(a.Body)
	if err == nil && a.StatusCode != http.StatusOK {
		err = fmt.Errorf("%s %s: %s", method, url, a.Status)
	}
	return string(body), err
}

// stop ends the reading and tells the wrong answers.
func (w *watchers) stop() {
	w.d.t.Helper()
	w.cancel()
	w.wg.Wait()
	for i, err := range w.wrong {
		if i == 10 {
			w.d.t.Errorf("and %d more", len(w.wrong)-i)
			break
		}
		w.d.t.Error(err)
	}
	w.wrong = nil
}
