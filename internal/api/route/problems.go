package route

import (
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/validation"

	"kaidian/internal/platform/fault"
)

// problems turns what huma found wrong with a request into one fault that names every field.
func problems(ctx huma.Context, status int, msg string, errs []error) error {
	switch {
	case status >= http.StatusInternalServerError:
		return fmt.Errorf("%s: %w", msg, joined(errs))
	case status == http.StatusRequestTimeout:
		return fault.New(fault.Unavailable, "http.timeout", "The request body did not arrive in time")
	}
	var fields []fault.Field
	for _, err := range errs {
		d, ok := err.(*huma.ErrorDetail)
		if !ok {
			fields = append(fields, fault.Field{Rule: fault.Format, Message: err.Error()})
			continue
		}
		if d.Location == "body" && status == http.StatusBadRequest {
			return fault.New(fault.Invalid, "http.bad_json", "The request body is not valid JSON: "+d.Message)
		}
		fields = append(fields, field(ctx, d))
	}
	if len(fields) == 0 {
		return fault.New(fault.Invalid, "http.invalid", msg)
	}
	slices.SortStableFunc(fields, func(a, b fault.Field) int { return order(a) - order(b) })
	return fault.Fields("http.invalid", fields...)
}

// order puts unknown properties first, as the Store API's clients know it.
func order(f fault.Field) int {
	if f.Rule == fault.Unknown {
		return 0
	}
	return 1
}

func joined(errs []error) error {
	words := make([]string, len(errs))
	for i, e := range errs {
		words[i] = e.Error()
	}
	return fmt.Errorf("%s", strings.Join(words, "; "))
}

// field turns one of huma's details into a field's problem. Location is "body.address.city" or "query.limit".
func field(ctx huma.Context, d *huma.ErrorDetail) fault.Field {
	_, name, _ := strings.Cut(d.Location, ".")
	if rest, ok := strings.CutPrefix(d.Message, "expected required property "); ok {
		missing, _, _ := strings.Cut(rest, " ")
		if name != "" {
			missing = name + "." + missing
		}
		return fault.Field{Name: missing, Rule: fault.Required, Message: missing + " " + must(ctx, missing)}
	}
	for _, p := range phrases {
		if arg, ok := p.match(d.Message); ok {
			return fault.Field{Name: name, Rule: p.rule, Message: p.say(name, arg)}
		}
	}
	return fault.Field{Name: name, Rule: fault.Format, Message: strings.TrimSpace(name + " " + d.Message)}
}

// phrase is one of huma's messages and what we say instead; %v in it stands for a value.
type phrase struct {
	huma string
	rule fault.Rule
	say  func(name, arg string) string
}

func says(words string) func(string, string) string {
	return func(name, arg string) string { return name + " " + strings.ReplaceAll(words, "$", arg) }
}

// phrases are worded as class-validator words them, which is what the Store API's clients show.
var phrases = []phrase{
	{validation.MsgUnexpectedProperty, fault.Unknown, func(name, _ string) string { return "property " + name + " should not exist" }},
	{"unknown query parameter", fault.Unknown, func(name, _ string) string { return "property " + name + " should not exist" }},
	{"expected string to be RFC 5322 email: ", fault.Format, says("must be an email")},
	{validation.MsgExpectedBoolean, fault.Type, says("must be a boolean value")},
	{validation.MsgExpectedInteger, fault.Type, says("must be an integer number")},
	{validation.MsgExpectedNumber, fault.Type, says("must be a number conforming to the specified constraints")},
	{validation.MsgExpectedString, fault.Type, says("must be a string")},
	{validation.MsgExpectedArray, fault.Type, says("must be an array")},
	{validation.MsgExpectedObject, fault.Type, says("must be an object")},
	{"expected value to be one of ", fault.Unknown, says("must be one of the following values: $")},
	{"expected number >= ", fault.Range, says("must not be less than $")},
	{"expected number <= ", fault.Range, says("must not be greater than $")},
	{"expected length >= ", fault.TooShort, says("must be longer than or equal to $ characters")},
	{"expected length <= ", fault.TooLong, says("must be shorter than or equal to $ characters")},
	{"expected array length >= ", fault.TooShort, says("must contain at least $ elements")},
	{"expected array length <= ", fault.TooLong, says("must contain no more than $ elements")},
	{validation.MsgExpectedMatchAtLeastOneSchema, fault.Type, says("must be of a type that is allowed here")},
	{validation.MsgExpectedMatchExactlyOneSchema, fault.Type, says("must be of a type that is allowed here")},
}

func (p phrase) match(msg string) (arg string, ok bool) {
	arg, ok = strings.CutPrefix(msg, p.huma)
	return strings.Trim(arg, `"`), ok
}

// must says of a missing property what it should have been.
func must(ctx huma.Context, path string) string {
	s := property(ctx, path)
	switch {
	case s == nil:
		return "should not be empty"
	case s.Format == "email":
		return "must be an email"
	case s.Type == "object":
		return "must be an object"
	case s.Type == "array":
		return "must be an array"
	case s.Type == "integer":
		return "must be an integer number"
	case s.Type == "boolean":
		return "must be a boolean value"
	}
	return "must be a string"
}

// property finds the schema of a dotted path in the body.
func property(ctx huma.Context, path string) *huma.Schema {
	op := ctx.Operation()
	if op.RequestBody == nil || op.RequestBody.Content["application/json"] == nil {
		return nil
	}
	registry := op.Metadata["face"].(*Face).api.OpenAPI().Components.Schemas
	s := op.RequestBody.Content["application/json"].Schema
	for _, name := range strings.Split(path, ".") {
		for s != nil && s.Ref != "" {
			s = registry.SchemaFromRef(s.Ref)
		}
		if s == nil {
			return nil
		}
		s = s.Properties[name]
	}
	for s != nil && s.Ref != "" {
		s = registry.SchemaFromRef(s.Ref)
	}
	return s
}
