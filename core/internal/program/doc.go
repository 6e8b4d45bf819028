// Package program builds, starts and ends the real mockmd and looks at its
// processes from outside: what the benchmarks, the soak and the attack suite
// have in common. It imports nothing of mockmd, so that they meet it as its
// users do.
package program
