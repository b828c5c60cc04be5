package store

import (
	"context"
	"net/http"
	"reflect"

	"github.com/danielgtaylor/huma/v2"

	"kaidian/internal/api/route"
	"kaidian/internal/commerce/checkout"
	"kaidian/internal/commerce/order"
)

// completeResponse is what became of a cart: an order, or the cart that is to be paid still.
type completeResponse struct {
	Type          string      `json:"type" enum:"order,cart,swap"`
	Data          orderOrCart `json:"data"`
	PaymentStatus string      `json:"payment_status,omitempty" enum:"authorized,pending,requires_more,error,canceled" doc:"Of the selected payment session; comes with a cart. ‖ 所选支付会话的状态,仅随购物车返回。"`
}

// orderOrCart is either.
type orderOrCart struct{}

// Schema tells the document what it is.
func (orderOrCart) Schema(r huma.Registry) *huma.Schema {
	return &huma.Schema{AnyOf: []*huma.Schema{route.SchemaOf[orderView](r), route.SchemaOf[cartView](r)}}
}

// shortage is how the face says that there is too little in stock for what was to be bought.
type shortage struct {
	Errors []shortageProblem `json:"errors" nullable:"false"`
}

type shortageProblem struct {
	Message string `json:"message"`
	Type    string `json:"type" enum:"not_allowed"`
	Code    string `json:"code" enum:"insufficient_inventory"`
}

const insufficient = "insufficient_inventory"

// unfinished is what a completion that clashes is refused with.
type unfinished struct{}

// Schema tells the document what it is.
func (unfinished) Schema(r huma.Registry) *huma.Schema {
	return &huma.Schema{AnyOf: []*huma.Schema{r.Schema(reflect.TypeFor[problem](), true, "Error"), route.SchemaOf[shortage](r)}}
}

func (s sales) completeRoutes(f *route.Face) {
	complete := deed("Carts", http.MethodPost, "/{id}/complete", "PostCartsCartComplete", route.Words{EN: "Complete a cart", ZH: "完成购物车"})
	complete.FaultBodies = map[int]any{http.StatusConflict: unfinished{}}
	complete.About = route.Words{
		EN: "Takes the goods and asks for the money. The answer has type `order` when there is an order, however often it is asked; type `cart` with `payment_status` when the shopper or the payment provider has something to do still: complete it again afterwards. When there is too little in stock the answer is 409, and the cart stays open.",
		ZH: "占用库存并请求付款。生成订单时返回 `type: order`(重复调用得到同一订单);买家或支付服务商尚需操作时返回 `type: cart` 及 `payment_status`,之后再次调用即可。库存不足时返回 409,购物车保持打开。",
	}
	route.Handle(f, complete, s.complete)
}

func (s sales) complete(ctx context.Context, in *ID) (*answer[completeResponse], error) {
	done, err := s.till.Complete(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	scene, err := s.scene(ctx)
	if err != nil {
		return nil, err
	}
	if done.Order == nil {
		return answerUnpaid(done, scene)
	}
	chosen, err := showing{}.choose(completedChoice)
	if err != nil {
		return nil, err
	}
	shown, err := s.shownOrders(ctx, []order.Order{*done.Order}, chosen)
	if err != nil {
		return nil, err
	}
	lens := orderFieldsIn(chosen, scene)
	return answerWith[completeResponse](cartSize+itemSize*len(done.Order.Lines), func(b []byte) []byte {
		return append(lens.object(append(b, `{"type":"order","data":`...), &shown[0]), '}')
	}), nil
}

// answerUnpaid answers with a cart that is to be paid still.
func answerUnpaid(done checkout.Result, in scene) (*answer[completeResponse], error) {
	chosen, err := showing{}.choose(cartChoice)
	if err != nil {
		return nil, err
	}
	lens := cartFieldsIn(chosen, in)
	return answerWith[completeResponse](cartSize+itemSize*len(done.Till.Cart.Body.Lines), func(b []byte) []byte {
		b = lens.object(append(b, `{"type":"cart","data":`...), &done.Till)
		return append(appendText(append(b, `,"payment_status":`...), string(done.Status)), '}')
	}), nil
}
