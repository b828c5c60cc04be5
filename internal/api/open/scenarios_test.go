package open_test

import (
	"testing"

	"kaidian/internal/api/open"
	"kaidian/internal/platform/db"
	"kaidian/internal/shoptest"
)

func TestScenarios(t *testing.T) {
	t.Parallel()
	files, err := open.Scenarios()
	if err != nil {
		t.Fatal(err)
	}
	shoptest.RunScenarios(t, files, func(t *testing.T, d *db.DB) shoptest.Target {
		return shoptest.Start(t, d).Target(t)
	})
}
