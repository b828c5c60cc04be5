package catalog_test

import (
	"strings"
	"testing"
	"unicode/utf8"

	"kaidian/internal/commerce/catalog"
)

func TestHandleOf(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ title, want string }{
		{"Summer Shirt", "summer-shirt"},
		{"  Summer -- Shirt!  ", "summer-shirt"},
		{"ÉCLAIR à la crème", "éclair-à-la-crème"},
		{"夏季 T恤（红）", "夏季-t恤-红"},
		{"Größe 42½", "größe-42"},
		{"हिन्दी", "हिन्दी"},
		{"a/b?c#d%e", "a-b-c-d-e"},
		{"!!!", ""},
		{"", ""},
		{"\xff\xfe", ""},
		{"🙂 smile", "smile"},
	} {
		if got := catalog.HandleOf(c.title); got != c.want {
			t.Errorf("%q gives %q, want %q", c.title, got, c.want)
		}
	}
}

func FuzzHandleOf(f *testing.F) {
	for _, s := range []string{"Summer Shirt", "夏", "", "---", "\xff", strings.Repeat("x-", 500)} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, title string) {
		h := catalog.HandleOf(title)
		if !utf8.ValidString(h) || utf8.RuneCountInString(h) > 200 || strings.HasPrefix(h, "-") || strings.HasSuffix(h, "-") || strings.Contains(h, "--") {
			t.Errorf("%q gives %q", title, h)
		}
		if strings.ContainsAny(h, " /?#%&\x00") {
			t.Errorf("%q gives %q, which is no part of an address", title, h)
		}
	})
}
