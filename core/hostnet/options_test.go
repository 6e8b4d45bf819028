package hostnet

import (
	"errors"
	"slices"
	"strings"
	"syscall"
	"testing"
	"testing/fstest"
)

func TestAllow(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{
		"":                 "name an interface, as docker0",
		"*":                "a star alone lets every neighbour in",
		"br*0":             "a star is for the end only",
		"sixteen-and-more": "at most 15 characters",
		"docker0,br-1":     "give the flag once for each interface",
		"a b":              `' ' is in no interface's name`,
		"a/b":              `'/' is in no interface's name`,
		"x\";accept":       `'"' is in no interface's name`,
		"x\nEOF":           `'\n' is in no interface's name`,
		"é":                `'é' is in no interface's name`,
	} {
		_, err := Options{Allow: []string{"docker0", name}}.allowed()
		if err == nil || !strings.HasPrefix(err.Error(), "-allow \"") || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %q", name, err, want)
		}
	}
	got, err := Options{Allow: []string{"veth.1", "fifteen-letters", "fifteen-letters*", "lo", "br-*", "veth.1"}}.allowed()
	if want := []string{"br-*", "fifteen-letters", "fifteen-letters*", "veth.1"}; err != nil || !slices.Equal(got, want) {
		t.Errorf("%q %v, want %q", got, err, want)
	}
	for name, want := range map[string]bool{"lo": true, "veth.1": true, "veth.10": false, "br-": true, "br-x": true, "br": false} {
		if allows(got, name) != want {
			t.Errorf("%s is allowed: %v", name, !want)
		}
	}
}

func TestCloud(t *testing.T) {
	t.Parallel()
	for cloud, file := range map[string][2]string{
		"Amazon EC2":            {"sys_vendor", "Amazon EC2\n"},
		"Google Compute Engine": {"product_name", "Google Compute Engine\n"},
		"Azure":                 {"chassis_asset_tag", "7783-7084-3265-9085-8269-3286-77\n"},
		"Oracle Cloud":          {"chassis_asset_tag", "OracleCloud.com\n"},
		"OpenStack":             {"product_name", "OpenStack Nova\n"},
		"DigitalOcean":          {"sys_vendor", "DigitalOcean\n"},
		"Hetzner Cloud":         {"sys_vendor", "Hetzner\n"},
	} {
		var is *CloudError
		if err := checkCloud(fstest.MapFS{file[0]: {Data: []byte(file[1])}}); !errors.As(err, &is) || is.Cloud != cloud {
			t.Errorf("%s: %v", cloud, err)
		}
	}
	if err := checkCloud(fstest.MapFS{"bios_version": {Data: []byte("4.11.amazon\n")}}); err == nil {
		t.Error("Xen is not known")
	}
	for name, identity := range map[string]fstest.MapFS{
		"a laptop":    {"sys_vendor": {Data: []byte("LENOVO\n")}, "product_name": {Data: []byte("20XW\n")}},
		"Hyper-V":     {"sys_vendor": {Data: []byte("Microsoft Corporation\n")}, "chassis_asset_tag": {Data: []byte("7783-0000\n")}},
		"no firmware": {},
	} {
		if err := checkCloud(identity); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestStateIsTold(t *testing.T) {
	t.Parallel()
	whole := guard{there: true, whole: true, allowed: []string{"docker0"}, marks: [2]mark{added, found}, dropped: [2]uint64{7, 0}}
	for name, c := range map[string]struct {
		on         [2][]string
		guard      guard
		unreadable error
		text, json string
	}{
		"up": {
			[2][]string{{"lo"}, {"eth0", "lo"}},
			whole, nil,
			"169.254.169.254  on lo, put there by mockmd network up, guarded, 7 packets dropped\n" +
				"fd00:ec2::254    on eth0, lo, guarded, 0 packets dropped\nlet in           docker0\nup\n", `"up": true`,
		},
		"down": {
			[2][]string{},
			guard{},
			nil,
			"169.254.169.254  not there\nfd00:ec2::254    not there\nthe addresses are not there: run mockmd network up\ndown\n", `"up": false`,
		},
		"a guard without addresses": {
			[2][]string{},
			whole, nil,
			"169.254.169.254  not there\nfd00:ec2::254    not there\nlet in           docker0\nno interface has 169.254.169.254: run mockmd network up\n" +
				"no interface has fd00:ec2::254: run mockmd network up\npartly up\n", `"added": false`,
		},
		"only one of them is guarded": {
			[2][]string{{"lo"}, {"lo"}},
			guard{there: true, whole: true, marks: [2]mark{found, unguarded}},
			nil,
			"169.254.169.254  on lo, guarded, 0 packets dropped\nfd00:ec2::254    on lo\n" +
				"neighbours may reach fd00:ec2::254: run mockmd network up\npartly up\n", `"allowed": []`,
		},
		"who may not see": {
			[2][]string{{"lo"}, nil},
			guard{},
			&PermissionError{"read the guard", syscall.EPERM},
			"169.254.169.254  on lo\nfd00:ec2::254    not there\nread the guard: operation not permitted: this needs CAP_NET_ADMIN. " +
				"Run it with sudo, or see with -print which commands do the same\nnot known\n", `"guarded": false`,
		},
	} {
		s := &State{guard: c.guard}
		for i, a := range Addresses() {
			s.Addresses = append(s.Addresses, Address{Address: a, Interfaces: append([]string{}, c.on[i]...)})
		}
		s.judge(c.unreadable)
		var text, asJSON strings.Builder
		if err := errors.Join(s.Text(&text), s.JSON(&asJSON)); err != nil || text.String() != c.text {
			t.Errorf("%s: %v\n%s, want\n%s", name, err, &text, c.text)
		}
		if !strings.Contains(asJSON.String(), c.json) || strings.Contains(asJSON.String(), "null") {
			t.Errorf("%s: %q is not in %s", name, c.json, &asJSON)
		}
	}
}

func TestAddresses(t *testing.T) {
	t.Parallel()
	if a := Addresses(); a[four].String() != "169.254.169.254" || a[six].String() != "fd00:ec2::254" {
		t.Errorf("%v", a)
	}
}
