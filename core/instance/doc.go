// Package instance holds the facts of simulated EC2 instances: it reads an
// instance block, checks that what the user wrote is well-formed and agrees
// with itself, and derives from a seed everything that the user left out. The
// result is complete and consistent, so that no two plugins can disagree.
//
// It decides facts only: what is served for them is the plugins' business, and
// starting or telling plugins is core/supervise's. It imports sdk, sdk/wire and
// sdk/proto, and nothing of the other core packages or of plugins/.
package instance
