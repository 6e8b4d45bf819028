package config

import "testing"

func TestCheckIPv6Address(t *testing.T) {
	t.Parallel()
	for address, want := range map[string]string{
		"[fd00:ec2::254]:80":    "",
		"[::1]:0":               "",
		"[::]:80":               "",
		"[fe80::1%eth0]:80":     `"fe80::1%eth0" has a zone, which no client can name: write an address without one, like "[::1]:80"`,
		"::1":                   `"::1" has no port: write "[::1]:1338"`,
		"[::1]":                 `"[::1]" has no port: write "[::1]:1338"`,
		"[::1]:http":            `"http" in "[::1]:http" is not a port: write a number from 0 to 65535, where 0 takes a free one`,
		"127.0.0.1:80":          `"127.0.0.1" is an IPv4 address: write it as address, and here an IPv6 one, like "[::1]:80"`,
		"127.0.0.1":             `"127.0.0.1" is an IPv4 address: write it as address, and here an IPv6 one, like "[::1]:1338"`,
		"[::ffff:127.0.0.1]:80": `"::ffff:127.0.0.1" is an IPv4 address: write it as address, and here an IPv6 one, like "[::1]:80"`,
		"localhost:80":          `"localhost" in "localhost:80" is not an IPv6 address: write one, like "[::1]:80"`,
		":80":                   `"" in ":80" is not an IPv6 address: write one, like "[::1]:80"`,
		"":                      `"" is not an IPv6 address with a port: write it like "[::1]:1338"`,
		"enabled":               `"enabled" is not an IPv6 address with a port: write it like "[::1]:1338"`,
	} {
		got := ""
		if err := checkIPv6Address(address); err != nil {
			got = err.Error()
		}
		if got != want {
			t.Errorf("%q: error %q, want %q", address, got, want)
		}
	}
}
