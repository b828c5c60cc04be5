package db

import (
	"reflect"
	"strings"
	"unicode/utf8"

	"kaidian/internal/platform/fault"
)

// ErrText says that a statement's argument is a text that PostgreSQL cannot keep. SQLite could; the engines are to
// agree. Faces look at their input first, and say which of it is wrong.
var ErrText = fault.New(fault.Invalid, "db.text", "A text holds a character that cannot be kept")

// Storable tells whether a text can be kept: PostgreSQL knows no text but UTF-8, and no character U+0000 in it.
func Storable(s string) bool { return utf8.ValidString(s) && !strings.ContainsRune(s, 0) }

func storable(args []any) bool {
	for _, arg := range args {
		switch v := arg.(type) {
		case nil, int, int64, bool:
		case string:
			if !Storable(v) {
				return false
			}
		default:
			if r := reflect.Indirect(reflect.ValueOf(arg)); r.Kind() == reflect.String && !Storable(r.String()) {
				return false
			}
		}
	}
	return true
}
