package geo

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// What a full name of each level may end in, the longer before the shorter. A plain 旗 stays, as 科尔沁左翼中旗 and
// 科尔沁左翼后旗 are known by it; so does 矿区, as 井陉矿区 stands beside 井陉县.
var suffixes = map[Level][]string{
	LevelProvince: {"自治区", "省", "市"},
	LevelCity:     {"自治州", "地区", "盟", "市"},
	LevelDistrict: {"自治县", "自治旗", "特区", "新区", "区", "县", "市"},
}

// peoples are the names that stand between the place and its autonomy in 恩施土家族苗族自治州; 各 is for 龙胜各族自治县.
var peoples = []string{
	"蒙古", "回", "藏", "维吾尔", "苗", "彝", "壮", "布依", "朝鲜", "满", "侗", "瑶", "白", "土家", "哈尼", "哈萨克", "傣", "黎",
	"傈僳", "佤", "畲", "拉祜", "水", "东乡", "纳西", "景颇", "柯尔克孜", "土", "达斡尔", "仫佬", "羌", "布朗", "撒拉", "毛南",
	"仡佬", "锡伯", "普米", "塔吉克", "怒", "鄂温克", "保安", "裕固", "独龙", "各",
}

// isPlaceholder tells whether a region's full name only fills its level.
func isPlaceholder(full string) bool {
	switch full {
	case "市辖区", "县", "省直辖县级行政区划", "自治区直辖县级行政区划":
		return true
	}
	return false
}

// isZone tells whether a district is a development zone: its code ends in 71 to 80, which GB/T 2260 leaves free.
func isZone(code string) bool {
	last := code[4:]
	return last >= "71" && last <= "80"
}

// shortName takes off a full name what says of which kind the region is, and keeps two characters at least. A
// placeholder and a development zone keep their name whole.
func shortName(level Level, code, full string) string {
	if isPlaceholder(full) || strings.HasSuffix(full, "矿区") || level == LevelDistrict && isZone(code) {
		return full
	}
	if full == "神农架林区" { // the only 林区; 万柏林区 and 碑林区 are plain 区
		return "神农架"
	}
	for _, suffix := range suffixes[level] {
		short, found := strings.CutSuffix(full, suffix)
		if found && isName(short) {
			return withoutPeoples(short, strings.HasPrefix(suffix, "自治"))
		}
	}
	return full
}

// withoutPeoples takes the peoples off the end: 恩施土家族苗族 → 恩施. Where nothing would be left of the place but them,
// only 族 goes: 东乡族 → 东乡.
func withoutPeoples(name string, autonomous bool) string {
	for {
		rest := cutPeople(name, autonomous)
		if rest == name || !isName(rest) {
			break
		}
		name = rest
	}
	if bare, found := strings.CutSuffix(name, "族"); found && isName(bare) {
		return bare
	}
	return name
}

// cutPeople takes one people off the end of a name, or gives the name as it is. Xinjiang leaves out 族 (伊犁哈萨克自治州);
// that is looked for only in the name of an autonomous region, and only with peoples too long to be mistaken.
func cutPeople(name string, autonomous bool) string {
	bare, hasZu := strings.CutSuffix(name, "族")
	if !hasZu && !autonomous {
		return name
	}
	for _, people := range peoples {
		if !hasZu && !isName(people) {
			continue
		}
		if rest, found := strings.CutSuffix(bare, people); found {
			return rest
		}
	}
	return name
}

// isName tells whether a text is long enough to know a place by: two characters.
func isName(s string) bool {
	return utf8.RuneCountInString(s) >= 2
}

// isCalled tells whether a region goes by a name, in full or in short.
func (r *Region) isCalled(name string) bool {
	return name == r.FullName || name == r.Name
}

// squeeze takes all white space out, the ideographic space included.
func squeeze(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) {
			return -1
		}
		return r
	}, s)
}
