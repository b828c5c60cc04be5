package customer

import (
	"strings"
	"testing"
)

func TestIsEmail(t *testing.T) {
	t.Parallel()
	good := []string{
		"user@example.com", "a.b+c@d.co", "o'hara@x-y.org", "刁宜成@例子.中国", "1@2.cn", "x@a.b.c.museum",
		strings.Repeat("a", 64) + "@example.com",
	}
	bad := []string{
		"", "@", "a", "a@", "@a.cn", "a@b", "a@b.c", "a@b.12", "a@@b.cn", "a@b@c.cn", ".a@b.cn", "a.@b.cn", "a..b@c.cn",
		"a b@c.cn", "a@b c.cn", "a@-b.cn", "a@b-.cn", "a@.cn", "a@b..cn", "a\n@b.cn", "a@b.cn\r\nBcc: x@y.cn", "\"a\"@b.cn",
		"a@[127.0.0.1]", "a,b@c.cn", "<a@b.cn>", "a@b.cn>", "\xff@b.cn", "a@\xff.cn",
		strings.Repeat("a", 65) + "@example.com", "a@" + strings.Repeat("b", 64) + ".cn",
		"a@" + strings.Repeat(strings.Repeat("b", 60)+".", 5) + "cn",
	}
	for _, s := range good {
		if !isEmail(s) {
			t.Errorf("%q is an e-mail", s)
		}
	}
	for _, s := range bad {
		if isEmail(s) {
			t.Errorf("%q is no e-mail", s)
		}
	}
}

func FuzzIsEmail(f *testing.F) {
	f.Add("user@example.com")
	f.Add("刁@例子.中国")
	f.Fuzz(func(t *testing.T, s string) {
		if !isEmail(s) {
			return
		}
		if strings.Count(s, "@") != 1 || strings.ContainsAny(s, " \t\r\n<>,;:\"\\()[]\x00") || len(s) > 254 {
			t.Errorf("%q passes for an e-mail", s)
		}
	})
}

func TestNormalise(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		kind     IdentityType
		in, want string
	}{
		{Email, " User@Example.COM\t", "user@example.com"},
		{Mobile, " +86 136-3226 (9358)", "+8613632269358"},
		{Mobile, "1363226x", "1363226x"}, // and then it is refused
		{UserName, " DiaoYiCheng ", "diaoyicheng"},
		{Social, " oAbC ", "oAbC"},
	} {
		if got := c.kind.normalise(c.in); got != c.want {
			t.Errorf("%s %q becomes %q, want %q", c.kind, c.in, got, c.want)
		}
	}
}

func TestIdentityCheck(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		id   Identity
		want []string
	}{
		{Identity{Type: Email, Identity: "a@b.cn"}, nil},
		{Identity{Type: Mobile, Identity: "+8613632269358"}, nil},
		{Identity{Type: UserName, Identity: "刁宜成"}, nil},
		{Identity{Type: Social, Identity: "x", SocialType: Ptr("weibo")}, nil},
		{Identity{Type: "phone", Identity: "1"}, []string{"type unknown"}},
		{Identity{Type: Email}, []string{"identity required"}},
		{Identity{Type: Email, Identity: "a"}, []string{"identity format"}},
		{Identity{Type: Mobile, Identity: "1363226x"}, []string{"identity format"}},
		{Identity{Type: Mobile, Identity: "++86136322"}, []string{"identity format"}},
		{Identity{Type: Mobile, Identity: "1234567890123456"}, []string{"identity format"}},
		{Identity{Type: UserName, Identity: "a\nb"}, []string{"identity format"}},
		{Identity{Type: UserName, Identity: strings.Repeat("字", 256)}, []string{"identity too_long"}},
		{Identity{Type: Social, Identity: "x", UnionID: Ptr("\x00")}, []string{"unionid format"}},
	} {
		var p problems
		c.id.check(&p)
		if err := p.fault("x"); err != nil || c.want != nil {
			WantFields(t, err, c.want...)
		}
	}
}

func TestPercent(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"0": "0", "0.0": "0", "5": "5", "95": "95", "95.5": "95.5", "95.50": "95.5", "88.88": "88.88", "0.05": "0.05", "100.00": "100",
	} {
		p, err := ParsePercent(in)
		if err != nil || p.String() != want {
			t.Errorf("%q reads %s (%v), want %s", in, p, err, want)
		}
	}
	for _, in := range []string{"", ".5", "5.", "1e1", "-1", "+1", "5.555", "100.01", "101", "70000", "9,5", " 5", "5.x", "0x5", "5_0", "5.+1"} {
		if p, err := ParsePercent(in); err == nil {
			t.Errorf("%q reads %s", in, p)
		}
	}
}

func TestNames(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ first, last, want string }{
		{"Arno", "Willms", "Arno Willms"}, {"宜成", "刁", "刁宜成"}, {"刁宜成", "", "刁宜成"}, {"", "Willms", "Willms"},
		{"Anna", "王", "王Anna"}, {"", "", ""},
	} {
		if got := joinName(c.first, c.last); got != c.want {
			t.Errorf("%q, %q join to %q, want %q", c.first, c.last, got, c.want)
		}
	}
	for _, c := range []struct {
		c    Customer
		want string
	}{
		{Customer{Email: "some@sample.com", Identity: Identity{Type: Email, Identity: "some@sample.com"}}, "some"},
		{Customer{Identity: Identity{Type: Mobile, Identity: "13632269358"}}, "13632269358"},
		{Customer{Identity: Identity{Type: UserName, Identity: "diao"}}, "diao"},
		{Customer{Nickname: Ptr("小刁"), Identity: Identity{Type: Social, Identity: "o1"}}, "小刁"},
		{Customer{Email: "guest@sample.com"}, "guest"},
	} {
		if got := c.c.DisplayName(); got != c.want {
			t.Errorf("%+v is called %q, want %q", c.c.Identity, got, c.want)
		}
	}
	for in, want := range map[string]string{"362226199001012933": "3622**********2933", "12345678": "********", "": ""} {
		if got := (Customer{IdentityCard: &in}).MaskedIdentityCard(); got != want {
			t.Errorf("%q is masked as %q, want %q", in, got, want)
		}
	}
}

func TestMetadata(t *testing.T) {
	t.Parallel()
	present, err := decode(RawJSON(`{"car":"white","n":1.50,"big":12345678901234567890}`))
	if err != nil {
		t.Fatal(err)
	}
	var p problems
	got := present.merge(Metadata{"car": RawJSON(` "" `), "b": RawJSON(`{"x":  "<&>"}`), "n": nil}).encode(&p)
	if want := `{"b":{"x":"<&>"},"big":12345678901234567890,"n":null}`; string(got) != want || p.list != nil {
		t.Errorf("got %s %v, want %s", got, p.list, want)
	}
	for _, m := range []Metadata{
		{"a": RawJSON(`{`)}, {"a": RawJSON("\"\xff\"")}, {"a": RawJSON(`"` + strings.Repeat("x", maxMetadata) + `"`)},
	} {
		var p problems
		m.encode(&p)
		if len(p.list) != 1 || p.list[0].Name != "metadata" {
			t.Errorf("problems %v, want one with metadata", p.list)
		}
	}
	if _, err := decode(RawJSON(`[]`)); err == nil {
		t.Error("a list passes for metadata")
	}
}

func TestOptional(t *testing.T) {
	t.Parallel()
	var absent Optional[string]
	for _, c := range []struct {
		o           Optional[string]
		set, isNull bool
		or          string
	}{{absent, false, false, "before"}, {Null[string](), true, true, ""}, {Some("now"), true, false, "now"}, {Some(""), true, false, ""}} {
		if c.o.IsSet() != c.set || c.o.IsNull() != c.isNull || c.o.Or("before") != c.or {
			t.Errorf("%+v: set %t, null %t, or %q", c.o, c.o.IsSet(), c.o.IsNull(), c.o.Or("before"))
		}
		if v, ok := c.o.Get(); ok != (c.set && !c.isNull) || ok && v != c.or {
			t.Errorf("%+v gives %q, %t", c.o, v, ok)
		}
	}
}
