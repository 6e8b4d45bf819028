package config

import (
	"errors"
	"os"

	"github.com/hashicorp/hcl/v2"

	"github.com/mockmd/mockmd/core/internal/socket"
)

var adminSchema = hcl.BodySchema{
	Attributes: []hcl.AttributeSchema{
		{Name: "address"}, {Name: "socket"}, {Name: "allowed_hosts"}, {Name: "allowed_clients"}, {Name: "token_file"},
	},
	Blocks: []hcl.BlockHeaderSchema{{Type: "tls"}},
}

// admin decodes the admin block, which may be nil.
func (l *loader) admin(block *hcl.Block, m *Metadata) Admin {
	a := Admin{Address: DefaultAdminAddress}
	if block != nil {
		content := l.content(block.Body, &adminSchema)
		attrs := content.Attributes
		a.Socket, a.SocketRange = l.socket(attrs)
		if address, here, ok := get[string](l, attrs, "address"); ok {
			a.Address, a.AddressRange = l.adminAddress(&a, address, here)
		}
		a.AllowedHosts = l.hosts(attrs)
		a.AllowedClients = l.clients(attrs, "Every machine that reaches this address can then change the credentials that are served. A token_file lets only those in who have the token.")
		a.TokenFile, a.TokenFileRange = l.tokenFile(attrs)
		a.TLS = l.tls(l.one(content.Blocks, "tls"), a.Address)
	}
	if a.Address == "" {
		return a
	}
	places := map[string]hcl.Range{m.Address: m.AddressRange, m.IPv6Address: m.IPv6AddressRange}
	for _, further := range m.Listeners {
		places[further.Address] = further.AddressRange
	}
	for address, its := range places {
		if address != "" && overlap(address, a.Address) {
			l.errorAt(firstRange(a.AddressRange, its), "Two listeners on one address",
				"The metadata listener is on %s and the admin listener on %s. Give one of them another port.", address, a.Address)
		}
	}
	return a
}

// adminAddress checks the address of the admin listener. It may be empty when
// there is a Unix socket.
func (l *loader) adminAddress(a *Admin, address string, at hcl.Range) (string, hcl.Range) {
	if address == "" && a.Socket != "" {
		return "", at
	}
	if err := checkAddress(address, true); err != nil {
		l.errorAt(at, "Invalid address", "%s", sentence(err))
		return a.Address, hcl.Range{}
	}
	return address, at
}

// socket decodes socket, the path of a Unix socket; empty when there is none.
// Whether it can be made there is found when it is.
func (l *loader) socket(attrs hcl.Attributes) (string, hcl.Range) {
	path, at, ok := get[string](l, attrs, "socket")
	if !ok {
		return "", hcl.Range{}
	}
	abs := l.resolve(path)
	switch {
	case path == "":
		l.errorAt(at, "Invalid socket", "The path is empty. Write one like \"/run/mockmd/admin.sock\", or leave socket out.")
	case len(abs) > socket.MaxPath:
		l.errorAt(at, "Invalid socket", "%s has %d bytes, and the path of a socket at most %d. Choose a shorter one, like \"/run/mockmd/admin.sock\".", abs, len(abs), socket.MaxPath)
	default:
		return abs, at
	}
	return "", hcl.Range{}
}

// tokenFile returns the absolute path of the token file and where it stands;
// the path is empty when there is none that could be read. What is in it is
// for the admin listener to check.
func (l *loader) tokenFile(attrs hcl.Attributes) (string, hcl.Range) {
	path, at, ok := get[string](l, attrs, "token_file")
	if !ok {
		return "", hcl.Range{}
	}
	abs := l.resolve(path)
	info, err := os.Stat(abs)
	switch {
	case path == "":
		err = errors.New("the path is empty")
	case err != nil:
		err = cause(err)
	case info.IsDir():
		err = errDirectory
	}
	if err != nil {
		l.errorAt(at, "Token file cannot be read",
			"Reading %s failed: %v. Write the token, a line of random characters, to this file and make it readable for this user only.", abs, err)
		return "", hcl.Range{}
	}
	return abs, at
}

var tlsSchema = hcl.BodySchema{Attributes: []hcl.AttributeSchema{
	{Name: "certificate_file", Required: true}, {Name: "key_file", Required: true},
}}

// tls decodes the tls block of the admin block, which may be nil. What is in
// the files is for the admin listener to check.
func (l *loader) tls(block *hcl.Block, address string) *TLS {
	if block == nil {
		return nil
	}
	attrs := l.content(block.Body, &tlsSchema).Attributes
	var t TLS
	var certificate, key bool
	t.CertificateFile, t.CertificateRange, certificate = l.pemFile(attrs, "certificate_file", "the certificate, and behind it those of its authorities")
	t.KeyFile, t.KeyRange, key = l.pemFile(attrs, "key_file", "the private key of the certificate")
	if address == "" {
		l.errorAt(block.DefRange, "TLS without an address", "A Unix socket is not encrypted, and the admin listener has no address. Remove the tls block, or the address that is empty.")
	}
	if !certificate || !key {
		return nil
	}
	return &t
}

// pemFile returns the absolute path of a file and where it stands.
func (l *loader) pemFile(attrs hcl.Attributes, name, what string) (string, hcl.Range, bool) {
	path, at, ok := get[string](l, attrs, name)
	switch {
	case !ok:
		return "", at, false
	case path == "":
		l.errorAt(at, "Invalid "+name, "The path is empty. Name the PEM file with %s.", what)
		return "", at, false
	}
	return l.resolve(path), at, true
}
