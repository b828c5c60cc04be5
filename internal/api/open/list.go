package open

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"kaidian/internal/platform/fault"
)

// paging is what every list takes. Larger limits count as 50.
type paging struct {
	Limit  int      `q:"limit" default:"10" min:"1" max:"50" clamp:"yes" doc:"Page size, 50 at most. ‖ 每页条数，最多 50。"`
	Page   int      `q:"page" default:"1" min:"1" max:"1000000" doc:"Page, from 1. ‖ 页码，从 1 开始。"`
	Fields []string `q:"fields,csv" doc:"Members to return, with commas between. ‖ 需要返回的属性，以逗号分隔。"`
}

// picked is what every list and count takes of what has a number.
type picked struct {
	IDs     []string `q:"ids,csv" doc:"Only those ids, with commas between. ‖ 只返回这些 id,以逗号分隔。"`
	ID      *int64   `q:"id" doc:"Only this id. ‖ 只返回该 id。"`
	SinceID *int64   `q:"since_id" doc:"Only those with a greater id. ‖ 只返回 id 更大的记录。"`
}

// window is picked with bounds of time.
type window struct {
	picked
	CreatedMin *time.Time `q:"created_at_min" doc:"Made at this time or later; China time when without a zone. ‖ 创建时间下限，不带时区时按北京时间。"`
	CreatedMax *time.Time `q:"created_at_max" doc:"Made at this time or earlier. ‖ 创建时间上限。"`
	UpdatedMin *time.Time `q:"updated_at_min" doc:"Changed at this time or later. ‖ 更新时间下限。"`
	UpdatedMax *time.Time `q:"updated_at_max" doc:"Changed at this time or earlier. ‖ 更新时间上限。"`
}

// listQuery is what most lists take.
type listQuery struct {
	window
	paging
}

// fieldsQuery is what reading one takes.
type fieldsQuery struct {
	Fields []string `q:"fields,csv" doc:"Members to return, with commas between. ‖ 需要返回的属性，以逗号分隔。"`
}

// maxIDs bounds the ids that one request names.
const maxIDs = 200

// noNumber is a number that nothing has: they begin with 1.
const noNumber = 0

// numbers gives the ids asked for, nil for all. With ids and id, a record must be in both.
func (p picked) numbers() ([]int64, error) {
	var out []int64
	for _, s := range p.IDs {
		n, err := strconv.ParseInt(strings.TrimSpace(s), 10, 64)
		if err != nil {
			return nil, fault.Fields("open.ids", fault.Field{Name: "ids", Rule: fault.Type, Message: "ids must be integers"})
		}
		out = append(out, n)
	}
	if len(out) > maxIDs {
		return nil, fault.Fields("open.ids", fault.Field{Name: "ids", Rule: fault.TooLong, Message: "ids must be 200 at most"})
	}
	switch {
	case p.ID == nil:
		return out, nil
	case len(out) > 0 && !slices.Contains(out, *p.ID):
		return []int64{noNumber}, nil
	}
	return []int64{*p.ID}, nil
}

// since gives the id after which to start, 0 for the first.
func (p picked) since() int64 { return value(p.SinceID) }

// value gives what a pointer points to, or the zero value.
func value[T any](p *T) T {
	if p == nil {
		var zero T
		return zero
	}
	return *p
}
