package route_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"kaidian/internal/commerce/customer"
	"kaidian/internal/platform/db"
	"kaidian/internal/platform/db/dbtest"
	"kaidian/internal/shoptest"
)

// What PostgreSQL cannot keep is refused at the door of the real faces, on both engines alike: never taken by one, and
// never an internal error.
func TestWhatCannotBeKeptIsRefused(t *testing.T) {
	t.Parallel()
	dbtest.Engines(t, func(t *testing.T, d *db.DB) {
		shop := shoptest.Start(t, d)
		shop.Customer(t, customer.NewAccount{Identity: "arno@example.com"})
		h := &house{url: shop.URL}
		var jwt struct {
			Token string `json:"access_token"`
		}
		signedIn := h.send(t, "POST", "/store/auth/token", `{"email":"arno@example.com","password":"supersecret"}`)
		if err := json.Unmarshal([]byte(signedIn.body), &jwt); err != nil {
			t.Fatal(err)
		}
		bearer, token := "Authorization: Bearer "+jwt.Token, "X-API-ACCESS-TOKEN: "+shop.Token
		for _, c := range []struct {
			method, path, body string
			headers            []string
			status             int
			want               string
		}{
			{"POST", "/store/customers", `{"first_name":"a\u0000b","last_name":"x","email":"a@example.com","password":"supersecret"}`, nil, 400,
				`{"type":"invalid_data","message":"first_name must not contain the character U+0000"}`},
			{"POST", "/store/customers/me", `{"metadata":{"a":"x\u0000"}}`, []string{bearer}, 400, `{"type":"invalid_data","message":"metadata.a must not contain the character U+0000"}`},
			{"POST", "/store/customers/me", `{"metadata":{"a\u0000":1}}`, []string{bearer}, 400, "its name"},
			{"POST", "/store/customers/me", `{"metadata":{"a":{"b":["\u0000"]}}}`, []string{bearer}, 400, "metadata.a.b[0]"},
			{"POST", "/store/customers/me", "{\"phone\":\"\xff\"}", []string{bearer}, 400, "not UTF-8"},
			{"POST", "/store/customers/me", `{"phone":"\ud800"}`, []string{bearer}, 200, "\ufffd"},
			{"POST", "/store/customers/me", `{"metadata":{"deep":` + strings.Repeat("[", 5000) + strings.Repeat("]", 5000) + `}}`, []string{bearer}, 400, "nested"},
			{"POST", "/store/customers/me/addresses", `{"address":{"first_name":"a","last_name":"b","address_1":"\u0000","city":"c","country_code":"us","postal_code":"1"}}`,
				[]string{bearer}, 400, "address.address_1"},
			{"POST", "/store/customers/password-token", `{"email":"a\u0000@example.com"}`, nil, 400, "email"},
			{"GET", "/store/auth/a%00b@example.com", "", nil, 400, "path"},
			{"GET", "/store/auth/%ff@example.com", "", nil, 400, "path"},
			{"POST", "/store/customers/me/addresses/a%00", `{}`, []string{bearer}, 400, "path"},
			{"GET", "/store/customers/me/orders?q=%00", "", []string{bearer}, 400, "query"},
			{"GET", "/store/customers/me", "", []string{"Authorization: Bearer \xff\xfe"}, 401, "Unauthorized"},
			{"GET", "/store/customers/me", "", []string{"Cookie: connect.sid=s%3A%00%ff.x"}, 401, "Unauthorized"},
			{"POST", "/v1/customers", `{"customer":{"reg_type":"email","reg_identity":"a\u0000@example.com","password":"supersecret"}}`, []string{token}, 422, "reg_identity"},
			{"POST", "/v1/customers", `{"customer":{"Reg_Type":"email"}}`, []string{token}, 422, "Reg_Type"},
			{"POST", "/v1/metas", `{"meta":{"name":"x","owner_resource":"shop","fields":{"a\u0000":"b"}}}`, []string{token}, 422, ""},
			{"POST", "/v1/metas", `{"meta":{"name":"x","owner_resource":"shop","owner_id":1e300,"fields":{"a":"b"}}}`, []string{token}, 422, "owner_id"},
			{"GET", "/v1/customers?reg_identity=%00", "", []string{token}, 422, ""},
			{"GET", "/v1/customers?ids=%ff", "", []string{token}, 422, ""},
			{"GET", "/v1/shop", "", []string{"X-API-ACCESS-TOKEN: \xff\xfe"}, 401, ""},
		} {
			got := h.send(t, c.method, c.path, c.body, c.headers...)
			if got.status != c.status || !strings.Contains(got.body, c.want) {
				t.Errorf("%s %s %.80s: %d %s; want %d and %s", c.method, c.path, c.body, got.status, got.body, c.status, c.want)
			}
		}
		if got := h.send(t, "POST", "/store/customers", strings.Repeat(" ", 101<<10)); got.status != http.StatusRequestEntityTooLarge ||
			got.body != `{"type":"invalid_data","message":"request entity too large: the limit is 102400 bytes"}` {
			t.Errorf("a large body: %d %s", got.status, got.body)
		}
	})
}
