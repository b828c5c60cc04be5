package main

import (
	"io"
	"slices"
	"testing"
)

func TestParse(t *testing.T) {
	t.Parallel()
	const server = "postgres://root@127.0.0.1/postgres"
	for _, c := range []struct {
		args   []string
		admin  string
		want   []string // engines; nil for a refusal
		rounds int
	}{
		{nil, server, []string{sqlite, postgres}, whole.rounds},
		{nil, "", []string{sqlite}, whole.rounds},
		{[]string{"-short", "-json"}, server, []string{sqlite, postgres}, short.rounds},
		{[]string{"-engine", "sqlite"}, server, []string{sqlite}, whole.rounds},
		{[]string{"-engine", "postgres"}, server, []string{postgres}, whole.rounds},
		{[]string{"-engine", "postgres"}, "", nil, 0},
		{[]string{"-engine", "oracle"}, server, nil, 0},
		{[]string{"-only", "till", "-short"}, server, []string{sqlite, postgres}, short.rounds},
		{[]string{"-only", "cellar"}, server, nil, 0},
		{[]string{"quickly"}, server, nil, 0},
		{[]string{"-quickly"}, server, nil, 0},
	} {
		o, err := parse(c.args, c.admin, io.Discard)
		if (err != nil) != (c.want == nil) {
			t.Errorf("%v: %v", c.args, err)
		}
		if c.want != nil && (!slices.Equal(o.engines, c.want) || o.plan.rounds != c.rounds) {
			t.Errorf("%v: engines %v, rounds %d", c.args, o.engines, o.plan.rounds)
		}
	}
}
