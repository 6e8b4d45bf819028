// Package statefile keeps small files of a plugin between runs, secrets among
// them, in the folder that the plugin is given as StateDir.
//
// A file is of use only when nobody but the user who runs mockmd can have
// read or changed it. What does not look like that is refused with a
// [RefusedError], which says how to mend it, and nothing is read:
//
//   - the folder and the file must not be links,
//   - both belong to the user who runs mockmd,
//   - others may not write to the folder, and may not use the file at all.
//
// What is checked is the open folder and the open file, and all else happens
// relative to the open folder, so nothing can be exchanged in between. The
// folders above are not checked: whoever may rename those can take the state
// away, and cannot read or replace it.
//
// A file appears under its name complete and on the disk, or not at all. A
// crash in between may leave a file behind whose name begins with a dot and
// ends in ".tmp"; it is as private as the file itself and may be removed.
//
// The package works on unix systems and imports nothing of mockmd.
package statefile
