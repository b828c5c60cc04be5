package browse_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"testing"
	"time"

	"kaidian/internal/commerce/browse"
	"kaidian/internal/commerce/catalog"
)

func TestTerms(t *testing.T) {
	t.Parallel()
	both(t, 0, func(t *testing.T, s *stall) {
		for _, table := range []string{"product_tags", "product_types"} {
			s.exec(`delete from ` + table)
			for i, value := range []string{"Apple", "apple pie", "100%", "a_b", "青"} {
				s.exec(`insert into `+table+` (id, value, metadata, created_at, updated_at) values ($1, $2, '{"n":1}', $3, $3)`, fmt.Sprint("t", i), value, i/2)
			}
		}
		s.exec(`delete from vendors`)
		for i, value := range []string{"Apple", "apple pie", "100%", "a_b", "青"} {
			s.exec(`insert into vendors (id, name, created_at, updated_at) values ($1, $2, $3, $3)`, fmt.Sprint("t", i), value, i/2)
		}
		type q = browse.TermQuery
		type f = browse.TextFilter
		byID := browse.Order{By: "id", Asc: true}
		for name, c := range map[string]struct {
			q    q
			want string
		}{
			"newest":          {q{}, "[t4 t3 t2 t1 t0]"},
			"a page":          {q{Limit: 2, Offset: 1}, "[t3 t2]"},
			"words":           {q{Q: "PPL", Order: byID}, "[t0 t1]"},
			"no wildcards":    {q{Q: "%", Order: byID}, "[t2]"},
			"nor this":        {q{Q: "_"}, "[t3]"},
			"values":          {q{Value: f{In: []string{"Apple", "青", "x", "\x00"}}, Order: byID}, "[t0 t4]"},
			"no values":       {q{Value: f{In: []string{}}}, "[]"},
			"ids":             {q{ID: f{In: []string{"t2"}}}, "[t2]"},
			"ids between":     {q{ID: f{GT: ptr("t0"), LTE: ptr("t2")}, Order: byID}, "[t1 t2]"},
			"ids outside":     {q{ID: f{GTE: ptr("t3"), LT: ptr("t4")}}, "[t3]"},
			"contains":        {q{Value: f{Contains: ptr("pple")}, Order: byID}, "[t0 t1]"},
			"contains a case": {q{Value: f{Contains: ptr("Ap")}}, "[t0]"},
			"starts":          {q{Value: f{StartsWith: ptr("a")}, Order: byID}, "[t1 t3]"},
			"starts in hanzi": {q{Value: f{StartsWith: ptr("青")}}, "[t4]"},
			"ends":            {q{Value: f{EndsWith: ptr("%")}}, "[t2]"},
			"ends, too long":  {q{Value: f{EndsWith: ptr("xx青")}}, "[]"},
			"a part of none":  {q{Value: f{Contains: ptr("\x00")}}, "[]"},
			"of a time":       {q{Created: browse.Window{GT: time.UnixMilli(0), LTE: time.UnixMilli(1)}, Order: byID}, "[t2 t3]"},
			"two things":      {q{Q: "a", Value: f{EndsWith: ptr("b")}}, "[t3]"},
		} {
			for _, kind := range []browse.TermKind{browse.Tags, browse.Types, browse.Vendors} {
				list, n, err := s.Terms(t.Context(), kind, c.q)
				got := []string{}
				for _, w := range list {
					got = append(got, w.ID)
					if (w.Metadata == nil) != (kind == browse.Vendors) || w.Number == 0 || w.Value == "" {
						t.Errorf("%s %s: %+v", kind, name, w)
					}
				}
				if fmt.Sprint(got) != c.want || err != nil || c.q.Limit == 0 && n != len(got) {
					t.Errorf("%s %s: got %v of %d (%v), want %s", kind, name, got, n, err, c.want)
				}
			}
		}
		if _, _, err := s.Terms(t.Context(), browse.Vendors, q{Order: browse.Order{By: "value"}}); err != nil {
			t.Error(err)
		}
	})
}

// Option values are read as they are written, whatever is in them.
func TestOptionValues(t *testing.T) {
	t.Parallel()
	both(t, 0, func(t *testing.T, s *stall) {
		s.add("mug", opening)
		for _, want := range [][]catalog.OptionValue{
			nil,
			{{ID: "optval_1", OptionID: "opt_1", Value: "黑色"}},
			{{ID: "optval_1", OptionID: "opt_1", Value: "L"}, {ID: "optval_2", OptionID: "opt_2", Value: ""}},
			{{ID: "optval_1", OptionID: "opt_1", Value: `12" <b>&\` + "\n"}, {ID: "optval_2", OptionID: "opt_2", Value: `"},{"id":"`}},
			{{ID: "a", OptionID: "b", Value: "'; drop table"}, {ID: "optval_2", OptionID: "opt_2", Value: "}]"}},
		} {
			text, err := json.Marshal(want)
			if err != nil {
				t.Fatal(err)
			}
			s.exec(`update variants set option_values = $1`, string(text))
			v, err := s.Variant(t.Context(), catalog.ByID("variant_mug"), browse.VariantParts{}, europe)
			if err != nil || !slices.Equal(v.Values, want) {
				t.Errorf("%s: %+v (%v)", text, v.Values, err)
			}
		}
		s.exec(`update variants set option_values = '[ {"value":"x"} ]'`)
		if v, err := s.Variant(t.Context(), catalog.ByID("variant_mug"), browse.VariantParts{}, europe); err != nil || v.Values[0].Value != "x" {
			t.Errorf("with spaces: %+v (%v)", v.Values, err)
		}
		s.exec(`update variants set option_values = '{broken'`)
		if _, err := s.Variant(t.Context(), catalog.ByID("variant_mug"), browse.VariantParts{}, europe); err == nil {
			t.Error("broken values are read")
		}
	})
}
