package geo

import (
	"slices"
	"strings"
	"testing"
	"unicode/utf8"
)

func TestShortNames(t *testing.T) {
	t.Parallel()
	cases := map[string]string{ // code → short name
		"110000": "北京", "130000": "河北", "150000": "内蒙古", "230000": "黑龙江", "450000": "广西", "540000": "西藏", "640000": "宁夏", "650000": "新疆",
		"110100": "市辖区", "500200": "县", "419000": "省直辖县级行政区划", "659000": "自治区直辖县级行政区划",
		"230600": "大庆", "152500": "锡林郭勒", "232700": "大兴安岭", "422800": "恩施", "632800": "海西", "652700": "博尔塔拉", "654000": "伊犁",
		"110102": "西城", "230606": "大同", "310115": "浦东", "120116": "滨海", "441900": "东莞",
		"130133": "赵县", "140302": "城区", "510402": "东区", "533103": "芒市", // one character would say nothing
		"429021": "神农架", "140109": "万柏林", "610103": "碑林", "520203": "六枝", // 林区 as a kind, and as chance
		"130107": "井陉矿区", "130121": "井陉", // neighbours that would share a name
		"430781": "津市", "421002": "沙市", "370103": "市中",
		"150722": "莫力达瓦", "150724": "鄂温克", "150723": "鄂伦春", "150521": "科尔沁左翼中旗",
		"622926": "东乡", "622927": "积石山", "522732": "三都", "451031": "隆林", "410304": "瀍河", "230208": "梅里斯",
		"653131": "塔什库尔干", "654022": "察布查尔", "530925": "双江",
		"130171": "石家庄高新技术产业开发区", "620171": "兰州新区", "632857": "大柴旦行政委员会",
	}
	d := china()
	all := slices.Concat(d.provinces, d.cities, d.districts)
	for code, want := range cases {
		i := slices.IndexFunc(all, func(r Region) bool { return r.Code == code })
		if i < 0 {
			t.Errorf("no region %s (%s)", code, want)
		} else if all[i].Name != want {
			t.Errorf("%s %s is %s in short, want %s", code, all[i].FullName, all[i].Name, want)
		}
	}
}

func TestEveryShortNameBeginsItsFullName(t *testing.T) {
	t.Parallel()
	d := china()
	for _, r := range slices.Concat(d.provinces, d.cities, d.districts) {
		if !strings.HasPrefix(r.FullName, r.Name) || utf8.RuneCountInString(r.Name) < 2 && r.Name != "县" {
			t.Errorf("%s %s is %q in short", r.Code, r.FullName, r.Name)
		}
		if strings.HasSuffix(r.Name, "族") || strings.Contains(r.Name, "自治") && !isPlaceholder(r.FullName) {
			t.Errorf("%s %s is %q in short", r.Code, r.FullName, r.Name)
		}
	}
}
