package open

import (
	"strconv"
	"strings"
	"time"

	"kaidian/internal/platform/fault"
)

// listQuery is what every list takes. Larger limits count as 50.
type listQuery struct {
	window
	Limit   int      `q:"limit" default:"10" min:"1" max:"50" clamp:"yes" doc:"Page size, 50 at most. ‖ 每页条数,最多 50。"`
	Page    int      `q:"page" default:"1" min:"1" max:"1000000" doc:"Page, from 1. ‖ 页码,从 1 开始。"`
	SinceID *int64   `q:"since_id" doc:"Only those with a greater id. ‖ 只返回 id 更大的记录。"`
	Fields  []string `q:"fields,csv" doc:"Members to return, with commas between. ‖ 需要返回的属性,以逗号分隔。"`
}

// window is what every count takes.
type window struct {
	IDs        []string   `q:"ids,csv" doc:"Only those ids, with commas between. ‖ 只返回这些 id,以逗号分隔。"`
	ID         *int64     `q:"id" doc:"Only this id. ‖ 只返回该 id。"`
	CreatedMin *time.Time `q:"created_at_min" doc:"Made at this time or later; China time when without a zone. ‖ 创建时间下限,不带时区时按北京时间。"`
	CreatedMax *time.Time `q:"created_at_max" doc:"Made at this time or earlier. ‖ 创建时间上限。"`
	UpdatedMin *time.Time `q:"updated_at_min" doc:"Changed at this time or later. ‖ 更新时间下限。"`
	UpdatedMax *time.Time `q:"updated_at_max" doc:"Changed at this time or earlier. ‖ 更新时间上限。"`
}

// fieldsQuery is what reading one takes.
type fieldsQuery struct {
	Fields []string `q:"fields,csv" doc:"Members to return, with commas between. ‖ 需要返回的属性,以逗号分隔。"`
}

// maxIDs bounds the ids that one request names.
const maxIDs = 200

// numbers gives the ids asked for, nil for all.
func (w window) numbers() ([]int64, error) {
	var out []int64
	for _, s := range w.IDs {
		n, err := strconv.ParseInt(strings.TrimSpace(s), 10, 64)
		if err != nil {
			return nil, fault.Fields("open.ids", fault.Field{Name: "ids", Rule: fault.Type, Message: "ids must be integers"})
		}
		out = append(out, n)
	}
	if w.ID != nil {
		out = append(out, *w.ID)
	}
	if len(out) > maxIDs {
		return nil, fault.Fields("open.ids", fault.Field{Name: "ids", Rule: fault.TooLong, Message: "ids must be 200 at most"})
	}
	return out, nil
}

// since gives the id after which to start, 0 for the first.
func (q listQuery) since() int64 { return value(q.SinceID) }

// value gives what a pointer points to, or the zero value.
func value[T any](p *T) T {
	if p == nil {
		var zero T
		return zero
	}
	return *p
}
