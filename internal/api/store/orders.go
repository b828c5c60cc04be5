package store

import (
	"context"
	"net/http"
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"kaidian/internal/api/route"
	"kaidian/internal/commerce/browse"
	"kaidian/internal/commerce/customer"
	"kaidian/internal/commerce/money"
	"kaidian/internal/commerce/order"
	"kaidian/internal/platform/fault"
)

// orderResponse is an order.
type orderResponse struct {
	Order orderView `json:"order"`
}

// lookupQuery is what somebody knows who made an order without an account.
type lookupQuery struct {
	showing
	DisplayID       *int64         `q:"display_id" min:"0" number:"true" doc:"The order's number; it must be there. ‖ 订单号,必填。"`
	Email           string         `q:"email" doc:"The e-mail that it was made with; it must be there. ‖ 下单邮箱,必填。"`
	ShippingAddress postcodeFilter `q:"shipping_address" doc:"shipping_address[postal_code]: where it went. ‖ shipping_address[postal_code]:送货邮编。"`
}

// postcodeFilter is shipping_address[postal_code]=10115.
type postcodeFilter struct{ postcode string }

// SetQuery reads it.
func (p *postcodeFilter) SetQuery(t route.Term) (string, fault.Rule) {
	if len(t.Plain) > 0 || len(t.List) > 0 {
		return "must be an object", fault.Type
	}
	for name, value := range t.Sub {
		if name != "postal_code" {
			return "must have no member but postal_code", fault.Unknown
		}
		p.postcode = strings.TrimSpace(value)
	}
	return "", ""
}

// QuerySchema tells the document what it is.
func (*postcodeFilter) QuerySchema() *huma.Schema {
	return &huma.Schema{Type: huma.TypeObject, Properties: map[string]*huma.Schema{"postal_code": {Type: huma.TypeString}}}
}

type claimedOrders struct {
	Body struct {
		OrderIDs []string `json:"order_ids" nullable:"false" doc:"1 to 100. ‖ 1 至 100 个。"`
	}
}

type claimToken struct {
	Body struct {
		Token string `json:"token"`
	}
}

// mostOrders bounds the orders of a page.
const mostOrders = 100

// errLookup says that no order is as somebody says.
var errLookup = fault.New(fault.NotFound, "store.order_lookup", "Not Found")

func (s sales) orderRoutes(f *route.Face) {
	look := row("Orders", "orders", "GetOrders", "Look up an order", "查询订单")
	look.Query, look.Faults = lookupQuery{}, append(look.Faults, http.StatusNotFound)
	look.FaultBodies = map[int]any{http.StatusNotFound: ""}
	look.About = route.Words{EN: "For who knows its number and its e-mail. When nothing is found the answer is 404 with the text Not Found.",
		ZH: "凭订单号与邮箱查询;未找到时返回 404 及文本 Not Found。"}
	route.Handle(f, look, s.lookup)

	get := row("Orders", "orders/{id}", "GetOrdersOrder", "Get an order", "获取订单")
	get.Query, get.Faults = showing{}, append(get.Faults, http.StatusNotFound)
	route.Handle(f, get, s.order)
	of := row("Orders", "orders/cart/{cart_id}", "GetOrdersOrderCartId", "Get the order of a cart", "按购物车获取订单")
	of.Query, of.Faults = showing{}, append(of.Faults, http.StatusNotFound)
	route.Handle(f, of, s.orderOfCart)

	claim := row("Orders", "orders/batch/customer/token", "PostOrdersCustomerOrderClaim", "Claim orders", "认领订单")
	claim.Method, claim.Permission, claim.TextAnswer = http.MethodPost, shoppers, "OK"
	claim.Faults = append(claim.Faults, http.StatusUnauthorized)
	claim.About = route.Words{EN: "For orders that the signed-in customer made with another e-mail. Each of their e-mails is sent a token, which lives for 15 minutes.",
		ZH: "用于认领已登录客户以其他邮箱所下的订单;每个下单邮箱会收到一个有效期 15 分钟的令牌。"}
	route.Handle(f, claim, s.claim)
	confirm := row("Orders", "orders/customer/confirm", "PostOrdersCustomerOrderClaimsCustomerOrderClaimAccept", "Verify a claim to orders", "确认认领订单")
	confirm.Method, confirm.TextAnswer = http.MethodPost, "OK"
	confirm.Faults = append(confirm.Faults, http.StatusUnauthorized)
	confirm.About = route.Words{EN: "The orders of the token become the claiming customer's.", ZH: "令牌所含订单将转给认领的客户。"}
	route.Handle(f, confirm, s.confirm)
}

func (s sales) lookup(ctx context.Context, _ *struct{}) (*answer[orderResponse], error) {
	q := route.QueryOf[lookupQuery](ctx)
	chosen, err := q.choose(orderChoice)
	if err != nil {
		return nil, err
	}
	var missing []fault.Field
	if q.DisplayID == nil {
		missing = append(missing, fault.Field{Name: "display_id", Rule: fault.Required, Message: "display_id must be a number conforming to the specified constraints"})
	}
	if !strings.Contains(q.Email, "@") {
		missing = append(missing, fault.Field{Name: "email", Rule: fault.Required, Message: "email must be an email"})
	}
	if err := fault.Fields("store.invalid_lookup", missing...); err != nil {
		return nil, err
	}
	o, err := s.orders.Lookup(ctx, *q.DisplayID, q.Email, q.ShippingAddress.postcode)
	if fault.CodeOf(err) == fault.NotFound {
		return nil, errLookup
	}
	return s.showOrder(ctx, o, chosen, err)
}

func (s sales) order(ctx context.Context, in *ID) (*answer[orderResponse], error) {
	chosen, err := route.QueryOf[showing](ctx).choose(orderChoice)
	if err != nil {
		return nil, err
	}
	o, err := s.orders.Get(ctx, order.ByID(in.ID))
	return s.showOrder(ctx, o, chosen, err)
}

func (s sales) orderOfCart(ctx context.Context, in *cartPath) (*answer[orderResponse], error) {
	chosen, err := route.QueryOf[showing](ctx).choose(cartOrderChoice)
	if err != nil {
		return nil, err
	}
	o, err := s.orders.ByCart(ctx, in.CartID)
	return s.showOrder(ctx, o, chosen, err)
}

func (s sales) claim(ctx context.Context, in *claimedOrders) (*textBody, error) {
	if err := s.orders.Claim(ctx, customerID(ctx), in.Body.OrderIDs); err != nil {
		return nil, err
	}
	return ok(), nil
}

func (s sales) confirm(ctx context.Context, in *claimToken) (*textBody, error) {
	if err := s.orders.Confirm(ctx, in.Body.Token); err != nil {
		return nil, err
	}
	return ok(), nil
}

func (s sales) showOrder(ctx context.Context, o order.Order, c choice, err error) (*answer[orderResponse], error) {
	if err != nil {
		return nil, err
	}
	in, err := s.scene(ctx)
	if err != nil {
		return nil, err
	}
	shown, err := s.shownOrders(ctx, []order.Order{o}, c)
	if err != nil {
		return nil, err
	}
	lens := orderFieldsIn(c, in)
	return answerWith[orderResponse](cartSize+itemSize*len(o.Lines), func(b []byte) []byte {
		return append(lens.object(append(b, `{"order":`...), &shown[0]), '}')
	}), nil
}

// ordersOf gives the newest orders of a customer with their items.
func (s sales) ordersOf(ctx context.Context, customerID string) ([]orderJSON, error) {
	all, err := s.orders.List(ctx, order.Query{CustomerID: &customerID, Limit: mostOrders})
	if err != nil || len(all) == 0 {
		return []orderJSON{}, err
	}
	chosen, err := showing{}.choose(signedInChoice)
	if err != nil {
		return nil, err
	}
	in, err := s.scene(ctx)
	if err != nil {
		return nil, err
	}
	lens, out := orderFieldsIn(chosen, in), make([]orderJSON, len(all))
	for i := range all {
		out[i] = lens.object(nil, &shownOrder{Order: &all[i]})
	}
	return out, nil
}

// shownOrders adds to orders what a choice shows of them that is kept elsewhere: a statement each for variants, customers and gift
// cards, whatever the number of orders. All orders are of one customer, or there is one of them.
func (s sales) shownOrders(ctx context.Context, all []order.Order, c choice) ([]shownOrder, error) {
	out, ids := make([]shownOrder, len(all)), []string(nil)
	for i := range all {
		out[i].Order = &all[i]
		if all[i].Totals.GiftCard > 0 {
			ids = append(ids, all[i].ID)
		}
	}
	if len(all) == 0 {
		return out, nil
	}
	if c.loads("items.variant") {
		variants, err := s.variantsOf(ctx, all)
		if err != nil {
			return nil, err
		}
		for i := range out {
			out[i].variants = variants
		}
	}
	if c.loads("customer") {
		who, err := s.customerOf(ctx, all[0].CustomerID)
		if err != nil {
			return nil, err
		}
		for i := range out {
			out[i].customer = who
		}
	}
	if s.usedCards == nil || len(ids) == 0 || !c.loads("gift_cards") && !c.loads("gift_card_transactions") {
		return out, nil
	}
	cards, err := s.usedCards(ctx, ids)
	for i := range out {
		out[i].cards = cards[out[i].ID]
	}
	return out, err
}

// customerOf gives whose orders are shown, nil for nobody and for who is no more.
func (s sales) customerOf(ctx context.Context, id *string) (*customer.Customer, error) {
	if id == nil {
		return nil, nil
	}
	c, err := s.customers.Get(ctx, customer.ByID(*id))
	if fault.CodeOf(err) == fault.NotFound {
		return nil, nil
	}
	return &c, err
}

// variantsOf gives the living variants of orders by id: a statement for each thousand.
func (s sales) variantsOf(ctx context.Context, all []order.Order) (map[string]*browse.Variant, error) {
	out := map[string]*browse.Variant{}
	var ids []string
	for i := range all {
		for _, l := range all[i].Lines {
			if l.VariantID == nil {
				continue
			}
			if _, known := out[*l.VariantID]; !known {
				out[*l.VariantID], ids = nil, append(ids, *l.VariantID)
			}
		}
	}
	for len(ids) > 0 {
		n := min(len(ids), browse.MaxLimit)
		found, err := s.browse.Variants(ctx, browse.VariantQuery{Staff: true, IDs: ids[:n]}, browse.VariantParts{Product: true}, browse.Pricing{})
		if err != nil {
			return nil, err
		}
		for i := range found {
			out[found[i].ID] = &found[i]
		}
		ids = ids[n:]
	}
	return out, nil
}

// query makes a query for a customer's orders of what was asked. Fault: Invalid for a number or rate that is none.
func (q *ordersQuery) query(customerID string) (order.Query, error) {
	var b bounds
	b.text("q", q.Q)
	out := order.Query{Text: q.Q, CustomerID: &customerID, CartID: given(q.CartID), Email: given(q.Email), RegionID: given(q.RegionID),
		Currency: given(q.CurrencyCode), Created: order.Window(q.CreatedAt), Updated: order.Window(q.UpdatedAt),
		Canceled: order.Window(q.CanceledAt), Limit: q.Limit, Offset: q.Offset,
		Statuses: words[order.Status](q.Status), Fulfillments: words[order.FulfillmentStatus](q.FulfillmentStatus),
		Payments: words[order.PaymentStatus](q.PaymentStatus)}
	if q.ID != "" {
		out.IDs = []string{q.ID}
	}
	if q.DisplayID != "" {
		n, err := strconv.ParseInt(q.DisplayID, 10, 64)
		if err != nil {
			b = append(b, fault.Field{Name: "display_id", Rule: fault.Type, Message: "display_id must be a number conforming to the specified constraints"})
		}
		out.Numbers = []int64{n}
	}
	if q.TaxRate != "" {
		rate, err := money.ParseRate(q.TaxRate)
		if err != nil {
			b = append(b, fault.Field{Name: "tax_rate", Rule: fault.Type, Message: "tax_rate must be a number conforming to the specified constraints"})
		}
		out.TaxRate = &rate
	}
	return out, b.fault()
}

// words gives a list of texts as words of the domain.
func words[T ~string](list []string) []T {
	var out []T
	for _, v := range list {
		out = append(out, T(v))
	}
	return out
}
