package shoptest

import (
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"kaidian/internal/api/httpx"
	"kaidian/internal/api/route"
	"kaidian/internal/platform/clock"
	"kaidian/internal/platform/db"
	"kaidian/internal/platform/event"
	"kaidian/internal/platform/fault"
	"kaidian/internal/platform/id"
)

type (
	noteIn struct {
		Body struct {
			Text string `json:"text" minLength:"1"`
		}
	}
	note struct {
		ID   string    `json:"id"`
		Text *string   `json:"text"`
		At   time.Time `json:"at"`
	}
	noteOut struct{ Body note }
	refused struct {
		Message string `json:"message"`
	}
)

// notesShop is a face with one operation, which writes and records, on a real database behind a real server.
func notesShop(t *testing.T, d *db.DB) Target {
	t.Helper()
	now := time.Date(2026, time.November, 21, 19, 28, 32, 732e6, time.UTC)
	log := event.New(d, clock.NewFake(now), slog.New(slog.DiscardHandler))
	face := route.New(route.Manners{
		Name: "shop", Prefix: "/shop/", Title: route.Words{EN: "Notes"}, Version: "1", Timeout: time.Minute, BodyLimit: 1000, Fault: refused{},
		Guards:  map[route.Permission]route.Guard{"": func(r *http.Request) (context.Context, error) { return r.Context(), nil }},
		Unknown: http.NotFound,
		Log:     slog.New(slog.DiscardHandler),
		Envelope: func(_ context.Context, f *fault.Error) route.Answer {
			return route.Answer{Status: http.StatusBadRequest, Body: refused{f.Message}}
		},
	})
	route.Handle(face, route.Route{Method: "POST", Path: "/shop/notes", Name: "addNote"},
		func(ctx context.Context, in *noteIn) (*noteOut, error) {
			out := &noteOut{note{ID: id.New("note", now), Text: &in.Body.Text, At: now}}
			return out, d.Write(ctx, func(_ context.Context, tx *db.Tx) error {
				return log.Record(tx, "note.added", out.Body.ID, nil)
			})
		})
	document, err := face.Document("en", nil)
	if err != nil {
		t.Fatal(err)
	}
	watch := &httpx.Observer{Log: slog.New(slog.DiscardHandler), Timings: true}
	watch.Register(prometheus.NewRegistry())
	server := httptest.NewServer(watch.Wrap(face))
	t.Cleanup(server.Close)
	return Target{URL: server.URL, Documents: []Document{{Prefix: "/shop/", OpenAPI: document, Times: time.UTC}}}
}

func TestRunScenariosOnBothEngines(t *testing.T) {
	t.Parallel()
	const added = `# en: Add
# zh: 添加
-- request --
POST /shop/notes

{"text": "hi"}
-- response --
200
Content-Type: application/json; charset=utf-8

{"id": "$note_id", "text": "hi", "at": "2026-11-21T19:28:32.732Z"}
-- events --
note.added $note_id
-- statements --
1
-- request --
POST /shop/notes

{"text": ""}
-- response --
400

{"message": "$any"}
-- events --
-- statements --
0
-- request --
GET /shop/none
-- response --
404

$any
`
	var mu sync.Mutex
	played := map[string]int{}
	t.Run("all", func(t *testing.T) {
		dir := fstest.MapFS{"add.txtar": {Data: []byte(added)}, "again/add.txtar": {Data: []byte(added)}}
		RunScenarios(t, dir, func(t *testing.T, d *db.DB) Target {
			mu.Lock()
			defer mu.Unlock()
			played[t.Name()]++
			return notesShop(t, d)
		})
	})
	for _, name := range []string{"add/sqlite", "add/postgres", "again/add/sqlite", "again/add/postgres"} {
		if n := played[t.Name()+"/all/"+name]; n != 1 {
			t.Errorf("%s is played %d times", name, n)
		}
	}
	if len(played) != 4 {
		t.Errorf("played are %v", played)
	}
}
