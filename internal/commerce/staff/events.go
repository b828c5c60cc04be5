package staff

import (
	"kaidian/internal/platform/db"
)

// The topics of this package's events. The subject is the id of the account or the app.
const (
	AccountCreated = "staff.created"   // payload: number
	AppInstalled   = "app.installed"   // payload: number, key, scopes
	AppUpdated     = "app.updated"     // consented again; payload as of AppInstalled
	AppUninstalled = "app.uninstalled" // payload: number, key, callback_url
)

func (s *Service) recordInstall(tx *db.Tx, topic string, a App, scopes Scopes) error {
	return s.events.Record(tx, topic, a.ID, map[string]any{"number": a.Number, "key": a.Key, "scopes": scopes.Names()})
}

func (s *Service) recordUninstall(tx *db.Tx, a App) error {
	payload := map[string]any{"number": a.Number, "key": a.Key, "callback_url": a.CallbackURL}
	return s.events.Record(tx, AppUninstalled, a.ID, payload)
}
