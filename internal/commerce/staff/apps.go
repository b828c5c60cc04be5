package staff

import (
	"cmp"
	"context"
	"errors"
	"regexp"
	"strings"
	"time"
	"unicode/utf8"

	"kaidian/internal/platform/db"
	"kaidian/internal/platform/fault"
	"kaidian/internal/platform/id"
	"kaidian/internal/platform/secret"
)

// Kind says who owns an app.
type Kind string

// The kinds of apps.
const (
	Private Kind = "private" // the shop's own; gets its token for its key and secret
	Public  Kind = "public"  // somebody else's; gets its token by consent
)

// App is a program that speaks the Open API.
type App struct {
	ID          string // "app_…"
	Number      int64
	Kind        Kind
	Name        string
	Key         string // public: the client_id
	CallbackURL string // absolute http or https; may be empty for a private app
	CreatedAt   time.Time
	UpdatedAt   time.Time

	secretSealed string
}

// NewApp is what an app is made of. The last four are made up when empty; chosen ones serve to move an app here from
// elsewhere and have 8 to 64 characters of 0-9, A-Z, a-z, "_" and "-".
type NewApp struct {
	Kind        Kind
	Name        string // required, 100 characters at most
	CallbackURL string // required for a public app
	Scopes      Scopes // of a grant made at once; empty means all
	Key         string
	Secret      string
	Token       string // chosen for a public app: it is installed at once
	Code        string // the same, for public apps only; the code never expires
}

// CreatedApp is an app with what is shown once, to whoever made it.
type CreatedApp struct {
	App    App
	Secret string
	Token  string // empty when the app waits for consent
	Code   string // empty unless chosen
}

var chosenValue = regexp.MustCompile(`^[0-9A-Za-z_-]{8,64}$`)

// CreateApp makes an app. A private one is installed at once, with all scopes unless n says which; a public one waits
// for consent unless its token or its code is chosen. Faults: "staff.invalid_app" with every problem, ErrAppTaken.
func (s *Service) CreateApp(ctx context.Context, n NewApp) (CreatedApp, error) {
	n.Name = strings.TrimSpace(n.Name)
	if err := n.check(); err != nil {
		return CreatedApp{}, err
	}
	now := s.clock.Now()
	out := CreatedApp{Secret: cmp.Or(n.Secret, secret.Token()), Code: n.Code}
	a := App{
		ID: id.New("app", now), Kind: n.Kind, Name: n.Name, Key: cmp.Or(n.Key, secret.Token()), CallbackURL: n.CallbackURL,
		CreatedAt: now, UpdatedAt: now, secretSealed: s.keyring.Seal(sealSecret, []byte(out.Secret)),
	}
	var g *newGrant
	if n.Kind == Private || n.Token != "" || n.Code != "" {
		out.Token = cmp.Or(n.Token, secret.Token())
		made := s.newGrant(a.ID, "", cmp.Or(n.Scopes, AllScopes), out.Token)
		g = &made
	}
	err := s.db.Write(ctx, func(_ context.Context, tx *db.Tx) error {
		return s.writeApp(tx, &a, g, n.Code)
	})
	if db.Violates(err, "apps_key_key") || db.Violates(err, "app_grants_token_hash_key") ||
		db.Violates(err, "app_codes_pkey") {
		return CreatedApp{}, ErrAppTaken.Wrap(err)
	}
	out.App = a
	return out, err
}

// writeApp inserts an app and what of its installation is there already.
func (s *Service) writeApp(tx *db.Tx, a *App, g *newGrant, code string) error {
	if err := insertApp(tx, a); err != nil {
		return err
	}
	if g == nil {
		return nil
	}
	if err := s.install(tx, *a, *g); err != nil {
		return err
	}
	if code == "" {
		return nil
	}
	// No redirect URI is known for a chosen code: Exchange takes any that the app may use.
	return insertCode(tx, newCode{hash: secret.HashToken(code), appID: a.ID, grantID: g.id, at: a.CreatedAt})
}

func (n NewApp) check() error {
	var p []fault.Field
	add := func(name string, rule fault.Rule, message string) {
		p = append(p, fault.Field{Name: name, Rule: rule, Message: message})
	}
	if n.Kind != Private && n.Kind != Public {
		add("kind", fault.Unknown, "kind must be private or public")
	}
	switch {
	case n.Name == "":
		add("name", fault.Required, "name must not be empty")
	case utf8.RuneCountInString(n.Name) > maxName:
		add("name", fault.TooLong, "name must be 100 characters or fewer")
	}
	switch {
	case n.CallbackURL == "" && n.Kind == Public:
		add("callback_url", fault.Required, "callback_url must not be empty for a public app")
	case n.CallbackURL != "":
		if _, err := parseCallback(n.CallbackURL); err != nil {
			add("callback_url", fault.Format, "callback_url "+err.Error())
		}
	}
	for _, v := range [...]struct{ name, value string }{
		{"key", n.Key}, {"secret", n.Secret}, {"token", n.Token}, {"code", n.Code},
	} {
		if v.value != "" && !chosenValue.MatchString(v.value) {
			add(v.name, fault.Format, v.name+" must have 8 to 64 characters of 0-9, A-Z, a-z, _ and -")
		}
	}
	if n.Code != "" && n.Kind == Private {
		add("code", fault.Unknown, "code is for public apps only")
	}
	return fault.Fields("staff.invalid_app", p...)
}

// App reads an app by its key, or answers ErrAppNotFound.
func (s *Service) App(ctx context.Context, key string) (a App, err error) {
	err = s.db.Read(ctx, func(_ context.Context, tx *db.Tx) error {
		a, err = appByKey(tx, key)
		return err
	})
	if errors.Is(err, db.ErrNoRows) {
		return App{}, ErrAppNotFound
	}
	return a, err
}

// ListedApp is an app and its installation.
type ListedApp struct {
	App
	Installed   bool
	Scopes      Scopes    // of the installation
	InstalledAt time.Time // zero unless installed
}

// ListApps reads all apps by rising number.
func (s *Service) ListApps(ctx context.Context) (out []ListedApp, err error) {
	err = s.db.Read(ctx, func(_ context.Context, tx *db.Tx) error {
		out, err = listApps(tx)
		return err
	})
	return out, err
}
