package portal_test

import (
	"io/fs"
	"regexp"
	"strings"
	"testing"
	"testing/fstest"

	"kaidian/docs/guides"
	"kaidian/internal/api/portal"
)

// shelf makes a set of guides of one guide in two languages.
func shelf(en, zh string) fs.FS {
	return fstest.MapFS{"en/store.md": {Data: []byte(en)}, "zh/store.md": {Data: []byte(zh)}}
}

func TestGuidesAreRendered(t *testing.T) {
	t.Parallel()
	text := "# Title with `code`\n\n## First *part* {#first}\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n### Deeper {#deeper}\n\n" +
		"<script>alert(1)</script>\n\n```sh\ncurl http://127.0.0.1:9000/v1/shop\n```\n"
	server := setup(t, func(o *portal.Options) { o.Guides = shelf(text, text) })
	_, page := get(t, server, "/docs/en/guides/store")
	for _, want := range []string{
		"<title>Title with code · Kaidian</title>",
		"<h1>Title with <code>code</code></h1>",
		`<h2 id="first">First <em>part</em><a href="#first" title="Link to this section" class="anchor">#</a></h2>`,
		`<h3 id="deeper">`,
		`<li><a href="#first">First part</a></li>`,
		`<li class="deep"><a href="#deeper">Deeper</a></li>`,
		"<td>1</td>",
		"curl " + server.URL + "/v1/shop",
	} {
		if !strings.Contains(page, want) {
			t.Errorf("the page lacks %q:\n%s", want, page)
		}
	}
	if strings.Contains(page, "alert(1)") {
		t.Error("raw HTML is kept")
	}
}

func TestMalformedGuidesAreRefused(t *testing.T) {
	t.Parallel()
	good := "# T\n\n## A {#a}\n"
	for name, files := range map[string]fs.FS{
		"none at all":          fstest.MapFS{},
		"no title":             shelf("## A {#a}\n", good),
		"heading without id":   shelf("# T\n\n## A\n", good),
		"other sections":       shelf(good, "# T\n\n## B {#b}\n"),
		"other order":          shelf("# T\n\n## A {#a}\n\n## B {#b}\n", "# T\n\n## B {#b}\n\n## A {#a}\n"),
		"other depth":          shelf(good, "# T\n\n### A {#a}\n"),
		"not in Chinese":       fstest.MapFS{"en/store.md": {Data: []byte(good)}},
		"only in Chinese":      fstest.MapFS{"zh/store.md": {Data: []byte(good)}},
		"one only in Chinese":  fstest.MapFS{"en/a.md": {Data: []byte(good)}, "zh/a.md": {Data: []byte(good)}, "zh/b.md": {Data: []byte(good)}},
		"id used twice on one": shelf("# T\n\n## A {#a}\n\n## B {#a}\n", "# T\n\n## A {#a}\n\n## B {#a}\n"),
	} {
		if _, err := portal.New(portal.Options{Assets: dist(t), Guides: files}); err == nil {
			t.Errorf("%s: taken", name)
		}
	}
	if _, err := portal.New(portal.Options{Assets: dist(t), Guides: shelf(good, good)}); err != nil {
		t.Errorf("a good one is refused: %v", err)
	}
}

// What a guide says in commands and code must be the same in both languages, but for its examples' Chinese.
func TestGuidesGiveTheSameCommands(t *testing.T) {
	t.Parallel()
	fence := regexp.MustCompile("(?ms)^ *```([a-z]*)$(.*?)^ *```$")
	word := regexp.MustCompile(`https?://[^\s'"]+|/(?:store|v1|oauth2)/[^\s'"]*|--[a-z-]+`)
	for _, name := range []string{"store", "open"} {
		var said [2][]string
		for i, lang := range []string{"en", "zh"} {
			source, err := fs.ReadFile(guides.Files, lang+"/"+name+".md")
			if err != nil {
				t.Fatal(err)
			}
			for _, block := range fence.FindAllStringSubmatch(string(source), -1) {
				said[i] = append(said[i], block[1]+" "+strings.Join(word.FindAllString(block[2], -1), " "))
			}
		}
		if len(said[0]) == 0 || strings.Join(said[0], "\n") != strings.Join(said[1], "\n") {
			t.Errorf("%s differs:\n%s\n\n%s", name, strings.Join(said[0], "\n"), strings.Join(said[1], "\n"))
		}
	}
}

// Chinese text takes Chinese punctuation; a half-width comma or colon between its letters is a slip.
func TestChinesePunctuation(t *testing.T) {
	t.Parallel()
	server := setup(t, nil)
	slip := regexp.MustCompile(`\p{Han}[,;:?!()]|[,;:?!(]\p{Han}`)
	code := regexp.MustCompile(`(?s)<pre>.*?</pre>|<code>.*?</code>|<[^>]*>`)
	for _, path := range []string{"/?lang=zh", "/docs/zh", "/docs/zh/guides/store", "/docs/zh/guides/open", "/docs/zh/nothing"} {
		_, page := get(t, server, path)
		if found := slip.FindAllString(code.ReplaceAllString(page, " "), -1); found != nil {
			t.Errorf("%s: %q", path, found)
		}
	}
}
