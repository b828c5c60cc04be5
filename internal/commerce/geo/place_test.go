package geo

import (
	"errors"
	"fmt"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"kaidian/internal/platform/fault"
)

func ExampleResolve() {
	place, err := Resolve("110102")
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(place.Province.FullName, place.City.FullName, place.District.FullName, place.CityLine())
	// Output: 北京市 市辖区 西城区 西城区
}

func ExampleFind() {
	place, ok := Find("广东", "深圳", "南山")
	fmt.Println(place.District.Code, place.CityLine(), ok)
	// Output: 440305 深圳市南山区 true
}

func TestUnknownDistrictIsAClearError(t *testing.T) {
	t.Parallel()
	for _, code := range []string{"", "110000", "110100", "110199", "999999", "1101", "110102 ", "1101021", "西城区", "441900003", "\xff"} {
		place, err := Resolve(code)
		f := fault.As(err)
		if f == nil || f.Code != fault.Invalid || !errors.Is(err, ErrUnknownDistrict) || (place != Place{}) {
			t.Errorf("Resolve(%q) = %+v, %v", code, place, err)
			continue
		}
		if len(f.Fields) != 1 || f.Fields[0].Name != "district_code" || f.Fields[0].Rule != fault.Unknown {
			t.Errorf("Resolve(%q) blames %+v", code, f.Fields)
		}
	}
}

func TestFind(t *testing.T) {
	t.Parallel()
	cases := []struct {
		province, city, district string
		want                     string // code, or empty for none
	}{
		{"北京市", "市辖区", "西城区", "110102"},
		{"北京市", "北京市", "西城区", "110102"},
		{"北京", "", "西城区", "110102"},
		{"", "北京", "西城", "110102"},
		{"", "", "西城区", "110102"},
		{" 北 京 市 ", "\t", "西城　区\n", "110102"},
		{"重庆市", "重庆市", "城口县", "500229"},
		{"河南省", "济源市", "济源市", "419001"},
		{"河南", "济源", "", "419001"},
		{"广东省", "东莞市", "", "441900"},
		{"广东省", "东莞市", "东莞市", "441900"},
		{"甘肃", "嘉峪关", "嘉峪关", "620200"},
		{"内蒙古", "呼伦贝尔", "莫力达瓦", "150722"},
		{"新疆", "伊犁", "伊宁县", "654021"},
		{"河北", "石家庄", "井陉", "130121"},

		{"", "", "", ""},
		{"北京市", "", "", ""},
		{"北京市", "北京市", "", ""},
		{"", "", "朝阳区", ""},       // in Beijing and in Changchun
		{"河北省", "", "桥西区", ""},    // in Shijiazhuang and in Zhangjiakou
		{"新疆", "伊犁", "伊宁", ""},    // 伊宁市 or 伊宁县
		{"上海市", "北京市", "西城区", ""}, // the parts contradict each other
		{"广东省", "深圳市", "西城区", ""},
		{"广东省", "东莞市", "虎门镇", ""},      // a town is not a district
		{"广东省", "深圳市", "南山区科技园", ""},   // more than a name
		{"广东省", "深圳市", "南", ""},        // less than a name
		{"Beijing", "", "Xicheng", ""}, // in letters
		{"\xff", "\xff", "\xff", ""},
	}
	for _, c := range cases {
		place, ok := Find(c.province, c.city, c.district)
		if place.District.Code != c.want || ok != (c.want != "") {
			t.Errorf("Find(%q, %q, %q) = %s, %t, want %q", c.province, c.city, c.district, place.District.Code, ok, c.want)
		}
	}
}

func TestCityLine(t *testing.T) {
	t.Parallel()
	cases := map[string]string{
		"110102": "西城区", "440305": "深圳市南山区", "500229": "城口县", "419001": "济源市", "441900": "东莞市",
		"659001": "石河子市", "422801": "恩施土家族苗族自治州恩施市", "130171": "石家庄市石家庄高新技术产业开发区",
	}
	for code, want := range cases {
		place, err := Resolve(code)
		if err != nil || place.CityLine() != want {
			t.Errorf("%s reads %q (%v), want %q", code, place.CityLine(), err, want)
		}
	}
}

func TestCityLineIsNeverEmpty(t *testing.T) {
	t.Parallel()
	city := func(name string) Region { return Region{Level: LevelCity, FullName: name} }
	district := func(name string) Region { return Region{Level: LevelDistrict, FullName: name} }
	cases := []struct {
		place Place
		want  string
	}{
		{Place{City: city("石家庄市"), District: district("市辖区")}, "石家庄市"},
		{Place{City: city("市辖区"), District: district("市辖区")}, "市辖区"},
		{Place{City: city("县"), District: district("市辖区")}, "市辖区"},
	}
	for _, c := range cases {
		if got := c.place.CityLine(); got != c.want {
			t.Errorf("%s, %s reads %q, want %q", c.place.City.FullName, c.place.District.FullName, got, c.want)
		}
	}
}

// everyPlace resolves every district there is.
func everyPlace(t *testing.T) []Place {
	t.Helper()
	var all []Place
	for _, district := range china().districts {
		place, err := Resolve(district.Code)
		if err != nil || place.District != district || place.City.Code != district.Parent || place.Province.Code != place.City.Parent {
			t.Fatalf("Resolve(%s) = %+v, %v", district.Code, place, err)
		}
		all = append(all, place)
	}
	return all
}

func TestEveryPlaceComesBackFromItsWords(t *testing.T) {
	t.Parallel()
	for _, want := range everyPlace(t) {
		p, c, d := want.Province, want.City, want.District
		if got, ok := FindCityLine(p.FullName, want.CityLine()); !ok || got != want {
			t.Errorf("FindCityLine(%s, %s) = %s, %t", p.FullName, want.CityLine(), got.District.Code, ok)
		}
		if got, ok := Find(p.FullName, c.FullName, d.FullName); !ok || got != want {
			t.Errorf("Find(%s, %s, %s) = %s, %t", p.FullName, c.FullName, d.FullName, got.District.Code, ok)
		}
	}
}

// TestSpellingsNeverLeadElsewhere types a place in some way or other: the answer is that place or none.
func TestSpellingsNeverLeadElsewhere(t *testing.T) {
	t.Parallel()
	places := everyPlace(t)
	rapid.Check(t, func(t *rapid.T) {
		want := rapid.SampledFrom(places).Draw(t, "place")
		spell := func(r Region) string {
			return spaced(t, rapid.SampledFrom([]string{r.FullName, r.Name, ""}).Draw(t, "spelling"))
		}
		province, city, district := spell(want.Province), spell(want.City), spell(want.District)
		if got, ok := Find(province, city, district); ok && got != want {
			t.Fatalf("Find(%q, %q, %q) = %s", province, city, district, got.District.Code)
		}
		line := spaced(t, want.CityLine())
		for _, province := range []string{spaced(t, want.Province.FullName), spaced(t, want.Province.Name)} {
			if got, ok := FindCityLine(province, line); !ok || got != want {
				t.Fatalf("FindCityLine(%q, %q) = %s, %t", province, line, got.District.Code, ok)
			}
		}
		if got, ok := FindCityLine("", line); ok && got != want {
			t.Fatalf("FindCityLine(%q) = %s", line, got.District.Code)
		}
	})
}

// spaced puts white space between some of a text's characters.
func spaced(t *rapid.T, s string) string {
	space := rapid.SampledFrom([]string{"", "", "", " ", "\t", "　", " \n"})
	out := space.Draw(t, "space")
	for _, r := range s {
		out += string(r) + space.Draw(t, "space")
	}
	return out
}

func TestCityLinesThatAreNot(t *testing.T) {
	t.Parallel()
	cases := [][2]string{
		{"", ""}, {"广东省", ""}, {"广东省", " "}, {"广东省", "深圳市"}, {"广东省", "南山区"}, {"北京市", "深圳市南山区"}, {"北京市", "市辖区西城区"},
		{"广东", "东莞市东莞市"}, {"Guangdong", "深圳市南山区"}, {"", "\xff"},
	}
	for _, c := range cases {
		if got, ok := FindCityLine(c[0], c[1]); ok {
			t.Errorf("FindCityLine(%q, %q) = %+v", c[0], c[1], got)
		}
	}
}

func FuzzFind(f *testing.F) {
	f.Add("北京市", "北京市", "西城区")
	f.Add("", "济源", "")
	f.Add("广东", "东莞市", "")
	f.Add(" 河 北", "石家庄市", "井陉矿区\u3000")
	f.Add("\xff", "\x00", "县")
	f.Fuzz(func(t *testing.T, province, city, district string) {
		checkGuess(t, func() (Place, bool) { return Find(province, city, district) }, func(p Place) bool {
			names := []string{"", p.Province.FullName, p.Province.Name, p.City.FullName, p.City.Name, p.District.FullName, p.District.Name}
			return slices.Contains(names[:3], squeeze(province)) && slices.Contains(names, squeeze(city)) && slices.Contains(names, squeeze(district))
		})
		checkGuess(t, func() (Place, bool) { return FindCityLine(province, city+district) }, func(p Place) bool {
			return p.CityLine() == squeeze(city+district)
		})
	})
}

// checkGuess holds that a guess is a real place that fits what was typed, or nothing.
func checkGuess(t *testing.T, guess func() (Place, bool), fits func(Place) bool) {
	t.Helper()
	place, ok := guess()
	if !ok {
		if (place != Place{}) {
			t.Errorf("no place, and yet %+v", place)
		}
		return
	}
	if known, err := Resolve(place.District.Code); err != nil || known != place {
		t.Errorf("%+v is not a place: %v", place, err)
	}
	if !fits(place) {
		t.Errorf("%+v is not what was typed", place)
	}
}

func FuzzResolve(f *testing.F) {
	for _, code := range []string{"110102", "441900", "110100", "", "1101020", "11010a", "\xff\xff\xff", "１１０１０２"} {
		f.Add(code)
	}
	f.Fuzz(func(t *testing.T, code string) {
		place, err := Resolve(code)
		if err != nil {
			if fault.CodeOf(err) != fault.Invalid || (place != Place{}) {
				t.Errorf("Resolve(%q) = %+v, %v", code, place, err)
			}
			return
		}
		if place.District.Code != code || place.District.Parent != place.City.Code || place.City.Parent != place.Province.Code {
			t.Errorf("Resolve(%q) = %+v", code, place)
		}
		if back, ok := FindCityLine(place.Province.FullName, place.CityLine()); !ok || back != place {
			t.Errorf("%q reads %q, which reads back as %+v", code, place.CityLine(), back)
		}
	})
}

func BenchmarkResolve(b *testing.B) {
	for b.Loop() {
		_, _ = Resolve("440305")
	}
}

func BenchmarkFind(b *testing.B) {
	for b.Loop() {
		Find("广东", "深圳", "南山")
	}
}

func BenchmarkFindAnywhere(b *testing.B) {
	for b.Loop() {
		Find("", "石河子", "")
	}
}

func BenchmarkFindCityLine(b *testing.B) {
	for b.Loop() {
		FindCityLine("广东省", "深圳市南山区")
	}
}
