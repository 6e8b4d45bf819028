package guard

import "testing"

func TestHost(t *testing.T) {
	t.Parallel()
	p := &Policy{Hosts: []string{"Metadata.Example", "dotted.example.", "4numbers.example"}}
	for _, tt := range []struct {
		host string
		want bool
	}{
		{"", true},
		{"169.254.169.254", true},
		{"169.254.169.254:80", true},
		{"127.0.0.1:1338", true},
		{"192.0.2.1", true},
		{"[fd00:ec2::254]", true},
		{"[fd00:ec2::254]:80", true},
		{"[::1]:65535", true},
		{"[::ffff:127.0.0.1]", true},
		{"fd00:ec2::254", true},
		{"localhost", true},
		{"LocalHost:1338", true},
		{"localhost.", true},
		{"localhost.:80", true},
		{"instance-data", true},
		{"instance-data:80", true},
		{"instance-data.ec2.internal", true},
		{"INSTANCE-DATA.EC2.INTERNAL.", true},
		{"metadata.example", true},
		{"METADATA.example.:8998", true},
		{"dotted.example", true},
		{"4numbers.example", true},

		{"evil.example", false},
		{"evil.example:80", false},
		{"localhost.evil.example", false},
		{"evil.localhost", false},
		{"xlocalhost", false},
		{"localhost..", false},
		{"local\u017fhost", false},
		{"localho\u017ft", false},
		{"localhost:", false},
		{"localhost:x", false},
		{"localhost:+80", false},
		{"localhost: 80", false},
		{"localhost:65536", false},
		{"localhost:000080", false},
		{"localhost:80:80", false},
		{" localhost", false},
		{"localhost ", false},
		{"localhost\t", false},
		{"localhost,evil.example", false},
		{"user@localhost", false},
		{"localhost/evil", false},
		{"localhost\x00", false},
		{"127.1", false},
		{"0x7f000001", false},
		{"2130706433", false},
		{"127.0.0.01", false},
		{"127.0.0.1.", false},
		{"127.0.0.1.evil.example", false},
		{"127.0.0.1:80@evil.example", false},
		{"[127.0.0.1]", false},
		{"[", false},
		{"]", false},
		{"[]:80", false},
		{"[::1", false},
		{"::1]", false},
		{"[::1]x", false},
		{"[::1]:", false},
		{"[fe80::1%eth0]", false},
		{"fe80::1%eth0", false},
		{"[localhost]", false},
		{"[]", false},
		{".", false},
		{":", false},
		{":80", false},
		{"*", false},
	} {
		if got := p.Host(tt.host); got != tt.want {
			t.Errorf("Host(%q) = %t, want %t", tt.host, got, tt.want)
		}
	}
}

func TestHostWithoutNames(t *testing.T) {
	t.Parallel()
	if (&Policy{}).Host("metadata.example") {
		t.Error("a name is allowed that nobody configured")
	}
	if (&Policy{Hosts: []string{"", "."}}).Host(".") {
		t.Error("an empty configured name allows an empty name")
	}
}

func TestHostAllocatesNothing(t *testing.T) {
	p := &Policy{Hosts: []string{"metadata.example"}}
	for _, host := range []string{"169.254.169.254", "127.0.0.1:1338", "[fd00:ec2::254]:80", "localhost:1338", "metadata.example"} {
		if n := testing.AllocsPerRun(100, func() { p.Host(host) }); n != 0 {
			t.Errorf("Host(%q): %v allocations, want none", host, n)
		}
	}
}
