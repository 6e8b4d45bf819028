package instance_test

import (
	"strings"
	"testing"
)

func TestDeviceMistakes(t *testing.T) {
	t.Parallel()
	const sdf = "ebs_block_device { device_name = \"/dev/sdf\" }\n"
	const ephemeral0 = "ephemeral_block_device {\n device_name = \"sdb\"\n virtual_name = \"ephemeral0\"\n}\n"
	tell(t, []mistake{
		{
			"root device", `root_block_device { device_name = "/dev/sda 1" }`, `"/dev/sda 1"`, "Invalid device_name",
			`"/dev/sda 1" is not a device name: it is such as "/dev/sdf" or "xvdf".`,
		},
		{"empty device", `ebs_block_device { device_name = "" }`, `""`, "Invalid device_name", `"" is not a device name`},
		{"device of two lines", `ebs_block_device { device_name = "sdf\n" }`, `"sdf\n"`, "Invalid device_name", `"sdf\n" is not a device name`},
		{"directory as device", `ebs_block_device { device_name = "/dev/" }`, `"/dev/"`, "Invalid device_name", `"/dev/" is not a device name`},
		{"volume without device", `ebs_block_device {}`, ``, "Missing required argument", `"device_name" is required`},
		{
			"device twice", sdf + `ebs_block_device { device_name = "sdf" }`, `"sdf"`, "One device twice",
			`"sdf" is mapped already, at line 1. Take another name, such as "/dev/sdg".`,
		},
		{
			"device of the root", `ebs_block_device { device_name = "/dev/xvda" }`, `"/dev/xvda"`, "One device twice",
			`"/dev/xvda" is the root device. Take another name, or give the root another one with root_block_device.`,
		},
		{
			"device of a root that is written", "root_block_device { device_name = \"sda1\" }\nebs_block_device { device_name = \"/dev/sda1\" }", `"/dev/sda1"`,
			"One device twice", `"/dev/sda1" is mapped already, at line 1.`,
		},
		{
			"ephemeral device of a volume",
			sdf + "ephemeral_block_device { # gone\n device_name = \"sdf\" # wrong\n virtual_name = \"ephemeral0\" # gone\n} # gone", `"sdf"`,
			"One device twice", `"sdf" is mapped already, at line 1.`,
		},
		{
			"virtual name", "ephemeral_block_device { # gone\n device_name = \"sdb\" # gone\n virtual_name = \"ephemeral\" # wrong\n} # gone", `"ephemeral"`,
			"Invalid virtual_name", `"ephemeral" is not a virtual name: it is ephemeral and a number from 0, such as "ephemeral0", or "swap".`,
		},
		{
			"virtual name twice",
			ephemeral0 + "ephemeral_block_device { # gone\n device_name = \"sdc\" # gone\n virtual_name = \"ephemeral0\" # wrong\n} # gone", `"ephemeral0"`,
			"One virtual name twice", `"ephemeral0" is mapped already, at line 3. Remove one of them, or take the next number.`,
		},
		{
			"nothing mapped", `ephemeral_block_device { device_name = "sdb" }`, `ephemeral_block_device`, "Device that maps nothing",
			`virtual_name says what is mapped: "ephemeral0" and so on, or "swap". Add it, or remove the block.`,
		},
		{
			"argument of no volume", "ebs_block_device {\n device_name = \"sdf\"\n volume_sise = 8 # wrong\n}", `volume_sise`, "Unsupported argument",
			`Did you mean "volume_size"?`,
		},
		{"size of another type", "ebs_block_device {\n device_name = \"sdf\"\n volume_size = \"big\" # wrong\n}", ``, "Unsuitable value type", `a number is required`},
	})
}

func TestKeyMistakes(t *testing.T) {
	t.Parallel()
	const name = "key_name = \"k\" # gone\n"
	const shape = `one line as in a .pub file: ssh-ed25519 or another algorithm, the key in base64, and a comment.`
	key := func(text string) string { return name + "public_key = \"" + text + "\" # wrong" }
	half := strings.TrimSuffix(ed25519Key, "IbSk")
	tell(t, []mistake{
		{
			"name without key", `key_name = "k"`, `"k"`, "Key pair without its public key",
			`EC2 knows the public key by the name of the pair; here it is written out. Add public_key = file("id_ed25519.pub") beside key_name.`,
		},
		{
			"key without name", `public_key = "` + ed25519Key + `"`, ``, "Public key without a name",
			`The key is listed by the name of its key pair. Add key_name, such as key_name = "my-key", beside public_key.`,
		},
		{"empty name", `key_name = ""`, `""`, "Invalid key_name", `The name is empty. Leave key_name and public_key out when there is no key pair.`},
		{"long name", `key_name = "` + strings.Repeat("k", 256) + `"`, ``, "Invalid key_name", `The name has 256 characters; a key pair's has 255 at most.`},
		{"name of two lines", `key_name = "a\nb"`, `"a\nb"`, "Invalid key_name", `"a\nb" has other characters than those of printable ASCII.`},
		{"name beyond ASCII", `key_name = "ü"`, `"ü"`, "Invalid key_name", `"ü" has other characters than those of printable ASCII.`},
		{"name with a space before it", `key_name = " k"`, `" k"`, "Invalid key_name", `" k" begins or ends with a space.`},
		{
			"private key", key(`-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNz\n-----END OPENSSH PRIVATE KEY-----\n`), ``, "Invalid public_key",
			`This is a private key. It belongs on no instance and in no configuration: give its public half, the file that ends in .pub.`,
		},
		{"private key of PuTTY", key(`PuTTY-User-Key-File-3: ssh-ed25519\nComment: x`), ``, "Invalid public_key", `This is a private key.`},
		{
			"empty key", key(` `), ``, "Invalid public_key",
			`The key is empty. Leave key_name and public_key out when there is no key pair.`,
		},
		{
			"key in another format", key(`-----BEGIN PUBLIC KEY-----\nMCowBQ\n-----END PUBLIC KEY-----`), ``, "Invalid public_key",
			`This is a public key in another format than OpenSSH's, which ssh-keygen -i makes of it: ` + shape,
		},
		{
			"two keys", key(ed25519Key + `\n` + ed25519Key), ``, "Invalid public_key",
			`The key has several lines, or control characters in it; it is ` + shape,
		},
		{
			"unknown algorithm", key(`ssh-dss AAAA`), ``, "Invalid public_key",
			`The line does not begin with an algorithm that is known here: ssh-ed25519, ssh-rsa, or ecdsa-sha2-nistp256, -nistp384 or -nistp521. It is ` + shape,
		},
		{"algorithm alone", key(`ssh-rsa`), ``, "Invalid public_key", `The line ends after the algorithm. It is ` + shape},
		{"no base64", key(`ssh-rsa AAAA!`), ``, "Invalid public_key", `The key is not base64; perhaps a part of the line was lost. It is ` + shape},
		{
			"half a key", key(half), ``, "Invalid public_key",
			`The base64 is not a key for ssh-ed25519; perhaps a part of the line was lost. It is ` + shape,
		},
		{"key of another algorithm", key(strings.Replace(ed25519Key, "ed25519", "rsa", 1)), ``, "Invalid public_key", `The base64 is not a key for ssh-rsa;`},
		{"key and more", key("ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAAQEB"), ``, "Invalid public_key", `The base64 is not a key for ssh-ed25519;`},
	})
}

func TestUserDataMistakes(t *testing.T) {
	t.Parallel()
	tell(t, []mistake{
		{
			"long user data", `user_data = "` + strings.Repeat("x", 16385) + `"`, ``, "Invalid user_data",
			`The user data have 16385 bytes; EC2 takes 16384 at most. Compress them, as in ` +
				`user_data_base64 = base64gzip(file("FILE")), which cloud-init understands, or have them fetch the rest.`,
		},
		{"user data of many bytes", `user_data = "` + strings.Repeat("é", 8193) + `"`, ``, "Invalid user_data", `The user data have 16386 bytes`},
		{
			"long user data in base64", `user_data_base64 = "` + strings.Repeat("AAAA", 5462) + `"`, ``, "Invalid user_data_base64",
			`The user data have 16386 bytes; EC2 takes 16384 at most.`,
		},
		{
			"no base64", `user_data_base64 = "#!/bin/sh"`, `"#!/bin/sh"`, "Invalid user_data_base64",
			`This is not base64. Write user_data for text, or filebase64("FILE") for the bytes of a file.`,
		},
		{"base64 without its end", `user_data_base64 = "AP8"`, `"AP8"`, "Invalid user_data_base64", `This is not base64.`},
		{"base64 with bits too many", `user_data_base64 = "AP9="`, `"AP9="`, "Invalid user_data_base64", `This is not base64.`},
		{
			"twice", "user_data = \"x\"\nuser_data_base64 = \"AP/+\"", `"AP/+"`, "User data twice",
			`user_data is given as well. Keep one of them: user_data for text, user_data_base64 for bytes.`,
		},
	})
}
