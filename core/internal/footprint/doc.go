// Package footprint keeps the memory of mockmd's idle processes small. There is
// one process for the core and one for each plugin, so that what each of them
// holds without need counts many times. It imports nothing of mockmd.
package footprint
