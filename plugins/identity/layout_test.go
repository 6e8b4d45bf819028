package identity

import (
	"bytes"
	"encoding/asn1"
	"encoding/base64"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// The golden files have the layout of messages of the real service: the one of
// pkcs7 is that of a captured one, but for the name of the organisation and
// the attribute that has come since. What differs from run to run is masked.
func TestLayout(t *testing.T) {
	t.Parallel()
	g := signer(t)
	g.in.LaunchTime = time.Date(2022, time.March, 27, 2, 35, 30, 0, time.UTC)
	for _, name := range []string{"pkcs7", "rsa2048"} {
		raw, err := base64.StdEncoding.DecodeString(string(g.body(name)))
		if err != nil {
			t.Fatal(err)
		}
		var out strings.Builder
		if rest := walk(t, &out, raw, 0); len(rest) > 0 {
			t.Errorf("%s: %d bytes follow the message", name, len(rest))
		}
		got := out.String()
		for _, mask := range [][2]string{
			{fmt.Sprintf("%x", g.body("document")), "DOCUMENT"},
			{fmt.Sprintf("%X", pairs(t)[name].certificate.SerialNumber), "SERIAL"},
			{fmt.Sprintf("%x", sha1Sum(g.body("document"))), "SHA1"},
			{fmt.Sprintf("%x", sha256Sum(g.body("document"))), "SHA256"},
		} {
			got = strings.ReplaceAll(got, mask[0], mask[1])
		}
		golden, err := os.ReadFile(filepath.Join("testdata", name+".golden"))
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(string(golden), got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

// walk prints a value of BER, and what is in it, as "TAG LENGTH CONTENT"; inf
// is an indefinite length. It returns what follows the value.
func walk(t *testing.T, out *strings.Builder, data []byte, depth int) []byte {
	t.Helper()
	if len(data) < 2 {
		t.Fatalf("cut off: %x", data)
	}
	tag, data := data[0], data[1:]
	indent := strings.Repeat("  ", depth)
	if data[0] == 0x80 {
		fmt.Fprintf(out, "%s%02x inf\n", indent, tag)
		data = data[1:]
		for !bytes.HasPrefix(data, []byte{0, 0}) {
			data = walk(t, out, data, depth+1)
		}
		fmt.Fprintf(out, "%s  end\n", indent)
		return data[2:]
	}
	size := int(data[0])
	data = data[1:]
	if size > 0x80 {
		n := size - 0x80
		size = 0
		for _, b := range data[:n] {
			size = size<<8 | int(b)
		}
		data = data[n:]
	}
	content, rest := data[:size], data[size:]
	if tag&0x20 == 0 {
		fmt.Fprintf(out, "%s\n", strings.TrimRight(fmt.Sprintf("%s%02x %s", indent, tag, show(t, tag, content)), " "))
		return rest
	}
	fmt.Fprintf(out, "%s%02x\n", indent, tag)
	for len(content) > 0 {
		content = walk(t, out, content, depth+1)
	}
	return rest
}

func show(t *testing.T, tag byte, content []byte) string {
	t.Helper()
	full := append([]byte{tag, byte(len(content))}, content...)
	switch tag {
	case asn1.TagOID:
		var oid asn1.ObjectIdentifier
		if _, err := asn1.Unmarshal(full, &oid); err != nil {
			t.Fatal(err)
		}
		return oid.String()
	case asn1.TagPrintableString, asn1.TagUTCTime:
		return string(content)
	case asn1.TagInteger:
		return strings.TrimPrefix(fmt.Sprintf("%X", content), "00")
	case asn1.TagOctetString:
		if len(content) == 256 {
			return "SIGNATURE of 256 bytes"
		}
		if content[0] == 0x30 && len(content) <= 48 {
			return "SIGNATURE of DSA"
		}
	}
	return fmt.Sprintf("%x", content)
}

func TestTextForm(t *testing.T) {
	t.Parallel()
	g := signer(t)
	for _, k := range kinds() {
		body := string(g.body(k.name))
		all := strings.Split(body, "\n")
		for i, line := range all {
			if last := i == len(all)-1; len(line) == 0 || len(line) > 76 || !last && len(line) != 76 {
				t.Errorf("%s: line %d has %d characters", k.name, i+1, len(line))
			}
		}
		if k.name != "signature" && !strings.HasPrefix(body, "MIAGCSqGSIb3DQEHAqCAMIACAQEx") {
			t.Errorf("%s begins with %.40s", k.name, body)
		}
	}
	// RSA-1024: 172 characters, as the real one.
	var widths []int
	for line := range strings.SplitSeq(string(g.body("signature")), "\n") {
		widths = append(widths, len(line))
	}
	if diff := cmp.Diff([]int{76, 76, 20}, widths); diff != "" {
		t.Errorf("lines of signature (-want +got):\n%s", diff)
	}
}

func TestLines(t *testing.T) {
	t.Parallel()
	for size, want := range map[int][]int{0: {0}, 1: {4}, 57: {76}, 58: {76, 4}, 114: {76, 76}, 128: {76, 76, 20}} {
		data := bytes.Repeat([]byte{0xfb}, size)
		var got []int
		for line := range strings.SplitSeq(string(lines(data)), "\n") {
			got = append(got, len(line))
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%d bytes (-want +got):\n%s", size, diff)
		}
		if back, err := base64.StdEncoding.DecodeString(string(lines(data))); err != nil || !bytes.Equal(back, data) {
			t.Errorf("%d bytes come back as %x, %v", size, back, err)
		}
	}
}
