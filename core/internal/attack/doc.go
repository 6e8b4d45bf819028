// Package attack holds tests that attack the real program as others were
// attacked: over raw sockets, by both listeners, by IPv4 and IPv6. README.md
// says which test stands for which attack, and which code is its guard.
//
// There is nothing but tests here. They meet the program as its users do: of
// mockmd they import core/internal/program alone, which builds and starts it.
package attack
