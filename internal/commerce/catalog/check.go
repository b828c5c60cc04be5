package catalog

import (
	"bytes"
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"kaidian/internal/platform/db"
	"kaidian/internal/platform/fault"
	"kaidian/internal/platform/patch"
)

// What one product may have at most.
const (
	MaxVariants   = 2000
	MaxOptions    = 10
	MaxImages     = 250
	maxTags       = 250 // and as many types, categories and channels
	maxLanguages  = 50
	maxText       = 255       // characters of a title or a name
	maxURL        = 2048      // bytes, and of the description and the keywords for search engines
	maxBody       = 1 << 20   // bytes of a description
	maxMetadata   = 64 << 10  // bytes of JSON
	maxMeasure    = 1e9       // grams, millimetres, cubic centimetres
	maxRank       = 1_000_000 // of a variant, a picture or a category
	maxAmount     = 1e15      // minor units
	maxProblems   = 100       // told at once
	maxOptionKey  = 512       // bytes; a longer key is hashed, as an index takes no long ones
	maxHandleSize = maxText   // characters
	maxIDSize     = 100       // bytes
)

var (
	language = regexp.MustCompile(`^[a-z]{2}(-[A-Z]{2})?$`)
	country  = regexp.MustCompile(`^[a-z]{2}$`)
	idForm   = regexp.MustCompile(`^[A-Za-z0-9_:-]{1,100}$`)
)

// problems collects what is wrong with an input. In is put before the names: "variants[2].".
type problems struct {
	list []fault.Field
	in   string
}

func (p *problems) add(name string, rule fault.Rule, words string) {
	if len(p.list) < maxProblems {
		p.list = append(p.list, fault.Field{Name: p.in + name, Rule: rule, Message: p.in + name + " " + words})
	}
}

// within runs check with names inside another.
func (p *problems) within(in string, check func()) {
	before := p.in
	p.in += in
	check()
	p.in = before
}

func (p *problems) missing(name string) { p.add(name, fault.Required, "should not be empty") }

// text checks what any text must keep: it can be stored, and is no longer than most characters.
func (p *problems) text(name, value string, most int) {
	switch {
	case !db.Storable(value):
		p.add(name, fault.Format, "must be text")
	case utf8.RuneCountInString(value) > most:
		p.add(name, fault.TooLong, fmt.Sprintf("must be at most %d characters", most))
	}
}

// filled sets a text that must say something.
func (p *problems) filled(name string, o patch.Optional[string], to *string) {
	o.Apply(to)
	if strings.TrimSpace(*to) == "" {
		p.missing(name)
		return
	}
	p.text(name, *to, maxText)
}

// nullable sets a text that may be missing. An empty one is none.
func (p *problems) nullable(name string, o patch.Optional[string], to **string, most int) {
	v, ok := o.Get()
	if !o.IsSet() {
		return
	}
	if *to = nil; ok && v != "" {
		*to = &v
		p.text(name, v, most)
	}
}

// plain sets a text that may be empty.
func (p *problems) plain(name string, o patch.Optional[string], to *string, most int) {
	if o.IsSet() {
		*to = o.Or("")
		p.text(name, *to, most)
	}
}

// flag sets a truth.
func (p *problems) flag(name string, o patch.Optional[bool], to *bool) {
	if o.IsNull() {
		p.add(name, fault.Type, "must be true or false")
	}
	*to = o.Or(*to)
}

// amount sets a number that is there always; null is 0.
func (p *problems) amount(name string, o patch.Optional[int64], to *int64) {
	o.Apply(to)
	if *to < 0 || *to > maxAmount {
		p.add(name, fault.Range, fmt.Sprintf("must be 0 to %d", int64(maxAmount)))
	}
}

// rank sets a place.
func (p *problems) rank(name string, o patch.Optional[int], to *int) {
	o.Apply(to)
	if *to < 0 || *to > maxRank {
		p.add(name, fault.Range, fmt.Sprintf("must be 0 to %d", maxRank))
	}
}

func (p *problems) measure(name string, o patch.Optional[int64], to **int64) {
	o.ApplyNullable(to)
	if v, ok := o.Get(); ok && (v < 0 || v > maxMeasure) {
		p.add(name, fault.Range, fmt.Sprintf("must be 0 to %d", int64(maxMeasure)))
	}
}

func (p *problems) measures(in MeasuresPatch, to *Measures) {
	p.measure("weight", in.Weight, &to.Weight)
	p.measure("length", in.Length, &to.Length)
	p.measure("height", in.Height, &to.Height)
	p.measure("width", in.Width, &to.Width)
	p.nullable("hs_code", in.HSCode, &to.HSCode, maxText)
	p.nullable("mid_code", in.MIDCode, &to.MIDCode, maxText)
	p.nullable("material", in.Material, &to.Material, maxText)
	if !in.OriginCountry.IsSet() {
		return
	}
	to.OriginCountry = nil
	if code := strings.ToLower(in.OriginCountry.Or("")); code != "" {
		to.OriginCountry = &code
		if !country.MatchString(code) {
			p.add("origin_country", fault.Format, "must be a country code of two letters")
		}
	}
}

// id checks an id that an importer keeps.
func (p *problems) id(name, id string) {
	if id != "" && !idForm.MatchString(id) {
		p.add(name, fault.Format, fmt.Sprintf("must be 1 to %d letters, digits, hyphens, colons or underscores", maxIDSize))
	}
}

// handle sets a handle that is given; an empty one and null ask for one that is made of the title. It tells whether one is
// to be made.
func (p *problems) handle(o patch.Optional[string], to *string) (make bool) {
	if !o.IsSet() {
		return *to == ""
	}
	h := o.Or("")
	if h == "" {
		return true
	}
	*to = h
	switch {
	case !isHandle(h):
		p.add("handle", fault.Format, "must be letters, digits, hyphens, underscores, dots or tildes")
	default:
		p.text("handle", h, maxHandleSize)
	}
	return false
}

// words sets a list of names. White space around them goes, and so do repetitions.
func (p *problems) words(name string, o patch.Optional[[]string], to *[]string, most int) {
	if !o.IsSet() {
		return
	}
	given, _ := o.Get()
	*to = nil
	for i, word := range given {
		word = strings.TrimSpace(word)
		at := fmt.Sprintf("%s[%d]", name, i)
		if word == "" {
			p.missing(at)
		}
		p.text(at, word, maxText)
		if !slices.Contains(*to, word) {
			*to = append(*to, word)
		}
	}
	p.count(name, len(*to), most)
}

// ids sets a list of ids, in which the order says nothing.
func (p *problems) ids(name string, o patch.Optional[[]string], to *[]string) {
	if !o.IsSet() {
		return
	}
	given, _ := o.Get()
	*to = nil
	if len(given) > 0 {
		*to = slices.Compact(slices.Sorted(slices.Values(given)))
	}
	p.count(name, len(*to), maxTags)
	for i, id := range given {
		if id == "" {
			p.missing(fmt.Sprintf("%s[%d]", name, i))
		}
		p.text(fmt.Sprintf("%s[%d]", name, i), id, maxText)
	}
}

func (p *problems) count(name string, n, most int) {
	if n > most {
		p.add(name, fault.TooLong, fmt.Sprintf("must be at most %d", most))
	}
}

// metadata sets an object, in its one spelling: keys sorted, no white space.
func (p *problems) metadata(o patch.Optional[json.RawMessage], to *json.RawMessage) {
	if !o.IsSet() {
		return
	}
	given, _ := o.Get()
	*to = nil
	if given = bytes.TrimSpace(given); len(given) == 0 || string(given) == "null" {
		return
	}
	if len(given) > 2*maxMetadata {
		p.add("metadata", fault.TooLong, fmt.Sprintf("must be at most %d bytes", maxMetadata))
		return
	}
	text, err := canonical(given)
	switch {
	case err != nil || !utf8.Valid(given):
		p.add("metadata", fault.Format, "must be an object")
	case len(text) > maxMetadata:
		p.add("metadata", fault.TooLong, fmt.Sprintf("must be at most %d bytes", maxMetadata))
	default:
		*to = text
	}
}

func canonical(given json.RawMessage) (json.RawMessage, error) {
	d := json.NewDecoder(bytes.NewReader(given))
	d.UseNumber()
	var object map[string]any
	if err := d.Decode(&object); err != nil {
		return nil, err
	}
	if d.More() {
		return nil, fmt.Errorf("more than one value")
	}
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	err := e.Encode(object)
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), err
}

// lengths are the fields that are translated, and how long they may be.
type lengths map[string]int

var (
	productTexts    = lengths{"title": maxText, "subtitle": maxURL, "description": maxBody}
	variantTexts    = lengths{"title": maxText}
	collectionTexts = lengths{"title": maxText}
	categoryTexts   = lengths{"name": maxText, "description": maxBody}
)

// translations sets texts in other languages. An empty text is none.
func (p *problems) translations(o patch.Optional[Translations], to *Translations, known lengths) {
	if !o.IsSet() {
		return
	}
	given, _ := o.Get()
	*to = nil
	p.count("translations", len(given), maxLanguages)
	for lang, texts := range given {
		if !language.MatchString(lang) {
			p.add("translations", fault.Format, `must be by language: "zh" or "zh-CN"`)
			continue
		}
		for field, text := range texts {
			p.translation(lang, field, text, known)
			if text == "" {
				continue
			}
			if *to == nil {
				*to = Translations{}
			}
			if (*to)[lang] == nil {
				(*to)[lang] = map[string]string{}
			}
			(*to)[lang][field] = text
		}
	}
}

func (p *problems) translation(lang, field, text string, known lengths) {
	most, ok := known[field]
	if !ok {
		p.add("translations."+lang, fault.Unknown, "has a text that is not translated")
		return
	}
	if most == maxBody {
		p.body("translations."+lang+"."+field, text)
		return
	}
	p.text("translations."+lang+"."+field, text, most)
}

// body checks a long text.
func (p *problems) body(name, text string) {
	switch {
	case !db.Storable(text):
		p.add(name, fault.Format, "must be text")
	case len(text) > maxBody:
		p.add(name, fault.TooLong, fmt.Sprintf("must be at most %d bytes", maxBody))
	}
}
