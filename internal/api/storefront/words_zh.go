package storefront

import (
	"kaidian/internal/commerce/order"
	"kaidian/internal/platform/fault"
)

func chineseWords() words {
	return words{
		Tag: "zh-CN", OtherLanguage: "English", OtherLanguageTag: "en",

		Skip: "跳到正文", Search: "搜索", SearchFor: "搜索商品", Region: "配送至", Cart: "购物车",
		CartCount: "件商品在购物车中", Footer: "没有脚本，不做追踪。", Language: "语言",

		All: "全部", AllProducts: "全部商品", Categories: "分类", More: "细分", Found: "搜索",
		NothingFound: "没有找到相关商品，请换个词或减少关键词。", NothingHere: "这里还没有商品。",
		Count: "件商品", From: "起", Sale: "特价", WasPrice: "原价：", NowPrice: "现价：", Previous: "上一页", Next: "下一页", Page: "第 {n} 页", Pages: "分页",

		Choose: "选择款式", ChooseOne: "请选择一项。", Quantity: "数量", BadQuantity: "请输入 1 到 9,999 之间的整数。",
		AddToCart: "加入购物车", InStock: "有货", SoldOut: "已售罄", Backorder: "需稍后发货", Left: "仅剩 {n} 件",
		NotHere: "当前地区不销售", TaxIn: "价格已含税，运费在结算时计算。",
		TaxOut: "价格未含税，税费和运费另计。", Tax: "以上已含税 {amount}", Description: "商品详情",

		Added: "已加入购物车。", EmptyCart: "购物车还是空的。", GoOn: "继续购物", Update: "更新", Remove: "删除",
		Gone: "该商品已下架，请删除。", EachOf: "/ 件", ToCheckout: "去结算", ShippingLater: "结算时选择配送方式。",
		DiscountCode: "优惠码", CardCode: "礼品卡", Apply: "使用", MissingCode: "请输入代码。", Codes: "优惠与礼品卡",
		Blocked: "购物车里有商品无法按当前数量购买，请查看标注的商品。", BackToCart: "返回购物车",
		Goods: "商品", Discount: "优惠", Shipping: "运费", Adjustment: "调整", GiftCard: "礼品卡", Total: "合计", Free: "免费",
		Summary: "订单明细", ChangeCart: "修改购物车", Change: "修改",

		Checkout: "结算", Contact: "联系方式", Email: "邮箱", BadEmail: "请输入邮箱地址，例如 name@example.com。", EmailHint: "用于接收订单通知。", Address: "收货地址",
		Name: "收货人", FirstName: "名", LastName: "姓", Phone: "电话", Country: "国家/地区",
		Province: "省份", ProvinceAbroad: "州/省", City: "城市", CityChina: "城市和区县", CityHint: "例如：深圳市南山区",
		Street: "详细地址", StreetMore: "楼栋、单元、门牌号", Postcode: "邮政编码",
		Optional: "选填", ShippingWay: "配送方式", Continue: "下一步：确认订单", LookBelow: "有内容缺失或有误，请查看标注的项目。",
		PleaseChoose: "请选择", NoShipping: "无需配送。",
		Review: "确认订单", Payment: "支付方式",
		NoProvider: "当前地区还没有可用的支付方式。", Place: "提交订单", PlaceNote: "提交订单即表示您同意支付以上金额。", NothingToPay: "无需再支付。", Details: "订单信息",
		Thanks: "感谢您的订购", OrderNumber: "订单号", OrderDay: "下单日期", Confirmation: "订单已提交。请保存此页面或记下订单号。",
		Waiting: "等待支付", WaitingText: "您的支付尚未确认，商品已为您暂时保留。", CheckAgain: "重新查询",
		NotPaid: "尚未支付", NotPaidText: "支付没有完成，订单未提交，购物车里的商品都还在。", TryAgain: "返回结算",
		PaymentState: "支付状态", SentTo: "收货地址", SentBy: "配送方式", ProblemTitle: "操作未完成", NotFoundTitle: "没有找到",

		Providers: map[string]string{"manual": "货到付款或转账", "alipay": "支付宝", "wechatpay": "微信支付", "stripe": "银行卡"},
		Payments: map[order.PaymentStatus]string{
			order.NotPaid: "未支付", order.Awaiting: "待支付", order.Captured: "已支付", order.PartiallyRefunded: "部分退款",
			order.Refunded: "已退款", order.PaymentCanceled: "已取消", order.PaymentRequiresAction: "待您确认",
		},
		Rules: map[fault.Rule]string{
			fault.Required: "请填写此项。", fault.Format: "格式不正确。", fault.Unknown: "无法识别。",
			fault.TooLong: "内容过长。", fault.TooShort: "内容过短。", fault.Range: "超出范围。", fault.Type: "格式不正确。",
		},
		Problems: chineseProblems(),
	}
}

func chineseProblems() map[string]string {
	return map[string]string{
		"storefront.foreign":  "该表单并非来自对应的页面，或页面已过期。请重新打开页面，并确认浏览器接受 Cookie。",
		"storefront.form":     "无法读取表单。",
		"storefront.large":    "表单内容过大。",
		"storefront.no_page":  "没有这个页面。",
		"storefront.no_order": "没有这个订单，或订单不是用此浏览器提交的。",

		"catalog.product_not_found":  "该商品未上架或已下架。",
		"catalog.category_not_found": "没有这个分类。",
		"shop.region_not_found":      "本店不在该地区销售。",
		"cart.no_region":             "店铺尚未设置销售地区，暂未营业。",

		"cart.insufficient_inventory":   "库存不足。",
		"cart.variant_not_found":        "该商品已下架。",
		"cart.variant_without_price":    "该商品在当前地区不销售。",
		"cart.product_not_in_channel":   "该商品已下架。",
		"cart.line_not_found":           "该商品已不在购物车中。",
		"cart.too_many_lines":           "购物车已满。",
		"cart.too_large":                "购物车已满。",
		"cart.completed":                "该购物车已经下单。",
		"cart.payment_authorized":       "该购物车正在支付，不能更改地区。",
		"cart.unsellable":               "购物车里有商品已下架。",
		"cart.changed":                  "购物车刚刚被修改，请重试。",
		"cart.address_not_in_region":    "当前地区不配送到该国家。",
		"cart.country_not_in_region":    "当前地区不配送到该国家。",
		"cart.option_not_found":         "该配送方式已停用。",
		"cart.option_other_region":      "该配送方式不适用于当前地区。",
		"cart.return_option":            "该配送方式仅用于退货。",
		"cart.requirement_not_met":      "该配送方式不适用于当前购物车。",
		"checkout.no_lines":             "购物车是空的。",
		"checkout.no_email":             "请填写邮箱。",
		"checkout.no_session":           "请选择支付方式。",
		"checkout.no_provider":          "请选择支付方式。",
		"checkout.session_not_found":    "请选择支付方式。",
		"checkout.declined":             "支付被拒绝，订单未提交。请重试或换一种支付方式。",
		"checkout.total_changed":        "合计金额有变化，请再次确认。",
		"checkout.paying":               "订单正在支付，请稍后再试。",
		"checkout.too_many_gift_cards":  "一个订单里的礼品卡过多。",
		"inventory.insufficient":        "库存不足，请查看标注的商品。",
		"payment.provider_unavailable":  "支付服务没有响应，请稍后再试。",
		"promotion.discount_not_found":  "没有这个优惠码。",
		"promotion.gift_card_not_found": "没有这张礼品卡。",
		"promotion.used_up":             "该优惠码已用完。",
		"promotion.not_started":         "该优惠码尚未生效。",
		"promotion.expired":             "该优惠码已过期。",
		"promotion.disabled":            "该优惠码无效。",
		"promotion.needs_customer":      "该优惠码仅限特定顾客使用。",
		"promotion.not_for_customer":    "该优惠码仅限特定顾客使用。",
		"promotion.other_region":        "该优惠码不适用于当前地区。",

		"promotion.gift_card_disabled":     "该礼品卡无效。",
		"promotion.gift_card_other_region": "该礼品卡不适用于当前地区。",
		"promotion.gift_card_expired":      "该礼品卡已过期。",
		"promotion.gift_card_spent":        "礼品卡余额不足。",

		"invalid": "表单内容有误。", "not_found": "没有这个页面。", "not_allowed": "当前无法进行此操作。",
		"conflict": "内容刚刚被修改，请重试。", "forbidden": "不允许此操作。", "exhausted": "尝试次数过多，请稍后再试。",
		"unavailable": "暂时无法使用，请稍后再试。", "internal": "系统出现问题，请重试。",
	}
}
