package open

import (
	"context"
	"net/http"

	"kaidian/internal/api/route"
	"kaidian/internal/platform/webhook"
)

// webhookView is a webhook as the face shows it.
type webhookView struct {
	Address     string  `json:"address" doc:"Where events are posted. ‖ 接收通知的地址。"`
	ContentType string  `json:"content_type"`
	CreatedAt   instant `json:"created_at"`
	ID          int64   `json:"id"`
	Topic       string  `json:"topic" example:"customers/create"`
	UpdatedAt   instant `json:"updated_at"`
}

func viewWebhook(w webhook.Webhook) webhookView {
	return webhookView{Address: w.Address, ContentType: w.ContentType, CreatedAt: instant(w.CreatedAt), ID: w.Number, Topic: w.Topic,
		UpdatedAt: instant(w.UpdatedAt)}
}

type webhookInput struct {
	Address     route.Optional[text] `json:"address,omitempty"`
	ContentType route.Optional[text] `json:"content_type,omitempty"`
	Topic       route.Optional[text] `json:"topic,omitempty"`
}

type NewWebhook struct {
	Body struct {
		Webhook webhookInput `json:"webhook"`
	}
}

type changedWebhook struct {
	ByID
	NewWebhook
}

type webhooksQuery struct {
	listQuery
	webhookFilter
}

type webhooksCountQuery struct {
	window
	webhookFilter
}

type webhookFilter struct {
	Topic string `q:"topic" doc:"Only those of this topic. ‖ 按主题筛选。"`
}

func (f webhookFilter) filter(w window) (webhook.Filter, error) {
	ids, err := w.numbers()
	return webhook.Filter{Topic: f.Topic, IDs: ids, CreatedMin: value(w.CreatedMin), CreatedMax: value(w.CreatedMax),
		UpdatedMin: value(w.UpdatedMin), UpdatedMax: value(w.UpdatedMax), SinceID: w.since()}, err
}

// webhooks are those of the app that calls; it sees no other's.
type webhooks struct{ webhooks *webhook.Service }

func (h webhooks) routes(f *route.Face) {
	row := func(method, path, name string, p route.Permission, query any, en, zh string) route.Route {
		return route.Route{Method: method, Path: "/v1/webhooks" + path, Name: name, Tag: "Webhook", Permission: p, Query: query,
			Summary: route.Words{EN: en, ZH: zh}}
	}
	route.Handle(f, row(http.MethodGet, "", "ListWebhooks", readBasic, webhooksQuery{}, "List webhooks", "获取智能通知列表"), h.list)
	route.Handle(f, row(http.MethodGet, "/count", "CountWebhooks", readBasic, webhooksCountQuery{}, "Count webhooks", "获取智能通知总数"), h.count)
	route.Handle(f, row(http.MethodGet, "/{id}", "GetWebhook", readBasic, fieldsQuery{}, "Get a webhook", "获取智能通知"), h.get)
	route.Handle(f, row(http.MethodPost, "", "CreateWebhook", writeBasic, nil, "Create a webhook", "创建智能通知"), h.create)
	route.Handle(f, row(http.MethodPut, "/{id}", "UpdateWebhook", writeBasic, nil, "Change a webhook", "更新智能通知"), h.update)
	route.Handle(f, row(http.MethodDelete, "/{id}", "DeleteWebhook", writeBasic, nil, "Delete a webhook", "删除智能通知"), h.remove)
}

func (h webhooks) list(ctx context.Context, _ *struct{}) (*many[webhookView], error) {
	q := route.QueryOf[webhooksQuery](ctx)
	f, err := q.filter(q.window)
	if err != nil {
		return nil, err
	}
	f.Limit, f.Page = q.Limit, q.Page
	return showMany(viewWebhook, q.Fields)(h.webhooks.List(ctx, appID(ctx), f))
}

func (h webhooks) count(ctx context.Context, _ *struct{}) (*counted, error) {
	q := route.QueryOf[webhooksCountQuery](ctx)
	f, err := q.filter(q.window)
	if err != nil {
		return nil, err
	}
	return countOf(h.webhooks.Count(ctx, appID(ctx), f))
}

func (h webhooks) get(ctx context.Context, in *ByID) (*one[webhookView], error) {
	return showOne(viewWebhook, route.QueryOf[fieldsQuery](ctx).Fields)(h.webhooks.Get(ctx, appID(ctx), in.ID))
}

func (h webhooks) create(ctx context.Context, in *NewWebhook) (*one[webhookView], error) {
	b := in.Body.Webhook
	return showOne(viewWebhook, nil)(h.webhooks.Create(ctx, appID(ctx), webhook.Input{
		Address: string(b.Address.Value), Topic: string(b.Topic.Value), ContentType: string(b.ContentType.Value)}))
}

func (h webhooks) update(ctx context.Context, in *changedWebhook) (*one[webhookView], error) {
	b := in.Body.Webhook
	return showOne(viewWebhook, nil)(h.webhooks.Update(ctx, appID(ctx), in.ID, webhook.Patch{
		Address: pointer(b.Address), Topic: pointer(b.Topic), ContentType: pointer(b.ContentType)}))
}

func (h webhooks) remove(ctx context.Context, in *ByID) (*nothing, error) {
	return &nothing{}, h.webhooks.Delete(ctx, appID(ctx), in.ID)
}
