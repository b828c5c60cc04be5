package shoptest

import (
	"compress/gzip"
	"encoding/json"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"kaidian/internal/api/scenario"
)

// answer is what came back of a request.
type answer struct {
	method string
	target string // the path and query as sent
	status int
	header http.Header
	body   []byte // decompressed
}

func (a answer) mediaType() string {
	kind, _, err := mime.ParseMediaType(a.header.Get("Content-Type"))
	if err != nil {
		return ""
	}
	return kind
}

func (a answer) isJSON() bool { return a.mediaType() == "application/json" && len(a.body) > 0 }

// patience is how long a request may take; then something hangs.
const patience = 30 * time.Second

// plainClient gives a client that sends what it is told and shows what comes back.
func plainClient(t testing.TB, c *http.Client) *http.Client {
	plain := &http.Client{Timeout: patience}
	if c != nil {
		plain.Transport = c.Transport
	} else {
		plain.Transport = &http.Transport{DisableCompression: true}
		t.Cleanup(plain.CloseIdleConnections)
	}
	plain.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return plain
}

// send sends the step's request byte for byte.
func (p *player) send(step scenario.Step) (answer, error) {
	target, err := p.vars.Path(step.Path)
	if err != nil {
		return answer{}, err
	}
	body, err := p.vars.Body(step.Body)
	if err != nil {
		return answer{}, err
	}
	r, err := http.NewRequestWithContext(p.t.Context(), step.Method, p.target.URL, strings.NewReader(body))
	if err != nil {
		return answer{}, err
	}
	if body == "" {
		r.Body, r.GetBody, r.ContentLength = http.NoBody, nil, 0
	}
	path, query, hasQuery := strings.Cut(target, "?")
	r.URL = &url.URL{Scheme: r.URL.Scheme, Host: r.URL.Host, Opaque: path, RawQuery: query, ForceQuery: hasQuery}
	r.Header = http.Header{"User-Agent": nil} // or net/http sends its own
	for _, f := range step.Header {
		value, err := p.vars.Text(f.Value)
		if err != nil {
			return answer{}, fmt.Errorf("header %s: %w", f.Name, err)
		}
		if http.CanonicalHeaderKey(f.Name) == "Host" {
			r.Host = value
			continue
		}
		r.Header[f.Name] = append(r.Header[f.Name], value)
	}
	res, err := p.client.Do(r)
	if err != nil {
		return answer{}, err
	}
	defer res.Body.Close()
	data, err := readBody(res)
	return answer{method: step.Method, target: target, status: res.StatusCode, header: res.Header, body: data}, err
}

func readBody(res *http.Response) ([]byte, error) {
	if res.Header.Get("Content-Encoding") != "gzip" || res.Request.Method == http.MethodHead {
		return io.ReadAll(res.Body)
	}
	z, err := gzip.NewReader(res.Body)
	if err != nil {
		return nil, fmt.Errorf("the body is not gzip as it says: %w", err)
	}
	return io.ReadAll(z)
}

// jsonForm gives what is wrong with the form of a JSON body: a key that comes twice, and, when sorted, keys out of order
// and anything around the value.
func jsonForm(body []byte, sorted bool) []string {
	var out []string
	if sorted && len(strings.TrimSpace(string(body))) != len(body) {
		out = append(out, "there is space or a newline around the JSON")
	}
	dec := json.NewDecoder(strings.NewReader(string(body)))
	if problem := keyOrder(dec, sorted, "body"); problem != "" {
		out = append(out, problem)
	}
	return out
}

// keyOrder reads one value and gives the first thing wrong with its keys. What is not JSON is reported elsewhere.
func keyOrder(dec *json.Decoder, sorted bool, where string) string {
	open, err := dec.Token()
	if err != nil {
		return ""
	}
	seen, last, found := map[string]bool{}, "", ""
	for i := 0; (open == json.Delim('{') || open == json.Delim('[')) && dec.More(); i++ {
		inside := fmt.Sprintf("%s[%d]", where, i)
		if open == json.Delim('{') {
			tok, err := dec.Token()
			key, ok := tok.(string)
			if err != nil || !ok {
				return found
			}
			switch {
			case found != "":
			case seen[key]:
				found = fmt.Sprintf("%s has the key %q twice", where, key)
			case sorted && key < last:
				found = fmt.Sprintf("the keys of %s are not sorted: %q comes after %q", where, key, last)
			}
			seen[key], last, inside = true, key, where+"."+key
		}
		if problem := keyOrder(dec, sorted, inside); found == "" {
			found = problem
		}
	}
	if open == json.Delim('{') || open == json.Delim('[') {
		if _, err := dec.Token(); err != nil {
			return found
		}
	}
	return found
}
