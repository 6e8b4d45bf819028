// Package plugindoc writes what a plugin says of itself for people, as Markdown,
// and for programs, as JSON. The tables of options in the READMEs of the
// built-in plugins are written by it. It imports nothing but the contract.
package plugindoc
