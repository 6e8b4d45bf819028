package config

import (
	"bytes"
	"compress/gzip"
	"encoding/base64"
	"io"
	"path/filepath"
	"unicode/utf8"

	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/function"
)

// envFunc is env(name, [default]): an environment variable of this process. An
// unset one without a default is an error, so that a forgotten variable does
// not become an empty value.
func envFunc(lookup func(string) (string, bool)) function.Function {
	return function.New(&function.Spec{
		Params:   []function.Parameter{{Name: "name", Type: cty.String}},
		VarParam: &function.Parameter{Name: "default", Type: cty.String},
		Type:     function.StaticReturnType(cty.String),
		Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
			if len(args) > 2 {
				return cty.NilVal, function.NewArgErrorf(2, "env takes a name and one default")
			}
			name := args[0].AsString()
			if lookup != nil {
				if value, ok := lookup(name); ok {
					return cty.StringVal(value), nil
				}
			}
			if len(args) == 2 {
				return args[1], nil
			}
			return cty.NilVal, function.NewArgErrorf(0, "the environment variable %s is not set: set it, or give a default, like env(%q, \"\")", name, name)
		},
	})
}

// fileFunc is file(path): the text of a file.
func fileFunc(dir string) function.Function {
	return pathFunc(dir, func(path string, data []byte) (string, error) {
		if !utf8.Valid(data) {
			return "", function.NewArgErrorf(0, "%s is not UTF-8 text: filebase64 reads binary files, such as compressed ones for user_data_base64", path)
		}
		return string(data), nil
	})
}

// fileBase64Func is filebase64(path): the bytes of a file in base64 (RFC 4648,
// section 4).
func fileBase64Func(dir string) function.Function {
	return pathFunc(dir, func(_ string, data []byte) (string, error) {
		return base64.StdEncoding.EncodeToString(data), nil
	})
}

// pathFunc is a function of a file's content. Relative paths start at dir.
func pathFunc(dir string, decode func(path string, data []byte) (string, error)) function.Function {
	return function.New(&function.Spec{
		Params: []function.Parameter{{Name: "path", Type: cty.String}},
		Type:   function.StaticReturnType(cty.String),
		Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
			path := args[0].AsString()
			if !filepath.IsAbs(path) {
				path = filepath.Join(dir, path)
			}
			data, err := readFile(path)
			if err != nil {
				return cty.NilVal, function.NewArgErrorf(0, "reading %s failed: %w", path, err)
			}
			text, err := decode(path, data)
			if err != nil {
				return cty.NilVal, err
			}
			return cty.StringVal(text), nil
		},
	})
}

// base64EncodeFunc is base64encode(text).
func base64EncodeFunc() function.Function {
	return textFunc("text", func(s string) (string, error) {
		return base64.StdEncoding.EncodeToString([]byte(s)), nil
	})
}

// base64GzipFunc is base64gzip(text): the text compressed by gzip (RFC 1952),
// in base64. It gives the same for the same text: the header has no time.
func base64GzipFunc() function.Function {
	return textFunc("text", func(s string) (string, error) {
		var b bytes.Buffer
		w := gzip.NewWriter(&b)
		if _, err := io.WriteString(w, s); err != nil {
			return "", err
		}
		if err := w.Close(); err != nil {
			return "", err
		}
		return base64.StdEncoding.EncodeToString(b.Bytes()), nil
	})
}

// base64DecodeFunc is base64decode(text). Its error does not repeat the text,
// which may be a secret.
func base64DecodeFunc() function.Function {
	return textFunc("base64", func(s string) (string, error) {
		data, err := base64.StdEncoding.DecodeString(s)
		if err != nil {
			return "", function.NewArgErrorf(0, "the text is not base64")
		}
		if !utf8.Valid(data) {
			return "", function.NewArgErrorf(0, "what it decodes to is not UTF-8 text, which strings must be")
		}
		return string(data), nil
	})
}

// textFunc is a function from text to text.
func textFunc(param string, f func(string) (string, error)) function.Function {
	return function.New(&function.Spec{
		Params: []function.Parameter{{Name: param, Type: cty.String}},
		Type:   function.StaticReturnType(cty.String),
		Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
			out, err := f(args[0].AsString())
			if err != nil {
				return cty.NilVal, err
			}
			return cty.StringVal(out), nil
		},
	})
}
