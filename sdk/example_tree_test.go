package sdk_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/mockmd/mockmd/sdk"
	"github.com/mockmd/mockmd/sdk/sdktest"
)

// served prints what a plugin serves for an ordinary instance.
func served(p sdk.Plugin, config string, instances ...*sdk.Instance) {
	sdktest.Example(func(t testing.TB) {
		p := sdktest.Start(t, p)
		sdktest.Expect(t, p.Configure(config, instances...))
		p.Run()
		for _, in := range instances {
			fmt.Printf("instance %q\n%s", in.Label, sdktest.Format(p.TreeOf(in.Label)))
		}
		if instances == nil {
			fmt.Print(sdktest.Format(p.Tree()))
		}
	})
}

// All of main is one call. Started by hand, the program says how it is used.
func ExampleServe() {
	sdk.Serve(sdk.Static{"meta-data/hello": "world"})
}

// Fixed values need no code.
func ExampleStatic() {
	served(sdk.Static{"meta-data/hello": "world", "meta-data/rack/row": "7"}, "")
	// Output:
	// meta-data/hello
	//   | world
	// meta-data/rack/row
	//   | 7
}

// The mounts of fixed values are their paths.
func ExampleStatic_Mounts() {
	fmt.Println(sdk.Static{"meta-data/hello": "world", "meta-data/bye": "world"}.Mounts())
	// Output: [meta-data/bye meta-data/hello]
}

func ExampleStatic_Tree() {
	tree, err := sdk.Static{"meta-data/hello": "world"}.Tree(context.Background(), sdktest.Instance())
	fmt.Print(sdktest.Format(tree), err)
	// Output:
	// meta-data/hello
	//   | world
	// <nil>
}

// place is a plugin that serves where an instance stands.
type place struct{}

func (place) Mounts() []string { return []string{"meta-data/place"} }

func (place) Tree(_ context.Context, in *sdk.Instance) (sdk.Tree, error) {
	return sdk.Tree{
		"meta-data/place/zone":    sdk.Text(in.AvailabilityZone),
		"meta-data/place/address": sdk.Text(in.PrivateIP),
	}, nil
}

// A plugin is a function from an instance to a tree.
func ExamplePlugin() {
	served(place{}, "")
	// Output:
	// meta-data/place/address
	//   | 172.31.16.5
	// meta-data/place/zone
	//   | us-east-1a
}

// A plugin with mounts of its own needs no mount argument in its block.
func ExampleMounter() {
	sdktest.Example(func(t testing.TB) {
		p := sdktest.Start(t, place{})
		sdktest.Expect(t, p.Configure(""))
		fmt.Println(p.Mounts())
	})
	// Output: [meta-data/place]
}

// A tree has every path that is served; the directories above are there by
// themselves.
func ExampleTree() {
	tree := sdk.Tree{
		"meta-data/rack/row":  sdk.Text("7"),
		"meta-data/rack/free": sdk.Dir{}, // is listed, and empty
	}
	fmt.Print(sdktest.Format(tree))
	// Output:
	// meta-data/rack/free
	//   directory
	// meta-data/rack/row
	//   | 7
}

// What stands at a path is one of three things.
func ExampleNode() {
	for _, n := range []sdk.Node{sdk.Text("7"), sdk.Dir{}, sdk.Live{}} {
		switch n.(type) {
		case sdk.Leaf:
			fmt.Println("a value")
		case sdk.Dir:
			fmt.Println("a directory")
		case sdk.Live:
			fmt.Println("answered per request")
		}
	}
	// Output:
	// a value
	// a directory
	// answered per request
}

// The core itself serves the successor from NotAfter on, even when the plugin
// is dead by then: an answer that is valid for a time is never served too long.
func ExampleLeaf() {
	tree := sdk.Tree{"meta-data/lease": sdk.Leaf{
		Body:        []byte(`{"state": "valid"}`),
		ContentType: "application/json",
		Since:       "2020-10-27",
		NotAfter:    time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC),
		Successor:   &sdk.Leaf{Body: []byte(`{"state": "over"}`), ContentType: "application/json"},
	}}
	fmt.Print(sdktest.Format(tree))
	// Output:
	// meta-data/lease
	//   since: 2020-10-27
	//   content type: application/json
	//   not after: 2026-01-01T00:00:00Z
	//   | {"state": "valid"}
	//   then
	//     content type: application/json
	//     | {"state": "over"}
}

// A directory has an entry only when it is listed in another way than by its
// name, or lists its children in another order.
func ExampleDir() {
	tree := sdk.Tree{
		"meta-data/shelves":     sdk.Dir{Order: []string{"top", "bottom"}},
		"meta-data/shelves/top": sdk.Text("books"), "meta-data/shelves/bottom": sdk.Text("boxes"),
	}
	fmt.Print(sdktest.Format(tree))
	// Output:
	// meta-data/shelves
	//   directory
	//   order: top bottom
	// meta-data/shelves/bottom
	//   | boxes
	// meta-data/shelves/top
	//   | books
}

// Nearly all values of the real service end without a newline.
func ExampleText() {
	fmt.Printf("%q\n", sdk.Text("7").Body)
	// Output: "7"
}
