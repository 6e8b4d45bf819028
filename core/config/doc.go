// Package config turns an HCL file into a typed configuration: it reads and
// parses the file, evaluates its expressions, checks what the core can check
// by itself, and prints what is wrong.
//
// Mistakes are HCL diagnostics with the range of the wrong text, and as many
// as possible are found in one run: a mistake hides only what cannot be judged
// because of it. What a plugin's config block must contain only the plugin
// knows; this package evaluates it and hands it over as a message.
//
// It imports core/instance, core/router, sdk/wire and the generated messages;
// neither the plugins nor what runs them.
package config
