package shoptest

import (
	"strings"
	"testing"

	"kaidian/internal/api/scenario"
)

func TestDifferencesAreALineEach(t *testing.T) {
	t.Parallel()
	const want = `{"a": "<x>", "b": [1, 2], "c": {"d": "$time"}, "e": {"f": 1}, "same": [{}]}`
	const body = `{"a":"y","b":[1,2,3],"c":{"d":null},"same":[{}],"g":true}`
	m := scenario.Matcher{Vars: scenario.Vars{}}
	wanted, have, err := m.JSON(want, []byte(body))
	if err != nil {
		t.Fatal(err)
	}
	got := strings.Join(differences("body", wanted, have), "\n")
	for _, line := range []string{
		`body.a is "y", want "<x>"`,
		`body.b[2] is 3, want not there`,
		`body.c.d is null, want "${time}"`,
		`body.e is not there, want {"f":1}`,
		`body.g is true, want not there`,
	} {
		if !strings.Contains(got, line) {
			t.Errorf("there is no %q in\n%s", line, got)
		}
	}
	if n := strings.Count(got, "\n"); n != 4 {
		t.Errorf("there are %d lines:\n%s", n+1, got)
	}
	if got := differences("body", map[string]any{}, []any{}); len(got) != 1 || got[0] != "body is [], want {}" {
		t.Errorf("values of two kinds: %q", got)
	}
	if got := differences("body", have, have); got != nil {
		t.Errorf("a value and itself: %q", got)
	}
}
