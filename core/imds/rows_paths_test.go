package imds

import (
	"strings"
	"testing"
)

// TestPathRows has the rows of the fidelity notes, section 3, that are about
// paths. Case names quote section and row.
func TestPathRows(t *testing.T) {
	t.Parallel()
	const at = "/latest/meta-data"
	read := func(name, path, value string) golden {
		return golden{name: name, request: get(path), want: plainText(value)}
	}
	none := func(name, path string) golden {
		return golden{name: name, request: get(path), want: missing(0)}
	}
	document := strings.Repeat("d", 470)
	updated := content(0, "text/plain", "Mon, 02 Oct 2023 14:20:00 GMT", goldenInfo)
	userData := content(0, "application/octet-stream", "Mon, 02 Oct 2023 14:05:18 GMT", "\x1f\x8b\x00\r\n\xff")
	runGoldens(t, goldenTree(t), []golden{
		read("3 GET a sub-directory without slash: meta-data", at, goldenListing),
		read("3 GET a sub-directory without slash: meta-data, with it", at+"/", goldenListing),
		read("3 GET a sub-directory without slash: tags/instance", at+"/tags/instance", "Name\na key+"),
		read("3 GET a sub-directory without slash: tags/instance, with it", at+"/tags/instance/", "Name\na key+"),
		read("3 GET a sub-directory without slash: public-keys", at+"/public-keys", "0=my-key"),
		read("3 GET a sub-directory without slash: public-keys, with it", at+"/public-keys/", "0=my-key"),
		read("3 GET a sub-directory without slash: public-keys/0", at+"/public-keys/0", "openssh-key"),
		read("3 GET a sub-directory without slash: macs", at+"/network/interfaces/macs", goldenMAC+"/"),
		read("3 GET a sub-directory without slash: macs, with it", at+"/network/interfaces/macs/", goldenMAC+"/"),
		read("3 GET a sub-directory without slash: security-credentials", at+"/iam/security-credentials", "app"),
		read("3 GET a sub-directory without slash: the root", "/", goldenRoot),

		read("3 GET leaf with one trailing slash: instance-id", at+"/instance-id/", "i-0123456789abcdef0"),
		read("3 GET leaf with one trailing slash: services/domain", at+"/services/domain/", "amazonaws.com"),
		read("3 GET leaf with one trailing slash: availability-zone", at+"/placement/availability-zone/", "us-east-1a"),
		read("3 GET leaf with one trailing slash: document", "/latest/dynamic/instance-identity/document/", document),
		{name: "3 GET leaf with one trailing slash: user-data", request: get("/latest/user-data/"), want: userData},
		read("3 GET leaf with one trailing slash: openssh-key keeps its newline", at+"/public-keys/0/openssh-key/", "ssh-rsa AAAA my-key\n"),

		read("3 // inside the path: latest//", "/latest//meta-data/reservation-id", "r-0123456789abcdef0"),
		read("3 // inside the path: meta-data//", at+"//hibernation/configured", "true"),
		read("3 // inside the path: first", "//latest/meta-data/ami-id", "ami-0abcdef1234567890"),
		read("3 // inside the path: last", at+"/ami-id//", "ami-0abcdef1234567890"),
		read("3 // inside the path: everywhere", "///latest///meta-data//", goldenListing),
		read("3 // inside the path: nothing else", "//", goldenRoot),

		none("3 path below a leaf: iam/info/Code", at+"/iam/info/Code"),
		none("3 path below a leaf: document/region", "/latest/dynamic/instance-identity/document/region"),
		none("3 path below a leaf: with slash", at+"/instance-id/x/"),

		read("3 GET /latest without slash", "/latest", "dynamic\nmeta-data\nuser-data"),
		read("3 GET /latest without slash: with it", "/latest/", "dynamic\nmeta-data\nuser-data"),
		read("3 GET /latest without slash: dated", "/2021-07-15", "dynamic\nmeta-data\nuser-data"),
		none("3 GET /latest without slash: no version", "/2021-07-16"),

		none("3 letter case: version", "/Latest/meta-data/ami-id"),
		none("3 letter case: directory", "/latest/Meta-Data/ami-id"),
		none("3 letter case: leaf", at+"/AMI-id"),
		none("3 letter case: MAC", at+"/network/interfaces/macs/"+strings.ToUpper(goldenMAC)+"/device-number"),

		read("3 query string: leaf", at+"/ami-id?x=1&y=/z", "ami-0abcdef1234567890"),
		read("3 query string: directory", at+"/?recursive=true", goldenListing),
		read("3 query string: empty", at+"/ami-id?", "ami-0abcdef1234567890"),
		read("3 query string: broken escape", at+"/ami-id?%zz", "ami-0abcdef1234567890"),

		read("3 percent-encoding: colons", at+"/network/interfaces/macs/"+strings.ReplaceAll(goldenMAC, ":", "%3A")+"/device-number", "0"),
		read("3 percent-encoding: lower case", at+"/network/interfaces/macs/"+strings.ReplaceAll(goldenMAC, ":", "%3a"), "device-number"),
		read("3 percent-encoding: tag key", at+"/tags/instance/a%20key%2B", "spaced"),
		read("3 percent-encoding: plus is plus", at+"/tags/instance/a%20key+", "spaced"),
		none("3 percent-encoding: once", at+"/network/interfaces/macs/"+strings.ReplaceAll(goldenMAC, ":", "%253A")),

		{name: "3 Last-Modified value: written later", request: get(at + "/iam/info"), want: updated},
		read("3 Last-Modified value: static", at+"/ami-id", "ami-0abcdef1234567890"),
	})
}
