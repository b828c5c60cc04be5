package open_test

import (
	"net/http"
	"strings"
	"testing"

	"kaidian/internal/platform/db"
	"kaidian/internal/platform/db/dbtest"
	"kaidian/internal/shoptest"
)

func TestTextsThatNoAppHasAreNoFailureOfOurs(t *testing.T) {
	t.Parallel()
	dbtest.Engines(t, func(t *testing.T, d *db.DB) {
		s := shoptest.Start(t, d)
		for _, form := range []string{
			"grant_type=authorization_code&client_id=%00&code=x", "grant_type=authorization_code&client_id=x&code=%ff%00",
		} {
			res, err := http.Post(s.URL+"/oauth2/token", "application/x-www-form-urlencoded", strings.NewReader(form))
			if err != nil {
				t.Fatal(err)
			}
			res.Body.Close()
			if res.StatusCode >= http.StatusInternalServerError {
				t.Errorf("%s: %d", form, res.StatusCode)
			}
		}
	})
}
