package geo

import "strings"

// Place is a district with what is around it. Places can be compared with ==; the zero Place is nowhere.
type Place struct {
	Province, City, District Region
}

// Resolve finds the place of a district by its six-digit code: 110102 is 西城区 in 市辖区 in 北京市. A city without
// districts is named by its own code. Any other text gets an Invalid fault for the field district_code (ErrUnknownDistrict).
func Resolve(districtCode string) (Place, error) {
	d := china()
	district, ok := byCode(d.districts, districtCode)
	if !ok {
		return Place{}, unknownDistrict()
	}
	city, _ := byCode(d.cities, district.Parent)
	province, _ := byCode(d.provinces, city.Parent)
	return Place{Province: province, City: city, District: district}, nil
}

// Find guesses the place from names that a person typed, each in full or in short ("广东省", "广东"), with white space
// anywhere, and empty where nothing was typed. It is true only if exactly one place fits, and false for any name that is
// not known: a guess never overrules what was typed.
//
// Where the city is a placeholder, people write the province or the district in its stead, and both are taken for it:
// 北京市/北京市/西城区, 河南省/济源市/济源市, 河南省/济源市 with no district.
func Find(province, city, district string) (Place, bool) {
	province, city, district = squeeze(province), squeeze(city), squeeze(district)
	if city == "" && district == "" {
		return Place{}, false
	}
	return china().only(province, func(p, c, d *Region) bool {
		return fitsCity(p, c, d, city) && (district == "" || d.isCalled(district))
	})
}

func fitsCity(p, c, d *Region, name string) bool {
	if name == "" || c.isCalled(name) {
		return true
	}
	return isPlaceholder(c.FullName) && (p.isCalled(name) || d.isCalled(name))
}

// CityLine is how the place reads as the one line "city" of a western address, below a line for the province: city and
// district in full, "深圳市南山区". A placeholder is left out ("西城区" in Beijing), and a city that is its own
// district stands once ("东莞市"). It is never empty for a
// place that this package gave, and FindCityLine reads it back.
func (p Place) CityLine() string {
	city, district := lineParts(&p.City, &p.District)
	return city + district
}

// FindCityLine finds the place whose CityLine this is, with white space anywhere, in a province that is given in full,
// in short, or not at all. It is true only if exactly one place fits. Within its province every city line of the
// present data is unique.
func FindCityLine(province, line string) (Place, bool) {
	line = squeeze(line)
	if line == "" {
		return Place{}, false
	}
	return china().only(squeeze(province), func(p, c, d *Region) bool {
		city, district := lineParts(c, d)
		rest, found := strings.CutPrefix(line, city)
		return found && rest == district
	})
}

// lineParts gives what a city line consists of. One of the two always stays.
func lineParts(c, d *Region) (city, district string) {
	if isPlaceholder(c.FullName) || c.FullName == d.FullName {
		return "", d.FullName
	}
	if isPlaceholder(d.FullName) {
		return c.FullName, ""
	}
	return c.FullName, d.FullName
}

// only gives the one place in the provinces of a name (all, if it is empty) for which fits is true. It is false
// if there is none or a second one.
func (d *division) only(province string, fits func(p, c, d *Region) bool) (Place, bool) {
	var place Place
	count := 0
	for p := range d.provinces {
		if province != "" && !d.provinces[p].isCalled(province) {
			continue
		}
		cities := children(d.cities, d.provinces[p].Code)
		for c := range cities {
			districts := children(d.districts, cities[c].Code)
			for i := range districts {
				if !fits(&d.provinces[p], &cities[c], &districts[i]) {
					continue
				}
				if count++; count > 1 {
					return Place{}, false
				}
				place = Place{Province: d.provinces[p], City: cities[c], District: districts[i]}
			}
		}
	}
	return place, count == 1
}
