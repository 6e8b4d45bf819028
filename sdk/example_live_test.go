package sdk_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/mockmd/mockmd/sdk"
	"github.com/mockmd/mockmd/sdk/sdktest"
)

// asking is a plugin that answers everything below a path per request.
type asking struct{}

func (asking) Tree(context.Context, *sdk.Instance) (sdk.Tree, error) {
	return sdk.Tree{"meta-data/upper": sdk.Live{Subtree: true, Resolve: upper}}, nil
}

func upper(_ context.Context, r *sdk.Request) (sdk.Leaf, error) {
	word, ok := strings.CutPrefix(r.Path, "meta-data/upper/")
	if !ok || word == "" {
		return sdk.Leaf{}, sdk.ErrNotFound // 404
	}
	return sdk.Text(strings.ToUpper(word) + " for " + r.Client.String()), nil
}

// A live node is for what depends on the request. Another error than
// ErrNotFound is 503 for the client, and a line in the log.
func ExampleLive() {
	sdktest.Example(func(t testing.TB) {
		p := sdktest.Start(t, asking{})
		sdktest.Expect(t, p.Configure(""))
		p.Run()
		fmt.Print(sdktest.Format(p.Tree()))
		leaf, err := p.Resolve("", "meta-data/upper", "meta-data/upper/hello")
		fmt.Printf("%s %v\n", leaf.Body, err)
		_, err = p.Resolve("", "meta-data/upper", "meta-data/upper")
		fmt.Println(errors.Is(err, sdk.ErrNotFound))
	})
	// Output:
	// meta-data/upper
	//   live, with everything below
	// HELLO for 127.0.0.1 <nil>
	// true
}

// A live node is told who asks for what.
func ExampleRequest() {
	leaf, err := upper(context.Background(), &sdk.Request{
		Instance: sdktest.Instance(), Path: "meta-data/upper/x", Version: "latest",
	})
	fmt.Printf("%s %v\n", leaf.Body, err)
	// Output: X for invalid IP <nil>
}

func Example_errNotFound() {
	_, err := upper(context.Background(), &sdk.Request{Path: "meta-data/upper"})
	fmt.Println(errors.Is(err, sdk.ErrNotFound))
	// Output: true
}
