package mailtext

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// folder makes one with some files.
func folder(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func opened(t *testing.T, files map[string]string) *Texts {
	t.Helper()
	texts, err := Open(folder(t, files))
	if err != nil {
		t.Fatal(err)
	}
	return texts
}

func render(t *testing.T, texts *Texts, n Name, lang Lang, data any) Mail {
	t.Helper()
	m, err := texts.Render(n, lang, data)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func TestEveryMailIsWritten(t *testing.T) {
	t.Parallel()
	texts, err := Open(filepath.Join(t.TempDir(), "none"))
	if err != nil {
		t.Fatal(err)
	}
	slip := regexp.MustCompile(`\p{Han}[,;:?!()]|[,;:?!(]\p{Han}`)
	for _, n := range names() {
		for _, lang := range []Lang{Chinese, English} {
			for i, data := range samples(n, lang) {
				m := render(t, texts, n, lang, data)
				if strings.ContainsAny(m.Subject, "\r\n<>{}") || strings.Contains(m.Text+m.HTML, "<no value>") || strings.Contains(m.Text, "\n\n\n") {
					t.Errorf("%s %s %d:\n%s\n%s", n, lang, i, m.Subject, m.Text)
				}
				if found := slip.FindAllString(m.Subject+m.Text, -1); lang == Chinese && found != nil {
					t.Errorf("%s %s %d: half-width punctuation %q", n, lang, i, found)
				}
				if !strings.HasPrefix(m.HTML, "<!doctype html>") || !strings.HasSuffix(strings.TrimSpace(m.HTML), "</html>") {
					t.Errorf("%s %s %d is no page: %s", n, lang, i, m.HTML)
				}
			}
		}
	}
}

func TestTextAndPageSayTheSame(t *testing.T) {
	t.Parallel()
	texts := opened(t, nil)
	for _, lang := range []Lang{Chinese, English} {
		for _, data := range samples(OrderPlaced, lang) {
			m := render(t, texts, OrderPlaced, lang, data)
			page := regexp.MustCompile(`(?s)<head>.*</head>|<[^>]*>`).ReplaceAllString(m.HTML, " ")
			for _, figure := range regexp.MustCompile(`¥[\d,.]*\d|\d+`).FindAllString(m.Text, -1) {
				if !strings.Contains(page, figure) {
					t.Errorf("%s: only the text says %s", lang, figure)
				}
			}
		}
	}
}

func TestWhatShoppersAndMerchantsWriteIsEscaped(t *testing.T) {
	t.Parallel()
	const bad = `<script>alert("1")</script>`
	o := Order{Head: Head{Lang: English, Shop: bad, URL: "javascript:alert(1)"}, Lines: []Line{{Title: bad, Options: bad}}, Methods: []string{bad},
		Remark: bad, ShipTo: []string{bad}, Payment: Paid}
	m := render(t, opened(t, nil), OrderPlaced, English, o)
	if strings.Contains(m.HTML, "<script") || strings.Contains(m.HTML, `href="javascript`) || strings.Count(m.HTML, "&lt;script&gt;") < 6 {
		t.Error(m.HTML)
	}
	if !strings.Contains(m.Text, bad) {
		t.Errorf("the text is not HTML, and is not escaped: %s", m.Text)
	}
	o.Shop = "Two\r\nBcc: lines\x00" + strings.Repeat("长", 500)
	if m = render(t, opened(t, nil), OrderPlaced, English, o); strings.ContainsAny(m.Subject, "\r\n\x00") || len([]rune(m.Subject)) > 200 {
		t.Errorf("subject %q", m.Subject)
	}
}

func TestMerchantsFilesComeFirst(t *testing.T) {
	t.Parallel()
	texts := opened(t, map[string]string{
		"order_placed.zh.txt":  "\ufeff{{define \"subject\"}}第 {{.Number}} 单{{end}}\n谢谢 {{.Email}}\n",
		"order_placed.en.html": `{{template "head" .}}<h1>Yours: {{range .Lines}}{{.Title}}{{end}}</h1>{{template "foot" .}}`,
		"gift_cards.en.txt":    `{{define "subject"}}Cards!{{end}}`,
		"notes.md":             "what merchants write down",
	})
	o := Order{Head: Head{Lang: Chinese, Shop: "S"}, Number: 7, Email: "a@example.com", Lines: []Line{{Title: "A & B"}}}
	if m := render(t, texts, OrderPlaced, Chinese, o); m.Subject != "第 7 单" || m.Text != "谢谢 a@example.com\n" || !strings.Contains(m.HTML, "感谢您的订购") {
		t.Errorf("the text is theirs, the page ours: %+v", m)
	}
	if m := render(t, texts, OrderPlaced, English, o); !strings.Contains(m.HTML, "<h1>Yours: A &amp; B</h1>") || !strings.Contains(m.Text, "Thank you") {
		t.Errorf("the page is theirs, the text ours: %+v", m)
	}
	if m := render(t, texts, GiftCards, English, Cards{}); m.Subject != "Cards!" || !strings.Contains(m.Text, "Enter a code") {
		t.Errorf("the subject alone is theirs: %+v", m)
	}
}

func TestBrokenFilesAreNamed(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ file, text, want string }{
		"syntax":           {"order_placed.zh.txt", "谢谢\n\n{{.Number", "order_placed.zh.txt:3"},
		"syntax, page":     {"gift_cards.en.html", "<p>\n{{range .Cards}}", "gift_cards.en.html:2"},
		"unknown field":    {"order_placed.en.html", "<p>\n<p>\n<p>{{.Nummer}}", "order_placed.en.html:3"},
		"field of a line":  {"order_placed.en.txt", "{{range .Lines}}\n{{.Name}}{{end}}", "order_placed.en.txt:2"},
		"unknown function": {"order_claim.zh.txt", "{{upper .Token}}", `order_claim.zh.txt:1: function "upper" not defined`},
		"unknown block":    {"order_claim.en.html", `{{template "header" .}}`, "order_claim.en.html"},
		"ends in a tag":    {"order_claim.en.html", `<a href="{{.Token}}`, "order_claim.en.html"},
		"empty subject":    {"gift_cards.zh.txt", `{{define "subject"}}{{""}}{{end}}`, `gift_cards.zh.txt: the block "subject" says nothing`},
		"misspelt name":    {"order_place.zh.txt", "x", "order_place.zh.txt: there is no mail of this name"},
		"unknown language": {"order_placed.de.html", "x", "there are gift_cards.en.html,"},
		"too large":        {"gift_cards.zh.txt", strings.Repeat("x", maxFile+1), "a template may have 262144 bytes at most"},
		"makes too much":   {"gift_cards.zh.html", `{{range .Cards}}` + strings.Repeat("x", maxFile-100) + `{{range $.Cards}}{{end}}{{end}}` + "", ""},
		"makes far too much": {"gift_cards.zh.html", `{{define "x"}}` + strings.Repeat("x", 100_000) + `{{end}}{{define "y"}}` + strings.Repeat(`{{template "x"}}`, 20) + `{{end}}{{template "y"}}`,
			"longer than 1048576 bytes"},
	} {
		dir := folder(t, map[string]string{c.file: c.text})
		_, err := Open(dir)
		switch {
		case c.want == "" && err != nil:
			t.Errorf("%s: %v", name, err)
		case c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want) || !strings.HasPrefix(err.Error(), dir)):
			t.Errorf("%s: got %v, want a path and %s", name, err, c.want)
		}
	}
}

func TestLanguages(t *testing.T) {
	t.Parallel()
	for country, want := range map[string]Lang{"cn": Chinese, "tw": Chinese, "hk": Chinese, "mo": Chinese, "sg": Chinese, "de": English, "jp": English, "": English} {
		if got := LangOf(country); got != want {
			t.Errorf("%q gets %s", country, got)
		}
	}
}
