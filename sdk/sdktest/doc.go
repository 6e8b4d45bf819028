// Package sdktest tests a plugin over the real contract, in the test's own
// process: real gRPC, a configuration written as HCL, and the tree as the core
// would receive it.
//
//	p := sdktest.Start(t, &plugin{})
//	sdktest.Expect(t, p.Configure(`row = "x"`), `1: Incorrect attribute value type`)
//
//	p = sdktest.Start(t, &plugin{})
//	sdktest.Expect(t, p.Configure(`row = 7`))
//	p.Run()
//	sdktest.Golden(t, "testdata/row7.golden", p.Tree())
//
// # What there is
//
// [Start] serves the plugin, and [Plugin.Configure] gives it a config block;
// [Expect] compares what it has to say by line. [Plugin.Run] opens its active
// life, [Plugin.Tree] is what it serves, and [Golden] compares that with one
// text file. [Plugin.Act] calls an action and [Plugin.Resolve] asks a live node.
// [Plugin.Crash] kills the plugin and starts the next process in its place.
// What the plugin does in its own time is waited for by [Plugin.WaitTree],
// [Plugin.WaitStatus] and [Plugin.WaitCheckpoint].
//
// Goroutines that the plugin leaves behind when it has ended fail the test, with
// their stacks.
//
// # Virtual time
//
// All of it runs in a bubble of [testing/synctest], so a plugin that renews
// something each hour is tested over a day at once, without a clock of its own:
//
//	synctest.Test(t, func(t *testing.T) {
//		p := sdktest.Start(t, &plugin{})
//		sdktest.Expect(t, p.Configure(""))
//		p.Run()
//		time.Sleep(24 * time.Hour)
//		synctest.Wait()
//		sdktest.Golden(t, "testdata/nextday.golden", p.Tree())
//	})
//
// Whatever the plugin waits for must be made inside the bubble too: files and
// sockets let no clock go on.
//
// The package imports the SDK and nothing of the core.
package sdktest
