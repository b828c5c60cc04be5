package open

import (
	"slices"
	"strings"
	"testing"

	"kaidian/internal/platform/fault"
)

func TestNumbers(t *testing.T) {
	t.Parallel()
	id := func(n int64) *int64 { return &n }
	for name, c := range map[string]struct {
		picked
		want []int64
	}{
		"all":          {picked{}, nil},
		"ids":          {picked{IDs: []string{"3", " 1 ", "3"}}, []int64{3, 1, 3}},
		"id":           {picked{ID: id(7)}, []int64{7}},
		"both":         {picked{IDs: []string{"3", "7"}, ID: id(7)}, []int64{7}},
		"not both":     {picked{IDs: []string{"3", "7"}, ID: id(8)}, []int64{noNumber}},
		"since as now": {picked{SinceID: id(8)}, nil},
		"many":         {picked{IDs: slices.Repeat([]string{"1"}, maxIDs)}, slices.Repeat([]int64{1}, maxIDs)},
	} {
		if got, err := c.numbers(); err != nil || !slices.Equal(got, c.want) || (got == nil) != (c.want == nil) {
			t.Errorf("%s: got %v (%v), want %v", name, got, err, c.want)
		}
	}
}

func TestNumbersThatAreNone(t *testing.T) {
	t.Parallel()
	for ids, rule := range map[string]fault.Rule{
		"x": fault.Type, "1,x": fault.Type, "1.5": fault.Type, "99999999999999999999": fault.Type, "１": fault.Type,
		strings.Repeat("1,", maxIDs) + "1": fault.TooLong,
	} {
		_, err := picked{IDs: strings.Split(ids, ",")}.numbers()
		f := fault.As(err)
		if f == nil || f.Reason != "open.ids" || len(f.Fields) != 1 || f.Fields[0].Name != "ids" || f.Fields[0].Rule != rule {
			t.Errorf("%.20s: got %v, want %s", ids, err, rule)
		}
	}
}
