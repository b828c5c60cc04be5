package route

import (
	"cmp"
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

	"github.com/danielgtaylor/huma/v2"

	"kaidian/internal/platform/db"
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
// "one" lets a plain key=a through too, and the option "csv" makes it a comma list in a plain key. A number above its
// max is refused, or taken as the max with the tag clamp. A parameter that is there and empty counts as absent. The tag
// number has the document call an int a number. Any other kind is a Param of the face's own.

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
	d := queryDecoder{typ: reflect.TypeOf(row.Query), params: paramsOf(reflect.TypeOf(row.Query)),
		loose: f.LooseQuery || row.LooseQuery, zone: cmp.Or(f.Zone, time.UTC)}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		q, err := d.decode(r.URL.RawQuery)
		if err != nil {
			f.Refuse(w, r, err)
			return
		}
		next.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), queryKey, q)))
	})
}

// Param is a kind of parameter that a face brings along. The methods are those of the pointer to the field.
type Param interface {
	// SetQuery takes what the query says under the parameter's name, which may be nothing. It tells what is wrong with it,
	// in words to stand behind the name: "must be a number", or "".
	SetQuery(t Term) (string, fault.Rule)
	// QuerySchema tells the document what it is.
	QuerySchema() *huma.Schema
}

// Term is all that a query says under one name, for a Param.
type Term struct {
	Plain []string          // key=a
	List  []string          // key[]=a, key[0]=a
	Sub   map[string]string // key[gt]=a
}

var typeOfParam = reflect.TypeFor[Param]()

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
	if text, _ := url.QueryUnescape(raw); err != nil || len(values) > maxQueryKeys || !db.Storable(text) {
		return nil, fault.New(fault.Invalid, "http.bad_query", "The query string could not be read")
	}
	out := map[string]*term{}
	for _, key := range slices.SortedFunc(maps.Keys(values), byIndex) {
		name, inner, nested := split(key)
		t := out[name]
		if t == nil {
			t = &term{sub: map[string]string{}}
			out[name] = t
		}
		switch _, element := index(inner); {
		case !nested:
			t.plain = append(t.plain, values[key]...)
		case element:
			t.list = append(t.list, values[key]...)
		default:
			t.sub[inner] = values[key][len(values[key])-1]
		}
	}
	for _, t := range out {
		if len(t.list) == 1 {
			t.list = strings.Split(t.list[0], ",")
		}
	}
	return out, nil
}

// split parts "key[inner]".
func split(key string) (name, inner string, nested bool) {
	name, rest, nested := strings.Cut(key, "[")
	return name, strings.TrimSuffix(rest, "]"), nested
}

// index gives the place of an element in its list; those without one come first.
func index(inner string) (int, bool) {
	if inner == "" {
		return -1, true
	}
	n, err := strconv.Atoi(inner)
	return n, err == nil
}

// byIndex brings the elements of a list into their order: key[2] before key[10].
func byIndex(a, b string) int {
	aName, aInner, _ := split(a)
	bName, bInner, _ := split(b)
	aIndex, _ := index(aInner)
	bIndex, _ := index(bInner)
	return cmp.Or(strings.Compare(aName, bName), cmp.Compare(aIndex, bIndex), strings.Compare(a, b))
}

// queryDecoder makes a declared query of a query string.
type queryDecoder struct {
	typ    reflect.Type
	params []param
	loose  bool // unknown keys are let through
	zone   *time.Location
}

// decode gives a pointer to the query, or one fault of every problem: keys that there should not be first, as in bodies.
func (d queryDecoder) decode(raw string) (any, error) {
	named, err := terms(raw)
	if err != nil {
		return nil, err
	}
	v := reflect.New(d.typ)
	var problems []fault.Field
	for _, p := range d.params {
		t := cmp.Or(named[p.name], &term{})
		delete(named, p.name)
		if words, rule := p.set(v.Elem().FieldByIndex(p.index), t, d.zone); words != "" {
			problems = append(problems, fault.Field{Name: p.name, Rule: rule, Message: words})
		}
	}
	var strangers []fault.Field
	if !d.loose {
		for _, name := range slices.Sorted(maps.Keys(named)) {
			strangers = append(strangers, fault.Field{Name: name, Rule: fault.Unknown, Message: "property " + name + " should not exist"})
		}
	}
	all := slices.Concat(strangers, problems)
	return v.Interface(), fault.Fields("http.invalid_query", all[:min(len(all), maxProblems)]...)
}

// param is one declared parameter.
type param struct {
	name     string
	index    []int
	typ      reflect.Type
	tag      reflect.StructTag
	one, csv bool
	enum     []string
	min, max *int64 // nil means no bound
	clamp    bool
}

// The kinds of parameters.
var (
	typeOfString     = reflect.TypeFor[string]()
	typeOfInt        = reflect.TypeFor[int]()
	typeOfIntPointer = reflect.TypeFor[*int64]()
	typeOfBool       = reflect.TypeFor[*bool]()
	typeOfTime       = reflect.TypeFor[*time.Time]()
	typeOfList       = reflect.TypeFor[[]string]()
	typeOfWindow     = reflect.TypeFor[Window]()
)

// paramsOf reads a declaration. It panics on what is none: a query is declared while the program is wired.
func paramsOf(t reflect.Type) []param {
	kinds := []reflect.Type{typeOfString, typeOfInt, typeOfIntPointer, typeOfBool, typeOfTime, typeOfList, typeOfWindow}
	var out []param
	for _, f := range reflect.VisibleFields(t) {
		tag, ok := f.Tag.Lookup("q")
		if !ok {
			continue
		}
		if !slices.Contains(kinds, f.Type) && !reflect.PointerTo(f.Type).Implements(typeOfParam) {
			panic(fmt.Sprintf("query %s: no parameter is a %s", tag, f.Type))
		}
		name, opts, _ := strings.Cut(tag, ",")
		p := param{name: name, index: f.Index, typ: f.Type, tag: f.Tag, one: opts == "one", csv: opts == "csv", clamp: f.Tag.Get("clamp") != ""}
		if enum := f.Tag.Get("enum"); enum != "" {
			p.enum = strings.Split(enum, ",")
		}
		p.min, p.max = boundOf(f.Tag.Get("min")), boundOf(f.Tag.Get("max"))
		if words, _ := p.set(reflect.New(f.Type).Elem(), &term{}, time.UTC); words != "" {
			panic("query: the default is wrong: " + words)
		}
		out = append(out, p)
	}
	return out
}

func boundOf(s string) *int64 {
	if s == "" {
		return nil
	}
	n := bound(s)
	return &n
}

func bound(s string) int64 {
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil {
		panic("query: bad bound " + s)
	}
	return n
}

// set puts what the query says into the field and gives the words and rule of what is wrong with it, or "".
func (p param) set(field reflect.Value, t *term, zone *time.Location) (string, fault.Rule) {
	switch p.typ {
	case typeOfList:
		return p.setList(field, t)
	case typeOfWindow:
		return p.setWindow(field, t, zone)
	}
	if own, ok := field.Addr().Interface().(Param); ok {
		words, rule := own.SetQuery(Term{Plain: t.plain, List: t.list, Sub: t.sub})
		if words != "" {
			words = p.name + " " + words
		}
		return words, rule
	}
	if len(t.plain) == 0 && (len(t.list) > 0 || len(t.sub) > 0) {
		return p.name + " must be a single value", fault.Type
	}
	plain := ""
	if len(t.plain) > 0 {
		plain = t.plain[len(t.plain)-1]
	}
	if plain = cmp.Or(plain, p.tag.Get("default")); plain == "" {
		return "", ""
	}
	switch p.typ {
	case typeOfInt, typeOfIntPointer:
		return p.setInt(field, plain)
	case typeOfBool:
		if b := strings.EqualFold(plain, "true"); b || strings.EqualFold(plain, "false") {
			field.Set(reflect.ValueOf(&b))
		}
	case typeOfTime:
		at, ok := parseTime(plain, zone)
		if !ok {
			return p.name + " must be a date", fault.Format
		}
		field.Set(reflect.ValueOf(&at))
	default:
		field.SetString(plain)
	}
	return "", ""
}

func (p param) setInt(field reflect.Value, plain string) (string, fault.Rule) {
	n, err := strconv.ParseInt(strings.TrimSpace(plain), 10, 64)
	if err != nil {
		return p.name + " must be a number conforming to the specified constraints", fault.Type
	}
	if p.min != nil && n < *p.min {
		return p.name + " must not be less than " + strconv.FormatInt(*p.min, 10), fault.Range
	}
	if p.max != nil && n > *p.max {
		if !p.clamp {
			return p.name + " must not be greater than " + strconv.FormatInt(*p.max, 10), fault.Range
		}
		n = *p.max
	}
	if field.Kind() == reflect.Pointer {
		field.Set(reflect.ValueOf(&n))
	} else {
		field.SetInt(n)
	}
	return "", ""
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
	for _, v := range list {
		if len(p.enum) > 0 && !slices.Contains(p.enum, v) {
			return "each value in " + p.name + " must be one of the following values: " + strings.Join(p.enum, ","), fault.Unknown
		}
	}
	if len(list) > 0 {
		field.Set(reflect.ValueOf(list))
	}
	return "", ""
}

func (p param) setWindow(field reflect.Value, t *term, zone *time.Location) (string, fault.Rule) {
	if len(t.plain) > 0 || len(t.list) > 0 {
		return p.name + " must be an object", fault.Type
	}
	var w Window
	ends := map[string]*time.Time{"gt": &w.GT, "gte": &w.GTE, "lt": &w.LT, "lte": &w.LTE}
	for _, key := range slices.Sorted(maps.Keys(t.sub)) {
		end, ok := ends[key]
		if !ok {
			return "property " + p.name + "." + key + " should not exist", fault.Unknown
		}
		at, ok := parseTime(t.sub[key], zone)
		if !ok {
			return p.name + "." + key + " must be a Date instance", fault.Format
		}
		*end = at
	}
	field.Set(reflect.ValueOf(w))
	return "", ""
}

// layouts are the forms of a time in a query; those without a zone are in the face's.
var layouts = []string{time.RFC3339Nano, "2006-01-02T15:04:05.999", "2006-01-02 15:04:05.999", "2006-01-02T15:04", "2006-01-02"}

// ParseTime reads a time as queries have it: an ISO date, China time when without a zone, or a unix time in seconds.
func ParseTime(s string) (time.Time, bool) { return parseTime(s, China) }

func parseTime(s string, zone *time.Location) (time.Time, bool) {
	s = strings.TrimSpace(s)
	for _, layout := range layouts {
		if t, err := time.ParseInLocation(layout, s, zone); err == nil {
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
