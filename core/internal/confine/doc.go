// Package confine puts a process under the limits that its plugin block sets,
// before the plugin's first instruction.
//
// The core cannot set them on a process that it has just started: between the
// start and the setting the process would run free. So the limits cross in one
// variable of the environment, and a process sets them on itself: a built-in
// plugin as the first thing that it does, and for any other program mockmd
// itself, in the process that then becomes the program. It imports nothing of
// mockmd.
package confine
