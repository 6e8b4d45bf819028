// Package sdktest tests a plugin over the real contract, in the test's own
// process: real gRPC on a unix socket, a configuration written as HCL, and the
// tree as the core would receive it.
//
//	p := sdktest.Start(t, New())
//	sdktest.Expect(t, p.Configure(`row = "x"`), `1: Incorrect attribute value type`)
//
//	p = sdktest.Start(t, New())
//	sdktest.Expect(t, p.Configure(`row = 7`))
//	p.Run()
//	got := p.Tree()["meta-data/rack/row"]
//
// It imports the SDK and nothing of the core.
package sdktest
