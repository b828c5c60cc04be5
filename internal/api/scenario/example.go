package scenario

import (
	"encoding/json"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"kaidian/internal/api/route"
)

// Examples gives the examples of a face's document by operation id: every step of the scenarios that asks a route of the
// face, in their order. Placeholders show the sample that the scenario gives, or one that suits the name; times are in
// zone. The body of a request that is refused is left out, so that a document does not show how not to ask.
func Examples(scenarios []Scenario, face *route.Face, zone *time.Location) map[string][]route.Example {
	find := finder(face)
	out := map[string][]route.Example{}
	for _, s := range scenarios {
		for _, step := range s.Steps {
			id := find(step)
			if id == "" {
				continue
			}
			e := s.example(step, zone)
			e.Name = unused(out[id], strings.ReplaceAll(s.Name, "/", "-"))
			out[id] = append(out[id], e)
		}
	}
	return out
}

// finder gives a function that tells which operation of the face a step asks, or "".
func finder(face *route.Face) func(Step) string {
	mux, ids := http.NewServeMux(), map[string]string{}
	for _, r := range face.Routes() {
		pattern := r.Method + " " + r.Path
		mux.Handle(pattern, http.NotFoundHandler())
		ids[pattern] = r.Name
	}
	return func(step Step) string {
		path, _, _ := strings.Cut(step.Path, "?")
		r, err := http.NewRequest(step.Method, path, http.NoBody)
		if err != nil {
			return ""
		}
		_, pattern := mux.Handler(r)
		if !strings.HasPrefix(pattern, step.Method+" ") { // HEAD asks what GET answers
			return ""
		}
		return ids[pattern]
	}
}

// unused gives name, with a number behind it when an example is called so already.
func unused(examples []route.Example, name string) string {
	out := name
	for n := 2; slices.ContainsFunc(examples, func(e route.Example) bool { return e.Name == out }); n++ {
		out = name + "-" + strconv.Itoa(n)
	}
	return out
}

func (s Scenario) example(step Step, zone *time.Location) route.Example {
	e := route.Example{Title: step.Title, Status: step.Want.Status}
	if e.Title.EN == "" {
		e.Title = s.Title
	}
	if step.Body != "" && step.Want.Status < http.StatusBadRequest {
		e.Request = s.shown(step.Body, zone)
	}
	switch {
	case step.Want.Body != "":
		e.Response = s.shown(step.Want.Body, zone)
	case step.Want.Text != "":
		e.Response = s.shownText(step.Want.Text, zone)
	}
	return e
}

// shown gives a body as the document prints it: compact JSON with its members in their order, or text.
func (s Scenario) shown(body string, zone *time.Location) any {
	v, err := decode(body)
	if err != nil {
		return s.shownText(body, zone)
	}
	v, err = mapStrings(v, func(text string) (any, error) {
		if name := lone(text); name != "" {
			return s.sample(name, zone), nil
		}
		return s.shownText(text, zone), nil
	})
	if err != nil {
		return body
	}
	out, err := encode(v)
	if err != nil {
		return body
	}
	return json.RawMessage(out)
}

func (s Scenario) shownText(text string, zone *time.Location) string {
	all, err := parts(text)
	if err != nil {
		return text
	}
	var b strings.Builder
	for _, p := range all {
		b.WriteString(p.text)
		if p.name != "" {
			fmt.Fprint(&b, s.sample(p.name, zone))
		}
	}
	return b.String()
}

var (
	idName     = regexp.MustCompile(`^(?:([a-z]+)[0-9]*_id|(addr|cart|cgrp|claim|cus|disc|gift|item|order|paycol|prod|reg|ret|swap|variant)[0-9]*)$`)
	numberName = regexp.MustCompile(`^(?:[a-z0-9_]*_)?(?:number|count)[0-9]*$`)
	digits     = regexp.MustCompile(`[0-9]+`)
)

// sample is what the document shows for $name: the scenario's own sample, or one after the form of the name. "cus_id", "cus"
// and "cus2" are identifiers with the prefix cus, the third another than the first two; "number" and "cus_number" are
// numbers; any other is an opaque token.
func (s Scenario) sample(name string, zone *time.Location) any {
	if v, ok := s.Samples[name]; ok {
		return v
	}
	n, err := strconv.Atoi(digits.FindString(name))
	if err != nil || n > 99 {
		n = 0
	}
	switch {
	case name == timeName:
		return time.Date(2026, time.November, 21, 11, 28, 32, 732e6, time.UTC).In(zone).Format(timeLayout)
	case name == anyName:
		return "…"
	case numberName.MatchString(name):
		return json.Number(strconv.Itoa(595 + n))
	case idName.MatchString(name):
		ulid := "01G2SG30J8C85S4A5CHM2S1NS2"
		if n > 0 {
			ulid = fmt.Sprintf("%s%02d", ulid[:24], n)
		}
		prefix := idName.FindStringSubmatch(name)
		return prefix[1] + prefix[2] + "_" + ulid
	case name == "jwt":
		return "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9…"
	}
	return fmt.Sprintf("9f86d081884c7d659a2feaa0c55ad0%02d", n)
}
