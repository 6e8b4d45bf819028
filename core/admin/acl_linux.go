package admin

import (
	"encoding/binary"
	"io/fs"
	"os"

	"golang.org/x/sys/unix"
)

// What an access control list is made of, in the extended attribute that has it:
// a version of four bytes, and entries of eight (linux/posix_acl_xattr.h).
const (
	aclAttribute = "system.posix_acl_access"
	aclVersion   = 2
	aclHead      = 4
	aclEntry     = 8

	aclUser     = 0x02
	aclGroupObj = 0x04
	aclGroup    = 0x08
	aclMask     = 0x10
)

// withoutOwn is the mode of an open file, without what an access control list
// lets this process's user do: in the mode that looks as if the group could do
// it. So systemd hands credentials over (LoadCredential=) since version 254.
func withoutOwn(f *os.File, mode fs.FileMode) fs.FileMode {
	list := make([]byte, aclHead+64*aclEntry)
	n, err := unix.Fgetxattr(int(f.Fd()), aclAttribute, list)
	if err != nil || n < aclHead || binary.LittleEndian.Uint32(list) != aclVersion {
		return mode // there is none, or one that is too long
	}
	var others, most fs.FileMode
	for e := list[aclHead:n]; len(e) >= aclEntry; e = e[aclEntry:] {
		may := fs.FileMode(binary.LittleEndian.Uint16(e[2:])) & 0o7
		switch binary.LittleEndian.Uint16(e) {
		case aclUser:
			if int(binary.LittleEndian.Uint32(e[4:])) != os.Geteuid() {
				others |= may
			}
		case aclGroupObj, aclGroup:
			others |= may
		case aclMask:
			most = may
		}
	}
	return mode&^0o070 | (others&most)<<3
}
