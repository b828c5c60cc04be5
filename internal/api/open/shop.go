package open

import (
	"context"
	"net/http"

	"kaidian/internal/api/route"
	"kaidian/internal/commerce/shop"
)

// shopView is the shop as the face shows it.
type shopView struct {
	CreatedAt            instant `json:"created_at"`
	Domain               string  `json:"domain" doc:"Primary host. ‖ 主域名。"`
	EnableEmailRegist    bool    `json:"enable_email_regist" doc:"Buyers may register by e-mail. ‖ 是否允许邮箱注册。"`
	EnableMobileRegist   bool    `json:"enable_mobile_regist" doc:"… by mobile. ‖ 是否允许手机注册。"`
	EnableUsernameRegist bool    `json:"enable_username_regist" doc:"… by user name. ‖ 是否允许用户名注册。"`
	Name                 string  `json:"name" doc:"Name of the shop. ‖ 店铺名称。"`
	OpenSecret           string  `json:"open_secret" doc:"Signs open-payment links. ‖ 开放支付签名密钥。"`
	PageDescription      string  `json:"page_description" doc:"For search engines. ‖ 用于 SEO 的描述。"`
	PageTitle            string  `json:"page_title" doc:"For search engines. ‖ 用于 SEO 的标题。"`
	UpdatedAt            instant `json:"updated_at"`
	URL                  string  `json:"url" doc:"Primary URL. ‖ 店铺网址。"`
	WebhookToken         string  `json:"webhook_token" doc:"Signs webhooks. ‖ 智能通知签名密钥。"`
}

func viewShop(s shop.Settings) shopView {
	return shopView{
		CreatedAt: instant(s.CreatedAt), Domain: s.Domain, EnableEmailRegist: s.EnableEmailRegist,
		EnableMobileRegist: s.EnableMobileRegist, EnableUsernameRegist: s.EnableUsernameRegist, Name: s.Name,
		OpenSecret: s.OpenSecret, PageDescription: s.PageDescription, PageTitle: s.PageTitle,
		UpdatedAt: instant(s.UpdatedAt), URL: s.URL, WebhookToken: s.WebhookToken,
	}
}

func shopRoutes(f *route.Face, s *shop.Shop) {
	route.Handle(f, route.Route{
		Method: http.MethodGet, Path: "/v1/shop", Name: "GetShop", Tag: "Shop", Permission: readBasic, Query: fieldsQuery{},
		Summary: route.Words{EN: "Get the shop", ZH: "获取店铺信息"},
	}, func(ctx context.Context, _ *struct{}) (*one[shopView], error) {
		return showOne(viewShop, route.QueryOf[fieldsQuery](ctx).Fields)(s.Get(ctx))
	})
}
