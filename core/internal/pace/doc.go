// Package pace keeps the log readable, and the disk from filling, where strangers
// cause lines of it: of each kind and client one a minute. It imports the
// standard library only.
package pace
