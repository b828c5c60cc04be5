package portal_test

import (
	"context"
	"io"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strings"
	"testing"

	"kaidian/docs/guides"
	"kaidian/internal/api/portal"
	"kaidian/ui"
)

// dist gives the built browser files as the program embeds them.
func dist(t *testing.T) fs.FS {
	t.Helper()
	files, err := fs.Sub(ui.Dist, "dist")
	if err != nil {
		t.Fatal(err)
	}
	return files
}

// setup starts a server with the portal where the program mounts it, beside bare stand-ins for what it links to.
func setup(t *testing.T, change func(*portal.Options)) *httptest.Server {
	t.Helper()
	options := portal.Options{Assets: dist(t), Guides: guides.Files}
	if change != nil {
		change(&options)
	}
	p, err := portal.New(options)
	if err != nil {
		t.Fatal(err)
	}
	mux := http.NewServeMux()
	mux.Handle("/docs", p)
	mux.Handle("/docs/", p)
	mux.HandleFunc("GET /{$}", p.Start)
	ok := func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "OK") }
	mux.HandleFunc("GET /health", ok)
	for _, face := range []string{"store", "open"} {
		mux.HandleFunc("GET /openapi/"+face+".json", ok)
		mux.HandleFunc("GET /openapi/"+face+".zh.json", ok)
	}
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	return server
}

// get asks for a path without following redirects; headers come in pairs.
func get(t *testing.T, server *httptest.Server, path string, headers ...string) (*http.Response, string) {
	t.Helper()
	return send(t, server, http.MethodGet, path, headers...)
}

// send is get with a method.
func send(t *testing.T, server *httptest.Server, method, path string, headers ...string) (*http.Response, string) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), method, server.URL+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i+1 < len(headers); i += 2 {
		if headers[i] == "Host" {
			request.Host = headers[i+1]
			continue
		}
		request.Header.Set(headers[i], headers[i+1])
	}
	response, err := server.Client().Transport.RoundTrip(request)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return response, string(body)
}

// targets gives the values of an attribute in a page.
func targets(page, attribute string) []string {
	var found []string
	for _, m := range regexp.MustCompile(`\s`+attribute+`="([^"]*)"`).FindAllStringSubmatch(page, -1) {
		found = append(found, m[1])
	}
	return found
}

// crawl follows every link from the start page in both languages and gives the pages by path.
func crawl(t *testing.T, server *httptest.Server) map[string]string {
	t.Helper()
	seen := map[string]string{}
	queue := []string{"/?lang=en", "/?lang=zh"}
	for len(queue) > 0 {
		path, _, _ := strings.Cut(queue[0], "#")
		queue = queue[1:]
		if _, done := seen[path]; done || path == "" {
			continue
		}
		response, body := get(t, server, path)
		if response.StatusCode != http.StatusOK {
			t.Errorf("GET %s: status %d", path, response.StatusCode)
		}
		seen[path] = body
		if strings.HasPrefix(response.Header.Get("Content-Type"), "text/html") {
			queue = append(queue, targets(body, "href")...)
			queue = append(queue, targets(body, "src")...)
		}
	}
	return seen
}

func TestEveryLinkLeadsSomewhere(t *testing.T) {
	t.Parallel()
	pages := crawl(t, setup(t, nil))
	for _, lang := range []string{"en", "zh"} {
		for _, path := range []string{"", "/store", "/open", "/guides/store", "/guides/open"} {
			if _, ok := pages["/docs/"+lang+path]; !ok {
				t.Errorf("no page links to /docs/%s%s", lang, path)
			}
		}
	}
	for path, page := range pages {
		for _, link := range targets(page, "href") {
			target, anchor, ok := strings.Cut(link, "#")
			if target == "" {
				target = path
			}
			if ok && !strings.Contains(pages[target], ` id="`+anchor+`"`) {
				t.Errorf("%s links to %s, where there is no such section", path, link)
			}
		}
	}
}

func TestNothingComesFromElsewhere(t *testing.T) {
	t.Parallel()
	loads := regexp.MustCompile(`(?i)(\s(src|href|action|poster|srcset|data)\s*=\s*["']?|url\(\s*["']?|@import\s+["']?)(https?:)?//`)
	for path, body := range crawl(t, setup(t, nil)) {
		if strings.Contains(path, "/scalar.") || strings.Contains(path, "/licenses.") {
			continue // the viewer's own code: the security policy holds it, see below
		}
		if found := loads.FindString(body); found != "" {
			t.Errorf("%s has %q", path, found)
		}
	}
}

func TestSecurityPolicy(t *testing.T) {
	t.Parallel()
	server := setup(t, nil)
	for _, path := range []string{"/", "/docs/en", "/docs/zh/store", "/docs/en/open", "/docs/zh/guides/open", "/docs/en/nothing"} {
		response, body := get(t, server, path)
		policy := response.Header.Get("Content-Security-Policy")
		for _, want := range []string{"default-src 'none'", "script-src 'self';", "base-uri 'none'", "frame-ancestors 'none'", "form-action 'none'"} {
			if !strings.Contains(policy, want) {
				t.Errorf("%s: policy %q lacks %q", path, policy, want)
			}
		}
		reference := strings.HasSuffix(path, "/store") || strings.HasSuffix(path, "/open") && !strings.Contains(path, "guides")
		if strings.Contains(policy, "unsafe-inline") != reference {
			t.Errorf("%s: policy %q", path, policy)
		}
		if response.Header.Get("X-Content-Type-Options") != "nosniff" {
			t.Errorf("%s: no nosniff", path)
		}
		if regexp.MustCompile(`<style|\sstyle=|<script>|\son[a-z]+=`).MatchString(body) {
			t.Errorf("%s has inline styles or scripts", path)
		}
	}
}

func TestLanguages(t *testing.T) {
	t.Parallel()
	server := setup(t, nil)
	for _, c := range []struct{ accept, want string }{
		{"", "en"},
		{"en-GB,en;q=0.9", "en"},
		{"zh-CN,zh;q=0.9,en;q=0.8", "zh"},
		{"zh-TW", "zh"},
		{"fr;q=1, zh;q=0.5, en;q=0.1", "zh"},
		{"en;q=0.2, zh;q=0.7", "zh"},
		{"de", "en"},
		{"*", "en"},
		{";;;=", "en"},
	} {
		response, _ := get(t, server, "/docs", "Accept-Language", c.accept)
		if got := response.Header.Get("Location"); response.StatusCode != http.StatusFound || got != "/docs/"+c.want {
			t.Errorf("Accept-Language %q: %d to %q", c.accept, response.StatusCode, got)
		}
		response, _ = get(t, server, "/", "Accept-Language", c.accept)
		if got := response.Header.Get("Content-Language"); !strings.HasPrefix(got, c.want) {
			t.Errorf("/ with Accept-Language %q is in %q", c.accept, got)
		}
		if response.Header.Get("Vary") != "Accept-Language" {
			t.Error("/ does not say that it varies")
		}
	}
	if response, _ := get(t, server, "/?lang=zh", "Accept-Language", "en"); response.Header.Get("Content-Language") != "zh-CN" {
		t.Error("?lang=zh does not win over the browser")
	}
}

func TestLanguageSwitchKeepsThePlace(t *testing.T) {
	t.Parallel()
	server := setup(t, nil)
	for from, to := range map[string]string{
		"/?lang=en":            "/?lang=zh",
		"/docs/en":             "/docs/zh",
		"/docs/zh/store":       "/docs/en/store",
		"/docs/en/guides/open": "/docs/zh/guides/open",
	} {
		_, page := get(t, server, from)
		if !regexp.MustCompile(`class="tongue" href="` + regexp.QuoteMeta(to) + `"`).MatchString(page) {
			t.Errorf("%s does not switch to %s", from, to)
		}
	}
}

func TestWhatIsNotThere(t *testing.T) {
	t.Parallel()
	server := setup(t, nil)
	for _, c := range []struct{ path, accept, lang string }{
		{"/docs/en/nothing", "zh", "en"},
		{"/docs/zh/nothing", "en", "zh-CN"},
		{"/docs/zh/guides/nothing", "", "zh-CN"},
		{"/docs/en/guides/..%2fopen", "", "en"},
		{"/docs/en/guides/store/more", "", "en"},
		{"/docs/fr", "zh", "zh-CN"},
		{"/docs/fr/store", "", "en"},
		{"/docs/fr/guides/store", "", "en"},
	} {
		response, page := get(t, server, c.path, "Accept-Language", c.accept)
		if response.StatusCode != http.StatusNotFound || response.Header.Get("Content-Language") != c.lang {
			t.Errorf("%s: %d in %q", c.path, response.StatusCode, response.Header.Get("Content-Language"))
		}
		if !strings.Contains(page, "<h1>") || response.Header.Get("Content-Security-Policy") == "" {
			t.Errorf("%s: not a page", c.path)
		}
	}
	for from, to := range map[string]string{
		"/docs/en/": "/docs/en", "/docs/zh/store/": "/docs/zh/store", "/docs/": "/docs", "/docs/zh/guides": "/docs/zh", "/docs/zh/guides/": "/docs/zh/guides",
	} {
		if response, _ := get(t, server, from); response.Header.Get("Location") != to {
			t.Errorf("%s: %d to %q, want %q", from, response.StatusCode, response.Header.Get("Location"), to)
		}
	}
}

func TestPagesAreForReadingOnly(t *testing.T) {
	t.Parallel()
	server := setup(t, nil)
	if response, _ := send(t, server, http.MethodPost, "/docs/en"); response.StatusCode != http.StatusMethodNotAllowed {
		t.Errorf("POST: %d", response.StatusCode)
	}
	if response, body := send(t, server, http.MethodHead, "/docs/en"); response.StatusCode != http.StatusOK || body != "" {
		t.Errorf("HEAD: %d", response.StatusCode)
	}
}

func TestPageIsNotSentTwice(t *testing.T) {
	t.Parallel()
	server := setup(t, nil)
	for _, path := range []string{"/", "/docs/en", "/docs/zh/open", "/docs/en/guides/store"} {
		first, _ := get(t, server, path)
		again, body := get(t, server, path, "If-None-Match", first.Header.Get("ETag"))
		if again.StatusCode != http.StatusNotModified || body != "" {
			t.Errorf("%s: %d", path, again.StatusCode)
		}
	}
	missing, _ := get(t, server, "/docs/en/nothing")
	if missing.Header.Get("ETag") != "" {
		t.Error("a missing page can be kept")
	}
}

func TestReferenceNamesItsDocument(t *testing.T) {
	t.Parallel()
	server := setup(t, nil)
	for path, want := range map[string]string{
		"/docs/en/store": "/openapi/store.json", "/docs/zh/store": "/openapi/store.zh.json",
		"/docs/en/open": "/openapi/open.json", "/docs/zh/open": "/openapi/open.zh.json",
	} {
		_, page := get(t, server, path)
		if got := targets(page, "data-document"); !slices.Equal(got, []string{want}) {
			t.Errorf("%s draws %q", path, got)
		}
	}
	server = setup(t, func(o *portal.Options) {
		o.SpecURL = func(face, lang string) string { return "/spec/" + lang + "/" + face }
	})
	if _, page := get(t, server, "/docs/zh/open"); !slices.Equal(targets(page, "data-document"), []string{"/spec/zh/open"}) {
		t.Error("SpecURL is not asked")
	}
}

func TestCommandsNameThisServer(t *testing.T) {
	t.Parallel()
	server := setup(t, nil)
	for _, c := range []struct{ host, proto, want string }{
		{"shop.example.com", "", "http://shop.example.com/store/customers"},
		{"shop.example.com:8080", "https", "https://shop.example.com:8080/store/customers"},
		{"[::1]:9000", "", "http://[::1]:9000/store/customers"},
		{"a'$(id)", "", "http://127.0.0.1:9000/store/customers"},
	} {
		for _, path := range []string{"/", "/docs/en", "/docs/zh/guides/store"} {
			_, page := get(t, server, path, "Host", c.host, "X-Forwarded-Proto", c.proto)
			if !strings.Contains(page, c.want) {
				t.Errorf("%s asked as %q lacks %q", path, c.host, c.want)
			}
		}
	}
	server = setup(t, func(o *portal.Options) { o.BaseURL = "https://api.shop.example.com" })
	if _, page := get(t, server, "/docs/en/guides/open"); strings.Contains(page, "127.0.0.1") || !strings.Contains(page, "https://api.shop.example.com/v1/shop") {
		t.Error("BaseURL is not used")
	}
}

func TestShopNameIsShownAndEscaped(t *testing.T) {
	t.Parallel()
	server := setup(t, func(o *portal.Options) {
		o.ShopName = func(context.Context) string { return `<b>小店</b>` }
		o.Version = "1.2.3"
	})
	_, page := get(t, server, "/?lang=zh")
	if !strings.Contains(page, "<h1>&lt;b&gt;小店&lt;/b&gt;</h1>") || strings.Contains(page, "<b>小店") {
		t.Error("the name is not shown as text")
	}
	if !strings.Contains(page, "1.2.3") {
		t.Error("the version is not shown")
	}
	if _, page = get(t, setup(t, nil), "/"); !strings.Contains(page, "<h1>Kaidian</h1>") {
		t.Error("a shop without a name has no name of the program")
	}
}

func TestStartPageSaysHowToCreateACustomer(t *testing.T) {
	t.Parallel()
	server := setup(t, nil)
	for _, lang := range []string{"en", "zh"} {
		_, page := get(t, server, "/?lang="+lang)
		links := targets(page, "href")
		for _, want := range []string{"/docs/" + lang + "/store", "/docs/" + lang + "/open", "/docs/" + lang + "/guides/store", "/docs/" + lang + "/guides/open", "/health"} {
			if !slices.Contains(links, want) {
				t.Errorf("%s: no link to %s", lang, want)
			}
		}
		if !strings.Contains(page, "curl -X POST &#39;"+server.URL+"/store/customers&#39;") && !strings.Contains(page, "curl -X POST '"+server.URL+"/store/customers'") {
			t.Errorf("%s: no command", lang)
		}
	}
}
