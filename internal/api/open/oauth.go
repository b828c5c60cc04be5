package open

import (
	"encoding/base64"
	"errors"
	"io"
	"log/slog"
	"math"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"kaidian/internal/api/httpx"
	"kaidian/internal/commerce/staff"
	"kaidian/internal/platform/clock"
	"kaidian/internal/platform/fault"
	"kaidian/internal/platform/limit"
)

// The bounds of the token endpoint. The limit on failures is high enough for an app under development that retries,
// and leaves no hope of guessing.
const (
	tokenBodyLimit = 16 << 10 // bytes
	tokenFailures  = 60       // per address and window
	tokenWindow    = time.Minute
)

// What the token endpoint says when it gives no token. Clients compare the first two byte for byte.
const (
	badClient  = "invalid_client"
	badGrant   = "invalid_grant"
	badType    = "unsupported_grant_type"
	badRequest = "invalid_request"
	tooMany    = "too_many_requests"
	ourFault   = "server_error"
)

// TokenHandler gives apps their tokens: POST /oauth2/token, with or without a slash at the end. Its answers have
// exactly one member and no line break, as clients cut them at fixed places; it never redirects.
func TokenHandler(s *staff.Service, c clock.Clock, log *slog.Logger) http.Handler {
	return &tokenEndpoint{staff: s, log: log, failures: limit.New(c, tokenFailures, tokenWindow)}
}

type tokenEndpoint struct {
	staff    *staff.Service
	log      *slog.Logger
	failures *limit.Limiter
}

func (e *tokenEndpoint) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Cache-Control", "no-store")
	if r.Method != http.MethodPost {
		w.Header().Set("Allow", http.MethodPost)
		answerToken(w, http.StatusMethodNotAllowed, "error", badRequest)
		return
	}
	form, err := tokenForm(w, r)
	if err != nil {
		answerToken(w, tokenReadStatus(err), "error", badRequest)
		return
	}
	address := limit.Caller(clientAddress(r))
	if _, wait, ok := e.failures.Take(address); !ok {
		w.Header().Set("Retry-After", strconv.Itoa(int(math.Ceil(wait.Seconds()))))
		answerToken(w, http.StatusTooManyRequests, "error", tooMany)
		return
	}
	token, err := e.token(r, form)
	if err != nil {
		e.refuse(w, r, address, err)
		return
	}
	e.failures.GiveBack(address)
	answerToken(w, http.StatusOK, "token", token)
}

var errGrantType = errors.New("open: unknown grant type")

// token does what the grant type asks for.
func (e *tokenEndpoint) token(r *http.Request, form url.Values) (string, error) {
	switch form.Get("grant_type") {
	case "client_credentials":
		key, appSecret, ok := parseBasic(r.Header.Get("Authorization"))
		if !ok {
			return "", staff.ErrInvalidClient
		}
		return e.staff.ClientToken(r.Context(), key, appSecret)
	case "authorization_code":
		return e.staff.Exchange(r.Context(), form.Get("client_id"), form.Get("code"), form.Get("redirect_uri"))
	default:
		return "", errGrantType
	}
}

// refuse says why there is no token. What is not the client's doing is not counted against it.
func (e *tokenEndpoint) refuse(w http.ResponseWriter, r *http.Request, address string, err error) {
	switch {
	case errors.Is(err, staff.ErrInvalidClient):
		w.Header().Set("WWW-Authenticate", `Basic realm="kaidian"`)
		answerToken(w, http.StatusUnauthorized, "error", badClient)
	case errors.Is(err, staff.ErrInvalidGrant):
		answerToken(w, http.StatusBadRequest, "error", badGrant)
	case errors.Is(err, errGrantType):
		answerToken(w, http.StatusBadRequest, "error", badType)
	case fault.CodeOf(err) == fault.Invalid: // a text that no app and no code can have
		answerToken(w, http.StatusBadRequest, "error", badRequest)
	default:
		e.failures.GiveBack(address)
		if r.Context().Err() == nil {
			e.log.ErrorContext(r.Context(), "no token could be given", "error", err)
		}
		answerToken(w, http.StatusInternalServerError, "error", ourFault)
	}
}

// tokenForm reads the form in the body, whatever type the client says it has. A body that is no form has no grant type.
func tokenForm(w http.ResponseWriter, r *http.Request) (url.Values, error) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, tokenBodyLimit))
	if err != nil {
		return nil, err
	}
	form, _ := url.ParseQuery(string(body)) // gives what is well-formed; what is not is missed soon enough
	return form, nil
}

func tokenReadStatus(err error) int {
	var large *http.MaxBytesError
	if errors.As(err, &large) {
		return http.StatusRequestEntityTooLarge
	}
	return http.StatusBadRequest
}

// answerToken writes one member. The value is one of our constants or a token, so it needs no escaping.
func answerToken(w http.ResponseWriter, status int, member, value string) {
	body := `{"` + member + `":"` + value + `"}`
	h := w.Header()
	h.Set("Content-Type", "application/json; charset=utf-8")
	h.Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(status)
	_, _ = io.WriteString(w, body) // fails only when the client has gone
}

// parseBasic reads an Authorization header. Half of the clients use the URL-safe alphabet of base64, and some leave
// out its padding.
func parseBasic(header string) (user, password string, ok bool) {
	scheme, rest, _ := strings.Cut(strings.TrimSpace(header), " ")
	if !strings.EqualFold(scheme, "Basic") {
		return "", "", false
	}
	text := strings.TrimRight(strings.TrimSpace(rest), "=")
	raw, err := base64.RawStdEncoding.DecodeString(strings.NewReplacer("-", "+", "_", "/").Replace(text))
	if err != nil {
		return "", "", false
	}
	return strings.Cut(string(raw), ":")
}

// clientAddress gives the IP address that the request comes from.
func clientAddress(r *http.Request) string {
	if ip := httpx.ClientIP(r.Context()); ip != "" {
		return ip
	}
	host, _, _ := net.SplitHostPort(r.RemoteAddr)
	return host
}
