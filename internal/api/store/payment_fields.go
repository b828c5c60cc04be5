package store

import (
	"kaidian/internal/commerce/money"
	"kaidian/internal/commerce/payment"
	"kaidian/internal/commerce/promotion"
)

func appendSession(b []byte, s *payment.Session) []byte {
	b = appendText(append(b, `{"id":`...), s.ID)
	b = appendText(append(b, `,"cart_id":`...), s.CartID)
	b = appendText(append(b, `,"provider_id":`...), s.ProviderID)
	if s.Selected { // the original has no false here
		b = append(b, `,"is_selected":true`...)
	} else {
		b = append(b, `,"is_selected":null`...)
	}
	b = appendBool(append(b, `,"is_initiated":`...), s.Initiated)
	b = appendText(append(b, `,"status":`...), string(s.Status))
	b = appendObject(append(b, `,"data":`...), s.Data)
	b = appendInt(append(b, `,"idempotency_key":null,"amount":`...), s.Amount)
	b = appendTimeOrNull(append(b, `,"payment_authorized_at":`...), s.AuthorizedAt)
	b = appendTime(append(b, `,"created_at":`...), s.CreatedAt)
	return append(appendTime(append(b, `,"updated_at":`...), s.UpdatedAt), '}')
}

func appendPayment(b []byte, p *payment.Payment) []byte {
	b = appendText(append(b, `{"id":`...), p.ID)
	b = appendText(append(b, `,"swap_id":null,"cart_id":`...), p.CartID)
	b = appendTextOrNull(append(b, `,"order_id":`...), p.OrderID)
	b = appendInt(append(b, `,"amount":`...), p.Amount)
	b = appendText(append(b, `,"currency_code":`...), p.Currency)
	b = appendInt(append(b, `,"amount_refunded":`...), p.Refunded)
	b = appendText(append(b, `,"provider_id":`...), p.ProviderID)
	b = appendObject(append(b, `,"data":`...), p.Data)
	b = appendTimeOrNull(append(b, `,"captured_at":`...), p.CapturedAt)
	b = appendTimeOrNull(append(b, `,"canceled_at":`...), p.CanceledAt)
	b = appendTime(append(b, `,"idempotency_key":null,"created_at":`...), p.CreatedAt)
	b = appendTime(append(b, `,"updated_at":`...), p.UpdatedAt)
	return append(appendRaw(append(b, `,"metadata":`...), p.Metadata), '}')
}

// appendDiscount appends a discount, with its rule when that is asked for.
func appendDiscount(b []byte, d *promotion.Discount, rule bool) []byte {
	b = appendText(append(b, `{"id":`...), d.ID)
	b = appendText(append(b, `,"code":`...), d.Code)
	b = appendBool(append(b, `,"is_dynamic":`...), d.Dynamic)
	b = appendText(append(b, `,"rule_id":`...), d.Rule.ID)
	b = appendBool(append(b, `,"is_disabled":`...), d.Disabled)
	b = appendTextOrNull(append(b, `,"parent_discount_id":`...), d.ParentID)
	b = appendTime(append(b, `,"starts_at":`...), d.StartsAt)
	b = appendTimeOrNull(append(b, `,"ends_at":`...), d.EndsAt)
	b = appendTextOrNull(append(b, `,"valid_duration":`...), d.ValidDuration)
	b = appendIntOrNull(append(b, `,"usage_limit":`...), d.UsageLimit)
	b = appendInt(append(b, `,"usage_count":`...), d.UsageCount)
	b = appendDates(b, d.CreatedAt, d.UpdatedAt)
	b = appendRaw(append(b, `,"metadata":`...), d.Metadata)
	if !rule {
		return append(b, '}')
	}
	b = appendText(append(b, `,"rule":{"id":`...), d.Rule.ID)
	b = appendText(append(b, `,"type":`...), string(d.Rule.Type))
	b = appendTextOrNull(append(b, `,"description":`...), d.Rule.Description)
	b = appendInt(append(b, `,"value":`...), d.Rule.Value)
	b = appendAllocation(append(b, `,"allocation":`...), string(d.Rule.Allocation))
	// A rule lives and dies with its discount.
	return append(appendDates(b, d.CreatedAt, d.UpdatedAt), `,"metadata":null}}`...)
}

// appendAllocation appends null for free shipping, which has none.
func appendAllocation(b []byte, allocation string) []byte {
	if allocation == "" {
		return append(b, "null"...)
	}
	return appendText(b, allocation)
}

func appendGiftCard(b []byte, g *promotion.GiftCard) []byte {
	b = appendText(append(b, `{"id":`...), g.ID)
	b = appendText(append(b, `,"code":`...), g.Code)
	b = appendInt(append(b, `,"value":`...), g.Value)
	b = appendInt(append(b, `,"balance":`...), g.Balance)
	b = appendText(append(b, `,"region_id":`...), g.RegionID)
	b = appendTextOrNull(append(b, `,"order_id":`...), g.OrderID)
	b = appendBool(append(b, `,"is_disabled":`...), g.Disabled)
	b = appendTimeOrNull(append(b, `,"ends_at":`...), g.EndsAt)
	b = appendRateOrNull(append(b, `,"tax_rate":`...), g.TaxRate)
	b = appendDates(b, g.CreatedAt, g.UpdatedAt)
	return append(appendRaw(append(b, `,"metadata":`...), g.Metadata), '}')
}

// appendRateOrNull appends a percentage or null.
func appendRateOrNull(b []byte, r *money.Rate) []byte {
	if r == nil {
		return append(b, "null"...)
	}
	return r.AppendJSON(b)
}
