package open

import (
	"context"
	"net/http"
	"slices"
	"strconv"

	"kaidian/internal/api/route"
	"kaidian/internal/commerce/geo"
	"kaidian/internal/platform/fault"
)

// The face knows one country, under this number.
const chinaID = 1

var errNoCountry = fault.New(fault.NotFound, "geo.country_not_found", "There is no such country")

// countryView is a country as the face shows it.
type countryView struct {
	Code      string         `json:"code"`
	Continent string         `json:"continent"`
	ID        int64          `json:"id"`
	Name      string         `json:"name"`
	Provinces []provinceView `json:"provinces" nullable:"false" doc:"Always empty; ask for them. ‖ 始终为空，请通过 Province 接口获取。"`
}

// provinceView is a province as the face shows it.
type provinceView struct {
	Cities   []cityView `json:"cities" nullable:"false" doc:"Always empty; ask for them. ‖ 始终为空，请通过 City 接口获取。"`
	Code     string     `json:"code"`
	FullName string     `json:"full_name"`
	Name     string     `json:"name"`
}

// cityView is a city as the face shows it.
type cityView struct {
	Code      string         `json:"code"`
	Districts []districtView `json:"districts" nullable:"false" doc:"Always empty; ask for them. ‖ 始终为空，请通过 District 接口获取。"`
	FullName  string         `json:"full_name"`
	Name      string         `json:"name"`
}

// districtView is a district as the face shows it.
type districtView struct {
	Code     string `json:"code"`
	FullName string `json:"full_name"`
	Name     string `json:"name"`
}

func viewCountry(c geo.Country) countryView {
	return countryView{Code: "CN", Continent: c.Continent, ID: chinaID, Name: c.NameZh, Provinces: []provinceView{}}
}

func viewProvince(r geo.Region) provinceView {
	return provinceView{Code: r.Code, FullName: r.FullName, Name: r.Name, Cities: []cityView{}}
}

func viewCity(r geo.Region) cityView {
	return cityView{Code: r.Code, FullName: r.FullName, Name: r.Name, Districts: []districtView{}}
}

func viewDistrict(r geo.Region) districtView {
	return districtView{Code: r.Code, FullName: r.FullName, Name: r.Name}
}

// regionQuery is what the lists of regions take.
type regionQuery struct {
	regionFilter
	paging
}

type regionFilter struct {
	Code string `q:"code" doc:"Only the one with this code. ‖ 按编码查询。"`
	Name string `q:"name" doc:"Full or short. ‖ 全称或简称。"`
}

func (q regionFilter) fits(r geo.Region) bool {
	return (q.Code == "" || q.Code == r.Code) && (q.Name == "" || q.Name == r.Name || q.Name == r.FullName)
}

type countryPath struct {
	Country string `path:"country"`
}

type provincePath struct {
	Country  string `path:"country"`
	Province string `path:"province" doc:"Code. ‖ 编码。"`
}

type cityPath struct {
	Country  string `path:"country"`
	Province string `path:"province" doc:"Code. ‖ 编码。"`
	City     string `path:"city" doc:"Code. ‖ 编码。"`
}

type districtPath struct {
	Country  string `path:"country"`
	Province string `path:"province" doc:"Code. ‖ 编码。"`
	City     string `path:"city" doc:"Code. ‖ 编码。"`
	District string `path:"district" doc:"Code. ‖ 编码。"`
}

// province finds the province that a path names, by its code or its number.
func (p provincePath) province() (geo.Region, error) {
	if err := (countryPath{p.Country}).check(); err != nil {
		return geo.Region{}, err
	}
	return geo.Lookup(geo.LevelProvince, p.Province)
}

func (p countryPath) check() error {
	if p.Country != strconv.Itoa(chinaID) {
		return errNoCountry
	}
	return nil
}

func (p cityPath) city() (geo.Region, error) {
	province, err := provincePath{p.Country, p.Province}.province()
	if err != nil {
		return geo.Region{}, err
	}
	city, err := geo.Lookup(geo.LevelCity, p.City)
	if err == nil && city.Parent != province.Code {
		err = geo.ErrCityNotFound
	}
	return city, err
}

func (p districtPath) district() (geo.Region, error) {
	city, err := cityPath{p.Country, p.Province, p.City}.city()
	if err != nil {
		return geo.Region{}, err
	}
	district, err := geo.Lookup(geo.LevelDistrict, p.District)
	if err == nil && district.Parent != city.Code {
		err = geo.ErrDistrictNotFound
	}
	return district, err
}

func regionRoutes(f *route.Face) {
	countryRoutes(f)
	addRegion(f, region[countryPath, provincePath, provinceView]{
		tag: "Province", path: "/v1/countries/{country}/provinces", wildcard: "{province}", en: "provinces", zh: "省份",
		view: viewProvince, one: func(p provincePath) (geo.Region, error) { return p.province() },
		all: func(p countryPath) ([]geo.Region, error) { return geo.Provinces(), p.check() },
	})
	addRegion(f, region[provincePath, cityPath, cityView]{
		tag: "City", path: "/v1/countries/{country}/provinces/{province}/cities", wildcard: "{city}", en: "cities", zh: "城市",
		view: viewCity, one: func(p cityPath) (geo.Region, error) { return p.city() },
		all: func(p provincePath) ([]geo.Region, error) {
			r, err := p.province()
			if err != nil {
				return nil, err
			}
			return geo.Cities(r.Code)
		},
	})
	addRegion(f, region[cityPath, districtPath, districtView]{
		tag: "District", path: "/v1/countries/{country}/provinces/{province}/cities/{city}/districts", wildcard: "{district}",
		en: "districts", zh: "行政区", view: viewDistrict, one: func(p districtPath) (geo.Region, error) { return p.district() },
		all: func(p cityPath) ([]geo.Region, error) {
			r, err := p.city()
			if err != nil {
				return nil, err
			}
			return geo.Districts(r.Code)
		},
	})
}

// region is one level of regions: P is the path of their parent, O that of one, V how one is shown.
type region[P, O any, V resource] struct {
	tag, path, wildcard, en, zh string
	view                        func(geo.Region) V
	one                         func(O) (geo.Region, error)
	all                         func(P) ([]geo.Region, error)
}

func addRegion[P, O any, V resource](f *route.Face, r region[P, O, V]) {
	row := func(path, name string, query any, words route.Words) route.Route {
		return route.Route{Method: http.MethodGet, Path: path, Name: name, Tag: r.tag, Permission: readBasic, Query: query, Summary: words}
	}
	route.Handle(f, row(r.path, "List"+r.tag+"s", regionQuery{}, route.Words{EN: "List " + r.en, ZH: "获取" + r.zh + "列表"}),
		func(ctx context.Context, in *P) (*many[V], error) {
			all, err := r.all(*in)
			if err != nil {
				return nil, err
			}
			q := route.QueryOf[regionQuery](ctx)
			all = slices.DeleteFunc(all, func(g geo.Region) bool { return !q.fits(g) })
			from := min((q.Page-1)*q.Limit, len(all))
			all = all[from:min(from+q.Limit, len(all))]
			return showMany(r.view, q.Fields)(all, nil)
		})
	route.Handle(f, row(r.path+"/count", "Count"+r.tag+"s", regionFilter{}, route.Words{EN: "Count " + r.en, ZH: "获取" + r.zh + "总数"}),
		func(ctx context.Context, in *P) (*counted, error) {
			all, err := r.all(*in)
			q := route.QueryOf[regionFilter](ctx)
			return countOf(int64(len(slices.DeleteFunc(all, func(g geo.Region) bool { return !q.fits(g) }))), err)
		})
	route.Handle(f, row(r.path+"/"+r.wildcard, "Get"+r.tag, fieldsQuery{}, route.Words{EN: "Get one of the " + r.en, ZH: "获取" + r.zh}),
		func(ctx context.Context, in *O) (*one[V], error) {
			return showOne(r.view, route.QueryOf[fieldsQuery](ctx).Fields)(r.one(*in))
		})
}

type countriesQuery struct {
	countryFilter
	paging
}

type countryFilter struct {
	regionFilter
	SinceID *int64 `q:"since_id" doc:"Only those with a greater id. ‖ 只返回 id 更大的记录。"`
}

// here gives the country if it is looked for.
func (q countryFilter) here() []geo.Country {
	c, ok := geo.CountryByCode("cn")
	if !ok || q.Code != "" && q.Code != "CN" || q.Name != "" && q.Name != c.NameZh || value(q.SinceID) >= chinaID {
		return nil
	}
	return []geo.Country{c}
}

func countryRoutes(f *route.Face) {
	row := func(path, name string, query any, en, zh string) route.Route {
		return route.Route{Method: http.MethodGet, Path: "/v1/countries" + path, Name: name, Tag: "Country", Permission: readBasic, Query: query,
			Summary: route.Words{EN: en, ZH: zh}}
	}
	route.Handle(f, row("", "ListCountries", countriesQuery{}, "List countries", "获取国家列表"),
		func(ctx context.Context, _ *struct{}) (*many[countryView], error) {
			q := route.QueryOf[countriesQuery](ctx)
			all := q.here()
			if q.Page > 1 {
				all = nil
			}
			return showMany(viewCountry, q.Fields)(all, nil)
		})
	route.Handle(f, row("/count", "CountCountries", countryFilter{}, "Count countries", "获取国家总数"),
		func(ctx context.Context, _ *struct{}) (*counted, error) {
			return countOf(int64(len(route.QueryOf[countryFilter](ctx).here())), nil)
		})
	route.Handle(f, row("/{country}", "GetCountry", fieldsQuery{}, "Get a country", "获取国家"),
		func(ctx context.Context, in *countryPath) (*one[countryView], error) {
			if err := in.check(); err != nil {
				return nil, err
			}
			return showOne(viewCountry, route.QueryOf[fieldsQuery](ctx).Fields)(countryFilter{}.here()[0], nil)
		})
}
