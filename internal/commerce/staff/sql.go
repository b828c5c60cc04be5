package staff

import (
	"database/sql"
	"strconv"
	"strings"
	"time"

	"kaidian/internal/platform/db"
)

const accountColumns = `s.id, s.number, s.name, s.email, s.mobile, s.account_type, s.last_in_at, s.created_at, s.updated_at`

// scanAccount reads accountColumns and what the query has after them.
func scanAccount(row db.Scanner, more ...any) (Account, error) {
	var a Account
	var lastIn, created, updated sql.NullInt64
	dest := []any{&a.ID, &a.Number, &a.Name, &a.Email, &a.Mobile, &a.Type, &lastIn, &created, &updated}
	err := row.Scan(append(dest, more...)...)
	a.LastIn, a.CreatedAt, a.UpdatedAt = db.Time(lastIn), db.Time(created), db.Time(updated)
	return a, err
}

func noAccounts(tx *db.Tx) (none bool, err error) {
	var n int
	err = tx.QueryRow(`select count(*) from (select 1 from staff_accounts limit 1) as one`).Scan(&n)
	return n == 0, err
}

func insertAccount(tx *db.Tx, a *Account, hash string) error {
	return tx.QueryRow(`
		insert into staff_accounts (id, name, email, mobile, password_hash, account_type, created_at, updated_at)
		values ($1, $2, $3, $4, $5, $6, $7, $7) returning number`,
		a.ID, a.Name, a.Email, a.Mobile, hash, string(a.Type), a.CreatedAt.UnixMilli()).Scan(&a.Number)
}

func accountByNumber(tx *db.Tx, number int64) (Account, error) {
	return scanAccount(tx.QueryRow(`select `+accountColumns+` from staff_accounts s where s.number = $1`, number))
}

func accountByEmail(tx *db.Tx, email string) (a Account, hash string, err error) {
	row := tx.QueryRow(`select `+accountColumns+`, s.password_hash from staff_accounts s where s.email = $1`, email)
	a, err = scanAccount(row, &hash)
	return a, hash, err
}

func accountBySession(tx *db.Tx, tokenHash string, now time.Time) (Account, error) {
	return scanAccount(tx.QueryRow(`
		select `+accountColumns+` from staff_sessions x join staff_accounts s on s.id = x.staff_id
		where x.token_hash = $1 and x.expires_at > $2`, tokenHash, now.UnixMilli()))
}

func replaceHash(tx *db.Tx, staffID, old, fresh string) error {
	_, err := tx.Exec(`update staff_accounts set password_hash = $1 where id = $2 and password_hash = $3`, fresh, staffID, old)
	return err
}

func insertSession(tx *db.Tx, tokenHash, staffID string, now time.Time) error {
	ms := now.UnixMilli()
	_, err := tx.Exec(`insert into staff_sessions (token_hash, staff_id, expires_at, created_at) values ($1, $2, $3, $4)`,
		tokenHash, staffID, sessionEnd(now), ms)
	if err != nil {
		return err
	}
	_, err = tx.Exec(`update staff_accounts set last_in_at = $1 where id = $2`, ms, staffID)
	return err
}

func deleteSession(tx *db.Tx, tokenHash string) error {
	_, err := tx.Exec(`delete from staff_sessions where token_hash = $1`, tokenHash)
	return err
}

// The bounds of a page. The last page is where the offset stays far below an integer's end.
const (
	defaultLimit = 10
	maxLimit     = 250
	lastPage     = 1_000_000
)

func listAccounts(tx *db.Tx, p Page) ([]Account, error) {
	where, args := p.where()
	limit := p.Limit
	if limit <= 0 {
		limit = defaultLimit
	}
	limit = min(limit, maxLimit)
	page := min(max(p.Page, 1), lastPage)
	n := len(args)
	query := `select ` + accountColumns + ` from staff_accounts s` + where + ` order by s.number limit $` +
		strconv.Itoa(n+1) + ` offset $` + strconv.Itoa(n+2)
	return db.All(tx, func(row db.Scanner) (Account, error) { return scanAccount(row) },
		query, append(args, limit, (page-1)*limit)...)
}

func countAccounts(tx *db.Tx, p Page) (n int64, err error) {
	where, args := p.where()
	err = tx.QueryRow(`select count(*) from staff_accounts s`+where, args...).Scan(&n)
	return n, err
}

// where gives the condition of a page's filters, or nothing.
func (p Page) where() (string, []any) {
	var conds []string
	var args []any
	add := func(cond string, value any) {
		args = append(args, value)
		conds = append(conds, cond+" $"+strconv.Itoa(len(args)))
	}
	if p.SinceID > 0 {
		add("s.number >", p.SinceID)
	}
	for _, b := range [...]struct {
		cond string
		at   time.Time
	}{
		{"s.created_at >=", p.CreatedMin}, {"s.created_at <=", p.CreatedMax},
		{"s.updated_at >=", p.UpdatedMin}, {"s.updated_at <=", p.UpdatedMax},
	} {
		if !b.at.IsZero() {
			add(b.cond, b.at.UnixMilli())
		}
	}
	if len(p.IDs) > 0 {
		conds = append(conds, "s.number in "+db.In(len(args)+1, len(p.IDs)))
		args = db.Args(p.IDs, args...)
	}
	if len(conds) == 0 {
		return "", nil
	}
	return " where " + strings.Join(conds, " and "), args
}

const appColumns = `a.id, a.number, a.kind, a.name, a.key, a.callback_url, a.secret_sealed, a.created_at, a.updated_at`

// scanApp reads appColumns and what the query has after them.
func scanApp(row db.Scanner, more ...any) (App, error) {
	var a App
	var created, updated sql.NullInt64
	dest := []any{&a.ID, &a.Number, &a.Kind, &a.Name, &a.Key, &a.CallbackURL, &a.secretSealed, &created, &updated}
	err := row.Scan(append(dest, more...)...)
	a.CreatedAt, a.UpdatedAt = db.Time(created), db.Time(updated)
	return a, err
}

func insertApp(tx *db.Tx, a *App) error {
	return tx.QueryRow(`
		insert into apps (id, kind, name, key, secret_sealed, callback_url, created_at, updated_at)
		values ($1, $2, $3, $4, $5, $6, $7, $7) returning number`,
		a.ID, string(a.Kind), a.Name, a.Key, a.secretSealed, a.CallbackURL, a.CreatedAt.UnixMilli()).Scan(&a.Number)
}

func appByKey(tx *db.Tx, key string) (App, error) {
	return scanApp(tx.QueryRow(`select `+appColumns+` from apps a where a.key = $1`, key))
}

func listApps(tx *db.Tx) ([]ListedApp, error) {
	return db.All(tx, func(row db.Scanner) (ListedApp, error) {
		var scopes sql.NullString
		var installed sql.NullInt64
		a, err := scanApp(row, &scopes, &installed)
		return ListedApp{
			App: a, Installed: installed.Valid, Scopes: ParseScopes(scopes.String), InstalledAt: db.Time(installed),
		}, err
	}, `select `+appColumns+`, g.scopes, g.created_at
		from apps a left join app_grants g on g.app_id = a.id and g.revoked_at is null order by a.number`)
}

// upsertGrant inserts a grant, or changes the living one of the same app, and gives the one that lives then.
func upsertGrant(tx *db.Tx, g newGrant) (grantID, tokenHash string, err error) {
	staffID := sql.NullString{String: g.staffID, Valid: g.staffID != ""}
	err = tx.QueryRow(`
		insert into app_grants (id, app_id, staff_id, scopes, token_hash, token_sealed, created_at, updated_at)
		values ($1, $2, $3, $4, $5, $6, $7, $7)
		on conflict (app_id) where revoked_at is null do update
			set scopes = excluded.scopes, staff_id = excluded.staff_id, updated_at = excluded.updated_at
		returning id, token_hash`,
		g.id, g.appID, staffID, g.scopes.String(), g.tokenHash, g.tokenSealed, g.at.UnixMilli()).Scan(&grantID, &tokenHash)
	return grantID, tokenHash, err
}

// revokeGrant ends the living grant of an app and gives the hash of its token, or db.ErrNoRows.
func revokeGrant(tx *db.Tx, appID string, now time.Time) (tokenHash string, err error) {
	err = tx.QueryRow(`
		update app_grants set revoked_at = $1, updated_at = $1 where app_id = $2 and revoked_at is null
		returning token_hash`, now.UnixMilli(), appID).Scan(&tokenHash)
	return tokenHash, err
}

func grantByToken(tx *db.Tx, tokenHash string) (Grant, error) {
	var g Grant
	var scopes string
	err := tx.QueryRow(`
		select g.id, a.id, a.number, a.key, a.kind, g.scopes from app_grants g join apps a on a.id = g.app_id
		where g.token_hash = $1 and g.revoked_at is null`, tokenHash).
		Scan(&g.ID, &g.AppID, &g.AppNumber, &g.AppKey, &g.Kind, &scopes)
	g.Scopes = ParseScopes(scopes)
	return g, err
}

// client is an app with what it takes to give it its token.
type client struct {
	kind         Kind
	secretSealed string
	tokenSealed  sql.NullString // null unless installed
}

func clientByKey(tx *db.Tx, key string) (c client, err error) {
	err = tx.QueryRow(`
		select a.kind, a.secret_sealed, g.token_sealed
		from apps a left join app_grants g on g.app_id = a.id and g.revoked_at is null
		where a.key = $1`, key).Scan(&c.kind, &c.secretSealed, &c.tokenSealed)
	return c, err
}

// newCode is a code about to be written.
type newCode struct {
	hash, appID, grantID string
	redirectURI          string
	at, expires          time.Time // expires zero means never
}

func insertCode(tx *db.Tx, c newCode) error {
	_, err := tx.Exec(`
		insert into app_codes (code_hash, app_id, grant_id, redirect_uri, expires_at, created_at)
		values ($1, $2, $3, $4, $5, $6)`,
		c.hash, c.appID, c.grantID, c.redirectURI, db.Millis(c.expires), c.at.UnixMilli())
	return err
}

// deleteExpired drops the sessions that are over at a moment, and the codes that were at an earlier one.
func deleteExpired(tx *db.Tx, sessions, codes time.Time) error {
	if _, err := tx.Exec(`delete from staff_sessions where expires_at <= $1`, sessions.UnixMilli()); err != nil {
		return err
	}
	_, err := tx.Exec(`delete from app_codes where expires_at <= $1`, codes.UnixMilli())
	return err
}

func codeByHash(tx *db.Tx, appKey, codeHash string) (storedCode, error) {
	var c storedCode
	var expires, revoked sql.NullInt64
	app, err := scanApp(tx.QueryRow(`
		select `+appColumns+`, c.redirect_uri, c.expires_at, g.revoked_at, g.token_sealed
		from app_codes c join apps a on a.id = c.app_id join app_grants g on g.id = c.grant_id
		where c.code_hash = $1 and a.key = $2`, codeHash, appKey),
		&c.redirectURI, &expires, &revoked, &c.tokenSealed)
	c.app, c.expires, c.revoked = app, db.Time(expires), revoked.Valid
	return c, err
}
