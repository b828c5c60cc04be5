package route

import (
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/validation"

	"kaidian/internal/platform/fault"
)

// problems turns what huma found wrong with a request, beyond what was judged before, into one fault that names every
// field.
func problems(ctx huma.Context, status int, msg string, errs []error) error {
	if status >= http.StatusInternalServerError {
		return fmt.Errorf("%s: %w", msg, errors.Join(errs...))
	}
	fields := ctx.Operation().Metadata["face"].(*Face).form(ctx.Operation()).fields(errs)
	if len(fields) == 0 {
		return fault.New(fault.Invalid, "http.invalid", msg)
	}
	return fault.Fields("http.invalid", fields...)
}

// problem makes a field's problem of words that follow its name; the body itself has none.
func problem(name string, rule fault.Rule, words string) fault.Field {
	if name == "" {
		return fault.Field{Rule: rule, Message: "the request body " + words}
	}
	return fault.Field{Name: name, Rule: rule, Message: name + " " + words}
}

// field turns one of huma's details into a field's problem. Its location is "body.address.city" or "path.id".
func (f form) field(d *huma.ErrorDetail) fault.Field {
	if name, words, ok := strings.Cut(d.Message, nameEnds); ok {
		return problem(name, fault.Type, words)
	}
	_, name, _ := strings.Cut(d.Location, ".")
	if rest, ok := strings.CutPrefix(d.Message, "expected required property "); ok {
		missing, _, _ := strings.Cut(rest, " ")
		if name != "" {
			missing = name + "." + missing
		}
		return problem(missing, fault.Required, f.must(missing))
	}
	for _, p := range phrases {
		if arg, ok := p.match(d.Message); ok {
			return problem(name, p.rule, strings.ReplaceAll(p.words, "$", arg))
		}
	}
	return problem(name, fault.Format, d.Message)
}

// phrase is one of huma's messages and what we say instead. A message that ends in a space goes on with a value, which
// is $ in ours.
type phrase struct {
	huma  string
	rule  fault.Rule
	words string
}

// phrases are worded as class-validator words them, which is what the Store API's clients show.
var phrases = []phrase{
	{"invalid integer", fault.Type, "must be an integer number"},
	{"expected string to be RFC 5322 email: ", fault.Format, "must be an email"},
	{validation.MsgExpectedRFC3339DateTime, fault.Format, "must be a valid ISO 8601 date string"},
	{validation.MsgExpectedRFC3339Date, fault.Format, "must be a valid ISO 8601 date string"},
	{"expected string to match pattern ", fault.Format, "must match $ regular expression"},
	{validation.MsgExpectedBoolean, fault.Type, "must be a boolean value"},
	{validation.MsgExpectedInteger, fault.Type, "must be an integer number"},
	{validation.MsgExpectedNumber, fault.Type, "must be a number conforming to the specified constraints"},
	{validation.MsgExpectedString, fault.Type, "must be a string"},
	{validation.MsgExpectedArray, fault.Type, "must be an array"},
	{validation.MsgExpectedObject, fault.Type, "must be an object"},
	{"expected value to be one of ", fault.Unknown, "must be one of the following values: $"},
	{"expected number >= ", fault.Range, "must not be less than $"},
	{"expected number <= ", fault.Range, "must not be greater than $"},
	{"expected number > ", fault.Range, "must be greater than $"},
	{"expected number < ", fault.Range, "must be less than $"},
	{"expected length >= ", fault.TooShort, "must be longer than or equal to $ characters"},
	{"expected length <= ", fault.TooLong, "must be shorter than or equal to $ characters"},
	{"expected array length >= ", fault.TooShort, "must contain at least $ elements"},
	{"expected array length <= ", fault.TooLong, "must contain no more than $ elements"},
	{validation.MsgExpectedMatchAtLeastOneSchema, fault.Type, "must be of a type that is allowed here"},
	{validation.MsgExpectedMatchExactlyOneSchema, fault.Type, "must be of a type that is allowed here"},
}

// match tells whether a message is of this phrase, and gives its value.
func (p phrase) match(msg string) (arg string, ok bool) {
	if !strings.HasSuffix(p.huma, " ") {
		return "", msg == p.huma
	}
	arg, ok = strings.CutPrefix(msg, p.huma)
	return strings.Trim(arg, `"`), ok
}

// must says of a missing member what it should have been.
func (f form) must(path string) string {
	s := f.property(path)
	switch {
	case s == nil:
		return "should not be empty"
	case s.Format == "email":
		return "must be an email"
	}
	switch s.Type {
	case huma.TypeObject:
		return "must be an object"
	case huma.TypeArray:
		return "must be an array"
	case huma.TypeInteger:
		return "must be an integer number"
	case huma.TypeNumber:
		return "must be a number conforming to the specified constraints"
	case huma.TypeBoolean:
		return "must be a boolean value"
	case huma.TypeString:
		return "must be a string"
	}
	return "should not be empty"
}

// property finds the schema of a dotted path, or nil.
func (f form) property(path string) *huma.Schema {
	s := f.schema
	for step := range strings.SplitSeq(strings.ReplaceAll(path, "[", ".["), ".") {
		if strings.HasPrefix(step, "[") {
			if s = f.pick(s, huma.TypeArray); s != nil {
				s = s.Items
			}
		} else if s = f.pick(s, huma.TypeObject); s != nil {
			s = s.Properties[step]
		}
	}
	for s != nil && s.Ref != "" {
		s = f.registry.SchemaFromRef(s.Ref)
	}
	return s
}
