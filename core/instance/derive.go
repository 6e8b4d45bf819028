package instance

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"net/netip"
	"time"
)

// deriver makes facts out of a seed. Each fact has a hash of its own, so a
// fact that the user sets changes no other one.
type deriver string

func (d deriver) sum(fact string) [sha256.Size]byte {
	return sha256.Sum256([]byte(string(d) + "\x00" + fact))
}

// number returns a number from 0 to n-1.
func (d deriver) number(fact string, n uint64) uint64 {
	sum := d.sum(fact)
	return binary.BigEndian.Uint64(sum[:8]) % n
}

// id returns a resource id: the prefix and 17 hexadecimal digits. Today's real
// ones begin with 0.
func (d deriver) id(fact, prefix string) string {
	sum := d.sum(fact)
	return prefix + "0" + hex.EncodeToString(sum[:8])
}

// account returns 12 digits, the first of them not 0.
func (d deriver) account() string {
	const least = 100_000_000_000
	return fmt.Sprint(least + d.number("account_id", 9*least))
}

// launchTime returns a second of 2025.
func (d deriver) launchTime() time.Time {
	const secondsOf2025 = 365 * 24 * 60 * 60
	begin := time.Date(2025, time.January, 1, 0, 0, 0, 0, time.UTC)
	return begin.Add(time.Duration(d.number("launch_time", secondsOf2025)) * time.Second)
}

// addressOf returns an address of a default VPC: 172.31.0.0/16, cut into
// subnets of /20. AWS keeps the first four addresses and the last one of each
// subnet for itself.
// https://docs.aws.amazon.com/vpc/latest/userguide/subnet-sizing.html
func (d deriver) addressOf(fact string) netip.Addr {
	const (
		subnets    = 16
		subnetSize = 1 << 12
		first      = 4
		usable     = subnetSize - first - 1
	)
	n := d.number(fact, subnets*usable)
	offset := n/usable*subnetSize + first + n%usable
	return netip.AddrFrom4([4]byte{172, 31, byte(offset >> 8), byte(offset)})
}

// publicIP returns an address of one of the blocks of 16 million that Amazon
// has most of.
func (d deriver) publicIP(fact string) netip.Addr {
	sum, first := d.sum(fact), []byte{3, 13, 18, 34, 35, 52, 54}
	return netip.AddrFrom4([4]byte{first[int(sum[0])%len(first)], sum[1], sum[2], 1 + sum[3]%254})
}

// mac returns a MAC address that is administered locally, as those of EC2 are.
func (d deriver) mac(fact string) string {
	sum := d.sum(fact)
	return fmt.Sprintf("02:%02x:%02x:%02x:%02x:%02x", sum[0], sum[1], sum[2], sum[3], sum[4])
}
