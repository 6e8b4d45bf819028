// Package active keeps the instances that clients have asked for last: the
// first client of an instance has it built, others that come meanwhile wait for
// it, and those that nobody has asked for longest are let go when there are too
// many. One that is in use is never let go.
//
// It knows neither what an instance is made of nor who is told that it comes
// and goes; both come from outside, by [Options]. It imports nothing of this
// module.
package active
