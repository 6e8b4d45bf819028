// Package scaffold writes the folder of a new plugin: a program that builds,
// tests green and is served, from the templates beside this file.
//
// Each folder of templates is one language. Its files are written under their
// own names; those that end in ".tmpl" are executed first, with a [Plugin].
// Beside the folder, LANGUAGE.next.tmpl is what people are told when the folder
// is there. The package runs the go command for a plugin in Go and imports
// nothing of ours.
package scaffold
