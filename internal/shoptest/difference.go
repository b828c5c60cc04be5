package shoptest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"reflect"
	"strings"

	"github.com/google/go-cmp/cmp"
)

// differences tells where two JSON values differ, a line for each place.
func differences(what string, want, have any) []string {
	d := &differ{what: what}
	cmp.Equal(want, have, cmp.Reporter(d))
	return d.lines
}

// differ hears from cmp what is equal and what is not.
type differ struct {
	what  string
	path  cmp.Path
	lines []string
}

// PushStep goes down to a part of the values.
func (d *differ) PushStep(s cmp.PathStep) { d.path = append(d.path, s) }

// PopStep comes back up.
func (d *differ) PopStep() { d.path = d.path[:len(d.path)-1] }

// Report says whether the part is equal.
func (d *differ) Report(r cmp.Result) {
	if r.Equal() {
		return
	}
	var where strings.Builder
	for _, step := range d.path {
		switch step := step.(type) {
		case cmp.MapIndex:
			fmt.Fprintf(&where, ".%s", step.Key())
		case cmp.SliceIndex:
			i, j := step.SplitKeys()
			fmt.Fprintf(&where, "[%d]", max(i, j))
		}
	}
	want, have := d.path.Last().Values()
	d.lines = append(d.lines, fmt.Sprintf("%s%s is %s, want %s", d.what, where.String(), show(have), show(want)))
}

// show spells a value as JSON.
func show(v reflect.Value) string {
	if !v.IsValid() {
		return "not there"
	}
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v.Interface()); err != nil {
		return fmt.Sprint(v)
	}
	return strings.TrimSpace(b.String())
}
