package conformance

import (
	"fmt"
	"io/fs"
	"maps"
	"path/filepath"
	"slices"
)

// files are what lies in some folders: how each file looks, by its path.
type files map[string]string

// snapshot looks into folders, which need not exist.
func snapshot(folders []string) files {
	out := files{}
	for _, folder := range folders {
		_ = filepath.WalkDir(folder, func(path string, d fs.DirEntry, err error) error {
			if err != nil {
				return nil // it is not there, or went away meanwhile
			}
			info, err := d.Info()
			switch {
			case err != nil:
			case d.IsDir():
				out[path] = "folder"
			default:
				out[path] = fmt.Sprint(info.Size(), info.ModTime(), info.Mode())
			}
			return nil
		})
	}
	return out
}

// changes are the names of what is new, gone or other in a later snapshot.
func (f files) changes(later files) []string {
	var out []string
	for _, path := range slices.Sorted(maps.Keys(later)) {
		if f[path] != later[path] {
			out = append(out, path)
		}
	}
	for _, path := range slices.Sorted(maps.Keys(f)) {
		if _, still := later[path]; !still {
			out = append(out, path+" (removed)")
		}
	}
	return out
}
