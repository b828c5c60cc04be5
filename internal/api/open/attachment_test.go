package open

import (
	"bytes"
	"encoding/base64"
	"strings"
	"testing"

	"kaidian/internal/commerce/content"
	"kaidian/internal/platform/fault"
)

func TestAttachmentsThatAreTaken(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]attachment{
		"data:image/png;base64,aGVsbG8=":                {"image/png", []byte("hello")},
		"DATA:Image/PNG;BASE64,aGVsbG8=":                {"Image/PNG", []byte("hello")},
		"data:;base64,aGVsbG8=":                         {"", []byte("hello")},
		"data:text/plain;charset=utf-8;base64,5Y+L5aW9": {"text/plain;charset=utf-8", []byte("友好")},
		"data:image/png;base64,aGVs\r\nbG8=\n":          {"image/png", []byte("hello")}, // as Ruby's encode64 writes it
	} {
		got, rule, words := readAttachment(text)
		if rule != "" || got.contentType != want.contentType || !bytes.Equal(got.data, want.data) {
			t.Errorf("%q is %+v (%s %s)", text, got, rule, words)
		}
	}
	most := bytes.Repeat([]byte{7}, content.MaxFile)
	if got, rule, _ := readAttachment("data:a/b;base64," + base64.StdEncoding.EncodeToString(most)); rule != "" || !bytes.Equal(got.data, most) {
		t.Errorf("the largest is %d bytes (%s)", len(got.data), rule)
	}
}

func TestAttachmentsThatAreRefused(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]fault.Rule{
		"": fault.Required, "data:image/png;base64,": fault.Required, "data:image/png;base64,\n": fault.Required,
		"aGVsbG8=": fault.Format, "data:": fault.Format, "dat": fault.Format, "data:,hello": fault.Format, "data:image/png,aGVsbG8=": fault.Format,
		"data:image/png;base64": fault.Format, "data:base64,aGVsbG8=": fault.Format, "data:image/png;base64,aGVsbG8": fault.Format,
		"data:image/png;base64,aGVsbG9=": fault.Format, "data:image/png;base64,aGVs bG8=": fault.Format, "data:image/png;base64,aGVsbG8=aGVsbG8=": fault.Format,
		"data:image/png;base64,aGV_bG8=": fault.Format, "data:image/png;base64,%61": fault.Format, " data:image/png;base64,aGVsbG8=": fault.Format,
		"data:" + strings.Repeat("a", maxDeclared) + ";base64,aGVsbG8=": fault.Format,
		"http://h.cn/a.png": fault.Format,
		"data:a/b;base64," + base64.StdEncoding.EncodeToString(make([]byte, content.MaxFile+1)):     fault.TooLong,
		"data:a/b;base64," + base64.StdEncoding.EncodeToString(make([]byte, content.MaxFile*12/10)): fault.TooLong,
	} {
		if got, rule, words := readAttachment(text); rule != want || words == "" || got.data != nil {
			t.Errorf("%.60q is %d bytes (%s %s), want %s", text, len(got.data), rule, words, want)
		}
	}
}

func FuzzAttachment(f *testing.F) {
	for _, seed := range []string{"data:image/png;base64,aGVsbG8=", "data:;base64,AA==", "data:a/b;c=d;base64,", "data:,", "DATA:x;BASE64,\n", ""} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		got, rule, words := readAttachment(text)
		if (rule == "") != (words == "") {
			t.Fatalf("%q: %s says %q", text, rule, words)
		}
		if rule != "" {
			return
		}
		if len(got.data) == 0 || len(got.data) > len(text) || !strings.Contains(text, got.contentType) {
			t.Fatalf("%q is %+v", text, got)
		}
		again := "data:" + got.contentType + ";base64," + base64.StdEncoding.EncodeToString(got.data)
		if back, rule, _ := readAttachment(again); rule != "" || back.contentType != got.contentType || !bytes.Equal(back.data, got.data) {
			t.Fatalf("%q is %+v", again, back)
		}
	})
}
