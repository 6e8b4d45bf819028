package admin

import (
	"encoding/binary"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

// TestTokenFileWithACL: a token that an access control list makes readable for
// this user alone, as systemd's LoadCredential= does, is read; the group's bits
// in the mode of the file, which tell no more than that, do not count.
func TestTokenFileWithACL(t *testing.T) {
	t.Parallel()
	const owner, mask, other, none = 0x01, 0x10, 0x20, 1<<32 - 1
	me := uint32(os.Geteuid())
	type entry struct {
		tag, may uint16
		id       uint32
	}
	for name, c := range map[string]struct {
		entries []entry
		refused bool
	}{
		"this user":           {[]entry{{owner, 4, none}, {aclUser, 4, me}, {aclGroupObj, 0, none}, {mask, 4, none}, {other, 0, none}}, false},
		"another user":        {[]entry{{owner, 4, none}, {aclUser, 4, me + 1}, {aclGroupObj, 0, none}, {mask, 4, none}, {other, 0, none}}, true},
		"the group":           {[]entry{{owner, 4, none}, {aclUser, 4, me}, {aclGroupObj, 4, none}, {mask, 4, none}, {other, 0, none}}, true},
		"another group":       {[]entry{{owner, 4, none}, {aclUser, 4, me}, {aclGroupObj, 0, none}, {aclGroup, 4, 7}, {mask, 4, none}, {other, 0, none}}, true},
		"all others":          {[]entry{{owner, 4, none}, {aclUser, 4, me}, {aclGroupObj, 0, none}, {mask, 4, none}, {other, 4, none}}, true},
		"nobody, by the mask": {[]entry{{owner, 4, none}, {aclGroupObj, 4, none}, {mask, 0, none}, {other, 0, none}}, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			path := filepath.Join(t.TempDir(), "token")
			if err := os.WriteFile(path, []byte(testToken), 0o400); err != nil {
				t.Fatal(err)
			}
			list := binary.LittleEndian.AppendUint32(nil, aclVersion)
			for _, e := range c.entries {
				list = binary.LittleEndian.AppendUint16(list, e.tag)
				list = binary.LittleEndian.AppendUint16(list, e.may)
				list = binary.LittleEndian.AppendUint32(list, e.id)
			}
			switch err := unix.Setxattr(path, aclAttribute, list, 0); {
			case errors.Is(err, unix.EOPNOTSUPP):
				t.Skip("NOT RUN: the file system of the temporary folder has no access control lists")
			case err != nil:
				t.Fatal(err)
			}
			_, err := ReadTokenFile(path)
			if c.refused != (err != nil) || err != nil && !strings.Contains(err.Error(), "others than its owner may use it (mode 04") {
				t.Errorf("refused: %v, want %v (%v)", err != nil, c.refused, err)
			}
		})
	}
}
