package customer

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"kaidian/internal/commerce/geo"
)

// xicheng is the address that the Open API's page prints, as its POST writes it.
var xicheng = OpenPatch{Name: Some("wwww"), Detail: Some("wwww"), DistrictCode: Some("110102"), Mobile: Some("136322")}

// kentucky is the address that the Store API's page prints.
var kentucky = StorePatch{
	FirstName: Some("Arno"), LastName: Some("Willms"), Company: Some("Acme"), Address1: Some("14433 Kemmer Court"),
	Address2: Some("Suite 369"), City: Some("South Geoffreyview"), Province: Some("Kentucky"), PostalCode: Some("72093"),
	CountryCode: Some("US"), Phone: Some("16128234334802"), Metadata: Some(Metadata{"car": RawJSON(`"white"`)}),
}

// after applies changes to a new address, each as if the one before had been stored.
func after(t testing.TB, changes ...AddressChange) Address {
	t.Helper()
	a := Address{Kind: Shipping}
	for _, c := range changes {
		var err error
		if a, err = c.Apply(a); err != nil {
			t.Fatal(err)
		}
		a.ID = "addr_1"
	}
	return a
}

func TestOpenAddressAsPrinted(t *testing.T) {
	t.Parallel()
	got := after(t, xicheng, OpenPatch{Name: Some("姓名"), Detail: Some("地址")}).Open()
	want := OpenAddress{
		Name: "姓名", Mobile: "136322", Country: "中国", CountryCode: "CN", Province: "北京市", ProvinceCode: "110000",
		City: "市辖区", CityCode: "110100", District: "西城区", DistrictCode: "110102", Detail: "地址",
		Completed: "中国,北京市,市辖区,西城区,地址",
	}
	if got != want {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
}

func TestChineseAddressInTheStore(t *testing.T) {
	t.Parallel()
	got := after(t, OpenPatch{Name: Some("刁宜成"), Detail: Some("清华大学17号楼305"), DistrictCode: Some("440305"),
		Mobile: Some("13632269358"), Zipcode: Some("518000")}).Store()
	want := StoreAddress{
		ID: "addr_1", FirstName: Ptr("刁宜成"), LastName: Ptr(""), Address1: Ptr("清华大学17号楼305"), City: Ptr("深圳市南山区"),
		Province: Ptr("广东省"), PostalCode: Ptr("518000"), CountryCode: Ptr("cn"), Phone: Ptr("13632269358"),
		Metadata: RawJSON(`{"city_code":"440300","district_code":"440305","province_code":"440000"}`),
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
}

func TestForeignAddressInTheOpenAPI(t *testing.T) {
	t.Parallel()
	got := after(t, kentucky).Open()
	if got.Zipcode == nil || *got.Zipcode != "72093" {
		t.Errorf("zipcode %v", got.Zipcode)
	}
	got.Zipcode = nil
	want := OpenAddress{
		Name: "Arno Willms", Mobile: "16128234334802", Country: "美国", CountryCode: "US", Province: "Kentucky",
		City: "South Geoffreyview", Detail: "14433 Kemmer Court Suite 369",
		Completed: "美国,Kentucky,South Geoffreyview,14433 Kemmer Court Suite 369",
	}
	if got != want {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
}

// meta is the metadata member of a patch.
func meta(object string) Optional[Metadata] {
	m, err := decode(RawJSON(object))
	if err != nil {
		panic(err)
	}
	return Some(m)
}

// TestStoreWritesOfTheRegion starts from 北京市西城区 unless it says otherwise, and tells where the address is then.
func TestStoreWritesOfTheRegion(t *testing.T) {
	t.Parallel()
	us := StorePatch{FirstName: Some("a"), LastName: Some("b"), Address1: Some("c"), City: Some("Paris"), Province: Some("Texas"),
		CountryCode: Some("us"), PostalCode: Some("1")}
	text := us
	text.CountryCode, text.Province, text.City = Some("cn"), Some("北京市"), Some("某地")
	cases := []struct {
		name  string
		from  AddressChange
		patch StorePatch
		want  string // country, code, province, city
	}{
		{"nothing", xicheng, StorePatch{}, "cn 110102 北京市 西城区"},
		{"another line", xicheng, StorePatch{Address1: Some("x")}, "cn 110102 北京市 西城区"},
		{"the same text", xicheng, StorePatch{Province: Some("北京市"), City: Some("西城区"), CountryCode: Some("CN")}, "cn 110102 北京市 西城区"},
		{"a city line", xicheng, StorePatch{Province: Some("广东"), City: Some("深圳市 南山区")}, "cn 440305 广东省 深圳市南山区"},
		{"only the city", xicheng, StorePatch{City: Some("朝阳区")}, "cn 110105 北京市 朝阳区"},
		{"a short name", xicheng, StorePatch{City: Some("朝阳")}, "cn 110105 北京市 朝阳区"},
		{"a city that is its own district", xicheng, StorePatch{Province: Some("广东省"), City: Some("东莞市")}, "cn 441900 广东省 东莞市"},
		{"text that is no place", xicheng, StorePatch{City: Some("朝阳区望京")}, "cn - 北京市 朝阳区望京"},
		{"text that is two places", xicheng, StorePatch{Province: Null[string](), City: Some("朝阳区")}, "cn - - 朝阳区"},
		{"no province", xicheng, StorePatch{Province: Null[string]()}, "cn 110102 北京市 西城区"},
		{"no city", xicheng, StorePatch{City: Null[string]()}, "cn - 北京市 -"},
		{"abroad", xicheng, StorePatch{CountryCode: Some("us")}, "us - 北京市 西城区"},
		{"abroad with text", xicheng, StorePatch{CountryCode: Some("us"), Province: Some("Texas"), City: Some("Paris")}, "us - Texas Paris"},
		{"no country", xicheng, StorePatch{CountryCode: Null[string]()}, "- - 北京市 西城区"},
		{"a code", xicheng, StorePatch{Metadata: meta(`{"district_code":"440305"}`)}, "cn 440305 广东省 深圳市南山区"},
		{"a code over text", xicheng, StorePatch{City: Some("x"), Metadata: meta(`{"district_code":"440305"}`)}, "cn 440305 广东省 深圳市南山区"},
		{"the present code and other text", xicheng, StorePatch{City: Some("北京市西城区"), Metadata: meta(`{"district_code":"110102"}`)}, "cn 110102 北京市 西城区"},
		{"the present code and another place", xicheng, StorePatch{City: Some("朝阳区"), Metadata: meta(`{"district_code":"110102"}`)}, "cn 110105 北京市 朝阳区"},
		{"the present code and abroad", xicheng, StorePatch{CountryCode: Some("us"), Metadata: meta(`{"district_code":"110102"}`)}, "us - 北京市 西城区"},
		{"null code", xicheng, StorePatch{Metadata: meta(`{"district_code":null}`)}, "cn - 北京市 西城区"},
		{"empty code", xicheng, StorePatch{Metadata: meta(`{"district_code":""}`)}, "cn - 北京市 西城区"},
		{"empty code and text", xicheng, StorePatch{City: Some("朝阳区"), Metadata: meta(`{"district_code":""}`)}, "cn - 北京市 朝阳区"},
		{"other metadata", xicheng, StorePatch{Metadata: meta(`{"a":1}`)}, "cn 110102 北京市 西城区"},
		{"no metadata", xicheng, StorePatch{Metadata: Null[Metadata]()}, "cn 110102 北京市 西城区"},

		{"from abroad by code", us, StorePatch{Metadata: meta(`{"district_code":"110102"}`)}, "cn 110102 北京市 西城区"},
		{"from abroad by text", us, StorePatch{CountryCode: Some("cn"), Province: Some("北京市"), City: Some("西城区")}, "cn 110102 北京市 西城区"},
		{"from abroad by country", us, StorePatch{CountryCode: Some("cn")}, "cn - Texas Paris"},
		{"abroad with a Chinese name", us, StorePatch{Province: Some("北京市"), City: Some("西城区")}, "us - 北京市 西城区"},
		{"text stays text", text, StorePatch{Phone: Some("1"), City: Some("某地")}, "cn - 北京市 某地"},
		{"text becomes a place", text, StorePatch{City: Some("西城区")}, "cn 110102 北京市 西城区"},
	}
	for _, c := range cases {
		a := after(t, c.from, c.patch)
		show := func(p *string) string {
			if p == nil {
				return "-"
			}
			return *p
		}
		got := strings.Join([]string{show(a.CountryCode), show(a.DistrictCode), show(a.Province), show(a.City)}, " ")
		if got != c.want {
			t.Errorf("%s: got %q, want %q", c.name, got, c.want)
		}
	}
}

func TestAddressProblems(t *testing.T) {
	t.Parallel()
	stored := after(t, xicheng)
	long := strings.Repeat("字", 501)
	for _, c := range []struct {
		on   Address
		in   AddressChange
		want []string
	}{
		{Address{Kind: Shipping}, OpenPatch{}, []string{"name required", "detail required", "mobile required", "district_code required"}},
		{Address{Kind: Shipping}, StorePatch{}, []string{"first_name required", "last_name required", "address_1 required",
			"city required", "country_code required", "postal_code required"}},
		{stored, OpenPatch{Name: Some(" "), Detail: Null[string](), Mobile: Some(""), DistrictCode: Some("")},
			[]string{"name required", "detail required", "mobile required", "district_code required"}},
		{stored, OpenPatch{DistrictCode: Some("110199")}, []string{"district_code unknown"}},
		{stored, OpenPatch{Name: Some(long), Detail: Some(long), Mobile: Some("1\n2"), Email: Some("x"), Zipcode: Some("\x00"), Telephone: Some("\xff")},
			[]string{"name too_long", "detail too_long", "mobile format", "zipcode format", "telephone format", "email format"}},
		{stored, StorePatch{FirstName: Some(long), Address1: Some(long), Company: Some("a\tb"), City: Some("\u0085")},
			[]string{"first_name too_long", "company format", "address_1 too_long", "city format"}},
		{stored, StorePatch{CountryCode: Some("xx")}, []string{"country_code unknown"}},
		{stored, StorePatch{CountryCode: Some("")}, []string{"country_code unknown"}},
		{stored, StorePatch{Metadata: meta(`{"district_code":"999999"}`)}, []string{"metadata.district_code unknown"}},
		{stored, StorePatch{Metadata: meta(`{"district_code":110102}`)}, []string{"metadata.district_code type"}},
		{stored, StorePatch{CountryCode: Some("us"), Metadata: meta(`{"district_code":"440305"}`)}, []string{"metadata.district_code unknown"}},
		{stored, StorePatch{Metadata: Some(Metadata{"a": RawJSON(`{`)})}, []string{"metadata format"}},
	} {
		_, err := c.in.Apply(c.on)
		WantFields(t, err, c.want...)
	}
	if _, err := (StorePatch{City: Some("x")}).Apply(Address{Kind: Billing}); err != nil {
		t.Errorf("a billing address asks for more than was given: %v", err)
	}
}

func TestOpenWritesKeepTheSplit(t *testing.T) {
	t.Parallel()
	a := after(t, kentucky, OpenPatch{Name: Some("Arno Willms"), Detail: Some("14433 Kemmer Court Suite 369")})
	if deref(a.LastName) != "Willms" || deref(a.Address2) != "Suite 369" {
		t.Errorf("the same name and detail were joined: %q %q", deref(a.LastName), deref(a.Address2))
	}
	a = after(t, kentucky, OpenPatch{Name: Some("Arno W."), Detail: Some("1 Main St")})
	if deref(a.FirstName) != "Arno W." || a.LastName == nil || *a.LastName != "" || deref(a.Address1) != "1 Main St" || a.Address2 != nil {
		t.Errorf("got %q %v %q %v", deref(a.FirstName), a.LastName, deref(a.Address1), a.Address2)
	}
}

func TestEmptyZipcodeIsNull(t *testing.T) {
	t.Parallel()
	for _, a := range []Address{{}, {PostalCode: Ptr("")}} {
		if v := a.Open(); v.Zipcode != nil {
			t.Errorf("%v shows as %q", a.PostalCode, *v.Zipcode)
		}
	}
}

func TestStoredMetadataStaysBesideTheCodes(t *testing.T) {
	t.Parallel()
	a := after(t, xicheng, StorePatch{Metadata: meta(`{"z":[1, 2],"city_code":"x","a":""}`)})
	if got := string(a.Metadata); got != `{"a":"","z":[1,2]}` {
		t.Errorf("stored %s", got)
	}
	if got := string(a.Store().Metadata); got != `{"a":"","city_code":"110100","district_code":"110102","province_code":"110000","z":[1,2]}` {
		t.Errorf("shown %s", got)
	}
}

func TestCodeThatIsNoMoreReadsAsText(t *testing.T) {
	t.Parallel()
	a := Address{ID: "addr_1", CountryCode: Ptr("cn"), DistrictCode: Ptr("110103"), Province: Ptr("北京市"), City: Ptr("崇文区"), Address1: Ptr("x")}
	if v := a.Open(); v.DistrictCode != "" || v.Completed != "中国,北京市,崇文区,x" {
		t.Errorf("got %+v", v)
	}
	if v := a.Store(); deref(v.City) != "崇文区" || v.Metadata != nil {
		t.Errorf("got %+v", v)
	}
}

// fullOpen writes back all that the Open API shows and can write.
func fullOpen(v OpenAddress) OpenPatch {
	zip := Null[string]()
	if v.Zipcode != nil {
		zip = Some(*v.Zipcode)
	}
	return OpenPatch{Name: Some(v.Name), Mobile: Some(v.Mobile), DistrictCode: Some(v.DistrictCode), Detail: Some(v.Detail),
		Zipcode: zip, Telephone: Some(v.Telephone), Email: Some(v.Email), IsDefault: Some(v.IsDefault)}
}

// fullStore writes back all that the Store API shows and can write.
func fullStore(t *rapid.T, v StoreAddress) StorePatch {
	o := func(p *string) Optional[string] {
		if p == nil {
			return Null[string]()
		}
		return Some(*p)
	}
	p := StorePatch{FirstName: o(v.FirstName), LastName: o(v.LastName), Company: o(v.Company), Address1: o(v.Address1),
		Address2: o(v.Address2), City: o(v.City), Province: o(v.Province), PostalCode: o(v.PostalCode),
		CountryCode: o(v.CountryCode), Phone: o(v.Phone), Metadata: Null[Metadata]()}
	if v.Metadata != nil {
		m, err := decode(v.Metadata)
		if err != nil {
			t.Fatal(err)
		}
		p.Metadata = Some(m)
	}
	return p
}

func words() *rapid.Generator[string] {
	return rapid.SampledFrom([]string{"", " ", "Arno", "Willms", "刁", "宜成", "Suite 369", "清华大学17号楼305", "a  b", "x y z",
		strings.Repeat("long ", 50), strings.Repeat("字", 255)})
}

func codes() *rapid.Generator[string] {
	return rapid.SampledFrom([]string{"110102", "440305", "441900", "500229", "419001", "659001", "130171", "422801"})
}

func optional[T any](t *rapid.T, g *rapid.Generator[T], label string) Optional[T] {
	switch rapid.IntRange(0, 3).Draw(t, label+"?") {
	case 0:
		return Null[T]()
	case 1:
		return Optional[T]{}
	}
	return Some(g.Draw(t, label))
}

// anyStorePatch draws a patch; most are good.
func anyStorePatch(t *rapid.T) StorePatch {
	place := rapid.SampledFrom([]string{"", "北京市", "广东省", "广东", "西城区", "深圳市南山区", "朝阳区", "Texas", "Paris", "东莞市"})
	country := rapid.SampledFrom([]string{"cn", "CN", "us", "st", "hk"})
	metas := rapid.SampledFrom([]string{`{}`, `{"car":"white"}`, `{"district_code":"440305"}`, `{"district_code":"110102","x":{"y":[1.0]}}`,
		`{"district_code":""}`, `{"district_code":null,"n":null}`, `{"city_code":"1"}`})
	p := StorePatch{
		FirstName: optional(t, words(), "first"), LastName: optional(t, words(), "last"), Company: optional(t, words(), "company"),
		Address1: optional(t, words(), "address_1"), Address2: optional(t, words(), "address_2"), City: optional(t, place, "city"),
		Province: optional(t, place, "province"), PostalCode: optional(t, words(), "postal"),
		CountryCode: optional(t, country, "country"), Phone: optional(t, words(), "phone"),
	}
	if m := optional(t, metas, "metadata"); m.IsNull() {
		p.Metadata = Null[Metadata]()
	} else if text, ok := m.Get(); ok {
		p.Metadata = meta(text)
	}
	return p
}

func anyOpenPatch(t *rapid.T) OpenPatch {
	emails := rapid.SampledFrom([]string{"", "some@sample.com"})
	return OpenPatch{
		Name: optional(t, words(), "name"), Mobile: optional(t, words(), "mobile"), DistrictCode: optional(t, codes(), "district"),
		Detail: optional(t, words(), "detail"), Zipcode: optional(t, words(), "zipcode"), Telephone: optional(t, words(), "telephone"),
		Email: optional(t, emails, "email"), IsDefault: optional(t, rapid.Bool(), "default"),
	}
}

// anyAddress draws an address as some writes through either face leave it, or as an importer might.
func anyAddress(t *rapid.T) Address {
	a := Address{ID: "addr_1", Kind: Shipping}
	if rapid.Bool().Draw(t, "imported") {
		nullable := func(label string) *string { return pointer(optional(t, words(), label)) }
		a.FirstName, a.LastName, a.Company = nullable("col first"), nullable("col last"), nullable("col company")
		a.Address1, a.Address2, a.City = nullable("col 1"), nullable("col 2"), nullable("col city")
		a.Province, a.PostalCode, a.Phone = nullable("col province"), nullable("col postal"), nullable("col phone")
		a.Telephone, a.CountryCode = nullable("col telephone"), pointer(optional(t, rapid.SampledFrom([]string{"cn", "us"}), "col country"))
		a.DistrictCode = pointer(optional(t, rapid.SampledFrom([]string{"110102", "110103"}), "col district")) // the second is no more
		if m := optional(t, rapid.SampledFrom([]string{`{}`, `{"a":1}`}), "col metadata"); m.IsSet() && !m.IsNull() {
			a.Metadata = RawJSON(m.Or(""))
		}
	}
	for range rapid.IntRange(0, 4).Draw(t, "writes") {
		var in AddressChange = anyStorePatch(t)
		if rapid.Bool().Draw(t, "open") {
			in = anyOpenPatch(t)
		}
		if b, err := in.Apply(a); err == nil {
			a = b
		}
	}
	return a
}

// TestWritingBackChangesNothing is the promise of the two faces: whatever an address went through, either face can be
// shown it and write back what it saw, and no column moves.
func TestWritingBackChangesNothing(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		a := anyAddress(t)
		for name, in := range map[string]AddressChange{"open": fullOpen(a.Open()), "store": fullStore(t, a.Store())} {
			b, err := in.Apply(a)
			if err != nil {
				t.Fatalf("%s cannot write back what it shows: %v", name, err)
			}
			if !a.equal(b) || !reflect.DeepEqual(a, b) {
				t.Fatalf("%s changed\n%s\nto\n%s", name, columns(a), columns(b))
			}
		}
	})
}

// TestPartialWritesTouchOnlyWhatTheyName draws a patch and checks the columns that it must leave alone.
func TestPartialWritesTouchOnlyWhatTheyName(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		a := anyAddress(t)
		may := map[string]bool{}
		name := func(set bool, columns ...string) {
			for _, c := range columns {
				may[c] = may[c] || set
			}
		}
		region := []string{"City", "Province", "CountryCode", "DistrictCode"}
		var in AddressChange
		if rapid.Bool().Draw(t, "by open") {
			p := anyOpenPatch(t)
			name(p.Name.IsSet(), "FirstName", "LastName")
			name(p.Detail.IsSet(), "Address1", "Address2")
			name(p.Mobile.IsSet(), "Phone")
			name(p.Zipcode.IsSet(), "PostalCode")
			name(p.Telephone.IsSet(), "Telephone")
			name(p.Email.IsSet(), "Email")
			name(p.IsDefault.IsSet(), "IsDefault")
			name(p.DistrictCode.IsSet(), region...)
			in = p
		} else {
			p := anyStorePatch(t)
			name(p.FirstName.IsSet(), "FirstName")
			name(p.LastName.IsSet(), "LastName")
			name(p.Company.IsSet(), "Company")
			name(p.Address1.IsSet(), "Address1")
			name(p.Address2.IsSet(), "Address2")
			name(p.PostalCode.IsSet(), "PostalCode")
			name(p.Phone.IsSet(), "Phone")
			name(p.Metadata.IsSet(), "Metadata")
			m, _ := p.Metadata.Get()
			_, code := m[districtKey]
			name(code || p.City.IsSet() || p.Province.IsSet() || p.CountryCode.IsSet(), region...)
			in = p
		}
		b, err := in.Apply(a)
		if err != nil {
			t.Skip()
		}
		was, is := reflect.ValueOf(a), reflect.ValueOf(b)
		for i := range was.NumField() {
			column := was.Type().Field(i).Name
			if !may[column] && !reflect.DeepEqual(was.Field(i).Interface(), is.Field(i).Interface()) {
				t.Fatalf("%+v changed %s:\n%s\n%s", in, column, columns(a), columns(b))
			}
		}
	})
}

// TestCodeAndTextAgree draws writes and checks what must hold of each stored address.
func TestCodeAndTextAgree(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		a := Address{Kind: Shipping, ID: "addr_1"}
		for range rapid.IntRange(1, 5).Draw(t, "writes") {
			var in AddressChange = anyStorePatch(t)
			if rapid.Bool().Draw(t, "open") {
				in = anyOpenPatch(t)
			}
			if b, err := in.Apply(a); err == nil {
				a = b
			}
			if a.DistrictCode == nil {
				continue
			}
			p, err := geo.Resolve(*a.DistrictCode)
			if err != nil || deref(a.CountryCode) != "cn" || deref(a.Province) != p.Province.FullName || deref(a.City) != p.CityLine() {
				t.Fatalf("after %+v the columns disagree: %s", in, columns(a))
			}
			var m map[string]any
			if a.Metadata != nil && json.Unmarshal(a.Metadata, &m) != nil || m[districtKey] != nil || m[cityKey] != nil {
				t.Fatalf("metadata holds codes: %s", a.Metadata)
			}
		}
	})
}

func columns(a Address) string {
	b, err := json.Marshal(a)
	if err != nil {
		return err.Error()
	}
	return string(b)
}
