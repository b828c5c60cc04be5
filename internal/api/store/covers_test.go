package store_test

import (
	"io"
	"net/http"
	"testing"

	"kaidian/internal/platform/db/dbtest"
	"kaidian/internal/shoptest"
)

// TestDocumentCoversTheReference holds the generated document against the shapes of the API that this face is
// compatible with.
func TestDocumentCoversTheReference(t *testing.T) {
	t.Parallel()
	s := shoptest.Start(t, dbtest.OpenSQLite(t))
	res, err := http.Get(s.URL + "/openapi/store.json")
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	doc, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	shoptest.CoversReference(t, doc, "testdata/reference.yaml", []string{
		"GetAuth", "PostAuth", "DeleteAuth", "PostToken", "GetAuthEmail",
		"PostCustomers", "GetCustomersCustomer", "PostCustomersCustomer",
		"PostCustomersCustomerAddresses", "PostCustomersCustomerAddressesAddress", "DeleteCustomersCustomerAddressesAddress",
		"GetCustomersCustomerOrders", "GetCustomersCustomerPaymentMethods",
		"PostCustomersResetPassword", "PostCustomersCustomerPasswordToken",
		"GetRegions", "GetRegionsRegion", "GetProducts", "GetProductsProduct", "PostProductsSearch", "GetVariants", "GetVariantsVariant",
		"GetCollections", "GetCollectionsCollection", "GetProductCategories", "GetProductCategoriesCategory", "GetProductTags", "GetProductTypes",
		"PostCart", "GetCartsCart", "PostCartsCart", "PostCartsCartComplete", "DeleteCartsCartDiscountsDiscount", "PostCartsCartTaxes",
		"PostCartsCartLineItems", "PostCartsCartLineItemsItem", "DeleteCartsCartLineItemsItem", "PostCartsCartShippingMethod",
		"PostCartsCartPaymentSessions", "PostCartsCartPaymentSession", "PostCartsCartPaymentSessionUpdate",
		"DeleteCartsCartPaymentSessionsSession", "PostCartsCartPaymentSessionsSession", "GetShippingOptions", "GetShippingOptionsCartId",
		"GetGiftCardsCode", "GetOrders", "GetOrdersOrder", "GetOrdersOrderCartId", "PostOrdersCustomerOrderClaim",
		"PostOrdersCustomerOrderClaimsCustomerOrderClaimAccept",
	})
}
