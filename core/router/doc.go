// Package router merges what the plugins publish into one immutable tree per
// instance and answers lookups in it: mounts, API versions, directory
// listings, leaves that end, live nodes, trees still awaited and paths that are
// left out.
//
// A [Router] has one [View] per instance. [Router.Publish] checks a plugin's
// tree, renders it, merges it with those of the other plugins and swaps the
// result in by one atomic store; [View.Lookup] reads it without a lock. What a
// lookup finds depends on the published trees and on the wall clock only.
//
// The package knows no HTTP: the bytes before a body come from a function in
// [Options] and are opaque here. It imports the generated contract and the
// standard library, and neither plugins nor other packages of the core.
package router
