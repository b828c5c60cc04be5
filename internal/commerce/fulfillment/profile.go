package fulfillment

import (
	"context"
	"database/sql"
	"encoding/json"
	"time"

	"kaidian/internal/platform/db"
)

// ProfileType says what goods a profile is for.
type ProfileType string

// The types. A shop has one profile of each of the first two.
const (
	Default  ProfileType = "default"
	GiftCard ProfileType = "gift_card"
	Custom   ProfileType = "custom"
)

// The ids of the profiles that every shop has: fixed, so that of two instances that start at once over one empty database,
// the primary key lets one make them.
const (
	DefaultID  = "sp_00000000000000000000000001"
	GiftCardID = "sp_00000000000000000000000002"
)

// Profile is a kind of goods as far as shipping minds.
type Profile struct {
	ID        string // "sp_…"
	Name      string
	Type      ProfileType
	Metadata  json.RawMessage // an object, or nil
	CreatedAt time.Time
	UpdatedAt time.Time
}

// Ensure makes the profiles that every shop has, where they are missing.
func (s *Service) Ensure(ctx context.Context) error {
	have, err := s.readProfiles(ctx)
	if err != nil || have[Default].ID != "" && have[GiftCard].ID != "" {
		return err
	}
	now := s.clock.Now()
	return s.db.Write(ctx, func(_ context.Context, tx *db.Tx) error {
		for _, p := range []Profile{
			{ID: DefaultID, Name: "Default Shipping Profile", Type: Default},
			{ID: GiftCardID, Name: "Gift Card Profile", Type: GiftCard},
		} {
			_, err := tx.Exec(`insert into shipping_profiles (id, name, type, created_at, updated_at)
				values ($1, $2, $3, $4, $4) on conflict (id) do nothing`, p.ID, p.Name, string(p.Type), db.Millis(now))
			if err != nil {
				return err
			}
		}
		tx.AfterCommit(s.profiles.Drop)
		return nil
	})
}

// Profiles gives the profile of each type, of several the oldest, from memory when they were read in the last two seconds
// and not changed since through this Service. The map is shared: nobody changes it. A product without a profile has the one
// of its kind: GiftCard or Default.
func (s *Service) Profiles(ctx context.Context) (map[ProfileType]Profile, error) {
	kept, err := s.profiles.Get(func() (*map[ProfileType]Profile, error) {
		read, err := s.readProfiles(ctx)
		return &read, err
	})
	if err != nil {
		return nil, err
	}
	return *kept, nil
}

func (s *Service) readProfiles(ctx context.Context) (map[ProfileType]Profile, error) {
	var all []Profile
	err := s.db.Read(ctx, func(_ context.Context, tx *db.Tx) error {
		var err error
		all, err = db.All(tx, scanProfile, `select id, name, type, metadata, created_at, updated_at from shipping_profiles
			where deleted_at is null order by created_at desc, id desc`)
		return err
	})
	out := make(map[ProfileType]Profile, len(all))
	for _, p := range all { // the oldest comes last and stays
		out[p.Type] = p
	}
	return out, err
}

func scanProfile(row db.Scanner) (Profile, error) {
	var p Profile
	var metadata sql.NullString
	var created, updated sql.NullInt64
	err := row.Scan(&p.ID, &p.Name, &p.Type, &metadata, &created, &updated)
	p.Metadata, p.CreatedAt, p.UpdatedAt = raw(metadata), db.Time(created), db.Time(updated)
	return p, err
}
