package sdk_test

import (
	"context"
	"fmt"
	"sync/atomic"
	"testing"

	"github.com/mockmd/mockmd/sdk"
	"github.com/mockmd/mockmd/sdk/sdktest"
)

// lamp is a plugin that operators switch by the admin listener.
type lamp struct {
	host sdk.Host
	on   atomic.Bool
}

func (l *lamp) Configure(_ context.Context, c *sdk.Config) error {
	l.host = c.Host // may be kept
	return c.Decode(&struct{}{})
}

func (l *lamp) Actions() []sdk.Action {
	return []sdk.Action{{Name: "lamp/switch", Doc: "Switches the lamp on or off.", Do: l.turn}}
}

func (l *lamp) turn(_ context.Context, body []byte) ([]byte, error) {
	switch string(body) {
	case "on", "off":
	default:
		return nil, sdk.Invalid("say on or off") // 400
	}
	if l.on.Load() == (string(body) == "on") {
		return nil, sdk.Conflict("it is so already") // 409
	}
	l.on.Store(string(body) == "on")
	l.host.Changed()
	return nil, nil // 202
}

func (l *lamp) Tree(context.Context, *sdk.Instance) (sdk.Tree, error) {
	if l.on.Load() {
		return sdk.Tree{"meta-data/lamp": sdk.Text("on")}, nil
	}
	return sdk.Tree{"meta-data/lamp": sdk.Text("off")}, nil
}

// switched prints what comes of switching a lamp.
func switched(bodies ...string) {
	sdktest.Example(func(t testing.TB) {
		p := sdktest.Start(t, &lamp{})
		sdktest.Expect(t, p.Configure(""))
		p.Run()
		for _, body := range bodies {
			_, err := p.Act("lamp/switch", []byte(body))
			fmt.Printf("%s: %v\n", body, err)
		}
	})
}

// An action is a POST to its path on the admin listener, or a GET when it only
// reads: curl -d on http://127.0.0.1:8998/lamp/switch
func ExampleActor() {
	switched("on", "on", "of", "off")
	// Output:
	// on: <nil>
	// on: it is so already
	// of: say on or off
	// off: <nil>
}

func ExampleAction() {
	for _, a := range (&lamp{}).Actions() {
		fmt.Println(a.Name, a.ReadOnly, a.Doc)
	}
	// Output: lamp/switch false Switches the lamp on or off.
}

// The caller must mend the request. The text goes to the caller and repeats
// nothing of what was sent: it may be a secret.
func ExampleInvalid() {
	fmt.Println(sdk.Invalid("say %s or %s", "on", "off"))
	// Output: say on or off
}

// The request is right, and comes at the wrong time.
func ExampleConflict() {
	fmt.Println(sdk.Conflict("it is so already"))
	// Output: it is so already
}
