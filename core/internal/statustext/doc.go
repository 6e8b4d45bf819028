// Package statustext writes for people what a running mockmd holds. It asks
// nobody; what was learned is handed to it, and none of it reaches the terminal
// with a control character. It imports nothing but the standard library.
package statustext
