package content

import (
	"context"
	"strings"
	"time"

	"github.com/huandu/go-sqlbuilder"

	"kaidian/internal/platform/db"
)

// FileQuery narrows a list of files. Zero values ask nothing; times are inclusive.
type FileQuery struct {
	Limit                                          int // 0 means 10
	Page                                           int // from 1; 0 means 1
	SinceID                                        int64
	Numbers                                        []int64 // nil means any
	NameLike                                       string  // found in the name, whatever the case of Latin letters
	ContentType                                    string
	CreatedMin, CreatedMax, UpdatedMin, UpdatedMax time.Time
}

const (
	defaultLimit = 10
	maxPage      = 1 << 31
)

const fileColumns = `id, number, file_name, content_type, size, blob, created_at, updated_at`

func scanFile(row db.Scanner) (File, error) {
	var f File
	var created, updated int64
	err := row.Scan(&f.ID, &f.Number, &f.Name, &f.ContentType, &f.Size, &f.Blob, &created, &updated)
	f.CreatedAt, f.UpdatedAt = time.UnixMilli(created).UTC(), time.UnixMilli(updated).UTC()
	f.URL = address(f.Blob, kindByType(f.ContentType).ext)
	return f, err
}

// Files gives a page of files, by rising number.
func (s *Service) Files(ctx context.Context, q FileQuery) (out []File, err error) {
	limit := q.Limit
	if limit < 1 {
		limit = defaultLimit
	}
	sb := q.selecting(fileColumns).OrderBy("number").Limit(limit)
	if page := min(q.Page, maxPage); page > 1 {
		sb.Offset((page - 1) * limit)
	}
	text, args := sb.Build()
	err = s.o.DB.Read(ctx, func(_ context.Context, tx *db.Tx) error {
		out, err = db.All(tx, scanFile, text, args...)
		return err
	})
	return out, err
}

// CountFiles tells how many files a query finds; Limit and Page do not matter.
func (s *Service) CountFiles(ctx context.Context, q FileQuery) (n int64, err error) {
	text, args := q.selecting("count(*)").Build()
	err = s.o.DB.Read(ctx, func(_ context.Context, tx *db.Tx) error { return tx.QueryRow(text, args...).Scan(&n) })
	return n, err
}

func (q FileQuery) selecting(columns string) *sqlbuilder.SelectBuilder {
	sb := sqlbuilder.PostgreSQL.NewSelectBuilder() // SQLite takes $n as well
	sb.Select(columns).From("store_files")
	if q.SinceID > 0 {
		sb.Where(sb.GreaterThan("number", q.SinceID))
	}
	if q.Numbers != nil {
		sb.Where(sb.In("number", db.Args(q.Numbers)...))
	}
	if q.NameLike != "" {
		q.like(sb)
	}
	if q.ContentType != "" {
		t := MediaType(q.ContentType)
		sb.Where(sb.Equal("content_type", t)) // "" is no file's
	}
	for _, b := range []struct {
		at   time.Time
		cond func(field string, value any) string
		col  string
	}{
		{q.CreatedMin, sb.GreaterEqualThan, "created_at"}, {q.CreatedMax, sb.LessEqualThan, "created_at"},
		{q.UpdatedMin, sb.GreaterEqualThan, "updated_at"}, {q.UpdatedMax, sb.LessEqualThan, "updated_at"},
	} {
		if !b.at.IsZero() {
			sb.Where(b.cond(b.col, b.at.UnixMilli()))
		}
	}
	return sb
}

func (q FileQuery) like(sb *sqlbuilder.SelectBuilder) {
	if !db.Storable(q.NameLike) {
		sb.Where("1 = 0") // nothing has it, and PostgreSQL would refuse to look
		return
	}
	pattern := "%" + strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`).Replace(q.NameLike) + "%"
	sb.Where(`lower(file_name) like lower(` + sb.Var(pattern) + `) escape '\'`)
}
