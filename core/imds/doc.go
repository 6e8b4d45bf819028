// Package imds is the metadata listener: it speaks HTTP exactly as the EC2
// instance metadata service does, and is the only package that knows how.
//
// There is no net/http server here. It would sort and rename headers, add a
// charset, and answer some requests by itself, and the real service does none
// of that. A connection is accepted, guarded, read and parsed by this package,
// which takes no request that net/http would refuse or read in another way, as
// fuzz tests compare. The answer goes out in one write: header lines that were
// rendered when the tree was published ([RenderHead]), the few that depend on
// the request, and the body.
//
// What is served comes from outside, by [Options]: a tree of published
// contents, and a function for live nodes. The package imports core/router for
// its result type, core/internal/socket for how listeners end,
// core/internal/pace for what is logged, sdk and sdk/guard; it knows no plugin
// and no configuration.
package imds
