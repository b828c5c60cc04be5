package open

import (
	"encoding/base64"
	"fmt"
	"strings"

	"kaidian/internal/commerce/content"
	"kaidian/internal/platform/fault"
)

// uploadLimit is the body limit of the routes that take files: what content.MaxFile becomes in base64, and more.
const uploadLimit = 30 << 20

// maxDeclared is the length of the content type in a data URI.
const maxDeclared = 200

// attachment is a file inside a body: "data:image/png;base64,…".
type attachment struct {
	contentType string // as declared; empty for none
	data        []byte
}

// readAttachment reads a data URI. It tells the rule that a text breaks, and words that follow the member's name. Line
// breaks inside the base64 are let through: the original's clients send them.
func readAttachment(s string) (attachment, fault.Rule, string) {
	malformed := func() (attachment, fault.Rule, string) {
		return attachment{}, fault.Format, "must be a data URI: data:<type>;base64,<…>"
	}
	if s == "" {
		return attachment{}, fault.Required, "should not be empty"
	}
	const scheme, coding = "data:", ";base64"
	if len(s) < len(scheme) || !strings.EqualFold(s[:len(scheme)], scheme) {
		return malformed()
	}
	head, payload, ok := strings.Cut(s[len(scheme):], ",")
	if !ok || len(head) > maxDeclared || len(head) < len(coding) || !strings.EqualFold(head[len(head)-len(coding):], coding) {
		return malformed()
	}
	if base64.StdEncoding.DecodedLen(len(payload)) > content.MaxFile*11/10 { // the rest is line breaks
		return attachment{}, fault.TooLong, fmt.Sprintf("must be %d bytes at most", content.MaxFile)
	}
	data, err := base64.StdEncoding.Strict().DecodeString(payload)
	switch {
	case err != nil:
		return malformed()
	case len(data) == 0:
		return attachment{}, fault.Required, "should not be empty"
	case len(data) > content.MaxFile:
		return attachment{}, fault.TooLong, fmt.Sprintf("must be %d bytes at most", content.MaxFile)
	}
	return attachment{contentType: head[:len(head)-len(coding)], data: data}, "", ""
}
