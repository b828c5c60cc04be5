package httpx_test

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"kaidian/internal/api/httpx"
)

func TestAskedLanguage(t *testing.T) {
	t.Parallel()
	for header, want := range map[string]string{
		"": httpx.English, "zh-CN,zh;q=0.9,en;q=0.8": httpx.Chinese, "zh-TW": httpx.Chinese, "fr, zh;q=0.5, en;q=0.4": httpx.Chinese,
		"en-GB,zh": httpx.English, "fr": httpx.English, "zh;q=0.1,en": httpx.English, "???": httpx.English,
	} {
		r := httptest.NewRequest(http.MethodGet, "/", nil)
		r.Header.Set("Accept-Language", header)
		if got := httpx.AskedLanguage(r); got != want {
			t.Errorf("%q asks for %s, want %s", header, got, want)
		}
	}
}

func TestLanguageOf(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ address, cookie, asked, want, kept string }{
		{"/", "", "zh", "zh", ""},
		{"/", "en", "zh", "en", ""},
		{"/", "fr", "zh", "zh", ""},
		{"/?lang=zh", "en", "en", "zh", "zh"},
		{"/?lang=en", "", "zh", "en", "en"},
		{"/?lang=fr", "zh", "en", "zh", ""},
	} {
		w, r := httptest.NewRecorder(), httptest.NewRequest(http.MethodGet, c.address, nil)
		r.Header.Set("Accept-Language", c.asked)
		if c.cookie != "" {
			r.AddCookie(&http.Cookie{Name: "kaidian_lang", Value: c.cookie})
		}
		got, kept := httpx.LanguageOf(w, r), ""
		for _, made := range w.Result().Cookies() {
			kept = made.Value
		}
		if got != c.want || kept != c.kept {
			t.Errorf("%+v: got %q, kept %q", c, got, kept)
		}
		if httpx.OtherLanguage(got) == got {
			t.Errorf("there is no other language than %s", got)
		}
	}
}
