package open

import (
	"slices"
	"strings"

	"kaidian/internal/platform/fault"
)

// messages are the Chinese texts of faults by their reason. A reason that is not here shows its English text.
var messages = map[string]string{
	"customer.not_found":          "顾客未找到",
	"customer.address_not_found":  "配送地址未找到",
	"customer.level_not_found":    "顾客等级未找到",
	"customer.already_registered": "该登录标识已注册",
	"customer.email_taken":        "该登录标识已被其他顾客使用",
	"customer.level_name_taken":   "顾客等级名称已存在",
	"customer.too_many_addresses": "配送地址数量已达上限",
	"customer.invalid":            "顾客信息有误",
	"customer.invalid_address":    "配送地址有误",
	"customer.invalid_level":      "顾客等级有误",
	"open.customer":               "顾客信息有误",
	"open.level":                  "顾客等级有误",
	"open.product":                "商品信息有误",
	"open.image":                  "商品图片有误",
	"open.store_file":             "文件有误",
	"open.ids":                    "ids 参数不正确",
	"open.owner":                  "所属对象未找到",
	"open.no_route":               "接口不存在",
	"open.no_token":               "access token 缺失或无效",
	"open.scope":                  "应用没有该接口的权限",
	"open.calls":                  "调用次数超出限制，请稍后再试",
	"catalog.product_not_found":   "商品未找到",
	"catalog.variant_not_found":   "商品款式未找到",
	"catalog.image_not_found":     "商品图片未找到",
	"catalog.invalid":             "商品信息有误",
	"catalog.handle_taken":        "商品 handle 已存在",
	"catalog.options_taken":       "该选项组合的款式已存在",
	"catalog.last_variant":        "商品至少需要保留一个款式",
	"catalog.too_many_variants":   "商品款式数量已达上限",
	"catalog.too_many_images":     "商品图片数量已达上限",
	"order.not_found":             "订单未找到",
	"order.paid":                  "订单已付款，不能修改金额",
	"order.canceled":              "订单已取消，不能修改金额",
	"order.under_authorized":      "买家授权的金额小于新的订单金额，需要买家重新付款",
	"order.invalid_total":         "订单信息有误",
	"open.order":                  "订单信息有误",
	"open.no_payment":             "支付单未找到",
	"open.no_payment_method":      "支付方式未找到",
	"inventory.below_reserved":    "库存不能小于已被订单占用的数量",
	"content.file_not_found":      "文件未找到",
	"content.invalid_file":        "文件有误",
	"content.invalid_address":     "图片地址不正确",
	"content.not_fetched":         "无法从该地址获取图片",
	"picture.unknown":             "图片须为 PNG、JPEG、GIF 或静态 WebP",
	"picture.svg":                 "SVG 图片可能包含脚本，请使用 PNG、JPEG、GIF 或 WebP",
	"picture.too_large":           "图片文件过大",
	"picture.too_many_pixels":     "图片像素过多",
	"picture.broken":              "图片已损坏，无法读取",
	"blob.unavailable":            "文件存储暂时不可用，请稍后再试",
	"geo.country_not_found":       "国家未找到",
	"geo.province_not_found":      "省份未找到",
	"geo.city_not_found":          "城市未找到",
	"geo.district_not_found":      "行政区未找到",
	"geo.unknown_district":        "行政区编码不存在",
	"shop.invalid_settings":       "店铺设置有误",
	"shop.invalid_metafield":      "元字段有误",
	"shop.invalid_query":          "查询参数不正确",
	"shop.metafield_not_found":    "元字段未找到",
	"shop.metafield_taken":        "元字段名称已存在",
	"staff.account_not_found":     "管理员未找到",
	"webhook.not_found":           "智能通知未找到",
	"webhook.invalid":             "智能通知有误",
	"webhook.too_many":            "智能通知数量已达上限",
	"secret.busy":                 "服务器繁忙，请稍后再试",
	"db.busy":                     "数据正在被其他请求修改，请重试",
	"db.text":                     "文本包含无法保存的字符",
	"http.body_too_large":         "请求内容过大",
	"http.body_unreadable":        "请求内容无法读取",
	"http.bad_json":               "请求内容不是有效的 JSON",
	"http.bad_query":              "查询参数无法解析",
	"http.invalid":                "请求参数有误",
	"http.invalid_query":          "查询参数不正确",
	"http.timeout":                "请求超时",
	"internal":                    "服务器内部错误",
}

func message(f *fault.Error) string {
	if m, ok := messages[f.Reason]; ok {
		return m
	}
	if f.Code == fault.Internal {
		return messages["internal"]
	}
	return f.Message
}

// rules are the Chinese texts of what a field broke.
var rules = map[fault.Rule]string{
	fault.Required: "不能为空",
	fault.Format:   "格式不正确",
	fault.Type:     "类型不正确",
	fault.Unknown:  "不存在或不支持",
	fault.TooLong:  "超出长度限制",
	fault.TooShort: "长度不足",
	fault.Range:    "超出取值范围",
	fault.Taken:    "已被使用",
}

func ruleWords(f fault.Field) string {
	if w, ok := rules[f.Rule]; ok {
		return w
	}
	return f.Message
}

// memberNames are the members of bodies that the domain calls otherwise.
var memberNames = map[string]string{
	"type":     "reg_type",
	"identity": "reg_identity",
	"phone":    "notify_phone",
	"level":    "customer_level_id",
	"total":    "total_amount",
}

// goodsNames are the members of products, variants and pictures that the catalogue calls otherwise.
var goodsNames = map[string]string{
	"title":          "name",
	"subtitle":       "short_desc",
	"description":    "body_html",
	"status":         "visibility",
	"prices":         "price",
	"compare_amount": "compare_price",
	"values":         "option_1",
	"values[0]":      "option_1",
	"values[1]":      "option_2",
	"values[2]":      "option_3",
	"url":            "src",
	"number":         "id",
}

// envelopes are the members that bodies stand in.
var envelopes = []string{"address", "customer", "customer_level", "image", "meta", "order", "product", "store_file", "variant", "webhook"}

// memberName gives a field of a fault the name that the caller knows: of the member, without the envelope around it and
// without what is inside it, in the face's words. Of a member of a list it is the place and the member:
// "variants[2].price".
func memberName(reason, name string) string {
	names := memberNames
	if strings.HasPrefix(reason, "catalog.") || strings.HasPrefix(reason, "inventory.") {
		names = goodsNames
	}
	member, rest, _ := strings.Cut(name, ".")
	if rest != "" && slices.Contains(envelopes, member) {
		member, rest, _ = strings.Cut(rest, ".")
	}
	if n, ok := names[member]; ok {
		return n
	}
	list, _, numbered := strings.Cut(member, "[")
	if n, ok := names[list]; ok && numbered {
		return n
	}
	if numbered && rest != "" {
		return member + "." + memberName(reason, rest)
	}
	return member
}
