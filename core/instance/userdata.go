package instance

import (
	"encoding/base64"
	"fmt"
)

// maxUserData is in bytes, before base64.
// https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/instancedata-add-user-data.html
const maxUserData = 16 << 10

// userData settles the user data. Empty user data are none, as for EC2.
//
// Strings of HCL are text in Unicode's form NFC. What must arrive
// byte for byte is given in base64.
func (b *builder) userData(a *arguments) {
	const fact = "user_data_base64" // the name of the fact, in whichever form it was written
	b.withhold(func() {
		text, plain := take(b, "user_data", a.UserData, a.UserDataAt, func(given string) string { return checkSize(len(given)) })
		encoded, coded := take(b, fact, a.UserDataBase64, a.UserDataBase64At, checkUserData)
		data, at := []byte(text), a.UserDataAt
		if coded {
			data, _ = decodeUserData(encoded)
			at = a.UserDataBase64At
		}
		delete(b.ranges, "user_data")
		delete(b.ranges, fact)
		switch {
		case plain && coded && text != "" && encoded != "":
			b.refuse(fact, a.UserDataBase64At, "User data twice",
				"user_data is given as well. Keep one of them: user_data for text, user_data_base64 for bytes.")
			data, at = []byte(text), a.UserDataAt
		case plain && encoded == "":
			data, at = []byte(text), a.UserDataAt
		}
		if len(data) > 0 {
			b.facts.UserData, b.ranges[fact] = data, at
		}
	})
}

func checkUserData(given string) string {
	data, err := decodeUserData(given)
	if err != nil {
		return "This is not base64. Write user_data for text, or filebase64(\"FILE\") for the bytes of a file."
	}
	return checkSize(len(data))
}

func checkSize(n int) string {
	if n <= maxUserData {
		return ""
	}
	return fmt.Sprintf("The user data have %d bytes; EC2 takes %d at most. Compress them, as in "+
		"user_data_base64 = base64gzip(file(\"FILE\")), which cloud-init understands, or have them fetch the rest.", n, maxUserData)
}

// decodeUserData decodes base64 with or without line breaks.
func decodeUserData(given string) ([]byte, error) {
	return base64.StdEncoding.Strict().DecodeString(given)
}
