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
	"open.ids":                    "ids 参数不正确",
	"open.owner":                  "所属对象未找到",
	"open.no_route":               "接口不存在",
	"open.no_token":               "access token 缺失或无效",
	"open.scope":                  "应用没有该接口的权限",
	"open.calls":                  "调用次数超出限制，请稍后再试",
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
}

// envelopes are the members that bodies stand in.
var envelopes = []string{"address", "customer", "customer_level", "meta", "webhook"}

// memberName gives a field the name that the caller knows: of the member, without the envelope around it and without what
// is inside it, in the face's words.
func memberName(name string) string {
	member, rest, _ := strings.Cut(name, ".")
	if rest != "" && slices.Contains(envelopes, member) {
		member, _, _ = strings.Cut(rest, ".")
	}
	if n, ok := memberNames[member]; ok {
		return n
	}
	return member
}
