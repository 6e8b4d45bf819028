// Package archtest holds the architecture to its rules, as tests: who may
// import whom, what the SDK may show, and the habits of the house that a
// linter does not know.
package archtest
