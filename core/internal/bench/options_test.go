package main

import (
	"io"
	"strings"
	"testing"
)

func TestOptionsThatAreWrong(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ args, want string }{
		{"-peer nobody", `peer "nobody": write NAME=URL, such as other=http://127.0.0.1:1338`},
		{"-peer a=https://127.0.0.1", `peer a: "https://127.0.0.1" is no URL such as http://127.0.0.1:1338`},
		{"-peer a=http://127.0.0.1/latest", `peer a: "http://127.0.0.1/latest" is no URL`},
		{"-peer a=http://127.0.0.1:1,a=http://127.0.0.1:2", "peer a is there twice"},
		{"-only throughput,speed", `there is no part "speed": throughput, startup, memory, refresh, reload, extra, idle, instances`},
		{"-many 1", "2 to 256 clients"},
		{"-rounds 0", "at least 1 round"},
		{"more", `unexpected argument "more"`},
	} {
		if _, err := parse(strings.Fields(tt.args), io.Discard); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: %v, want %q", tt.args, err, tt.want)
		}
	}
	b, err := parse([]string{"-peer", "a=http://127.0.0.1:1338, b=http://[::1]"}, io.Discard)
	if err != nil {
		t.Fatal(err)
	}
	if len(b.peers) != 2 || b.peers[0].address != "127.0.0.1:1338" || b.peers[1].address != "[::1]:80" {
		t.Errorf("peers %+v", b.peers)
	}
}
