package store

import (
	"context"
	"net/http"

	"kaidian/internal/api/route"
)

type giftCardResponse struct {
	GiftCard giftCardBalanceView `json:"gift_card"`
}

type codePath struct {
	Code string `path:"code"`
}

func (s sales) giftCardRoutes(f *route.Face) {
	r := row("Gift Cards", "gift-cards/{code}", "GetGiftCardsCode", "Get a gift card by code", "按卡号获取礼品卡")
	r.Faults = append(r.Faults, http.StatusNotFound)
	r.About = route.Words{EN: "What is left on it. Upper and lower case differ.", ZH: "查询余额;卡号区分大小写。"}
	route.Handle(f, r, s.giftCard)
}

func (s sales) giftCard(ctx context.Context, in *codePath) (*answer[giftCardResponse], error) {
	card, err := s.promotion.GiftCard(ctx, in.Code)
	if err != nil {
		return nil, err
	}
	scene, err := s.scene(ctx)
	if err != nil {
		return nil, err
	}
	return answerWith[giftCardResponse](smallSize, func(b []byte) []byte {
		b = appendText(append(b, `{"gift_card":{"id":`...), card.ID)
		b = appendText(append(b, `,"code":`...), card.Code)
		b = appendInt(append(b, `,"value":`...), card.Value)
		b = appendInt(append(b, `,"balance":`...), card.Balance)
		return append(scene.appendRegion(append(b, `,"region":`...), card.RegionID, regionFields), `}}`...)
	}), nil
}
