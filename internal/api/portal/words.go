package portal

// programName stands where the shop has no name of its own.
const programName = "Kaidian"

// words are the texts of the pages' frame and of the pages that are not guides, in one language.
type words struct {
	HTMLLang string // for the lang attribute
	Locale   string // the API reference's own name for the language

	Overview, Skip, Contents, SectionLink string
	OtherLanguage, OtherLanguageTitle     string
	Copy, Copied, Licences                string

	Store, StoreText, StorePath string
	Open, OpenText, OpenPath    string
	Reference, Guide, Spec      string

	OverviewTitle, OverviewLead, Places, NeedsScript, Loading string
	PlaceShop, PlaceDocs, PlaceSpec, PlaceHealth              string

	StartLead, Colon, TryIt, TryItText, TryItAfter, Where string

	MissingTitle, MissingText, MissingLink string
}

// wordsIn gives the words of a language.
func wordsIn(lang string) words {
	if lang == chinese {
		return chineseWords()
	}
	return englishWords()
}

func englishWords() words {
	return words{
		HTMLLang: "en",
		Locale:   "en",

		Overview:           "Overview",
		Skip:               "Skip to the content",
		Contents:           "On this page",
		SectionLink:        "Link to this section",
		OtherLanguage:      "中文",
		OtherLanguageTitle: "用中文阅读本页",
		Copy:               "Copy",
		Copied:             "Copied",
		Licences:           "Licences of the viewer",

		Store:     "Store API",
		StoreText: "For what shoppers see: websites, mini programs, apps. Sign-up, sessions, profiles and addresses.",
		StorePath: "/store · compatible with Medusa 1.20",
		Open:      "Open API",
		OpenText:  "For the merchant's systems: ERP, CRM, fulfilment. Customers, addresses, regions and webhooks.",
		OpenPath:  "/v1, /oauth2 · compatible with Youhaosuda v1",
		Reference: "API reference",
		Guide:     "Guide",
		Spec:      "OpenAPI document",

		OverviewTitle: "Documentation",
		OverviewLead: "One shop, two APIs. Both work on the same data: a customer who signs up through the Store API is " +
			"listed by the Open API a moment later, addresses and all.",
		Places:      "Addresses to know",
		NeedsScript: "The reference is drawn by JavaScript, which is off in this browser. The same facts are in",
		Loading:     "Loading the reference…",
		PlaceShop:   "The start page",
		PlaceDocs:   "The documentation, from its beginning",
		PlaceSpec:   "The OpenAPI documents, made by the code that answers; insert .zh before .json for Chinese",
		PlaceHealth: "Answers OK while the server is well",

		Colon:     ": ",
		StartLead: "The shop is open. Behind it is a headless commerce server: you build the storefront, and it does the rest, through two APIs.",
		TryIt:     "Try it: create a customer",
		TryItText: "Paste this into a terminal. It signs up a shopper and logs them in.",
		TryItAfter: "The answer is the new customer, with a session cookie beside it. Run it twice and the second answer " +
			"says that the e-mail has an account already.",
		Where: "Where things are",

		MissingTitle: "There is no such page",
		MissingText:  "Perhaps it has moved, or the address has a slip in it.",
		MissingLink:  "Go to the documentation",
	}
}

func chineseWords() words {
	return words{
		HTMLLang: "zh-CN",
		Locale:   "zh-CN",

		Overview:           "概览",
		Skip:               "跳到正文",
		Contents:           "本页目录",
		SectionLink:        "本节链接",
		OtherLanguage:      "English",
		OtherLanguageTitle: "Read this page in English",
		Copy:               "复制",
		Copied:             "已复制",
		Licences:           "第三方许可",

		Store:     "商城 API",
		StoreText: "面向买家端：网站、小程序、App。提供注册、登录会话、个人资料与收货地址。",
		StorePath: "/store · 兼容 Medusa 1.20",
		Open:      "开放 API",
		OpenText:  "面向商家的业务系统：ERP、CRM、仓储履约。提供顾客、地址、地区数据与 Webhook。",
		OpenPath:  "/v1、/oauth2 · 兼容友好速搭 v1",
		Reference: "接口文档",
		Guide:     "使用指南",
		Spec:      "OpenAPI 描述文件",

		OverviewTitle: "开发文档",
		OverviewLead:  "一家店，两套 API，同一份数据。买家通过商城 API 注册之后，商家马上就能在开放 API 里查到这位顾客和他的地址。",
		Places:        "常用地址",
		NeedsScript:   "接口文档需要 JavaScript 才能显示，而当前浏览器已将其关闭。同样的内容可以查看",
		Loading:       "正在加载接口文档……",
		PlaceShop:     "起始页",
		PlaceDocs:     "开发文档首页",
		PlaceSpec:     "OpenAPI 描述文件，由实际处理请求的代码生成；去掉文件名中的 .zh 即为英文版",
		PlaceHealth:   "服务正常时返回 OK",

		Colon:      "：",
		StartLead:  "店铺已开张。这里运行的是一套无头（headless）电商服务：店铺的业务都在服务端，前台页面由你来做，两者之间用两套 API 相连。",
		TryIt:      "试一试：创建客户",
		TryItText:  "把下面的命令粘贴到终端，就能注册一位买家并完成登录。",
		TryItAfter: "返回的是新客户的资料，同时会下发会话 Cookie。再执行一次，则会提示该邮箱已经注册。",
		Where:      "常用入口",

		MissingTitle: "没有这个页面",
		MissingText:  "页面可能已经移走，或者地址输错了。",
		MissingLink:  "前往开发文档",
	}
}
