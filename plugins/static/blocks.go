package static

import (
	"encoding/base64"

	"github.com/hashicorp/hcl/v2"

	"github.com/mockmd/mockmd/sdk"
)

// valueBlock is value "PATH" { … }.
type valueBlock struct {
	Path             string    `hcl:"path,label" doc:"Where it is served, relative to the version root."`
	PathRange        hcl.Range `hcl:"path,label_range"`
	Content          *string   `hcl:"content" doc:"The value; this or content_base64 must be there."`
	ContentRange     hcl.Range `hcl:"content,attr_value_range"`
	ContentBase64    *string   `hcl:"content_base64" doc:"The value in base64, for one that is no text."`
	Base64Range      hcl.Range `hcl:"content_base64,attr_value_range"`
	ContentType      *string   `hcl:"content_type" doc:"Content-Type header; left out, text/plain, and application/octet-stream for user-data."`
	ContentTypeRange hcl.Range `hcl:"content_type,attr_value_range"`
	Since            *string   `hcl:"since" doc:"First API version that shows it; left out, every version." example:"2020-10-27"`
	SinceRange       hcl.Range `hcl:"since,attr_value_range"`
}

func (b *valueBlock) source(diags *hcl.Diagnostics) *source {
	s := &source{kind: kindValue, path: b.Path, pathRange: b.PathRange}
	s.look(b.ContentType, b.ContentTypeRange, b.Since, b.SinceRange, diags)
	switch {
	case b.Content != nil && b.ContentBase64 != nil:
		*diags = append(*diags, sdk.Withheld(sdk.Errorf(b.Base64Range, "Two contents", "The value %q has content as well as content_base64. Remove one of them.", b.Path)))
	case b.Content != nil:
		s.body = []byte(*b.Content)
	case b.ContentBase64 != nil:
		body, err := base64.StdEncoding.DecodeString(*b.ContentBase64)
		if err != nil {
			*diags = append(*diags, sdk.Withheld(sdk.Errorf(b.Base64Range, "Invalid base64",
				"The content_base64 of %q is not base64 of the standard alphabet with padding. Write text as content, or read a file with filebase64(\"…\").", b.Path)))
		}
		s.body = body
	default:
		at := b.PathRange
		for _, null := range []hcl.Range{b.ContentRange, b.Base64Range} {
			if !null.Empty() {
				at = null
			}
		}
		*diags = append(*diags, sdk.Errorf(at, "Value without content", "The value %q needs content or content_base64; an empty value is content = \"\".", b.Path))
	}
	return s
}

// fileBlock is file "PATH" { … }, and directoryBlock directory "PATH" { … }.
type (
	fileBlock struct {
		Path             string    `hcl:"path,label" doc:"Where it is served, relative to the version root."`
		PathRange        hcl.Range `hcl:"path,label_range"`
		File             string    `hcl:"path" doc:"What is served: absolute, or from the folder of the configuration file."`
		FileRange        hcl.Range `hcl:"path,attr_value_range"`
		ContentType      *string   `hcl:"content_type" doc:"Content-Type header; left out, text/plain, and application/octet-stream for user-data."`
		ContentTypeRange hcl.Range `hcl:"content_type,attr_value_range"`
		Since            *string   `hcl:"since" doc:"First API version that shows it; left out, every version." example:"2020-10-27"`
		SinceRange       hcl.Range `hcl:"since,attr_value_range"`
	}
	directoryBlock fileBlock
)

func (b *fileBlock) source(c *sdk.Config, diags *hcl.Diagnostics) *source {
	s := &source{kind: kindFile, path: b.Path, pathRange: b.PathRange, fileRange: b.FileRange}
	s.look(b.ContentType, b.ContentTypeRange, b.Since, b.SinceRange, diags)
	if b.File == "" {
		*diags = append(*diags, sdk.Errorf(b.FileRange, "No path", "The path is empty: name what to serve. "+whereRelative))
		return s
	}
	s.file = c.Path(b.File)
	return s
}

func (b *directoryBlock) source(c *sdk.Config, diags *hcl.Diagnostics) *source {
	s := (*fileBlock)(b).source(c, diags)
	s.kind = kindDirectory
	return s
}

// whereRelative explains what a path that was not found may mean.
const whereRelative = "A relative path starts at the folder of the configuration file."

// maxContentType is the size in bytes that a content type may have.
const maxContentType = 255

// look checks and takes over how the source is served.
func (s *source) look(contentType *string, contentTypeAt hcl.Range, since *string, sinceAt hcl.Range, diags *hcl.Diagnostics) {
	if contentType != nil {
		s.contentType = *contentType
		if !isContentType(s.contentType) {
			*diags = append(*diags, sdk.Errorf(contentTypeAt, "Invalid content type",
				"A content type is 1 to %d characters of printable ASCII without spaces at its ends, such as \"application/json\".", maxContentType))
		}
	}
	if since != nil {
		s.since = *since
		if s.since != "1.0" && !isDate(s.since) {
			*diags = append(*diags, sdk.Errorf(sinceAt, "Invalid date",
				"The API version %q is not a date: write it as \"2020-10-27\", or leave it out for every version.", s.since))
		}
	}
}

func isContentType(s string) bool {
	if s == "" || len(s) > maxContentType || s[0] == ' ' || s[len(s)-1] == ' ' {
		return false
	}
	for _, c := range []byte(s) {
		if c < ' ' || c > '~' {
			return false
		}
	}
	return true
}
