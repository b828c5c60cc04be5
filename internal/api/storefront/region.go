package storefront

import (
	"cmp"
	"net/http"
	"slices"
	"strings"

	"golang.org/x/text/language"

	"kaidian/internal/api/httpx"
	"kaidian/internal/commerce/cart"
	"kaidian/internal/commerce/geo"
	"kaidian/internal/commerce/money"
	"kaidian/internal/commerce/shop"
)

// place is a region as visitors choose it.
type place struct {
	ID, Name string
	Currency string // "CNY ¥"
	Here     bool
}

// chooseRegion gives the region that the visitor buys in: the one they chose, or that of their browser's country, or the oldest.
// Fault: cart.ErrNoRegions.
func (v *visit) chooseRegion() (shop.Region, error) {
	all := v.markets.Regions
	if len(all) == 0 {
		return shop.Region{}, cart.ErrNoRegions
	}
	if r, ok := v.markets.Region(v.who.region); ok {
		return r, nil
	}
	country := askedCountry(v.r)
	if at := slices.IndexFunc(all, func(r shop.Region) bool { return slices.Contains(r.Countries, country) }); at >= 0 {
		return all[at], nil
	}
	return slices.MinFunc(all, func(a, b shop.Region) int {
		return cmp.Or(a.CreatedAt.Compare(b.CreatedAt), strings.Compare(a.ID, b.ID))
	}), nil
}

// askedCountry gives the country that a browser names together with its language, lower case, or "": "de" of "en-DE".
func askedCountry(r *http.Request) string {
	for _, tag := range httpx.AskedTags(r) {
		if region, sure := tag.Region(); sure == language.Exact {
			return lower(region.String())
		}
	}
	return ""
}

// places gives all regions, and the one where the visitor buys.
func (v *visit) places() (all []place, here place) {
	for _, r := range v.markets.Regions {
		p := place{ID: r.ID, Name: v.regionName(r), Currency: strings.ToUpper(r.Currency), Here: r.ID == v.region.ID}
		if c, ok := money.Lookup(r.Currency); ok && !strings.EqualFold(c.SymbolNative, c.Code) {
			p.Currency += " " + c.SymbolNative
		}
		if p.Here {
			here = p
		}
		all = append(all, p)
	}
	return all, here
}

// regionName gives what a region is called: its country when it has one alone, which has a name in each language.
func (v *visit) regionName(r shop.Region) string {
	if len(r.Countries) == 1 {
		return v.countryName(r.Countries[0])
	}
	return r.Name
}

func (v *visit) countryName(code string) string {
	c, ok := geo.CountryByCode(code)
	switch {
	case !ok:
		return strings.ToUpper(code)
	case v.lang == httpx.Chinese:
		return c.NameZh
	default:
		return c.DisplayName
	}
}

// changeRegion has the visitor buy elsewhere. The cart goes along: its goods get the prices of there.
func (v *visit) changeRegion() error {
	region, ok := v.markets.Region(v.r.PostForm.Get("region"))
	if !ok {
		return shop.ErrNoRegion
	}
	c, err := v.open()
	if err != nil {
		return err
	}
	if c != nil && c.RegionID != region.ID {
		after, err := v.Carts.Update(v.r.Context(), c.ID, cart.Patch{RegionID: &region.ID})
		if err != nil {
			return err
		}
		v.holds(&after)
	}
	v.region, v.who.region, v.changed = region, region.ID, true
	return v.to(localPath(v.r.PostForm.Get("next")))
}
