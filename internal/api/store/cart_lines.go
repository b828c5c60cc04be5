package store

import (
	"context"
	"encoding/json"
	"net/http"

	"kaidian/internal/api/route"
	"kaidian/internal/commerce/cart"
	"kaidian/internal/platform/patch"
)

type newLine struct {
	ID
	Body struct {
		VariantID string                   `json:"variant_id" example:"variant_01G1G5V2MRX2V3PVSR2WXYPFB6"`
		Quantity  pieces                   `json:"quantity" example:"1"`
		Metadata  route.Optional[anObject] `json:"metadata,omitempty" doc:"Lines of one variant are one line when this is the same. ‖ 同一款式且此项相同的行会合并。"`
	}
}

type linePath struct {
	ID
	LineID string `path:"line_id"`
}

// LinePath lets what has more than a path embed it: only what is exported is seen.
type LinePath = linePath

type changedLine struct {
	LinePath
	Body struct {
		Quantity pieces                   `json:"quantity" example:"2" doc:"0 removes the line. ‖ 0 表示移除该行。"`
		Metadata route.Optional[anObject] `json:"metadata,omitempty" doc:"Replaces what is there. ‖ 整体替换。"`
	}
}

type newMethod struct {
	ID
	Body struct {
		OptionID string                   `json:"option_id" example:"so_01G1G5V27GYX4QXNARRQCW1N8T"`
		Data     route.Optional[anObject] `json:"data,omitempty" doc:"What the carrier wants to know. ‖ 承运商所需的数据。"`
	}
}

func (s sales) lineRoutes(f *route.Face) {
	about := route.Words{EN: "Drops the chosen shipping: it may cost something else now.", ZH: "已选的配送方式会被移除,因为其价格可能改变。"}
	row := func(method, path, name, en, zh string) route.Route {
		r := deed("Carts", method, path, name, route.Words{EN: en, ZH: zh})
		r.About = about
		return r
	}
	route.Handle(f, row(http.MethodPost, "/{id}/line-items", "PostCartsCartLineItems", "Add a line item", "添加商品行"), s.addLine)
	route.Handle(f, row(http.MethodPost, "/{id}/line-items/{line_id}", "PostCartsCartLineItemsItem", "Update a line item", "更新商品行"), s.updateLine)
	remove := row(http.MethodDelete, "/{id}/line-items/{line_id}", "DeleteCartsCartLineItemsItem", "Delete a line item", "删除商品行")
	remove.About = route.Words{EN: about.EN + " A line that is not there is no error.", ZH: about.ZH + "不存在的行不报错。"}
	route.Handle(f, remove, s.removeLine)
	ship := row(http.MethodPost, "/{id}/shipping-methods", "PostCartsCartShippingMethod", "Choose a shipping option", "选择配送方式")
	ship.About = route.Words{EN: "Takes the place of the one that was chosen for the same shipping profile.", ZH: "替换同一配送档案下已选的配送方式。"}
	route.Handle(f, ship, s.addMethod)
}

func (s sales) addLine(ctx context.Context, in *newLine) (*answer[cartResponse], error) {
	c, err := s.carts.AddLine(ctx, in.ID.ID, cart.NewLine{VariantID: in.Body.VariantID, Quantity: int64(in.Body.Quantity),
		Metadata: json.RawMessage(in.Body.Metadata.Value)})
	return s.changed(ctx, c, err)
}

func (s sales) updateLine(ctx context.Context, in *changedLine) (*answer[cartResponse], error) {
	p := cart.LinePatch{Quantity: patch.Some(int64(in.Body.Quantity))}
	if m := in.Body.Metadata; m.Set && !m.Null {
		p.Metadata = patch.Some(json.RawMessage(m.Value))
	}
	c, err := s.carts.UpdateLine(ctx, in.ID.ID, in.LineID, p)
	return s.changed(ctx, c, err)
}

func (s sales) removeLine(ctx context.Context, in *linePath) (*answer[cartResponse], error) {
	c, err := s.carts.RemoveLine(ctx, in.ID.ID, in.LineID)
	return s.changed(ctx, c, err)
}

func (s sales) addMethod(ctx context.Context, in *newMethod) (*answer[cartResponse], error) {
	c, err := s.carts.AddMethod(ctx, in.ID.ID, cart.NewMethod{OptionID: in.Body.OptionID, Data: json.RawMessage(in.Body.Data.Value)})
	return s.changed(ctx, c, err)
}
