// Package archtest holds the house to its plan: who may import whom, and that only its owner writes a table.
package archtest

import (
	"encoding/json"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// commerce says what each package of internal/commerce may import of the others. What is not listed is forbidden.
var commerce = map[string][]string{
	"money":       nil,
	"geo":         nil,
	"staff":       nil,
	"content":     nil,
	"inventory":   nil,
	"customer":    {"geo"},
	"shop":        {"money", "geo"},
	"catalog":     {"money"},
	"promotion":   {"money"},
	"payment":     {"money"},
	"fulfillment": {"money", "shop"},
	"pricing":     {"money", "shop", "promotion"},
	"cart":        {"money", "geo", "shop", "customer", "catalog", "inventory", "pricing", "promotion", "fulfillment"},
	"order":       {"money", "geo", "customer", "inventory", "promotion", "pricing", "payment", "fulfillment"},
	"checkout":    {"cart", "catalog", "order", "payment", "inventory", "pricing", "promotion", "money"}, // it freezes what carts show
	"shelf":       {"catalog", "pricing", "inventory", "shop", "money", "content"},                       // a product's pictures are kept by content
	"browse":      {"catalog", "customer", "inventory", "order", "pricing", "shop", "money"},
	"ledger":      {"money"}, // what it knows of tables it writes again: a rule that its owner breaks is still a rule
	"transfer": {"money", "geo", "shop", "staff", "customer", "catalog", "content", "inventory", "promotion", "pricing",
		"payment", "fulfillment", "cart", "order", "shelf", "browse"},
}

// floors says which floors each floor may import, below the commerce table. The rest of the program is free to import
// what it needs: app and cmd wire things, tests test them.
var floors = map[string][]string{
	"platform": {"platform"},
	"commerce": {"commerce", "platform"},
	"provider": {"provider", "commerce", "platform"},
	"api":      {"api", "commerce", "platform"},
}

// shared are the packages of internal/api that faces may import; a face never imports another face.
var shared = []string{"httpx", "route", "scenario"}

// owners says which package writes each table.
var owners = map[string]string{
	"events":              "platform/event",
	"idempotency_keys":    "api/httpx",
	"webhooks":            "platform/webhook",
	"webhook_deliveries":  "platform/webhook",
	"jobs":                "platform/job",
	"search_entries":      "platform/search",
	"search_index":        "platform/search",
	"shop":                "commerce/shop",
	"metafields":          "commerce/shop",
	"staff_accounts":      "commerce/staff",
	"staff_sessions":      "commerce/staff",
	"apps":                "commerce/staff",
	"app_grants":          "commerce/staff",
	"app_codes":           "commerce/staff",
	"customers":           "commerce/customer",
	"customer_identities": "commerce/customer",
	"customer_sessions":   "commerce/customer",
	"customer_levels":     "commerce/customer",
	"addresses":           "commerce/customer",

	"currencies":               "commerce/shop",
	"regions":                  "commerce/shop",
	"region_countries":         "commerce/shop",
	"sales_channels":           "commerce/shop",
	"publishable_keys":         "commerce/shop",
	"publishable_key_channels": "commerce/shop",
	"customer_groups":          "commerce/customer",
	"customer_group_members":   "commerce/customer",

	"vendors":                "commerce/catalog",
	"product_types":          "commerce/catalog",
	"product_tags":           "commerce/catalog",
	"product_collections":    "commerce/catalog",
	"product_categories":     "commerce/catalog",
	"products":               "commerce/catalog",
	"product_options":        "commerce/catalog",
	"product_images":         "commerce/catalog",
	"variants":               "commerce/catalog",
	"product_channel_links":  "commerce/catalog",
	"product_category_links": "commerce/catalog",
	"product_tag_links":      "commerce/catalog",
	"product_type_links":     "commerce/catalog",

	"stock_locations":    "commerce/inventory",
	"stock_levels":       "commerce/inventory",
	"stock_reservations": "commerce/inventory",
	"stock_movements":    "commerce/inventory",

	"price_lists":               "commerce/pricing",
	"price_list_groups":         "commerce/pricing",
	"prices":                    "commerce/pricing",
	"tax_rates":                 "commerce/pricing",
	"tax_rate_products":         "commerce/pricing",
	"tax_rate_types":            "commerce/pricing",
	"tax_rate_shipping_options": "commerce/pricing",

	"shipping_profiles":            "commerce/fulfillment",
	"shipping_options":             "commerce/fulfillment",
	"shipping_option_requirements": "commerce/fulfillment",

	"discounts":                    "commerce/promotion",
	"discount_regions":             "commerce/promotion",
	"discount_conditions":          "commerce/promotion",
	"discount_condition_resources": "commerce/promotion",
	"gift_cards":                   "commerce/promotion",
	"gift_card_transactions":       "commerce/promotion",

	"carts":             "commerce/cart",
	"payment_sessions":  "commerce/payment",
	"payments":          "commerce/payment",
	"checkout_attempts": "commerce/checkout",
	"promotion_claims":  "commerce/promotion",

	"orders":                 "commerce/order",
	"order_lines":            "commerce/order",
	"order_shipping_methods": "commerce/order",

	"return_reasons": "commerce/order",
	"store_files":    "commerce/content",
}

type pkg struct {
	ImportPath string
	Dir        string
	Imports    []string
	GoFiles    []string
}

func packages(t *testing.T) []pkg {
	t.Helper()
	out, err := exec.Command("go", "list", "-json=ImportPath,Dir,Imports,GoFiles", "kaidian/...").Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	var all []pkg
	for d := json.NewDecoder(strings.NewReader(string(out))); ; {
		var p pkg
		if err := d.Decode(&p); errors.Is(err, io.EOF) {
			return all
		} else if err != nil {
			t.Fatal(err)
		}
		all = append(all, p)
	}
}

// room splits "kaidian/internal/commerce/geo/gen" into its floor and package: "commerce", "geo".
func room(path string) (floor, name string) {
	rest, ok := strings.CutPrefix(path, "kaidian/internal/")
	if !ok {
		return "", ""
	}
	parts := strings.Split(rest, "/")
	if len(parts) > 1 {
		name = parts[1]
	}
	return parts[0], name
}

func TestImports(t *testing.T) {
	t.Parallel()
	for _, p := range packages(t) {
		floor, name := room(p.ImportPath)
		allowed, bound := floors[floor]
		if !bound {
			continue
		}
		for _, imp := range p.Imports {
			to, toName := room(imp)
			switch {
			case to == "":
			case !slices.Contains(allowed, to):
				t.Errorf("%s imports %s: %s may import only %v", p.ImportPath, imp, floor, allowed)
			case floor == "commerce" && to == "commerce" && name != toName && !slices.Contains(commerce[name], toName):
				t.Errorf("%s imports %s: the table of commerce does not allow it", p.ImportPath, imp)
			case floor == "api" && to == "api" && name != toName && !slices.Contains(shared, toName):
				t.Errorf("%s imports %s: a face never imports another face", p.ImportPath, imp)
			}
		}
		if _, listed := commerce[name]; floor == "commerce" && !listed {
			t.Errorf("%s is not in the table of commerce", p.ImportPath)
		}
	}
}

// generator is the one package that writes tables of others: it fills databases for tests and measurements by the million
// rows, for which the owners' checks and events are too slow. No program that serves a shop imports it, which
// TestNobodyServesGeneratedGoods holds.
const generator = "kaidian/internal/shoptest/fill"

func TestNobodyServesGeneratedGoods(t *testing.T) {
	t.Parallel()
	for _, p := range packages(t) {
		if slices.Contains(p.Imports, generator) && !strings.HasPrefix(p.ImportPath, "kaidian/internal/bench") {
			t.Errorf("%s imports %s, which is for tests and measurements", p.ImportPath, generator)
		}
	}
}

var writes = regexp.MustCompile(`(?i)\b(?:insert\s+into|update|delete\s+from)\s+([a-z_]+)`)

func TestOnlyTheOwnerWritesATable(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for _, p := range packages(t) {
		if p.ImportPath == generator {
			continue
		}
		for _, f := range p.GoFiles {
			text, err := os.ReadFile(filepath.Join(p.Dir, f))
			if err != nil {
				t.Fatal(err)
			}
			for _, m := range writes.FindAllStringSubmatch(string(text), -1) {
				owner, ok := owners[m[1]]
				if !ok {
					continue // prose, or a table of a library
				}
				seen[m[1]] = true
				if !strings.HasPrefix(p.ImportPath, "kaidian/internal/"+owner) {
					t.Errorf("%s writes %s, which belongs to %s", filepath.Join(p.Dir, f), m[1], owner)
				}
			}
		}
	}
	if len(seen) == 0 {
		t.Error("no writing SQL found: the pattern is wrong")
	}
}

var created = regexp.MustCompile(`(?m)^create table ([a-z_]+)`)

func TestEveryTableHasAnOwner(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("../platform/db/migrations/*.sql")
	if err != nil || len(files) == 0 {
		t.Fatalf("no migrations: %v", err)
	}
	for _, f := range files {
		text, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range created.FindAllStringSubmatch(string(text), -1) {
			if owners[m[1]] == "" {
				t.Errorf("table %s of %s has no owner in the table above", m[1], filepath.Base(f))
			}
		}
	}
}
