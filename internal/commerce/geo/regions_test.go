package geo

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"unsafe"

	"kaidian/internal/platform/fault"
)

func TestCounts(t *testing.T) {
	t.Parallel()
	d := china()
	if p, c, n := len(d.provinces), len(d.cities), len(d.districts); p != 31 || c != 342 || n != 2978 {
		t.Errorf("%d provinces, %d cities, %d districts, want 31, 342 and 2978", p, c, n)
	}
	cities, err := Cities("230000")
	if err != nil || len(cities) != 13 {
		t.Errorf("黑龙江省 has %d cities (%v), want 13", len(cities), err)
	}
	districts, err := Districts("230600")
	if err != nil || len(districts) != 10 {
		t.Errorf("大庆市 has %d districts (%v), want 10", len(districts), err)
	}
}

// TestDataIsAsTheParserTrusts holds for the file what parseDivision does not look at.
func TestDataIsAsTheParserTrusts(t *testing.T) {
	t.Parallel()
	form := regexp.MustCompile(`^([1-9][0-9]{5})\t(\p{Han}{1,16})\n$`)
	last := ""
	for line := range strings.Lines(chinaTSV) {
		if strings.HasPrefix(line, "#") {
			continue
		}
		m := form.FindStringSubmatch(line)
		if m == nil {
			t.Fatalf("line %q", line)
		}
		if m[1] <= last {
			t.Errorf("%s after %s", m[1], last)
		}
		last = m[1]
	}
}

func TestEveryRegionIsReachedFromAbove(t *testing.T) {
	t.Parallel()
	reached := map[Region]bool{}
	for _, province := range Provinces() {
		cities, err := Cities(province.Code)
		if err != nil || len(cities) == 0 || province.Parent != "" || province.Level != LevelProvince {
			t.Errorf("%+v: %d cities, %v", province, len(cities), err)
		}
		reached[province] = true
		for _, city := range cities {
			districts, err := Districts(city.Code)
			if err != nil || len(districts) == 0 || city.Parent != province.Code || city.Level != LevelCity || city.Code[:2] != province.Code[:2] {
				t.Errorf("%+v in %s: %d districts, %v", city, province.FullName, len(districts), err)
			}
			reached[city] = true
			for _, district := range districts {
				if district.Parent != city.Code || district.Level != LevelDistrict || district.Code[:4] != city.Code[:4] {
					t.Errorf("%+v in %s", district, city.FullName)
				}
				reached[district] = true
			}
		}
	}
	if want := 31 + 342 + 2978; len(reached) != want {
		t.Errorf("%d regions are reached, want %d", len(reached), want)
	}
}

func TestEveryRegionIsFoundByCodeAndNumber(t *testing.T) {
	t.Parallel()
	byCode := map[Level]func(string) (Region, error){
		LevelProvince: ProvinceByCode, LevelCity: CityByCode, LevelDistrict: DistrictByCode,
	}
	numbers := map[int]bool{}
	d := china()
	for _, want := range slices.Concat(d.provinces, d.cities, d.districts) {
		if got, err := byCode[want.Level](want.Code); err != nil || got != want {
			t.Errorf("by code %s: %+v, %v", want.Code, got, err)
		}
		for _, ref := range []string{want.Code, strconv.Itoa(want.Number)} {
			if got, err := Lookup(want.Level, ref); err != nil || got != want {
				t.Errorf("Lookup(%d, %s): %+v, %v", want.Level, ref, got, err)
			}
		}
		if numbers[want.Number] {
			t.Errorf("%s shares number %d", want.FullName, want.Number)
		}
		numbers[want.Number] = true
	}
}

// TestNumbersThatProgramsKnow holds the pair that programs written for the Open API ask for.
func TestNumbersThatProgramsKnow(t *testing.T) {
	t.Parallel()
	province, err := Lookup(LevelProvince, "10")
	if err != nil || province.FullName != "江苏省" {
		t.Fatalf("province 10 is %+v, %v", province, err)
	}
	city, err := Lookup(LevelCity, "689")
	if err != nil || city.FullName != "南通市" || city.Parent != province.Code {
		t.Errorf("city 689 is %+v, %v", city, err)
	}
}

func TestUnknownRegionsAreNotFound(t *testing.T) {
	t.Parallel()
	refs := []string{"", "0", "-1", "9999", "0010", "+10", "0700", "+700", "01001", " 10", "110199", "999999", "999900", "990000", "11010", "1101020", "北京市", "\x00", "99999999999999999999"}
	levels := map[Level]*fault.Error{LevelProvince: ErrProvinceNotFound, LevelCity: ErrCityNotFound, LevelDistrict: ErrDistrictNotFound}
	for level, want := range levels {
		for _, ref := range refs {
			if r, err := Lookup(level, ref); !errors.Is(err, want) || fault.CodeOf(err) != fault.NotFound {
				t.Errorf("Lookup(%d, %q) = %+v, %v", level, ref, r, err)
			}
		}
	}
	for _, code := range []string{"", "110100", "110102", "10", "990000"} {
		if list, err := Cities(code); !errors.Is(err, ErrProvinceNotFound) || list != nil {
			t.Errorf("Cities(%q) = %v, %v", code, list, err)
		}
	}
	for _, code := range []string{"", "110000", "110102", "689", "119900"} {
		if list, err := Districts(code); !errors.Is(err, ErrCityNotFound) || list != nil {
			t.Errorf("Districts(%q) = %v, %v", code, list, err)
		}
	}
}

// TestUndividedCities makes sure that an address can be written where GB/T 2260 has no districts.
func TestUndividedCities(t *testing.T) {
	t.Parallel()
	want := map[string]string{"441900": "东莞市", "442000": "中山市", "460400": "儋州市", "620200": "嘉峪关市"}
	for code, name := range want {
		districts, err := Districts(code)
		if err != nil || len(districts) != 1 || districts[0].Code != code || districts[0].FullName != name || districts[0].Level != LevelDistrict {
			t.Errorf("Districts(%s) = %+v, %v", code, districts, err)
		}
		place, err := Resolve(code)
		if err != nil || place.District != districts[0] || place.City.FullName != name || place.CityLine() != name {
			t.Errorf("Resolve(%s) = %+v, %v", code, place, err)
		}
	}
	for _, d := range china().districts {
		if strings.HasSuffix(d.Code, "00") && want[d.Code] == "" {
			t.Errorf("%s %s is its own district too", d.Code, d.FullName)
		}
	}
}

func TestListsAreCopies(t *testing.T) {
	t.Parallel()
	Provinces()[0].FullName = "changed"
	cities, _ := Cities("120000")
	cities[0].FullName = "changed"
	districts, _ := Districts("120100")
	districts[0].FullName = "changed"
	province, _ := ProvinceByCode("110000")
	place, _ := Resolve("120101")
	if got := fmt.Sprint(province.FullName, place.City.FullName, place.District.FullName); strings.Contains(got, "changed") {
		t.Errorf("a caller changed the table of regions: %s", got)
	}
}

// TestSizeInMemory counts the tables; the strings in them share the memory of the program's own file.
func TestSizeInMemory(t *testing.T) {
	t.Parallel()
	d := parseDivision(chinaTSV)
	rows := cap(d.provinces) + cap(d.cities) + cap(d.districts)
	if size := rows * int(unsafe.Sizeof(Region{})); size > 1<<20 {
		t.Errorf("the regions take %d bytes", size)
	}
	if cap(d.districts) != 3072 {
		t.Error("the districts outgrew what parseDivision sets aside")
	}
}

func BenchmarkParseDivision(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		parseDivision(chinaTSV)
	}
}
