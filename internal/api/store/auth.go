package store

import (
	"context"
	"net/http"

	"kaidian/internal/api/httpx"
	"kaidian/internal/api/route"
	"kaidian/internal/commerce/customer"
)

// auth is how shoppers sign in and out.
type auth struct {
	customers *customer.Service
	cookies   Cookies
	who       identity
	sales     sales
}

type credentials struct {
	Body struct {
		Email    string `json:"email" example:"user@example.com"`
		Password string `json:"password" example:"pa$$word"`
	}
}

type tokenBody struct {
	Body struct {
		AccessToken string `json:"access_token" doc:"Send it as Authorization: Bearer. ‖ 以 Authorization: Bearer 方式发送。"`
	}
}

type existsBody struct {
	Body struct {
		Exists bool `json:"exists"`
	}
}

type emailPath struct {
	Email string `path:"email"`
}

// customerBody is the answer that shows the customer, with the session's cookie when one was made.
type customerBody struct {
	SetCookie string `header:"Set-Cookie"`
	Body      struct {
		Customer customerView `json:"customer"`
	}
}

// textBody is an answer of bare text.
type textBody struct {
	ContentType string `header:"Content-Type"`
	Body        []byte
}

// noBody is an answer without a body.
type noBody struct{}

func ok() *textBody { return &textBody{ContentType: "text/plain; charset=utf-8", Body: []byte("OK")} }

func (a auth) routes(f *route.Face) {
	route.Handle(f, route.Route{
		Method: http.MethodPost, Path: "/store/auth", Name: "PostAuth", Tag: "Auth", Permission: anyone, Unprotected: true,
		Faults:  []int{http.StatusBadRequest, http.StatusUnauthorized, http.StatusTooManyRequests},
		Summary: route.Words{EN: "Customer log-in", ZH: "客户登录"},
		About:   route.Words{EN: "Signs a customer in and sets the session's cookie.", ZH: "客户登录,并设置会话 Cookie。"},
	}, a.signIn)
	route.Handle(f, route.Route{
		Method: http.MethodGet, Path: "/store/auth", Name: "GetAuth", Tag: "Auth", Permission: shoppers,
		Faults:  []int{http.StatusUnauthorized},
		Summary: route.Words{EN: "Get the current customer", ZH: "获取当前客户"},
	}, a.current)
	route.Handle(f, route.Route{
		Method: http.MethodDelete, Path: "/store/auth", Name: "DeleteAuth", Tag: "Auth", Permission: shoppers, TextAnswer: "OK",
		Faults:  []int{http.StatusUnauthorized},
		Summary: route.Words{EN: "Customer log-out", ZH: "客户登出"},
	}, a.signOut)
	route.Handle(f, route.Route{
		Method: http.MethodPost, Path: "/store/auth/token", Name: "PostToken", Tag: "Auth", Permission: anyone, Unprotected: true,
		Faults:  []int{http.StatusBadRequest, http.StatusUnauthorized, http.StatusTooManyRequests},
		Summary: route.Words{EN: "Customer log-in (JWT)", ZH: "客户登录(JWT)"},
		About: route.Words{EN: "Gives a bearer token that lives for 30 days, or until the password changes.",
			ZH: "返回有效期 30 天的 Bearer 令牌;修改密码后立即失效。"},
	}, a.token)
	route.Handle(f, route.Route{
		Method: http.MethodGet, Path: "/store/auth/{email}", Name: "GetAuthEmail", Tag: "Auth", Permission: anyone,
		Summary: route.Words{EN: "Check whether an e-mail exists", ZH: "检查电子邮件是否存在"},
		About:   route.Words{EN: "True only for registered accounts.", ZH: "仅当该邮箱已注册账号时为 true。"},
	}, a.exists)
}

func (a auth) signIn(ctx context.Context, in *credentials) (*customerBody, error) {
	c, err := a.customers.Authenticate(ctx, in.Body.Email, in.Body.Password, httpx.ClientIP(ctx))
	if err != nil {
		return nil, err
	}
	s, err := a.customers.StartSession(ctx, c)
	if err != nil {
		return nil, err
	}
	out, err := a.show(ctx, c.ID)
	if err != nil {
		return nil, err
	}
	out.SetCookie = a.cookies.bake(requestOf(ctx), s.Token, s.Expires)
	return out, nil
}

func (a auth) current(ctx context.Context, _ *struct{}) (*customerBody, error) {
	return a.show(ctx, customerID(ctx))
}

// show gives the customer with shipping addresses and the newest hundred orders, without the billing address.
func (a auth) show(ctx context.Context, id string) (*customerBody, error) {
	p, err := a.customers.Profile(ctx, customer.ByID(id))
	if err != nil {
		return nil, err
	}
	var out customerBody
	out.Body.Customer = viewProfile(p)
	out.Body.Customer.BillingAddress = route.Maybe[addressView]{}
	out.Body.Customer.Orders, err = a.sales.ordersOf(ctx, id)
	return &out, err
}

func (a auth) signOut(ctx context.Context, _ *struct{}) (*textBody, error) {
	r := requestOf(ctx)
	if token := a.cookies.read(r); token != "" {
		if err := a.customers.EndSession(ctx, token); err != nil {
			return nil, err
		}
	}
	return ok(), nil
}

func (a auth) token(ctx context.Context, in *credentials) (*tokenBody, error) {
	c, err := a.customers.Authenticate(ctx, in.Body.Email, in.Body.Password, httpx.ClientIP(ctx))
	if err != nil {
		return nil, err
	}
	var out tokenBody
	out.Body.AccessToken, err = a.customers.IssueToken(c)
	return &out, err
}

func (a auth) exists(ctx context.Context, in *emailPath) (*existsBody, error) {
	var out existsBody
	var err error
	out.Body.Exists, err = a.customers.EmailExists(ctx, in.Email)
	return &out, err
}
