package open

import (
	"context"
	"net/http"

	"kaidian/internal/api/route"
	"kaidian/internal/commerce/staff"
)

// accountView is a member of the staff as the face shows it.
type accountView struct {
	AccountType string  `json:"account_type" enum:"owner,staff"`
	CreatedAt   instant `json:"created_at"`
	Email       string  `json:"email"`
	ID          int64   `json:"id"`
	LastIn      instant `json:"last_in" doc:"Last sign-in. ‖ 最后登录时间。"`
	Mobile      string  `json:"mobile"`
	Name        string  `json:"name"`
	UpdatedAt   instant `json:"updated_at"`
}

func viewAccount(a staff.Account) accountView {
	return accountView{AccountType: string(a.Type), CreatedAt: instant(a.CreatedAt), Email: a.Email, ID: a.Number,
		LastIn: instant(a.LastIn), Mobile: a.Mobile, Name: a.Name, UpdatedAt: instant(a.UpdatedAt)}
}

type accounts struct{ staff *staff.Service }

func (a accounts) routes(f *route.Face) {
	row := func(path, name string, query any, en, zh string) route.Route {
		return route.Route{Method: http.MethodGet, Path: "/v1/accounts" + path, Name: name, Tag: "Account", Permission: readBasic,
			Query: query, Summary: route.Words{EN: en, ZH: zh}}
	}
	route.Handle(f, row("", "ListAccounts", listQuery{}, "List staff accounts", "获取管理员列表"), a.list)
	route.Handle(f, row("/count", "CountAccounts", window{}, "Count staff accounts", "获取管理员总数"), a.count)
	route.Handle(f, row("/{id}", "GetAccount", fieldsQuery{}, "Get a staff account", "获取管理员"), a.get)
}

func page(w window) (staff.Page, error) {
	ids, err := w.numbers()
	return staff.Page{IDs: ids, CreatedMin: value(w.CreatedMin), CreatedMax: value(w.CreatedMax),
		UpdatedMin: value(w.UpdatedMin), UpdatedMax: value(w.UpdatedMax), SinceID: w.since()}, err
}

func (a accounts) list(ctx context.Context, _ *struct{}) (*many[accountView], error) {
	q := route.QueryOf[listQuery](ctx)
	p, err := page(q.window)
	if err != nil {
		return nil, err
	}
	p.Limit, p.Page = q.Limit, q.Page
	return showMany(viewAccount, q.Fields)(a.staff.List(ctx, p))
}

func (a accounts) count(ctx context.Context, _ *struct{}) (*counted, error) {
	p, err := page(*route.QueryOf[window](ctx))
	if err != nil {
		return nil, err
	}
	return countOf(a.staff.Count(ctx, p))
}

func (a accounts) get(ctx context.Context, in *ByID) (*one[accountView], error) {
	return showOne(viewAccount, route.QueryOf[fieldsQuery](ctx).Fields)(a.staff.Get(ctx, in.ID))
}
