package order

import (
	"bytes"
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"kaidian/internal/platform/db"
	"kaidian/internal/platform/fault"
)

const (
	maxID          = 128
	maxValue       = 100
	maxLabel       = 255
	maxDescription = 2000
	maxMetadata    = 16 << 10
)

// slug is the form of a value.
var slug = regexp.MustCompile(`^[\p{Ll}\p{Lo}\p{N}]+([_-][\p{Ll}\p{Lo}\p{N}]+)*$`)

// normalise brings a reason into the one form in which it is kept, or gives a fault of all that is wrong with it.
func (r *ReturnReason) normalise() error {
	r.Value, r.Label = strings.TrimSpace(r.Value), strings.TrimSpace(r.Label)
	var p problems
	p.text("id", r.ID, maxID)
	p.filled("value", r.Value, maxValue)
	if r.Value != "" && !slug.MatchString(r.Value) {
		p.add("value", fault.Format, "value must be lower-case letters and digits, with _ or - between")
	}
	p.filled("label", r.Label, maxLabel)
	if r.Description != nil {
		p.prose("description", *r.Description, maxDescription)
	}
	if r.ParentID != nil {
		p.filled("parent_return_reason_id", *r.ParentID, maxID)
	}
	r.Metadata = p.object("metadata", r.Metadata)
	return fault.Fields(reasonInvalid, p.list...)
}

// tooDeep says that a tree would have three levels.
func tooDeep() error {
	return fault.Fields(reasonInvalid, fault.Field{Name: "parent_return_reason_id", Rule: fault.Range,
		Message: "parent_return_reason_id must be a reason without a parent, of a reason without children"})
}

// problems collects what is wrong with an input.
type problems struct{ list []fault.Field }

func (p *problems) add(name string, rule fault.Rule, message string) {
	p.list = append(p.list, fault.Field{Name: name, Rule: rule, Message: message})
}

// filled checks a line that must say something.
func (p *problems) filled(name, value string, most int) {
	if value == "" {
		p.add(name, fault.Required, name+" should not be empty")
		return
	}
	p.text(name, value, most)
}

// text checks a line.
func (p *problems) text(name, value string, most int) {
	if strings.ContainsFunc(value, unicode.IsControl) {
		p.add(name, fault.Format, name+" must be one line of text")
		return
	}
	p.prose(name, value, most)
}

// prose checks a text that may have lines.
func (p *problems) prose(name, value string, most int) {
	switch {
	case !db.Storable(value):
		p.add(name, fault.Format, name+" must be text in UTF-8 without zero bytes")
	case utf8.RuneCountInString(value) > most:
		p.add(name, fault.TooLong, fmt.Sprintf("%s must be at most %d characters", name, most))
	}
}

// object gives a JSON object without white space; nil stays nil.
func (p *problems) object(name string, value json.RawMessage) json.RawMessage {
	if value == nil {
		return nil
	}
	var b bytes.Buffer
	if err := json.Compact(&b, value); err != nil || !bytes.HasPrefix(b.Bytes(), []byte("{")) || !db.Storable(b.String()) {
		p.add(name, fault.Type, name+" must be an object")
		return value
	}
	if b.Len() > maxMetadata {
		p.add(name, fault.TooLong, fmt.Sprintf("%s must be at most %d bytes", name, maxMetadata))
	}
	return b.Bytes()
}
