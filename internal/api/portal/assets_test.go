package portal_test

import (
	"bytes"
	"compress/gzip"
	"io"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
	"testing/fstest"

	"kaidian/docs/guides"
	"kaidian/internal/api/portal"
)

// assetURL finds the address of a file in the page that loads it.
func assetURL(t *testing.T, server *httptest.Server, page, name, ext string) string {
	t.Helper()
	_, body := get(t, server, page)
	found := regexp.MustCompile(`"(/docs/assets/` + name + `\.[0-9a-f]{12}\.` + ext + `)"`).FindStringSubmatch(body)
	if found == nil {
		t.Fatalf("%s does not load %s.%s", page, name, ext)
	}
	return found[1]
}

// unpacked gives a built file's content.
func unpacked(t *testing.T, name string) string {
	t.Helper()
	packed, err := fs.ReadFile(dist(t), name+".gz")
	if err != nil {
		t.Fatal(err)
	}
	reader, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		t.Fatal(err)
	}
	content, err := io.ReadAll(reader)
	if err != nil {
		t.Fatal(err)
	}
	return string(content)
}

func TestAssetsComeCompressedToThoseWhoTakeIt(t *testing.T) {
	t.Parallel()
	server := setup(t, nil)
	want := unpacked(t, "portal.css")
	path := assetURL(t, server, "/docs/en", "portal", "css")
	for _, c := range []struct {
		accept string
		packed bool
	}{
		{"gzip", true},
		{"br, gzip;q=0.8", true},
		{"deflate, GZIP", true},
		{"*", true},
		{"gzip;q=0", false},
		{"gzip; q=0.0, br", false},
		{"identity", false},
		{"br", false},
		{"", false},
	} {
		response, body := get(t, server, path, "Accept-Encoding", c.accept)
		if got := response.Header.Get("Content-Encoding") == "gzip"; got != c.packed {
			t.Errorf("Accept-Encoding %q: compressed is %v", c.accept, got)
			continue
		}
		if c.packed {
			reader, err := gzip.NewReader(strings.NewReader(body))
			if err != nil {
				t.Fatal(err)
			}
			content, err := io.ReadAll(reader)
			if err != nil {
				t.Fatal(err)
			}
			body = string(content)
		}
		if body != want {
			t.Errorf("Accept-Encoding %q: another content", c.accept)
		}
		if response.Header.Get("Vary") != "Accept-Encoding" {
			t.Errorf("Accept-Encoding %q: does not say that it varies", c.accept)
		}
	}
}

func TestAssetsAreKept(t *testing.T) {
	t.Parallel()
	server := setup(t, nil)
	for _, c := range []struct{ page, name, ext, mediaType string }{
		{"/docs/en", "portal", "css", "text/css; charset=utf-8"},
		{"/docs/en", "portal", "js", "text/javascript; charset=utf-8"},
		{"/docs/en", "icon", "svg", "image/svg+xml"},
		{"/docs/en", "licenses", "txt", "text/plain; charset=utf-8"},
		{"/docs/zh/open", "scalar", "js", "text/javascript; charset=utf-8"},
		{"/docs/zh/open", "reference", "js", "text/javascript; charset=utf-8"},
	} {
		path := assetURL(t, server, c.page, c.name, c.ext)
		response, _ := get(t, server, path, "Accept-Encoding", "gzip")
		if got := response.Header.Get("Content-Type"); got != c.mediaType {
			t.Errorf("%s is %q", path, got)
		}
		if !strings.Contains(response.Header.Get("Cache-Control"), "immutable") {
			t.Errorf("%s is not kept", path)
		}
		for _, tag := range []string{response.Header.Get("ETag"), "W/" + response.Header.Get("ETag"), `"x", ` + response.Header.Get("ETag")} {
			again, body := get(t, server, path, "If-None-Match", tag)
			if again.StatusCode != http.StatusNotModified || body != "" {
				t.Errorf("%s with If-None-Match %s: %d", path, tag, again.StatusCode)
			}
		}
	}
	for _, path := range []string{"/docs/assets/portal.css", "/docs/assets/portal.000000000000.css", "/docs/assets/portal.css.gz"} {
		if response, _ := get(t, server, path); response.StatusCode != http.StatusNotFound {
			t.Errorf("%s: %d", path, response.StatusCode)
		}
	}
}

func TestAssetWithAnotherContentHasAnotherName(t *testing.T) {
	t.Parallel()
	files := fstest.MapFS{}
	for _, name := range []string{"portal.css", "portal.js", "reference.js", "scalar.js", "icon.svg", "licenses.txt"} {
		var packed bytes.Buffer
		writer := gzip.NewWriter(&packed)
		_, _ = io.WriteString(writer, "another "+name)
		if err := writer.Close(); err != nil {
			t.Fatal(err)
		}
		files[name+".gz"] = &fstest.MapFile{Data: packed.Bytes()}
	}
	ours, others := setup(t, nil), setup(t, func(o *portal.Options) { o.Assets = files })
	if assetURL(t, ours, "/docs/en", "portal", "css") == assetURL(t, others, "/docs/en", "portal", "css") {
		t.Error("two contents share a name")
	}
	delete(files, "scalar.js.gz")
	if _, err := portal.New(portal.Options{Assets: files, Guides: guides.Files}); err == nil {
		t.Error("a missing file is not noticed")
	}
}

func TestReferenceShowsFourLanguages(t *testing.T) {
	t.Parallel()
	script := unpacked(t, "reference.js")
	hidden := regexp.MustCompile(`hiddenClients: \[([^\]]*)\]`).FindStringSubmatch(script)
	if hidden == nil {
		t.Fatal("the script hides no request samples")
	}
	for _, shown := range []string{"shell/curl", "js/fetch", "java/okhttp", "swift/nsurlsession"} {
		if strings.Contains(hidden[1], `"`+shown+`"`) {
			t.Errorf("%s is hidden", shown)
		}
	}
	for _, other := range []string{"shell/wget", "js/axios", "node/fetch", "java/unirest", "python/requests", "go/native"} {
		if !strings.Contains(hidden[1], `"`+other+`"`) {
			t.Errorf("%s is shown", other)
		}
	}
	if !strings.Contains(unpacked(t, "scalar.js"), `["shell/curl","js/fetch","java/okhttp","swift/nsurlsession"]`) {
		t.Error("the viewer's tabs are not the four")
	}
}

func TestReferenceKeepsToItself(t *testing.T) {
	t.Parallel()
	script := unpacked(t, "reference.js")
	for _, want := range []string{"withDefaultFonts: false", "telemetry: false", "agent: { disabled: true }", "mcp: { disabled: true }", "showDeveloperTools: 'never'", "hideClientButton: true"} {
		if !strings.Contains(script, want) {
			t.Errorf("the script lacks %q", want)
		}
	}
	if strings.Contains(script, "proxyUrl") {
		t.Error("the script names a proxy")
	}
	if viewer := unpacked(t, "scalar.js"); strings.Contains(viewer, "new Function(") || strings.Contains(viewer, "sourceMappingURL") {
		t.Error("the viewer needs what the security policy forbids, or names a file that is not served")
	}
}
