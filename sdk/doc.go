// Package sdk is all that the author of a mockmd plugin needs.
//
// A plugin is a function from an instance to a tree: it is given the facts of
// a simulated EC2 instance and returns every path that it serves for it. The
// smallest one has three lines:
//
//	func main() {
//		sdk.Serve(sdk.Static{"meta-data/hello": "world"})
//	}
//
// From there it grows by optional interfaces, one concept at a time:
// [Configurer] reads the plugin's config block from the HCL file, [Runner]
// works in the background and republishes, [Live] nodes are answered per
// request, [Actor] offers operations to the admin listener, [Restorer] gets
// back after a crash what [Host.Checkpoint] kept, [Expirer] says until when
// the plugin's answers are valid. [Leaf.Audit] has the core log who reads a
// leaf.
//
// Package [github.com/mockmd/mockmd/sdk/sdktest] tests a plugin over the real
// contract, in the test's own process.
//
// The package imports nothing of the core and nothing of the built-in plugins,
// and none of its exported names shows a type of the transport.
package sdk
