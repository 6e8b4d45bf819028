package network

import "testing"

func TestForms(t *testing.T) {
	t.Parallel()
	cases := []struct{ block, spelledOut, compressed string }{
		{"2600:1f16:67f:f201::/64", "2600:1f16:67f:f201:0:0:0:0/64", "2600:1f16:67f:f201::/64"},
		{"2600:1F16:067F:F200:0:0:0:0/56", "2600:1f16:67f:f200:0:0:0:0/56", "2600:1f16:67f:f200::/56"},
		{"2600:1f16:abc:1234:5678::/80", "2600:1f16:abc:1234:5678:0:0:0/80", "2600:1f16:abc:1234:5678::/80"},
		{"::/0", "0:0:0:0:0:0:0:0/0", "::/0"},
	}
	for _, c := range cases {
		for form, want := range map[string]string{"spelled out": c.spelledOut, "compressed": c.compressed} {
			f := spelledOut
			if form == "compressed" {
				f = compressed
			}
			if got, err := f(c.block); got != want || err != nil {
				t.Errorf("%s %s: %q, %v; want %q", c.block, form, got, err, want)
			}
		}
	}
}
