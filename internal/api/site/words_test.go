package site

import (
	"maps"
	"net/url"
	"reflect"
	"slices"
	"strings"
	"testing"

	"kaidian/internal/commerce/staff"
)

func TestBothLanguagesSayEverything(t *testing.T) {
	t.Parallel()
	en, zh := englishWords(), chineseWords()
	for _, w := range []words{en, zh} {
		v := reflect.ValueOf(w)
		for i := range v.NumField() {
			if v.Field(i).Kind() == reflect.String && v.Field(i).String() == "" {
				t.Errorf("%s has no words for %s", w.Tag, v.Type().Field(i).Name)
			}
		}
		for _, s := range staff.AllScopes.List() {
			if text := w.Areas[s.Area()]; text[0] == "" || text[1] == "" {
				t.Errorf("%s has no words for %s", w.Tag, s)
			}
		}
	}
	if a, b := slices.Sorted(maps.Keys(en.Problems)), slices.Sorted(maps.Keys(zh.Problems)); !slices.Equal(a, b) {
		t.Errorf("problems in English %q, in Chinese %q", a, b)
	}
	for reason, text := range zh.Problems {
		if text == "" || strings.Contains(text, "{minutes}") != strings.Contains(en.Problems[reason], "{minutes}") {
			t.Errorf("%s: %q", reason, text)
		}
	}
}

func TestAreasSayWritingOnceForBoth(t *testing.T) {
	t.Parallel()
	got := englishWords().areas(staff.ParseScopes("write_orders,read_basic,write_basic,read_themes"))
	want := []struct {
		name   string
		writes bool
	}{{"Basics", true}, {"Themes", false}, {"Orders", true}}
	if len(got) != len(want) {
		t.Fatalf("got %+v", got)
	}
	for i, w := range want {
		if got[i].Name != w.name || got[i].Writes != w.writes {
			t.Errorf("got %+v, want %+v", got[i], w)
		}
	}
}

func TestLocalNext(t *testing.T) {
	t.Parallel()
	for next, want := range map[string]string{
		"":                                 "/apps",
		"/apps":                            "/apps",
		"/apps?lang=zh":                    "/apps",
		"/oauth2/authorize?a=1&lang=en":    "/oauth2/authorize?a=1",
		"/oauth2/authorize/?b=%26":         "/oauth2/authorize/?b=%26",
		"https://evil.example/apps":        "/apps",
		"//evil.example/apps":              "/apps",
		"//evil.example/oauth2/authorize?": "/apps",
		"///evil.example":                  "/apps",
		"/\\evil.example":                  "/apps",
		"\\\\evil.example":                 "/apps",
		"/apps/../../evil":                 "/apps",
		"/oauth2/authorize/..//evil":       "/apps",
		"javascript:alert(1)":              "/apps",
		"apps":                             "/apps",
		"/signout":                         "/apps",
		"/oauth2/authorize?%zz":            "/apps",
		"/oauth2/authorize?a;b":            "/apps",
		"/oauth2/authorize#x":              "/oauth2/authorize",
		"/oauth2/authorize?a=\r\nX: y":     "/apps",
	} {
		if got := localNext(next); got != want {
			t.Errorf("%q leads to %q, want %q", next, got, want)
		}
	}
}

func FuzzLocalNext(f *testing.F) {
	for _, seed := range []string{"/apps", "/oauth2/authorize?client_id=1&state=%0d%0a", "//evil.example/apps", "/\\evil", "https:/apps", "/apps?next=//x"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, next string) {
		got := localNext(next)
		u, err := url.Parse(got)
		if err != nil || u.Scheme != "" || u.Host != "" || !slices.Contains(nextPaths, u.Path) {
			t.Fatalf("%q leads to %q, %v", next, got, err)
		}
		if !strings.HasPrefix(got, u.Path) || strings.ContainsFunc(got, func(r rune) bool { return r <= ' ' || r >= 0x7f || r == '\\' }) {
			t.Errorf("%q leads to %q", next, got)
		}
		if again := localNext(got); again != got {
			t.Errorf("%q leads to %q, which leads to %q", next, got, again)
		}
	})
}
