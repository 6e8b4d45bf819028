// Command soak does to a built mockmd, for minutes or hours, what can happen to
// it in years, while clients read it all the time and check every answer: it
// kills and stops plugins and the core, breaks the STS, reloads good and broken
// configurations, takes its address, its file descriptors, its memory and its
// disk away, and leaves its log unread. It ends with a table, and with status 1
// when any answer was wrong or anything was left behind.
//
// What happens is drawn from a seed that is printed; the same seed draws the
// same again. When it happens depends on the machine too.
//
// The program is met from outside, as its users do: nothing of mockmd is
// imported but core/internal/program. The simulated STS is that of a second
// mockmd, in processes of its own, and a proxy between the two answers wrongly
// when it is told to. As root on Linux everything runs in a network and a mount
// namespace of its own; what needs those is told as not run otherwise.
package main
