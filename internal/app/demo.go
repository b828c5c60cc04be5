package app

import (
	"bytes"
	"context"
	"fmt"
	"io/fs"
	"net/http"

	"kaidian/internal/app/demo"
	"kaidian/internal/commerce/customer"
	"kaidian/internal/commerce/shop"
	"kaidian/internal/commerce/staff"
	"kaidian/internal/platform/db"
)

// Demo says what FillDemo did and how to get in. The credentials are the same in every demo shop, so that what
// people paste works; a demo shop is never to be exposed.
type Demo struct {
	Filled        bool
	StaffEmail    string
	StaffPassword string
	AppKey        string
	AppSecret     string
	Token         string
}

// way is the way into every demo shop.
var way = Demo{
	StaffEmail:    "owner@demo.example",
	StaffPassword: "kaidian-demo",
	AppKey:        "de300000000000000000000000000001",
	AppSecret:     "de300000000000000000000000000002",
	Token:         "de300000000000000000000000000003",
}

// demoPerson is a customer of the demo shop. Addresses are written as either face writes them.
type demoPerson struct {
	customer.NewAccount
	open  []customer.OpenPatch
	store []customer.StorePatch
}

// FillDemo fills a shop that has no customers, staff or apps. It leaves any other alone.
func (a *App) FillDemo(ctx context.Context) (Demo, error) {
	out := way
	empty, err := a.empty(ctx)
	if err != nil || !empty {
		return out, err
	}
	out.Filled = true
	if _, err := a.Staff.Create(ctx, staff.NewAccount{Name: "店主", Email: way.StaffEmail, Password: way.StaffPassword}); err != nil {
		return out, err
	}
	if _, err := a.Staff.CreateApp(ctx, staff.NewApp{Kind: staff.Private, Name: "Demo", Key: way.AppKey, Secret: way.AppSecret, Token: way.Token}); err != nil {
		return out, err
	}
	if err := a.demoShop(ctx); err != nil {
		return out, err
	}
	if _, err := a.Transfer.Seed(ctx, bytes.NewReader(demo.Seed)); err != nil {
		return out, fmt.Errorf("goods: %w", err)
	}
	for _, p := range demoPeople() {
		if err := a.demoCustomer(ctx, p); err != nil {
			return out, fmt.Errorf("customer %s: %w", p.Identity, err)
		}
	}
	return out, nil
}

func (a *App) empty(ctx context.Context) (bool, error) {
	people, err := a.Customers.Count(ctx, customer.Query{})
	if err != nil || people > 0 {
		return false, err
	}
	accounts, err := a.Staff.Count(ctx, staff.Page{})
	if err != nil || accounts > 0 {
		return false, err
	}
	apps, err := a.Staff.ListApps(ctx)
	return len(apps) == 0, err
}

// demoShop names the shop, makes its levels, and has the numbers begin where the examples of the Open API are.
func (a *App) demoShop(ctx context.Context) error {
	name, title := "宠物商店", "宠物商店 – 为毛孩子挑好物"
	if _, err := a.Shop.Update(ctx, shop.Patch{Name: &name, PageTitle: &title}); err != nil {
		return err
	}
	for _, l := range []customer.LevelPatch{
		{Name: customer.Some("普通会员"), IsDefault: customer.Some(true)},
		{Name: customer.Some("银牌会员"), Discount: customer.Some(customer.Percent(9800)), ConditionAmount: customer.Some(int64(1_000_00))},
		{Name: customer.Some("金牌会员"), Discount: customer.Some(customer.Percent(9500)), ConditionAmount: customer.Some(int64(5_000_00))},
	} {
		if _, err := a.Customers.CreateLevel(ctx, l); err != nil {
			return err
		}
	}
	return a.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		if err := tx.AdvanceNumber("customers", 594); err != nil {
			return err
		}
		return tx.AdvanceNumber("addresses", 519)
	})
}

func (a *App) demoCustomer(ctx context.Context, p demoPerson) error {
	c, _, err := a.Customers.Register(ctx, p.NewAccount)
	if err != nil {
		return err
	}
	for _, in := range p.open {
		if _, err := a.Customers.AddAddress(ctx, customer.ByID(c.ID), in); err != nil {
			return err
		}
	}
	for _, in := range p.store {
		if _, err := a.Customers.AddAddress(ctx, customer.ByID(c.ID), in); err != nil {
			return err
		}
	}
	return nil
}

const demoPassword = "pa$$word"

func demoPeople() []demoPerson {
	byMail := func(mail, real, phone string) customer.NewAccount {
		return customer.NewAccount{Identity: mail, Password: demoPassword, RealName: real, Phone: &phone}
	}
	byMobile := func(phone, real string) customer.NewAccount {
		return customer.NewAccount{Type: customer.Mobile, Identity: phone, Password: demoPassword, RealName: real, Phone: &phone}
	}
	at := func(name, mobile, district, detail, zip string) customer.OpenPatch {
		p := customer.OpenPatch{Name: customer.Some(name), Mobile: customer.Some(mobile), DistrictCode: customer.Some(district), Detail: customer.Some(detail)}
		if zip != "" {
			p.Zipcode = customer.Some(zip)
		}
		return p
	}
	abroad := func(first, last, line, city, province, zip, country string) customer.StorePatch {
		return customer.StorePatch{FirstName: customer.Some(first), LastName: customer.Some(last), Address1: customer.Some(line), City: customer.Some(city),
			Province: customer.Some(province), PostalCode: customer.Some(zip), CountryCode: customer.Some(country)}
	}
	return []demoPerson{
		{NewAccount: byMail("diao@demo.example", "刁宜成", "13632269358"), open: []customer.OpenPatch{at("刁宜成", "13632269358", "110102", "清华大学17号楼305", "")}},
		{NewAccount: byMobile("13800138000", "王小明"), open: []customer.OpenPatch{
			at("王小明", "13800138000", "440305", "科技园南区8栋1201", "518057"), at("王小明(公司)", "13800138000", "440304", "福华一路88号", "518048")}},
		{NewAccount: byMobile("13911112222", "李静"), open: []customer.OpenPatch{at("李静", "13911112222", "310115", "世纪大道100号", "200120")}},
		{NewAccount: byMail("chen@demo.example", "陈思远", "13700000001"), open: []customer.OpenPatch{at("陈思远", "13700000001", "330106", "西溪路525号", "310013")}},
		{NewAccount: byMobile("13622223333", "赵磊"), open: []customer.OpenPatch{at("赵磊", "13622223333", "510107", "天府大道北段1700号", "610041")}},
		{NewAccount: byMail("arno@demo.example", "Arno Willms", "16128234334802"), store: []customer.StorePatch{
			abroad("Arno", "Willms", "14433 Kemmer Court", "South Geoffreyview", "Kentucky", "72093", "us")}},
		{NewAccount: byMail("giulia@demo.example", "Giulia Rossi", "390612345678"), store: []customer.StorePatch{
			abroad("Giulia", "Rossi", "Via Garibaldi 12", "Roma", "RM", "00153", "it")}},
		{NewAccount: customer.NewAccount{Type: customer.UserName, Identity: "maomao", Password: demoPassword, RealName: "毛毛"}},
	}
}

// mountDemo serves the pictures of the demo shop. Every shop has them: it costs nothing, and a demo shop that is served
// again without --demo shows them still.
func mountDemo(mux *http.ServeMux) {
	pictures := http.StripPrefix(demo.Path, http.FileServerFS(demo.Files))
	mux.HandleFunc("GET "+demo.Path+"{name}", func(w http.ResponseWriter, r *http.Request) {
		if _, err := fs.Stat(demo.Files, r.PathValue("name")); err == nil {
			w.Header().Set("Cache-Control", "public, max-age=31536000, immutable")
		}
		pictures.ServeHTTP(w, r)
	})
}
