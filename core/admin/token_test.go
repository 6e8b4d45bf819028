package admin

import (
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

func TestReadTokenFile(t *testing.T) {
	t.Parallel()
	file := func(content string, mode os.FileMode) func(path string) error {
		return func(path string) error {
			if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
				return err
			}
			return os.Chmod(path, mode) // whatever the umask
		}
	}
	long := strings.Repeat("t", maxToken)
	for _, tt := range []struct {
		name string
		make func(path string) error
		want string
		err  string
	}{
		{"token", file(testToken, 0o600), testToken, ""},
		{"read-only", file(testToken+"\n", 0o400), testToken, ""},
		{"white space around it", file(" \t"+testToken+"\r\n", 0o600), testToken, ""},
		{"shortest", file(testToken[:16], 0o600), testToken[:16], ""},
		{"longest", file(long+"\n", 0o600), long, ""},
		{"link", func(path string) error {
			if err := file(testToken, 0o600)(path + ".data"); err != nil {
				return err
			}
			return os.Symlink(path+".data", path)
		}, testToken, ""},
		{"none", func(string) error { return nil }, "", "no such file or directory"},
		{"directory", func(path string) error { return os.Mkdir(path, 0o700) }, "", "it is not a regular file: write the token to one"},
		{"pipe", func(path string) error { return syscall.Mkfifo(path, 0o600) }, "", "it is not a regular file: write the token to one"},
		{"group may read", file(testToken, 0o640), "", "others than its owner may use it (mode 0640): chmod 600 it"},
		{"world may read", file(testToken, 0o604), "", "others than its owner may use it (mode 0604): chmod 600 it"},
		{"world may write", file(testToken, 0o602), "", "others than its owner may use it (mode 0602): chmod 600 it"},
		{"empty", file("", 0o600), "", "the token has 0 bytes: write at least 16 random ones, such as `openssl rand -hex 32` prints"},
		{"short", file(testToken[:15]+"\n\n", 0o600), "", "the token has 15 bytes: write at least 16 random ones, such as `openssl rand -hex 32` prints"},
		{"too long", file(long+"t", 0o600), "", "the token has more than 4096 bytes: write a shorter one"},
		{"two lines", file(testToken+"\n"+testToken, 0o600), "", "the token has bytes that cannot stand in a header: write one line of letters and digits"},
		{"no text", file(testToken+"\x00", 0o600), "", "the token has bytes that cannot stand in a header: write one line of letters and digits"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			path := filepath.Join(t.TempDir(), "token")
			if err := tt.make(path); err != nil {
				t.Fatal(err)
			}
			got, err := ReadTokenFile(path)
			if tt.err == "" {
				if err != nil || string(got) != tt.want {
					t.Errorf("got %q, %v", got, err)
				}
				return
			}
			if want := "read token file " + path + ": " + tt.err; err == nil || err.Error() != want || got != nil {
				t.Errorf("got %q, %v\nwant %s", got, err, want)
			}
		})
	}
}
