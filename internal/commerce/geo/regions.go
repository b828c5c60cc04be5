package geo

import (
	_ "embed"
	"slices"
	"strconv"
	"strings"
	"sync"
)

// Level says how far down in China's division a region stands.
type Level uint8

// The levels, from the top.
const (
	LevelProvince Level = iota + 1 // 省, 自治区, 直辖市
	LevelCity                      // 地级市, 地区, 自治州, 盟, and placeholders
	LevelDistrict                  // 区, 县, 县级市, 旗
)

// Where the numbers of each level begin. Provinces count from 1. The ranges are apart, so that a number names one
// region whatever its level. Programs written for the Open API ask for province 10 and in it for city 689; the cities
// begin where that pair exists (江苏省 and 南通市).
const (
	firstProvince = 1
	firstCity     = 611
	firstDistrict = 1001
)

// Region is a province, a city or a district of China. Regions can be compared with ==.
type Region struct {
	Level    Level
	Number   int    // short alias of the code, unique over all levels; holds for one edition of the data, so store the code
	Code     string // six digits: "110102"
	Parent   string // code of the region around it, empty for a province
	FullName string // as the state writes it: "大庆市", "内蒙古自治区"
	Name     string // in short: "大庆", "内蒙古"; the same as FullName where shortening would leave nothing to know it by
}

//go:embed china.tsv
var chinaTSV string

var china = sync.OnceValue(func() *division { return parseDivision(chinaTSV) })

// division is all regions, each level in the order of its codes. So the children of one region stand together.
type division struct {
	provinces, cities, districts []Region
}

// Provinces gives all provinces in the order of their codes. The slice is the caller's own.
func Provinces() []Region {
	return slices.Clone(china().provinces)
}

// Cities gives the cities of a province in the order of their codes, placeholders among them. The slice is the caller's
// own. Fault: ErrProvinceNotFound.
func Cities(provinceCode string) ([]Region, error) {
	if _, err := ProvinceByCode(provinceCode); err != nil {
		return nil, err
	}
	return slices.Clone(children(china().cities, provinceCode)), nil
}

// Districts gives the districts of a city in the order of their codes; for a city without districts that is the city
// itself, at district level. The slice is the caller's own. Fault: ErrCityNotFound.
func Districts(cityCode string) ([]Region, error) {
	if _, err := CityByCode(cityCode); err != nil {
		return nil, err
	}
	return slices.Clone(children(china().districts, cityCode)), nil
}

// ProvinceByCode finds a province by its six-digit code. Fault: ErrProvinceNotFound.
func ProvinceByCode(code string) (Region, error) {
	if r, ok := byCode(china().provinces, code); ok {
		return r, nil
	}
	return Region{}, ErrProvinceNotFound
}

// CityByCode finds a city by its six-digit code. Fault: ErrCityNotFound.
func CityByCode(code string) (Region, error) {
	if r, ok := byCode(china().cities, code); ok {
		return r, nil
	}
	return Region{}, ErrCityNotFound
}

// DistrictByCode finds a district by its six-digit code. Fault: ErrDistrictNotFound; for codes that a person sent in
// an address use Resolve.
func DistrictByCode(code string) (Region, error) {
	if r, ok := byCode(china().districts, code); ok {
		return r, nil
	}
	return Region{}, ErrDistrictNotFound
}

// Lookup finds a region of one level by what a path names it with: its code, or its Number in decimal. The two cannot be
// confused, as a number has four digits at most. Faults: ErrProvinceNotFound, ErrCityNotFound, ErrDistrictNotFound.
func Lookup(level Level, ref string) (Region, error) {
	list, first, notFound := china().level(level)
	if r, ok := byCode(list, ref); ok {
		return r, nil
	}
	n, err := strconv.Atoi(ref)
	if err != nil || strconv.Itoa(n) != ref || n < first || n-first >= len(list) {
		return Region{}, notFound
	}
	return list[n-first], nil
}

// level gives the regions of a level, the number of the first, and what to answer for one that is not among them.
func (d *division) level(l Level) (list []Region, first int, notFound error) {
	switch l {
	case LevelProvince:
		return d.provinces, firstProvince, ErrProvinceNotFound
	case LevelCity:
		return d.cities, firstCity, ErrCityNotFound
	default:
		return d.districts, firstDistrict, ErrDistrictNotFound
	}
}

func byCode(list []Region, code string) (Region, bool) {
	i, found := slices.BinarySearchFunc(list, code, func(r Region, code string) int { return strings.Compare(r.Code, code) })
	if !found {
		return Region{}, false
	}
	return list[i], true
}

// children gives the part of a level that stands below one region. It is the division's own memory: read it only.
func children(list []Region, parent string) []Region {
	byParent := func(r Region, code string) int { return strings.Compare(r.Parent, code) }
	from, _ := slices.BinarySearchFunc(list, parent, byParent)
	to := from
	for to < len(list) && list[to].Parent == parent {
		to++
	}
	return list[from:to]
}

// parseDivision reads lines of code, tab, full name, in the order of the codes, so that a region follows the one around
// it. It trusts its input, which is compiled in and vouched for by the tests. All strings share the input's memory.
func parseDivision(text string) *division {
	d := &division{
		provinces: make([]Region, 0, 32),
		cities:    make([]Region, 0, 352),
		districts: make([]Region, 0, 3072),
	}
	for line := range strings.Lines(text) {
		if strings.HasPrefix(line, "#") {
			continue
		}
		code, full, _ := strings.Cut(strings.TrimSuffix(line, "\n"), "\t")
		switch {
		case strings.HasSuffix(code, "0000"):
			d.closeCity()
			d.addProvince(code, full)
		case strings.HasSuffix(code, "00"):
			d.closeCity()
			d.addCity(code, full)
		default:
			d.addDistrict(code, full)
		}
	}
	d.closeCity()
	return d
}

func (d *division) addProvince(code, full string) {
	d.provinces = append(d.provinces, Region{
		Level: LevelProvince, Number: firstProvince + len(d.provinces),
		Code: code, FullName: full, Name: shortName(LevelProvince, code, full),
	})
}

func (d *division) addCity(code, full string) {
	d.cities = append(d.cities, Region{
		Level: LevelCity, Number: firstCity + len(d.cities), Parent: d.provinces[len(d.provinces)-1].Code,
		Code: code, FullName: full, Name: shortName(LevelCity, code, full),
	})
}

func (d *division) addDistrict(code, full string) {
	d.districts = append(d.districts, Region{
		Level: LevelDistrict, Number: firstDistrict + len(d.districts), Parent: d.cities[len(d.cities)-1].Code,
		Code: code, FullName: full, Name: shortName(LevelDistrict, code, full),
	})
}

// closeCity makes the last city its own district if it got none.
func (d *division) closeCity() {
	if len(d.cities) == 0 {
		return
	}
	city := d.cities[len(d.cities)-1]
	if n := len(d.districts); n > 0 && d.districts[n-1].Parent == city.Code {
		return
	}
	d.addDistrict(city.Code, city.FullName)
}
