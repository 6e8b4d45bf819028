package awschain

import (
	"cmp"
	"maps"
	"os"
	"path/filepath"
	"time"
)

// fingerprint tells whether files are still those of an earlier look.
type fingerprint struct {
	shared stamps // the shared configuration
	tokens stamps // what logging in writes
}

// stamps are files by name; what is not there is not listed.
type stamps map[string]stamp

type stamp struct {
	changed time.Time
	size    int64
}

func (s stamps) equal(other stamps) bool { return maps.Equal(s, other) }

// look takes the fingerprint of the files that the SDK would read.
func look() fingerprint {
	f := fingerprint{shared: stamps{}, tokens: stamps{}}
	for _, path := range []string{configFile(), credentialsFile(), os.Getenv("AWS_WEB_IDENTITY_TOKEN_FILE")} {
		f.shared.add(path)
	}
	for _, folder := range []string{
		inHome("sso", "cache"),
		cmp.Or(os.Getenv("AWS_LOGIN_CACHE_DIRECTORY"), inHome("login", "cache")),
	} {
		entries, _ := os.ReadDir(folder) // none when there is no folder
		for _, e := range entries {
			f.tokens.add(filepath.Join(folder, e.Name()))
		}
	}
	return f
}

// configFile and credentialsFile are the shared configuration.
//
// See https://docs.aws.amazon.com/sdkref/latest/guide/file-location.html.
func configFile() string { return cmp.Or(os.Getenv("AWS_CONFIG_FILE"), inHome("config")) }

func credentialsFile() string {
	return cmp.Or(os.Getenv("AWS_SHARED_CREDENTIALS_FILE"), inHome("credentials"))
}

// inHome is a path in the folder .aws.
func inHome(path ...string) string {
	home, _ := os.UserHomeDir() // without one the files have no place either
	return filepath.Join(append([]string{home, ".aws"}, path...)...)
}

func (s stamps) add(path string) {
	if path == "" {
		return
	}
	if info, err := os.Stat(path); err == nil { // follows links, as reading does
		s[path] = stamp{info.ModTime(), info.Size()}
	}
}
