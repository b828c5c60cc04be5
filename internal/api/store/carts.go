package store

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"math"
	"net/http"
	"strconv"

	"github.com/danielgtaylor/huma/v2"

	"kaidian/internal/api/httpx"
	"kaidian/internal/api/route"
	"kaidian/internal/commerce/cart"
	"kaidian/internal/commerce/checkout"
	"kaidian/internal/platform/patch"
)

// anObject is an object of the client's own in a body, kept as it comes.
type anObject json.RawMessage

// UnmarshalJSON keeps it.
func (o *anObject) UnmarshalJSON(raw []byte) error {
	*o = bytes.Clone(raw)
	return nil
}

// Schema tells the document, and the validation, what it is.
func (anObject) Schema(huma.Registry) *huma.Schema {
	return &huma.Schema{Type: huma.TypeObject, AdditionalProperties: true}
}

// pieces is a whole number that the document calls a number, as the reference does.
type pieces int64

// UnmarshalJSON takes 2, and 2.0.
func (p *pieces) UnmarshalJSON(raw []byte) error {
	const exact = 1 << 53
	f, err := strconv.ParseFloat(string(raw), 64)
	if err != nil || f != math.Trunc(f) || math.Abs(f) > exact {
		return errors.New("expected an integer number")
	}
	*p = pieces(f)
	return nil
}

// Schema tells the document, and the validation, what it is.
func (pieces) Schema(huma.Registry) *huma.Schema { return &huma.Schema{Type: huma.TypeNumber} }

type cartResponse struct {
	Cart cartView `json:"cart"`
}

type newCart struct {
	Caller
	Body struct {
		RegionID       route.Optional[string]   `json:"region_id,omitempty" doc:"The oldest region when it is not said. ‖ 缺省为最早创建的地区。"`
		SalesChannelID route.Optional[string]   `json:"sales_channel_id,omitempty" doc:"That of the publishable key, or the default one, when it is not said. ‖ 缺省为 publishable key 的销售渠道或默认渠道。"`
		CountryCode    route.Optional[string]   `json:"country_code,omitempty" doc:"Makes a shipping address of this country. ‖ 以该国家建立送货地址。" example:"de"`
		Items          []newCartItem            `json:"items,omitempty" nullable:"false"`
		Context        route.Optional[anObject] `json:"context,omitempty" doc:"Put over ip and user_agent. ‖ 覆盖在 ip 与 user_agent 之上。"`
	}
}

type newCartItem struct {
	VariantID string `json:"variant_id" example:"variant_01G1G5V2MRX2V3PVSR2WXYPFB6"`
	Quantity  int64  `json:"quantity" example:"1"`
}

type changedCart struct {
	ID
	Body struct {
		RegionID        route.Optional[string]      `json:"region_id,omitempty" doc:"Prices everything anew; drops shipping and gift cards. ‖ 重新计价,并移除配送方式与礼品卡。"`
		CountryCode     route.Optional[string]      `json:"country_code,omitempty" doc:"Of the shipping address; one of the region's. ‖ 送货地址的国家,须属于该地区。" example:"de"`
		Email           route.Optional[string]      `json:"email,omitempty" doc:"Of a guest: whose the cart is then. ‖ 访客邮箱,购物车将归属该访客。" example:"user@example.com"`
		SalesChannelID  route.Optional[string]      `json:"sales_channel_id,omitempty" doc:"Removes what the channel does not sell. ‖ 移除该渠道不销售的商品。"`
		BillingAddress  route.Optional[addressOrID] `json:"billing_address,omitempty" doc:"Changes what is there; or the id of the customer's; or null. ‖ 在现有地址上修改;或客户地址的 id;或 null。"`
		ShippingAddress route.Optional[addressOrID] `json:"shipping_address,omitempty" doc:"The same, in a country of the region. ‖ 同上,国家须属于该地区。"`
		GiftCards       route.Optional[[]aCode]     `json:"gift_cards,omitempty" doc:"All of them. ‖ 全部礼品卡。"`
		Discounts       route.Optional[[]aCode]     `json:"discounts,omitempty" doc:"All of them; of those that are not free shipping the first counts. ‖ 全部折扣码;除免运费外仅第一个生效。"`
		CustomerID      route.Optional[string]      `json:"customer_id,omitempty" doc:"A guest's. The signed-in customer comes first. ‖ 访客客户 id;已登录的客户优先。"`
		Context         route.Optional[anObject]    `json:"context,omitempty" doc:"Put over what is there. ‖ 覆盖在现有上下文之上。"`
	}
}

type aCode struct {
	Code string `json:"code"`
}

func (s sales) cartRoutes(f *route.Face) {
	create := deed("Carts", http.MethodPost, "", "PostCart", route.Words{EN: "Create a cart", ZH: "创建购物车"})
	create.FaultBodies = map[int]any{http.StatusBadRequest: refusedRequest{}}
	create.About = route.Words{EN: "Everything may be left out. A signed-in customer's cart is theirs at once.",
		ZH: "所有字段均可省略;已登录客户的购物车立即归其所有。"}
	route.Handle(f, create, s.createCart)

	get := deed("Carts", http.MethodGet, "/{id}", "GetCartsCart", route.Words{EN: "Get a cart", ZH: "获取购物车"})
	get.About = route.Words{EN: "Prices, taxes and totals are computed each time. A signed-in customer takes an open cart over.",
		ZH: "价格、税费与合计每次重新计算;已登录的客户会接管尚未完成的购物车。"}
	route.Handle(f, get, s.getCart)

	update := deed("Carts", http.MethodPost, "/{id}", "PostCartsCart", route.Words{EN: "Update a cart", ZH: "更新购物车"})
	update.About = route.Words{EN: "All of it or nothing. What is not named stays.", ZH: "要么全部生效,要么全部不生效;未提及的字段保持不变。"}
	route.Handle(f, update, s.updateCart)

	remove := deed("Carts", http.MethodDelete, "/{id}/discounts/{code}", "DeleteCartsCartDiscountsDiscount",
		route.Words{EN: "Remove a discount", ZH: "移除折扣"})
	remove.About = route.Words{EN: "By its code as the cart shows it. One that is not there is no error.", ZH: "使用购物车中显示的折扣码;不存在时不报错。"}
	route.Handle(f, remove, s.removeDiscount)

	taxes := deed("Carts", http.MethodPost, "/{id}/taxes", "PostCartsCartTaxes", route.Words{EN: "Calculate taxes", ZH: "计算税费"})
	taxes.About = route.Words{EN: "Shows the cart with taxes where the region does not show them by itself.", ZH: "在地区不自动计税时,返回含税费的购物车。"}
	route.Handle(f, taxes, s.taxes)
	s.completeRoutes(f)
}

func (s sales) createCart(ctx context.Context, in *newCart) (*answer[cartResponse], error) {
	b, r := in.Body, requestOf(ctx)
	n := cart.NewCart{RegionID: b.RegionID.Value, CountryCode: b.CountryCode.Value, ChannelID: b.SalesChannelID.Value, Key: r.Header.Get(keyHeader),
		Context: json.RawMessage(b.Context.Value), IP: httpx.ClientIP(ctx), UserAgent: r.UserAgent(), Caller: customerID(ctx)}
	for _, l := range b.Items {
		n.Lines = append(n.Lines, cart.NewLine{VariantID: l.VariantID, Quantity: l.Quantity})
	}
	c, err := s.carts.Create(ctx, n)
	return s.showCart(ctx, checkout.Till{Cart: c}, err)
}

func (s sales) getCart(ctx context.Context, in *ID) (*answer[cartResponse], error) {
	chosen, err := route.QueryOf[showing](ctx).choose(cartChoice)
	if err != nil {
		return nil, err
	}
	c, err := s.carts.Get(ctx, in.ID, cart.View{Caller: customerID(ctx)})
	if err != nil {
		return nil, err
	}
	t, err := s.till.Sessions(ctx, c)
	if err != nil {
		return nil, err
	}
	return s.showChosen(ctx, t, chosen)
}

func (s sales) updateCart(ctx context.Context, in *changedCart) (*answer[cartResponse], error) {
	b := in.Body
	p := cart.Patch{Caller: customerID(ctx), RegionID: said(b.RegionID), CountryCode: said(b.CountryCode), Email: said(b.Email),
		CustomerID: said(b.CustomerID), ChannelID: said(b.SalesChannelID), Context: json.RawMessage(b.Context.Value),
		Discounts: codesOf(b.Discounts), Cards: codesOf(b.GiftCards)}
	var err error
	if p.Shipping, err = addressChange(b.ShippingAddress); err != nil {
		return nil, under("shipping_address", err)
	}
	if p.Billing, err = addressChange(b.BillingAddress); err != nil {
		return nil, under("billing_address", err)
	}
	c, err := s.carts.Update(ctx, in.ID.ID, p)
	return s.changed(ctx, c, err)
}

type discountPath struct {
	ID
	Code string `path:"code"`
}

func (s sales) removeDiscount(ctx context.Context, in *discountPath) (*answer[cartResponse], error) {
	c, err := s.carts.RemoveDiscount(ctx, in.ID.ID, in.Code)
	return s.changed(ctx, c, err)
}

func (s sales) taxes(ctx context.Context, in *ID) (*answer[cartResponse], error) {
	c, err := s.carts.Get(ctx, in.ID, cart.View{Caller: customerID(ctx), ForceTaxes: true})
	return s.changed(ctx, c, err)
}

// changed answers with a cart as it is after a deed, or with what came of that.
func (s sales) changed(ctx context.Context, c cart.Cart, err error) (*answer[cartResponse], error) {
	if err != nil {
		return nil, err
	}
	t, err := s.till.Sessions(ctx, c)
	return s.showCart(ctx, t, err)
}

// showCart answers with a cart as it is by default.
func (s sales) showCart(ctx context.Context, t checkout.Till, err error) (*answer[cartResponse], error) {
	if err != nil {
		return nil, err
	}
	chosen, err := showing{}.choose(cartChoice)
	if err != nil {
		return nil, err
	}
	return s.showChosen(ctx, t, chosen)
}

func (s sales) showChosen(ctx context.Context, t checkout.Till, c choice) (*answer[cartResponse], error) {
	in, err := s.scene(ctx)
	if err != nil {
		return nil, err
	}
	shown := cartFieldsIn(c, in)
	return answerWith[cartResponse](cartSize+itemSize*len(t.Cart.Body.Lines), func(b []byte) []byte {
		return append(shown.object(append(b, `{"cart":`...), &t), '}')
	}), nil
}

// said gives a member of a body that null leaves as it is, as the original does.
func said(o route.Optional[string]) *string {
	if !o.Set || o.Null {
		return nil
	}
	return &o.Value
}

// codesOf gives the domain's form of codes, which null leaves as they are.
func codesOf(o route.Optional[[]aCode]) patch.Optional[[]string] {
	if !o.Set || o.Null {
		return patch.Optional[[]string]{}
	}
	out := make([]string, len(o.Value))
	for i, c := range o.Value {
		out[i] = c.Code
	}
	return patch.Some(out)
}

// addressChange gives the domain's form of an address of a cart: a change to it, the id of one, or null.
func addressChange(o route.Optional[addressOrID]) (patch.Optional[cart.AddressInput], error) {
	switch {
	case !o.Set:
		return patch.Optional[cart.AddressInput]{}, nil
	case o.Null:
		return patch.Null[cart.AddressInput](), nil
	case o.Value.address == nil:
		return patch.Some(cart.AddressInput{ID: o.Value.id}), nil
	}
	change, err := o.Value.address.patch()
	return patch.Some(cart.AddressInput{Change: change}), err
}
