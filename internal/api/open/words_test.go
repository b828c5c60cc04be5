package open

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"kaidian/internal/platform/fault"
)

// behind are the packages whose faults can come out of this face.
var behind = []string{
	"../../commerce/catalog", "../../commerce/content", "../../commerce/customer", "../../commerce/geo", "../../commerce/inventory",
	"../../commerce/order", "../../commerce/shop", "../../commerce/staff",
	"../../platform/blob", "../../platform/db", "../../platform/picture", "../../platform/secret", "../../platform/webhook", "../route", ".",
}

// elsewhere are the reasons of those packages that this face never meets, and why; "" is as the line above.
var elsewhere = map[string]string{
	"customer.not_signed_in":     "shoppers' sessions are the Store API's",
	"customer.wrong_credentials": "",
	"customer.too_many_attempts": "",
	"customer.bad_reset_token":   "",

	"catalog.collection_not_found": "collections and categories are the Store API's",
	"catalog.category_not_found":   "",
	"catalog.invalid_collection":   "",
	"catalog.invalid_category":     "",
	"catalog.no_collection":        "",
	"catalog.no_category":          "",
	"catalog.category_cycle":       "",
	"catalog.category_too_deep":    "",
	"catalog.sku_taken":            "what is unique among variants is not written here",
	"catalog.ean_taken":            "",
	"catalog.upc_taken":            "",
	"catalog.id_taken":             "ids are ours here",
	"catalog.external_id_taken":    "",
	"catalog.no_channel":           "a product goes into the default channel",

	"inventory.level_not_found": "stock is written with its variant",
	"inventory.invalid":         "",
	"inventory.insufficient":    "nothing is sold here",

	"order.placed_already":          "orders are placed by shoppers",
	"order.bad_claim_token":         "",
	"order.invalid_claim":           "",
	"order.changed":                 "money is not taken here",
	"order.return_reason_not_found": "goods do not come back here",
	"order.return_reason_taken":     "",
	"order.invalid_return_reason":   "",

	"blob.not_found": "shown where files are served",

	"customer.group_name_taken": "groups of customers are not shown here",
	"customer.group_not_found":  "",
	"customer.invalid_group":    "",

	"shop.channel_name_taken": "markets are not written here",
	"shop.channel_not_found":  "",
	"shop.country_taken":      "",
	"shop.currency_not_found": "",
	"shop.invalid_market":     "",
	"shop.key_not_found":      "",
	"shop.key_revoked":        "",
	"shop.region_not_found":   "",
	"shop.too_many_markets":   "",

	"shop.not_open":   "the shop is opened, and its key checked, before the face is made",
	"shop.master_key": "",

	"staff.email_taken":       "accounts are read only here",
	"staff.invalid_account":   "",
	"staff.wrong_credentials": "staff sign in on pages",
	"staff.too_many_attempts": "",
	"staff.no_session":        "",
	"staff.app_not_found":     "apps are installed on pages and from the command line",
	"staff.app_taken":         "",
	"staff.invalid_app":       "",
	"staff.wrong_kind":        "",
	"staff.not_installed":     "",
	"staff.invalid_redirect":  "",
	"staff.invalid_scope":     "",
	"staff.invalid_client":    "the token endpoint has its own answers",
	"staff.invalid_grant":     "",
	"staff.unknown_token":     "shown as open.no_token",

	"http.bad_path": "shown as open.no_route",

	"secret.bad_token": "nothing signed or sealed comes in here",
	"secret.bad_seal":  "",

	"webhook.delivery_not_found": "deliveries are not shown here",
	"webhook.still_pending":      "",
	"webhook.gone":               "",
}

var reasonForm = regexp.MustCompile(`^[a-z]+\.[a-z_]+$`)

// reasonsOf gives the reasons of faults that a package declares: the texts of their form in what makes faults.
func reasonsOf(t *testing.T, dir string) map[string]bool {
	t.Helper()
	out := map[string]bool{}
	add := func(node ast.Expr) {
		lit, ok := node.(*ast.BasicLit)
		if !ok || lit.Kind != token.STRING {
			return
		}
		if text, err := strconv.Unquote(lit.Value); err == nil && reasonForm.MatchString(text) {
			out[text] = true
		}
	}
	for _, file := range sourcesOf(t, dir) {
		ast.Inspect(file, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.CallExpr:
				f, ok := n.Fun.(*ast.SelectorExpr)
				if _, own := n.Fun.(*ast.Ident); own || ok && isName(f.X, "fault") { // own: taken("sku", "catalog.sku_taken", …)
					for _, arg := range n.Args {
						add(arg)
					}
				}
			case *ast.KeyValueExpr:
				if isName(n.Key, "Reason") {
					add(n.Value)
				}
			case *ast.ValueSpec: // const reasonInvalid = "customer.invalid"
				for i, value := range n.Values {
					if i >= len(n.Names) {
						continue
					}
					if name := strings.ToLower(n.Names[i].Name); strings.Contains(name, "invalid") || strings.HasPrefix(name, "reason") {
						add(value)
					}
				}
			}
			return true
		})
	}
	return out
}

func isName(x ast.Expr, name string) bool {
	id, ok := x.(*ast.Ident)
	return ok && id.Name == name
}

func sourcesOf(t *testing.T, dir string) []*ast.File {
	t.Helper()
	names, err := fs.Glob(os.DirFS(dir), "*.go")
	if err != nil || len(names) == 0 {
		t.Fatalf("%s has no sources (%v)", dir, err)
	}
	var out []*ast.File
	for _, name := range names {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), filepath.Join(dir, name), nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, file)
	}
	return out
}

func TestEveryReasonHasWords(t *testing.T) {
	t.Parallel()
	declared := map[string]bool{"internal": true}
	for _, dir := range behind {
		reasons := reasonsOf(t, dir)
		if len(reasons) == 0 {
			t.Errorf("%s declares no faults", dir)
		}
		maps.Copy(declared, reasons)
	}
	for _, reason := range slices.Sorted(maps.Keys(declared)) {
		_, said := messages[reason]
		_, notHere := elsewhere[reason]
		if said == notHere {
			t.Errorf("%s has words here: %t, is met elsewhere only: %t", reason, said, notHere)
		}
	}
	for reason, words := range messages {
		if !declared[reason] {
			t.Errorf("%s has words, and nothing declares it", reason)
		}
		if !chinese.MatchString(words) {
			t.Errorf("the words of %s are %q", reason, words)
		}
	}
	for reason := range elsewhere {
		if !declared[reason] {
			t.Errorf("nothing declares %s", reason)
		}
	}
}

var chinese = regexp.MustCompile(`\p{Han}`)

func TestEveryRuleHasWords(t *testing.T) {
	t.Parallel()
	n := 0
	for _, file := range sourcesOf(t, "../../platform/fault") {
		ast.Inspect(file, func(node ast.Node) bool {
			spec, ok := node.(*ast.ValueSpec)
			if !ok || !isName(spec.Type, "Rule") {
				return true
			}
			for _, value := range spec.Values {
				rule, err := strconv.Unquote(value.(*ast.BasicLit).Value)
				if err != nil || !chinese.MatchString(rules[fault.Rule(rule)]) {
					t.Errorf("the rule %s (%v) is said as %q", rule, err, rules[fault.Rule(rule)])
				}
				n++
			}
			return true
		})
	}
	if n == 0 || n != len(rules) {
		t.Errorf("there are %d rules, and words for %d", n, len(rules))
	}
}

func TestEveryCodeHasAStatus(t *testing.T) {
	t.Parallel()
	for _, file := range sourcesOf(t, "../../platform/fault") {
		ast.Inspect(file, func(node ast.Node) bool {
			spec, ok := node.(*ast.ValueSpec)
			if !ok || !isName(spec.Type, "Code") {
				return true
			}
			for _, value := range spec.Values {
				code, err := strconv.Unquote(value.(*ast.BasicLit).Value)
				if err != nil || statuses[fault.Code(code)] < 400 {
					t.Errorf("the code %s (%v) has the status %d", code, err, statuses[fault.Code(code)])
				}
			}
			return true
		})
	}
}

func TestEnvelope(t *testing.T) {
	t.Parallel()
	for want, f := range map[string]*fault.Error{
		`{"code":422,"errors":{"reg_identity":["已被使用","格式不正确"],"reg_type":["不能为空"]},"message":"顾客信息有误"}`: {
			Code: fault.Invalid, Reason: "customer.invalid", Fields: []fault.Field{
				{Name: "type", Rule: fault.Required}, {Name: "customer.identity", Rule: fault.Taken}, {Name: "identity", Rule: fault.Format}}},
		`{"code":422,"message":"请求参数有误"}`:                                {Code: fault.Invalid, Reason: "http.invalid", Fields: []fault.Field{{Rule: fault.Type}}},
		`{"code":422,"errors":{"a":["a is odd"]},"message":"It is odd"}`: {Code: fault.Invalid, Reason: "later.odd", Message: "It is odd", Fields: []fault.Field{{Name: "a", Rule: "odd", Message: "a is odd"}}},
		`{"code":500,"message":"服务器内部错误"}`:                               {Code: fault.Internal, Reason: "db.broken", Message: "the disk is full"},
		`{"code":404,"message":"接口不存在"}`:                                 errNoRoute,
	} {
		got, err := encode(envelope(t.Context(), f).Body)
		if err != nil || string(got) != want {
			t.Errorf("got  %s (%v)\nwant %s", got, err, want)
		}
	}
}

func TestMemberName(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{
		"type": "reg_type", "identity": "reg_identity", "phone": "notify_phone", "level": "customer_level_id", "district_code": "district_code",
		"customer": "customer", "customer.real_name": "real_name", "customer.real_name.first": "real_name", "meta.fields.a.b": "fields", "fields.a": "fields",
		"customer_level.name": "name", "webhook.topic": "topic", "address.zipcode": "zipcode", "": "", "product.variants[0].price": "variants[0].price", "product.types[1].name": "types[1].name",
		"product.variants": "variants", "image.variant_ids[0]": "variant_ids[0]",
	} {
		if got := memberName("", name); got != want {
			t.Errorf("%q is %q, want %q", name, got, want)
		}
	}
	for name, want := range map[string]string{
		"title": "name", "product.title": "name", "variants": "variants", "variants[2].values": "variants[2].option_1", "variants[0].values[1]": "variants[0].option_2",
		"variants[0].prices[0].amount": "variants[0].price", "prices[0].amount": "price", "values": "option_1", "compare_amount": "compare_price",
		"types[1]": "types[1]", "handle": "handle", "url": "src",
	} {
		if got := memberName("catalog.invalid", name); got != want {
			t.Errorf("of the catalogue %q is %q, want %q", name, got, want)
		}
	}
}
