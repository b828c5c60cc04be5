package staff

import (
	"errors"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"
	"time"

	"kaidian/internal/platform/secret"
)

// maxURL bounds callback URLs and redirect URIs, in bytes.
const maxURL = 2048

// ownParams are the query parameters that a callback gets from us, so its URL must not bring them.
var ownParams = []string{"account_id", "code", "error", "hmac", "shop_key", "state", "time_stamp"}

// Redirect gives the URL that the browser is sent to: the registered callback when nothing is given, or what is given
// if it has the same scheme and host and a path at or below the callback's. One client encodes it twice, so it may be
// encoded once more than needed. Anything else is ErrInvalidRedirect.
func (a App) Redirect(given string) (string, error) {
	registered, err := parseCallback(a.CallbackURL)
	if err != nil {
		return "", ErrInvalidRedirect.Wrap(err)
	}
	if given == "" {
		return a.CallbackURL, nil
	}
	if err = below(registered, given); err == nil {
		return given, nil
	}
	once, decodeErr := url.QueryUnescape(given)
	if decodeErr == nil && below(registered, once) == nil {
		return once, nil
	}
	return "", ErrInvalidRedirect.Wrap(err)
}

// below tells what is wrong with a redirect URI for a registered callback.
func below(registered *url.URL, given string) error {
	u, err := parseCallback(given)
	switch {
	case err != nil:
		return err
	case u.Scheme != registered.Scheme || hostPort(u) != hostPort(registered):
		return errors.New("has another origin")
	}
	root := strings.TrimSuffix(registered.Path, "/")
	if u.Path == registered.Path || u.Path == root || strings.HasPrefix(u.Path, root+"/") {
		return nil
	}
	return errors.New("has another path")
}

// parseCallback parses a URL that a browser may be sent to. It takes less than url.Parse does: nothing that a browser
// would read in another way than this program. Its errors complete a sentence that begins with the URL's name.
func parseCallback(text string) (*url.URL, error) {
	if len(text) > maxURL {
		return nil, errors.New("must be 2048 bytes or fewer")
	}
	if strings.ContainsFunc(text, func(r rune) bool { return r <= ' ' || r == '\\' || r == 0x7f }) {
		return nil, errors.New("must not have spaces, control characters or backslashes")
	}
	u, err := url.Parse(text)
	if err != nil {
		return nil, errors.New("must be a URL")
	}
	switch {
	case u.Scheme != "http" && u.Scheme != "https", u.Hostname() == "", u.Opaque != "":
		return nil, errors.New("must begin with http:// or https:// and a host")
	case strings.ContainsFunc(u.Host, func(r rune) bool { return r > 0x7f || r == '%' }):
		return nil, errors.New("must spell its host in ASCII")
	case u.User != nil, strings.Contains(text, "#"):
		return nil, errors.New("must have no user and no fragment")
	case slices.ContainsFunc(strings.Split(u.Path, "/"), isDots):
		return nil, errors.New("must have no . or .. in its path")
	}
	return u, checkQuery(u)
}

// isDots tells whether a segment of a path is one that a browser resolves, with what an encoded slash would hide.
func isDots(segment string) bool {
	return segment == "." || segment == ".." || strings.ContainsRune(segment, '\\')
}

// checkQuery refuses what would make a signed query ambiguous: our own names, and names that come twice.
func checkQuery(u *url.URL) error {
	query, err := url.ParseQuery(u.RawQuery)
	if err != nil {
		return errors.New("must have a well-formed query")
	}
	for name, values := range query {
		if len(values) > 1 || slices.Contains(ownParams, name) {
			return fmt.Errorf("must not have %q in its query, or have it once only", name)
		}
	}
	return nil
}

// hostPort gives the host in lower case with its port, which may be the scheme's own.
func hostPort(u *url.URL) string {
	port := u.Port()
	if port == "" {
		port = map[string]string{"http": "80", "https": "443"}[u.Scheme]
	}
	return strings.ToLower(u.Hostname()) + ":" + port
}

// CallbackURL gives the URL that takes the browser to an app, with a signed query. The target is what App.Redirect
// gave; parameters of its own are kept and signed too, as the apps' libraries sign all they receive. The time stamp
// is added here: some apps refuse one that is ten minutes old.
func (s *Service) CallbackURL(a App, target string, params map[string]string) (string, error) {
	appSecret, err := s.unseal(sealSecret, a.secretSealed)
	if err != nil {
		return "", err
	}
	return extend(a, target, params, func(all map[string]string) string {
		all["time_stamp"] = s.clock.Now().Format(time.RFC3339)
		return CallbackQuery(appSecret, all)
	})
}

// RefusalURL gives the URL that tells an app that nobody consented. It is not signed. The state may be empty.
func (a App) RefusalURL(target, state string) (string, error) {
	params := map[string]string{"error": "access_denied"}
	if state != "" {
		params["state"] = state
	}
	return extend(a, target, params, encodeSorted)
}

// extend gives the target with another query. The scheme and host come from what is registered, whatever the target
// says.
func extend(a App, target string, params map[string]string, query func(map[string]string) string) (string, error) {
	target, err := a.Redirect(target)
	if err != nil {
		return "", err
	}
	u, err := url.Parse(target)
	if err != nil {
		return "", ErrInvalidRedirect.Wrap(err)
	}
	registered, err := url.Parse(a.CallbackURL)
	if err != nil {
		return "", ErrInvalidRedirect.Wrap(err)
	}
	all := map[string]string{}
	for name, values := range u.Query() {
		all[name] = values[0]
	}
	maps.Copy(all, params)
	u.Scheme, u.Host, u.RawQuery = registered.Scheme, registered.Host, query(all)
	return u.String(), nil
}

// CallbackQuery gives the query of a callback, signed with the app's secret: the parameters and their hmac, in
// alphabetical order, because some apps sign in the order in which they receive. What is signed is the decoded
// "key=value" of all parameters in that order, joined by "&".
func CallbackQuery(appSecret string, params map[string]string) string {
	signed := maps.Clone(params)
	delete(signed, "hmac")
	var message strings.Builder
	for _, key := range slices.Sorted(maps.Keys(signed)) {
		if message.Len() > 0 {
			message.WriteByte('&')
		}
		message.WriteString(key + "=" + signed[key])
	}
	signed["hmac"] = secret.HMACHex(appSecret, []byte(message.String()))
	return encodeSorted(signed)
}

// encodeSorted encodes parameters in alphabetical order, a space as %20, which every decoder understands.
func encodeSorted(params map[string]string) string {
	values := url.Values{}
	for key, value := range params {
		values.Set(key, value)
	}
	return strings.ReplaceAll(values.Encode(), "+", "%20")
}
