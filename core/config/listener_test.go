package config

import "testing"

func TestCheckAddress(t *testing.T) {
	t.Parallel()
	tests := []struct{ address, metadata, admin string }{
		{"127.0.0.1:1338", "", ""},
		{"localhost:0", "", ""},
		{"[fd00:ec2::254]:80", "", ""},
		{"[fe80::1%eth0]:80", "", ""},
		{":8998", `":8998" does not say on which address to listen: write "127.0.0.1:8998" for this host only, or the address of an interface`, ""},
		{
			"127.0.0.1", `"127.0.0.1" has no port: write "127.0.0.1:1338"`,
			`"127.0.0.1" has no port: write "127.0.0.1:1338"`,
		},
		{"::1", `"::1" has no port: write "[::1]:1338"`, `"::1" has no port: write "[::1]:1338"`},
		{"[::1]", `"[::1]" has no port: write "[::1]:1338"`, `"[::1]" has no port: write "[::1]:1338"`},
		{
			"", `"" is not an address with a port: write it like "127.0.0.1:1338" or "[::1]:1338"`,
			`"" is not an address with a port: write it like "127.0.0.1:1338" or "[::1]:1338"`,
		},
		{
			"127.0.0.1:65536", `"65536" in "127.0.0.1:65536" is not a port: write a number from 0 to 65535, where 0 takes a free one`,
			`"65536" in "127.0.0.1:65536" is not a port: write a number from 0 to 65535, where 0 takes a free one`,
		},
		{
			"127.0.0.1:http", `"http" in "127.0.0.1:http" is not a port: write a number from 0 to 65535, where 0 takes a free one`,
			`"http" in "127.0.0.1:http" is not a port: write a number from 0 to 65535, where 0 takes a free one`,
		},
		{
			"example.com:80", `"example.com" in "example.com:80" is not an IP address: write the address of an interface, or localhost`,
			`"example.com" in "example.com:80" is not an IP address: write the address of an interface, or localhost`,
		},
	}
	for _, tt := range tests {
		for all, want := range map[bool]string{false: tt.metadata, true: tt.admin} {
			got := ""
			if err := checkAddress(tt.address, all); err != nil {
				got = err.Error()
			}
			if got != want {
				t.Errorf("%q, admin %t: error %q, want %q", tt.address, all, got, want)
			}
		}
	}
}

func TestOverlap(t *testing.T) {
	t.Parallel()
	tests := []struct {
		a, b string
		want bool
	}{
		{"169.254.169.254:80", ":8998", false},
		{"169.254.169.254:80", ":80", true},
		{"127.0.0.1:80", "0.0.0.0:80", true},
		{"127.0.0.1:80", "[::]:80", true},
		{"127.0.0.1:80", "localhost:80", true},
		{"127.0.0.1:80", "127.0.0.2:80", false},
		{"[::1]:80", "[0:0::1]:80", true},
		{"127.0.0.1:0", ":0", false},
		{"[::ffff:127.0.0.1]:80", "127.0.0.1:80", true},
		{"[fe80::1%eth0]:80", "[fe80::1%eth1]:80", false},
		{"169.254.169.254:80", "[fd00:ec2::254]:80", false},
	}
	for _, tt := range tests {
		if got := overlap(tt.a, tt.b); got != tt.want {
			t.Errorf("%s and %s: overlap is %t, want %t", tt.a, tt.b, got, tt.want)
		}
	}
}
