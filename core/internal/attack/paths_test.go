package attack

import (
	"bufio"
	"os"
	"strconv"
	"strings"
	"testing"
)

// corpus reads a file of testdata: lines of a word and a quoted Go string.
func corpus(t *testing.T, file string, each func(word, text string)) {
	t.Helper()
	f, err := os.Open("testdata/" + file)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	for s := bufio.NewScanner(f); s.Scan(); {
		word, quoted, _ := strings.Cut(s.Text(), " ")
		if word == "" || word == "#" {
			continue
		}
		text, err := strconv.Unquote(quoted)
		if err != nil {
			t.Fatalf("%s: %s: %v", file, s.Text(), err)
		}
		each(word, text)
	}
}

// TestRow19Paths sends every path of testdata/paths.txt, as it stands there:
// those marked "served" are spellings of the instance's id, "root" are ways to
// the roots that the real service answers, and to all others the answer is
// never 200.
func TestRow19Paths(t *testing.T) {
	t.Parallel()
	each(t, everywhere, func(t *testing.T, x target) {
		var token, also string
		if !x.admin {
			token = x.token(t, "60")
			also = "X-aws-ec2-metadata-token: " + token
		} else {
			also = "Accept: */*"
		}
		n := 0
		corpus(t, "paths.txt", func(word, path string) {
			n++
			raw := "GET " + path + " HTTP/1.1\r\nHost: 127.0.0.1\r\n" + also + "\r\n\r\n"
			for _, a := range x.send(t, raw) {
				switch {
				case x.admin && a.status == 200:
					t.Errorf("%s %q: %+v", word, path, a)
				case x.admin:
				case word == "served" && (a.status != 200 || a.body != instanceOne):
					t.Errorf("%q is a spelling of a served path: %+v", path, a)
				case word == "no" && (a.status == 200 || strings.Contains(a.body, instanceOne)):
					t.Errorf("%q is no served path: %+v", path, a)
				}
			}
		})
		if n < 200 {
			t.Errorf("only %d paths", n)
		}
		x.honest(t)
	})
}

// TestHeaders sends every line of testdata/headers.txt as a header of a read
// that is else in order. Those marked "plain" do not matter, all others are
// refused, or at least never answered twice.
func TestHeaders(t *testing.T) {
	t.Parallel()
	each(t, everywhere, func(t *testing.T, x target) {
		words, raws := map[string]string{}, map[string]string{}
		corpus(t, "headers.txt", func(word, line string) { words[line], raws[line] = word, x.readable(t, line) })
		x.sendAll(t, raws, func(line string, all []answer) {
			if len(all) > 1 {
				t.Errorf("%q: %d answers: %+v", line, len(all), all)
			}
			for _, a := range all {
				if ok, word := a.status == 200, words[line]; ok && word == "no" || !ok && word == "plain" || word == "strict" && ok && !x.admin {
					t.Errorf("%s %q: %+v", word, line, a)
				}
			}
			if len(all) == 0 && words[line] == "plain" {
				t.Errorf("%q: no answer", line)
			}
		})
		if len(raws) < 150 {
			t.Errorf("only %d headers", len(raws))
		}
		x.honest(t)
	})
}
