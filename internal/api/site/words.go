package site

import (
	"kaidian/internal/api/httpx"
	"kaidian/internal/commerce/staff"
)

// words are the texts of the pages in one language.
type words struct {
	Tag                                string // of the language, for browsers
	OtherLanguage, OtherLanguageTag    string
	SignIn, SignInFor, Email, Password string
	SignInButton, SignInNote           string
	SignedInAs, SignOut                string

	ConsentTitle, ConsentLead, ConsentWants  string
	ConsentGoes, Allow, Deny, ConsentRevoke  string
	Read, Write                              string
	Apps, AppsLead, NoApps, NoAppsHint       string
	PrivateApp, PublicApp                    string
	Installed, NotInstalled, Install         string
	Uninstall, UninstallSure, UninstallReady string
	ProblemTitle, ProblemBack                string

	// Areas names each area of the shop, and says what is in it.
	Areas map[string][2]string
	// Problems says what went wrong, by the reason of a fault or else by its code.
	Problems map[string]string
}

// areas puts scopes into words, one entry per area.
func (w words) areas(scopes staff.Scopes) []area {
	var out []area
	for _, s := range staff.AllScopes.List() {
		if s.Writes() || !scopes.Has(s) {
			continue
		}
		text := w.Areas[s.Area()]
		out = append(out, area{Name: text[0], Text: text[1], Writes: scopes.Has(s + 1)})
	}
	return out
}

// wordsIn gives the words of a language.
func wordsIn(lang string) words {
	if lang == httpx.Chinese {
		return chineseWords()
	}
	return englishWords()
}

func englishWords() words {
	return words{
		Tag: "en", OtherLanguage: "中文", OtherLanguageTag: "zh-CN",

		SignIn: "Sign in", SignInFor: "Sign in as a member of the shop's staff to decide about", Email: "E-mail", Password: "Password",
		SignInButton: "Sign in", SignInNote: "For the shop's staff.",
		SignedInAs: "Signed in as", SignOut: "Sign out",

		ConsentTitle: "Let an app in", ConsentLead: "wants access to", ConsentWants: "It would have access to:",
		ConsentGoes: "Either answer takes you to", Allow: "Allow", Deny: "Deny",
		ConsentRevoke: "You can take the access away at any time under Apps.",
		Read:          "see", Write: "see and change",

		Apps: "Apps", AppsLead: "Apps that work with this shop through the Open API.",
		NoApps: "There are no apps yet.", NoAppsHint: "Make one on the server with",
		PrivateApp: "private app", PublicApp: "public app",
		Installed: "Installed since", NotInstalled: "Not installed", Install: "Install",
		Uninstall: "Uninstall…", UninstallSure: "Its access ends at once, and it gets no more notices.", UninstallReady: "Uninstall now",

		ProblemTitle: "That did not work", ProblemBack: "Go to the apps",

		Areas:    englishAreas(),
		Problems: englishProblems(),
	}
}

func englishAreas() map[string][2]string {
	return map[string][2]string{
		"basic":       {"Basics", "the shop's settings, staff, regions, payment methods, redirects and notices"},
		"content":     {"Content", "pages, blogs, posts and files"},
		"themes":      {"Themes", "themes and their files"},
		"products":    {"Products", "products, variants and images"},
		"customers":   {"Customers", "customers with their addresses, and customer levels"},
		"orders":      {"Orders", "orders, payments, shipments, after-sales, promotions and coupons"},
		"script_tags": {"Script tags", "scripts that run in the storefront"},
	}
}

func englishProblems() map[string]string {
	return map[string]string{
		"staff.wrong_credentials": "The e-mail or the password is wrong.",
		"staff.too_many_attempts": "Too many attempts. Try again in {minutes} min.",
		"secret.busy":             "Too many people are signing in just now. Try again in a moment.",
		"site.foreign":            "This form is not from the page that it belongs to, or that page is too old. Open the page again.",
		"site.form":               "The form cannot be read.",
		"site.large":              "The form is too large.",
		"site.no_app":             "No public app has this client_id. The link of the app is wrong.",
		"site.shop_key":           "The shop_key is not this shop's. The link of the app is wrong, or meant for another shop.",
		"site.response_type":      "The app asks in a way that this shop does not know: response_type must be “code”.",
		"site.state":              "The app sends too long a state.",
		"staff.invalid_scope":     "The app does not say what it wants to do: scope names nothing that exists.",
		"staff.invalid_redirect":  "The app wants the answer at an address that is not registered for it, so nothing is sent there.",
		"staff.app_not_found":     "There is no such app.",
		"not_found":               "There is no such page.",
		"internal":                "Something went wrong on our side. Try again.",
	}
}

func chineseWords() words {
	return words{
		Tag: "zh-CN", OtherLanguage: "English", OtherLanguageTag: "en",

		SignIn: "登录", SignInFor: "请以店铺员工身份登录，以决定是否授权", Email: "邮箱", Password: "密码",
		SignInButton: "登录", SignInNote: "仅限店铺员工。",
		SignedInAs: "当前账号", SignOut: "退出",

		ConsentTitle: "应用授权", ConsentLead: "请求访问", ConsentWants: "授权后，该应用可以访问：",
		ConsentGoes: "无论选择哪一项，都会前往", Allow: "同意授权", Deny: "拒绝",
		ConsentRevoke: "您可以随时在“应用”页面取消授权。",
		Read:          "查看", Write: "查看和修改",

		Apps: "应用", AppsLead: "通过开放 API 与本店协作的应用。",
		NoApps: "还没有应用。", NoAppsHint: "在服务器上用以下命令创建：",
		PrivateApp: "私有应用", PublicApp: "开放应用",
		Installed: "安装于", NotInstalled: "未安装", Install: "安装",
		Uninstall: "卸载…", UninstallSure: "该应用将立即失去访问权限，也不再收到通知。", UninstallReady: "确认卸载",

		ProblemTitle: "操作未完成", ProblemBack: "前往应用页面",

		Areas:    chineseAreas(),
		Problems: chineseProblems(),
	}
}

func chineseAreas() map[string][2]string {
	return map[string][2]string{
		"basic":       {"基础信息", "店铺设置、管理员、地区、支付方式、重定向与智能通知"},
		"content":     {"内容", "页面、博客、文章与文件"},
		"themes":      {"主题", "主题及其文件"},
		"products":    {"商品", "商品、款式与图片"},
		"customers":   {"顾客", "顾客及其地址、顾客等级"},
		"orders":      {"订单", "订单、支付、物流、售后、促销与优惠券"},
		"script_tags": {"脚本标签", "在店铺前台运行的脚本"},
	}
}

func chineseProblems() map[string]string {
	return map[string]string{
		"staff.wrong_credentials": "邮箱或密码不正确。",
		"staff.too_many_attempts": "尝试次数过多，请在 {minutes} 分钟后再试。",
		"secret.busy":             "当前登录人数较多，请稍后再试。",
		"site.foreign":            "该表单并非来自对应的页面，或页面已过期，请重新打开页面。",
		"site.form":               "无法读取表单。",
		"site.large":              "表单内容过大。",
		"site.no_app":             "没有开放应用使用这个 client_id，应用的链接有误。",
		"site.shop_key":           "shop_key 不属于本店，应用的链接有误，或链接属于其他店铺。",
		"site.response_type":      "应用的请求方式不受支持：response_type 必须为 code。",
		"site.state":              "应用传来的 state 过长。",
		"staff.invalid_scope":     "应用没有说明需要哪些权限：scope 中没有可识别的名称。",
		"staff.invalid_redirect":  "应用要求把结果发送到未登记的地址，因此没有发送。",
		"staff.app_not_found":     "没有这个应用。",
		"not_found":               "没有这个页面。",
		"internal":                "系统出现问题，请重试。",
	}
}
