package route

import (
	"context"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"kaidian/internal/platform/fault"
)

// A query is declared as a struct whose fields carry the tag q with the parameter's name:
//
//	type ordersQuery struct {
//		Limit   int          `q:"limit" default:"10" max:"500" doc:"How many. ‖ 条数。"`
//		Status  []string     `q:"status,one" enum:"pending,completed"`
//		Created route.Window `q:"created_at"`
//	}
//
// The kinds of fields: string, int (with default, min and max), *int64, *bool (other words than true and false count
// as absent), []string, Window and *time.Time. A list is written key[]=a&key[]=b, key[0]=a, or key[]=a,b; the option
// "one" lets a plain key=a through too, and the option "csv" makes it a comma list in a plain key.

// Window bounds a time: created_at[gte]=2024-01-01, as an ISO date or a unix time in seconds.
type Window struct{ GT, GTE, LT, LTE time.Time }

// China is the zone of times that are written without one.
var China = time.FixedZone("CST", 8*60*60)

// QueryOf gives the decoded query of the route that answers ctx; T is the type of its row's Query.
func QueryOf[T any](ctx context.Context) *T { return ctx.Value(queryKey).(*T) }

// query decodes the query string when the row declares one.
func (f *Face) query(row Route, next http.Handler) http.Handler {
	if row.Query == nil {
		return next
	}
	t := reflect.TypeOf(row.Query)
	loose := f.LooseQuery || row.LooseQuery
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		v := reflect.New(t)
		if err := decodeQuery(r.URL.RawQuery, v.Elem(), loose); err != nil {
			f.Refuse(w, r, err)
			return
		}
		next.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), queryKey, v.Interface())))
	})
}

// term is all that a query says under one name.
type term struct {
	plain []string          // key=a
	list  []string          // key[]=a, key[0]=a
	sub   map[string]string // key[gt]=a
}

// maxQueryKeys bounds the parameters of one request.
const maxQueryKeys = 1000

func terms(raw string) (map[string]*term, error) {
	values, err := url.ParseQuery(raw)
	if err != nil || len(values) > maxQueryKeys {
		return nil, fault.New(fault.Invalid, "http.bad_query", "The query string could not be read")
	}
	out := map[string]*term{}
	for _, key := range slices.Sorted(maps.Keys(values)) {
		name, rest, nested := strings.Cut(key, "[")
		t := out[name]
		if t == nil {
			t = &term{sub: map[string]string{}}
			out[name] = t
		}
		inner := strings.TrimSuffix(rest, "]")
		_, notIndex := strconv.Atoi(inner)
		switch {
		case !nested:
			t.plain = append(t.plain, values[key]...)
		case inner == "" || notIndex == nil:
			t.list = append(t.list, values[key]...)
		default:
			t.sub[inner] = values[key][0]
		}
	}
	for _, t := range out {
		if len(t.list) == 1 {
			t.list = strings.Split(t.list[0], ",")
		}
	}
	return out, nil
}

// decodeQuery fills the struct v, or reports every problem in one fault.
func decodeQuery(raw string, v reflect.Value, loose bool) error {
	named, err := terms(raw)
	if err != nil {
		return err
	}
	var problems []fault.Field
	known := map[string]bool{}
	for _, p := range paramsOf(v.Type()) {
		known[p.name] = true
		if words, rule := p.set(v.FieldByIndex(p.index), named[p.name]); words != "" {
			problems = append(problems, fault.Field{Name: p.name, Rule: rule, Message: words})
		}
	}
	if !loose {
		for _, name := range slices.Sorted(maps.Keys(named)) {
			if !known[name] {
				problems = append(problems, fault.Field{Name: name, Rule: fault.Unknown, Message: "property " + name + " should not exist"})
			}
		}
	}
	return fault.Fields("http.invalid_query", problems...)
}

// param is one declared parameter.
type param struct {
	name  string
	index []int
	typ   reflect.Type
	one   bool
	csv   bool
	tag   reflect.StructTag
}

func paramsOf(t reflect.Type) []param {
	var out []param
	for _, f := range reflect.VisibleFields(t) {
		tag, ok := f.Tag.Lookup("q")
		if !ok {
			continue
		}
		name, opts, _ := strings.Cut(tag, ",")
		out = append(out, param{name: name, index: f.Index, typ: f.Type, one: opts == "one", csv: opts == "csv", tag: f.Tag})
	}
	return out
}

// set puts what the query says into the field and gives the words and rule of what is wrong with it, or "".
func (p param) set(field reflect.Value, t *term) (string, fault.Rule) {
	if t == nil {
		t = &term{}
	}
	switch field.Interface().(type) {
	case []string:
		return p.setList(field, t)
	case Window:
		return p.setWindow(field, t)
	}
	plain, given := p.tag.Get("default"), false
	if len(t.plain) > 0 {
		plain, given = t.plain[len(t.plain)-1], true
	}
	if len(t.plain) == 0 && (len(t.list) > 0 || len(t.sub) > 0) {
		return p.name + " must be a single value", fault.Type
	}
	if plain == "" && p.typ.Kind() != reflect.String {
		return "", ""
	}
	switch field.Interface().(type) {
	case string:
		field.SetString(plain)
	case int, *int64:
		return p.setInt(field, plain)
	case *bool:
		switch strings.ToLower(plain) {
		case "true", "false":
			b := strings.EqualFold(plain, "true")
			field.Set(reflect.ValueOf(&b))
		}
	case *time.Time:
		at, ok := ParseTime(plain)
		if !ok && given {
			return p.name + " must be a date", fault.Format
		}
		field.Set(reflect.ValueOf(&at))
	default:
		panic(fmt.Sprintf("query %s: no parameter is a %s", p.name, p.typ))
	}
	return "", ""
}

func (p param) setInt(field reflect.Value, plain string) (string, fault.Rule) {
	n, err := strconv.ParseInt(strings.TrimSpace(plain), 10, 64)
	if err != nil {
		return p.name + " must be a number conforming to the specified constraints", fault.Type
	}
	if low := p.tag.Get("min"); low != "" && n < bound(low) {
		return p.name + " must not be less than " + low, fault.Range
	}
	if high := p.tag.Get("max"); high != "" && n > bound(high) {
		if p.tag.Get("clamp") == "" {
			return p.name + " must not be greater than " + high, fault.Range
		}
		n = bound(high)
	}
	if field.Kind() == reflect.Pointer {
		field.Set(reflect.ValueOf(&n))
	} else {
		field.SetInt(n)
	}
	return "", ""
}

func bound(s string) int64 {
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil {
		panic("query: bad bound " + s)
	}
	return n
}

func (p param) setList(field reflect.Value, t *term) (string, fault.Rule) {
	list := t.list
	switch {
	case len(t.plain) > 0 && p.csv:
		list = append(list, strings.Split(strings.Join(t.plain, ","), ",")...)
	case len(t.plain) > 0 && p.one:
		list = append(list, t.plain...)
	case len(t.plain) > 0 || len(t.sub) > 0:
		return p.name + " must be an array", fault.Type
	}
	list = slices.DeleteFunc(list, func(s string) bool { return strings.TrimSpace(s) == "" })
	if enum := p.tag.Get("enum"); enum != "" {
		for _, v := range list {
			if !slices.Contains(strings.Split(enum, ","), v) {
				return "each value in " + p.name + " must be one of the following values: " + enum, fault.Unknown
			}
		}
	}
	if len(list) > 0 {
		field.Set(reflect.ValueOf(list))
	}
	return "", ""
}

func (p param) setWindow(field reflect.Value, t *term) (string, fault.Rule) {
	if len(t.plain) > 0 || len(t.list) > 0 {
		return p.name + " must be an object", fault.Type
	}
	var w Window
	ends := map[string]*time.Time{"gt": &w.GT, "gte": &w.GTE, "lt": &w.LT, "lte": &w.LTE}
	for _, key := range slices.Sorted(maps.Keys(t.sub)) {
		end, ok := ends[key]
		if !ok {
			return p.name + ".property " + key + " should not exist", fault.Unknown
		}
		at, ok := ParseTime(t.sub[key])
		if !ok {
			return p.name + "." + key + " must be a Date instance", fault.Format
		}
		*end = at
	}
	field.Set(reflect.ValueOf(w))
	return "", ""
}

// layouts are the forms of a time in a query; those without a zone are China time.
var layouts = []string{time.RFC3339Nano, "2006-01-02T15:04:05.999", "2006-01-02 15:04:05.999", "2006-01-02T15:04", "2006-01-02"}

// ParseTime reads a time of a query: an ISO date, or a unix time in seconds.
func ParseTime(s string) (time.Time, bool) {
	s = strings.TrimSpace(s)
	for _, layout := range layouts {
		if t, err := time.ParseInLocation(layout, s, China); err == nil {
			return t.UTC(), true
		}
	}
	sec, err := strconv.ParseInt(s, 10, 64)
	const year9999 = 253402300799
	if err != nil || sec < 0 || sec > year9999 {
		return time.Time{}, false
	}
	return time.Unix(sec, 0).UTC(), true
}
