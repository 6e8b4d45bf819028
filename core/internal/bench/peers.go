package main

import (
	"fmt"
	"net"
	"net/url"
	"strings"
)

// parsePeers reads NAME=URL, several with commas or spaces between them: other
// servers that run already and are measured beside mockmd.
func parsePeers(text string) ([]*server, error) {
	var peers []*server
	for _, word := range strings.FieldsFunc(text, func(r rune) bool { return r == ',' || r == ' ' }) {
		name, where, ok := strings.Cut(word, "=")
		if !ok || name == "" {
			return nil, fmt.Errorf("peer %q: write NAME=URL, such as other=http://127.0.0.1:1338", word)
		}
		u, err := url.Parse(where)
		if err != nil || u.Scheme != "http" || u.Hostname() == "" || strings.Trim(u.Path, "/") != "" {
			return nil, fmt.Errorf("peer %s: %q is no URL such as http://127.0.0.1:1338", name, where)
		}
		port := u.Port()
		if port == "" {
			port = "80"
		}
		for _, p := range peers {
			if p.name == name {
				return nil, fmt.Errorf("peer %s is there twice", name)
			}
		}
		peers = append(peers, &server{name: name, address: net.JoinHostPort(u.Hostname(), port)})
	}
	return peers, nil
}
