package store

import (
	"context"
	"encoding/json"
	"net/http"

	"kaidian/internal/api/route"
)

// cartTwiceResponse holds a cart under two names, as the original does.
type cartTwiceResponse struct {
	Cart cartView `json:"cart"`
	Data cartView `json:"data" doc:"The same cart. ‖ 同一购物车。"`
}

type selectedSession struct {
	ID
	Body struct {
		ProviderID string `json:"provider_id" example:"manual"`
	}
}

type providerPath struct {
	ID
	Provider string `path:"provider_id"`
}

// ProviderPath lets what has more than a path embed it: only what is exported is seen.
type ProviderPath = providerPath

type changedSession struct {
	ProviderPath
	Body struct {
		Data anObject `json:"data" doc:"For the provider to read. ‖ 供支付服务商读取。"`
	}
}

func (s sales) sessionRoutes(f *route.Face) {
	row := func(method, path, name, en, zh string) route.Route {
		return deed("Payment", method, "/{id}/payment-session"+path, name, route.Words{EN: en, ZH: zh})
	}
	create := row(http.MethodPost, "s", "PostCartsCartPaymentSessions", "Create payment sessions", "创建支付会话")
	create.About = route.Words{
		EN: "One for each payment provider of the region. When there is one provider only, its session is selected at once. A cart with nothing to pay gets none. The answer holds the cart twice.",
		ZH: "为地区的每个支付服务商各建一个;只有一个服务商时自动选定。无需付款的购物车没有支付会话。响应中购物车出现两次。",
	}
	route.Handle(f, create, s.createSessions)
	choose := row(http.MethodPost, "", "PostCartsCartPaymentSession", "Select a payment session", "选择支付会话")
	choose.About = route.Words{EN: "Opens the payment at its provider; any other is deselected.", ZH: "在支付服务商处创建付款,并取消选定其他会话。"}
	route.Handle(f, choose, s.selectSession)
	update := row(http.MethodPost, "s/{provider_id}", "PostCartsCartPaymentSessionUpdate", "Update a payment session", "更新支付会话")
	route.Handle(f, update, s.updateSession)
	refresh := row(http.MethodPost, "s/{provider_id}/refresh", "PostCartsCartPaymentSessionsSession", "Refresh a payment session", "刷新支付会话")
	refresh.About = route.Words{EN: "Starts it anew. It is not selected then.", ZH: "重新建立会话;之后处于未选定状态。"}
	route.Handle(f, refresh, s.refreshSession)
	remove := row(http.MethodDelete, "s/{provider_id}", "DeleteCartsCartPaymentSessionsSession", "Delete a payment session", "删除支付会话")
	route.Handle(f, remove, s.removeSession)
}

func (s sales) createSessions(ctx context.Context, in *ID) (*answer[cartTwiceResponse], error) {
	t, err := s.till.CreateSessions(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	chosen, err := showing{}.choose(cartChoice)
	if err != nil {
		return nil, err
	}
	scene, err := s.scene(ctx)
	if err != nil {
		return nil, err
	}
	shown := cartFieldsIn(chosen, scene)
	return answerWith[cartTwiceResponse](2*(cartSize+itemSize*len(t.Cart.Body.Lines)), func(b []byte) []byte {
		b = append(b, `{"cart":`...)
		start := len(b)
		b = shown.object(b, &t)
		end := len(b)
		b = append(b, `,"data":`...)
		return append(append(b, b[start:end]...), '}')
	}), nil
}

func (s sales) selectSession(ctx context.Context, in *selectedSession) (*answer[cartResponse], error) {
	t, err := s.till.SelectSession(ctx, in.ID.ID, in.Body.ProviderID)
	return s.showCart(ctx, t, err)
}

func (s sales) updateSession(ctx context.Context, in *changedSession) (*answer[cartResponse], error) {
	t, err := s.till.UpdateSession(ctx, in.ID.ID, in.Provider, json.RawMessage(in.Body.Data))
	return s.showCart(ctx, t, err)
}

func (s sales) refreshSession(ctx context.Context, in *providerPath) (*answer[cartResponse], error) {
	t, err := s.till.RefreshSession(ctx, in.ID.ID, in.Provider)
	return s.showCart(ctx, t, err)
}

func (s sales) removeSession(ctx context.Context, in *providerPath) (*answer[cartResponse], error) {
	t, err := s.till.DeleteSession(ctx, in.ID.ID, in.Provider)
	return s.showCart(ctx, t, err)
}
