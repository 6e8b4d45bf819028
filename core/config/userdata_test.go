package config_test

import (
	"strings"
	"testing"
)

// User data come from files as often as not, and need not be text.
func TestUserDataFromFiles(t *testing.T) {
	t.Parallel()
	const plugin = "\nplugin \"identity\" {}\n"
	for argument, want := range map[string]string{
		`user_data = file("data.txt")`:                       "plain text\n",
		`user_data_base64 = filebase64("data.txt")`:          "plain text\n",
		`user_data_base64 = filebase64("data.bin")`:          "\xff\xfe\x00",
		`user_data_base64 = base64encode(file("data.txt"))`:  "plain text\n",
		`user_data = base64decode("I2Nsb3VkLWNvbmZpZwo=")`:   "#cloud-config\n",
		`user_data_base64 = base64gzip(file("data.txt"))`:    "\x1f\x8b",
		"user_data = <<-EOT\n  #!/bin/sh\n  echo $HOME\nEOT": "#!/bin/sh\necho $HOME\n",
	} {
		file, printed := load(t, folder(t), "instance {\n"+argument+"\n}"+plugin)
		if printed != "" {
			t.Errorf("%s: printed\n%s", argument, printed)
		}
		got := string(file.Instance.Facts.UserData)
		if got != want && (len(want) != 2 || !strings.HasPrefix(got, want)) {
			t.Errorf("%s: %q, want %q", argument, got, want)
		}
	}
	_, printed := load(t, folder(t), "instance {\nuser_data = file(\"data.bin\")\n}"+plugin)
	if !strings.Contains(printed, "data.bin is not UTF-8 text: filebase64 reads binary files, such as compressed ones for user_data_base64.") {
		t.Errorf("binary user data as text: printed\n%s", printed)
	}
}
