package open

import (
	"fmt"
	"slices"
	"strconv"
	"time"

	"kaidian/internal/api/route"
	"kaidian/internal/commerce/customer"
	"kaidian/internal/commerce/money"
	"kaidian/internal/commerce/order"
)

// orderView is an order as the face shows it. Amounts are in the order's own currency.
type orderView struct {
	Address         route.Maybe[orderAddressView] `json:"address" doc:"Where it goes to, null for what is not sent. ‖ 收货地址，无需配送时为 null。"`
	AutoTotalAmount price                         `json:"auto_total_amount" doc:"Total as it was placed. ‖ 下单时计算的订单总金额。"`
	ClosedAt        instant                       `json:"closed_at" doc:"When it was cancelled, refunded or completed. ‖ 取消、退款或完成的时间。"`
	CreatedAt       instant                       `json:"created_at"`
	Customer        route.Maybe[customerView]     `json:"customer" doc:"Null for a guest. ‖ 游客订单为 null。"`
	DiscountAmount  price                         `json:"discount_amount" doc:"Taken off by discounts and gift cards: goods and freight less this are the total. ‖ 优惠与礼品卡抵扣的金额:商品与运费减去它即为订单总额。"`
	Discounts       []orderDiscountView           `json:"discounts" nullable:"false"`
	ID              int64                         `json:"id"`
	ItemAmount      price                         `json:"item_amount" doc:"Total of the goods with their taxes, before discounts. ‖ 商品总金额,含税,未扣优惠。"`
	Items           []orderItemView               `json:"items" nullable:"false"`
	OrderNo         string                        `json:"order_no" doc:"For people: the day and the id. ‖ 订单编号：日期加订单 id。"`
	PayAt           instant                       `json:"pay_at" doc:"When it was paid. ‖ 付款时间。"`
	PaymentStatus   string                        `json:"payment_status" enum:"pending,cod,paid,expired"`
	Payments        []paymentView                 `json:"payments" nullable:"false"`
	Remark          string                        `json:"remark" doc:"What the buyer says. ‖ 买家留言。"`
	ShipmentAmount  price                         `json:"shipment_amount" doc:"Freight, with its taxes. ‖ 运费,含税。"`
	ShipmentStatus  string                        `json:"shipment_status" enum:"pending,sending,recieved,partial"`
	Shipments       []empty                       `json:"shipments" nullable:"false"`
	Status          string                        `json:"status" enum:"processing,cancel,request_refund,refunded,achieved,expired,grouping"`
	TotalAmount     price                         `json:"total_amount" doc:"What is to be paid. ‖ 应付总金额。"`
	UpdatedAt       instant                       `json:"updated_at"`
}

func (orderView) names() (string, string) { return "order", "orders" }

// orderAddressView is where an order goes to.
type orderAddressView struct {
	City            string  `json:"city"`
	CityCode        string  `json:"city_code"`
	CompleteAddress string  `json:"complete_address" doc:"From the country to the detail, with commas between. ‖ 从国家到详细地址，以逗号连接。"`
	Country         string  `json:"country"`
	CountryCode     string  `json:"country_code"`
	District        string  `json:"district"`
	DistrictCode    string  `json:"district_code" doc:"GB/T 2260; empty for an address that has none. ‖ 国标行政区编码，没有时为空。"`
	Email           string  `json:"email"`
	Mobile          string  `json:"mobile"`
	Name            string  `json:"name"`
	Province        string  `json:"province"`
	ProvinceCode    string  `json:"province_code"`
	Telephone       string  `json:"telephone"`
	Zipcode         *string `json:"zipcode"`
}

// orderItemView is what was bought, as it was then.
type orderItemView struct {
	Barcode     string                     `json:"barcode"`
	ID          int64                      `json:"id"`
	Image       route.Maybe[itemImageView] `json:"image" doc:"Null for none. ‖ 没有图片时为 null。"`
	Name        string                     `json:"name"`
	OptionsDesc string                     `json:"options_desc" doc:"The variant in words. ‖ 款式说明。"`
	Price       price                      `json:"price" doc:"Of one. ‖ 单价。"`
	ProductID   *int64                     `json:"product_id"`
	Quantity    int64                      `json:"quantity"`
	VariantID   *int64                     `json:"variant_id"`
	Volume      cubicMetres                `json:"volume" doc:"Of one, cubic metres. ‖ 单件体积，立方米。"`
	Weight      kilograms                  `json:"weight" doc:"Of one, kilograms. ‖ 单件重量，千克。"`
}

// itemImageView is the picture of what was bought.
type itemImageView struct {
	Alt string `json:"alt"`
	Src string `json:"src" doc:"Address. ‖ 图片地址。"`
}

// orderDiscountView is a discount that an order was placed with.
type orderDiscountView struct {
	Amount      price  `json:"amount" doc:"What it took off. ‖ 优惠金额。"`
	Name        string `json:"name" doc:"Its code. ‖ 优惠码。"`
	PromotionID *int64 `json:"promotion_id" doc:"Null: it is no promotion of this API. ‖ 非本接口的促销活动时为 null。"`
}

// sales shows orders: with their customers, and pictures where this shop serves them.
type sales struct {
	customers map[int64]customerView // by number
	base      string                 // address of the shop, without a slash at its end; may be empty
}

func (s sales) order(o order.Order) orderView {
	cash, t := cashOf(o), o.Totals
	items, freight := withTax(o)
	v := orderView{AutoTotalAmount: cash.of(t.Auto()), ClosedAt: instant(o.ClosedAt), CreatedAt: instant(o.CreatedAt),
		DiscountAmount: cash.of(items + freight - t.Auto()), Discounts: make([]orderDiscountView, len(o.Discounts)),
		ID: o.Number, ItemAmount: cash.of(items), Items: make([]orderItemView, len(o.Lines)), OrderNo: orderNo(o.Number, o.CreatedAt), PayAt: instant(o.PaidAt),
		PaymentStatus: paymentStatuses.word(o.Payment), Payments: viewPayments(o), Remark: o.Remark, ShipmentAmount: cash.of(freight),
		ShipmentStatus: shipmentStatuses.word(o.Fulfillment), Shipments: []empty{}, Status: orderStatuses.word(o.Status),
		TotalAmount: cash.of(t.Total), UpdatedAt: instant(o.UpdatedAt)}
	v.Address.Loaded, v.Customer.Loaded = true, true
	if o.Shipping != nil {
		a := viewOrderAddress(*o.Shipping, o.Email)
		v.Address.Value = &a
	}
	if c, ok := s.customers[value(o.CustomerNumber)]; ok {
		v.Customer.Value = &c
	}
	for i, l := range o.Lines {
		v.Items[i] = s.item(l, cash)
	}
	for i, d := range o.Discounts {
		v.Discounts[i] = orderDiscountView{Amount: cash.of(d.Amount), Name: d.Code}
	}
	return v
}

func (s sales) item(l order.Line, cash cash) orderItemView {
	v := orderItemView{Barcode: value(l.Barcode), ID: l.Number, Name: l.Title, OptionsDesc: l.OptionsDesc, Price: cash.of(l.UnitPrice),
		ProductID: l.ProductNumber, Quantity: l.Quantity, VariantID: l.VariantNumber, Volume: cubicMetres(value(l.Volume)),
		Weight: kilograms(value(l.Weight))}
	if l.Barcode == nil {
		v.Barcode = value(l.SKU)
	}
	v.Image.Loaded = true
	if src := value(l.Thumbnail); src != "" {
		v.Image.Value = &itemImageView{Alt: l.Title, Src: absolute(s.base, src)}
	}
	return v
}

// viewOrderAddress shows an address as those of customers are shown, with the e-mail of its order.
func viewOrderAddress(a order.Address, email string) orderAddressView {
	o := customer.Address{FirstName: a.FirstName, LastName: a.LastName, Address1: a.Address1, Address2: a.Address2, City: a.City,
		Province: a.Province, PostalCode: a.PostalCode, CountryCode: a.CountryCode, DistrictCode: a.District, Phone: a.Phone}.Open()
	return orderAddressView{City: o.City, CityCode: o.CityCode, CompleteAddress: o.Completed, Country: o.Country, CountryCode: o.CountryCode,
		District: o.District, DistrictCode: o.DistrictCode, Email: email, Mobile: o.Mobile, Name: o.Name, Province: o.Province,
		ProvinceCode: o.ProvinceCode, Telephone: o.Telephone, Zipcode: o.Zipcode}
}

// cash writes amounts of a currency.
type cash money.Currency

// cashOf gives the currency of an order. A code that is none has no decimal places.
func cashOf(o order.Order) cash {
	c, _ := money.Lookup(o.Currency)
	return cash(c)
}

func (c cash) of(amount int64) price { return price{&amount, money.Currency(c)} }

// dayFormat is how the day stands in an order's number for people.
const dayFormat = "20060102"

// orderNo is an order's number for people: the day in China on which it was placed, and the id.
func orderNo(number int64, placed time.Time) string {
	return fmt.Sprintf("%s%06d", placed.In(route.China).Format(dayFormat), number)
}

// orderOf reads what orderNo wrote: which order, and its day. It is false for anything else.
func orderOf(no string) (number int64, day order.Window, ok bool) {
	if len(no) < len(dayFormat)+6 {
		return 0, order.Window{}, false
	}
	from, err := time.ParseInLocation(dayFormat, no[:len(dayFormat)], route.China)
	if err != nil {
		return 0, order.Window{}, false
	}
	n, err := strconv.ParseUint(no[len(dayFormat):], 10, 63)
	return int64(n), order.Window{GTE: from, LT: from.AddDate(0, 0, 1)}, err == nil
}

// statusWords are the face's words for the statuses of the domain. Several may have one word, and a word may have none.
type statusWords[S ~string] map[S]string

// word gives the word for a status.
func (w statusWords[S]) word(s S) string { return w[s] }

// of gives the statuses that have one of some words, nil for no words. Words that no status has find none.
func (w statusWords[S]) of(words []string) []S {
	if len(words) == 0 {
		return nil
	}
	out := []S{}
	for s, word := range w {
		if slices.Contains(words, word) {
			out = append(out, s)
		}
	}
	slices.Sort(out)
	return out
}

var orderStatuses = statusWords[order.Status]{
	order.Pending: "processing", order.RequiresAction: "processing", order.Canceled: "cancel", order.Completed: "achieved", order.Archived: "achieved",
}

var paymentStatuses = statusWords[order.PaymentStatus]{
	order.NotPaid: "pending", order.Awaiting: "pending", order.PaymentRequiresAction: "pending", order.PaymentCanceled: "expired",
	order.Captured: "paid", order.PartiallyRefunded: "paid", order.Refunded: "paid",
}

var shipmentStatuses = statusWords[order.FulfillmentStatus]{
	order.NotFulfilled: "pending", order.PartiallyFulfilled: "pending", order.Fulfilled: "pending", order.FulfillmentCanceled: "pending",
	order.FulfillmentRequiresAction: "pending", order.PartiallyShipped: "partial", order.Shipped: "sending",
	order.PartiallyReturned: "sending", order.Returned: "sending",
}

// withTax gives what the goods and the freight of an order cost before discounts. The face has no member for taxes, and so they are in
// both: goods + freight - discounts is the total.
func withTax(o order.Order) (items, freight int64) {
	for _, l := range o.Lines {
		items += l.OriginalTotal
	}
	for _, m := range o.Methods {
		freight += m.Total
	}
	return items, freight
}
