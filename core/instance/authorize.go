package instance

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"strings"
	"unicode"
)

// authorize settles the key pair.
func (b *builder) authorize(a *arguments) {
	const mend = "public_key = file(\"id_ed25519.pub\")"
	name, named := take(b, "key_name", a.KeyName, a.KeyNameAt, checkKeyName)
	var key string
	var given bool
	b.withhold(func() {
		key, given = take(b, "public_key", a.PublicKey, a.PublicKeyAt, checkPublicKey)
	})
	switch {
	case named && given:
		key = strings.TrimSpace(key)
		if len(strings.Fields(key)) == keyFields {
			key += " " + name // the comment that EC2 gives to keys that it made
		}
		b.facts.KeyName, b.facts.PublicKey = name, key
	case named && b.refused["public_key"]:
		b.drop("key_name") // the key is what is wrong
	case named:
		b.refuse("key_name", a.KeyNameAt, "Key pair without its public key",
			"EC2 knows the public key by the name of the pair; here it is written out. Add "+mend+" beside key_name.")
	case given && b.refused["key_name"]:
		b.drop("public_key") // the name is what is wrong
	case given:
		b.withhold(func() {
			b.refuse("public_key", a.PublicKeyAt, "Public key without a name",
				"The key is listed by the name of its key pair. Add key_name, such as key_name = \"my-key\", beside public_key.")
		})
	}
}

// checkKeyName holds a name against the rules of CreateKeyPair.
// https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateKeyPair.html
func checkKeyName(given string) string {
	const longest = 255
	switch {
	case given == "":
		return "The name is empty. Leave key_name and public_key out when there is no key pair."
	case len(given) > longest:
		return fmt.Sprintf("The name has %d characters; a key pair's has %d at most.", len(given), longest)
	case strings.ContainsFunc(given, func(r rune) bool { return r < ' ' || r > '~' }):
		return fmt.Sprintf("%q has other characters than those of printable ASCII.", given)
	case strings.TrimSpace(given) != given:
		return fmt.Sprintf("%q begins or ends with a space.", given)
	}
	return ""
}

// keyFields is how many words a line of authorized_keys has without its
// comment.
const keyFields = 2

// checkPublicKey checks a line of authorized_keys. The texts do not repeat it:
// people paste the wrong half.
// https://www.rfc-editor.org/rfc/rfc4253#section-6.6
func checkPublicKey(given string) string {
	const shape = "one line as in a .pub file: ssh-ed25519 or another algorithm, the key in base64, and a comment"
	line := strings.TrimSpace(given)
	switch {
	case strings.Contains(line, "PRIVATE KEY") || strings.HasPrefix(line, "PuTTY-User-Key-File"):
		return "This is a private key. It belongs on no instance and in no configuration: give its public half, " +
			"the file that ends in .pub."
	case line == "":
		return "The key is empty. Leave key_name and public_key out when there is no key pair."
	case strings.HasPrefix(line, "-----BEGIN") || strings.HasPrefix(line, "---- BEGIN"):
		return "This is a public key in another format than OpenSSH's, which ssh-keygen -i makes of it: " + shape + "."
	case strings.ContainsFunc(line, func(r rune) bool { return r != '\t' && unicode.IsControl(r) }):
		return "The key has several lines, or control characters in it; it is " + shape + "."
	}
	words := strings.Fields(line)
	parts, known := keyParts(words[0])
	if !known {
		return "The line does not begin with an algorithm that is known here: ssh-ed25519, ssh-rsa, or ecdsa-sha2-nistp256, " +
			"-nistp384 or -nistp521. It is " + shape + "."
	}
	if len(words) < keyFields {
		return "The line ends after the algorithm. It is " + shape + "."
	}
	blob, err := base64.StdEncoding.Strict().DecodeString(words[1])
	if err != nil {
		return "The key is not base64; perhaps a part of the line was lost. It is " + shape + "."
	}
	if !isKey(blob, words[0], parts) {
		return fmt.Sprintf("The base64 is not a key for %s; perhaps a part of the line was lost. It is %s.", words[0], shape)
	}
	return ""
}

// keyParts returns how many strings follow the name of an algorithm in a key,
// and false when the algorithm is not known.
func keyParts(algorithm string) (int, bool) {
	switch algorithm {
	case "ssh-ed25519": // the point
		return 1, true
	case "ssh-rsa": // exponent and modulus
		return 2, true
	case "ecdsa-sha2-nistp256", "ecdsa-sha2-nistp384", "ecdsa-sha2-nistp521": // curve and point
		return 2, true
	}
	return 0, false
}

// isKey says whether bytes are the name of an algorithm and a number of
// further strings, none empty and each led by its length in 32 bits.
func isKey(blob []byte, algorithm string, parts int) bool {
	for i := range parts + 1 {
		if len(blob) < 4 {
			return false
		}
		n := uint64(binary.BigEndian.Uint32(blob))
		if blob = blob[4:]; n == 0 || n > uint64(len(blob)) {
			return false
		}
		if i == 0 && !bytes.Equal(blob[:n], []byte(algorithm)) {
			return false
		}
		blob = blob[n:]
	}
	return len(blob) == 0
}
