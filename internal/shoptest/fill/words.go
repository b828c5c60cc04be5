package fill

// pair is a word in Chinese and in English.
type pair struct{ zh, en string }

// branch is a category of the first level: what is sold there, made of what, and the ways in which it comes.
type branch struct {
	name      pair
	children  []pair
	things    []pair
	materials []pair
	options   []option
}

// option is a way in which the variants of a product differ.
type option struct {
	title  string
	values []string
}

var branches = []branch{
	{pair{"女装", "Women"}, []pair{{"连衣裙", "Dresses"}, {"上衣", "Tops"}, {"裤装", "Trousers"}, {"外套", "Coats"}},
		[]pair{{"连衣裙", "Dress"}, {"衬衫", "Shirt"}, {"针织衫", "Cardigan"}, {"风衣", "Trench Coat"}, {"阔腿裤", "Wide Leg Trousers"}, {"半身裙", "Skirt"}},
		fabrics, []option{{"颜色", colours}, {"尺码", sizes}}},
	{pair{"男装", "Men"}, []pair{{"T恤", "T-Shirts"}, {"衬衫", "Shirts"}, {"夹克", "Jackets"}, {"牛仔裤", "Jeans"}},
		[]pair{{"T恤", "T-Shirt"}, {"衬衫", "Shirt"}, {"夹克", "Jacket"}, {"牛仔裤", "Jeans"}, {"卫衣", "Sweatshirt"}, {"羽绒服", "Down Jacket"}},
		fabrics, []option{{"颜色", colours}, {"尺码", sizes}}},
	{pair{"家居", "Home"}, []pair{{"床品", "Bedding"}, {"餐具", "Tableware"}, {"灯具", "Lighting"}},
		[]pair{{"四件套", "Bedding Set"}, {"马克杯", "Mug"}, {"台灯", "Desk Lamp"}, {"收纳盒", "Storage Box"}, {"抱枕", "Cushion"}, {"茶壶", "Teapot"}},
		[]pair{{"陶瓷", "Ceramic"}, {"实木", "Oak"}, {"纯棉", "Cotton"}, {"竹编", "Bamboo"}, {"玻璃", "Glass"}},
		[]option{{"颜色", colours}}},
	{pair{"数码", "Electronics"}, []pair{{"耳机", "Headphones"}, {"充电", "Charging"}, {"键鼠", "Keyboards"}},
		[]pair{{"蓝牙耳机", "Wireless Headphones"}, {"充电器", "Charger"}, {"机械键盘", "Mechanical Keyboard"}, {"鼠标", "Mouse"}, {"移动电源", "Power Bank"}},
		[]pair{{"铝合金", "Aluminium"}, {"磨砂", "Matte"}, {"降噪", "Noise Cancelling"}, {"快充", "Fast"}},
		[]option{{"颜色", colours}, {"容量", []string{"64G", "128G", "256G", "512G"}}}},
	{pair{"美妆", "Beauty"}, []pair{{"护肤", "Skin Care"}, {"彩妆", "Make-Up"}},
		[]pair{{"面霜", "Face Cream"}, {"精华液", "Serum"}, {"口红", "Lipstick"}, {"面膜", "Sheet Mask"}, {"洗面奶", "Cleanser"}},
		[]pair{{"保湿", "Hydrating"}, {"玫瑰", "Rose"}, {"氨基酸", "Amino Acid"}, {"绿茶", "Green Tea"}},
		[]option{{"规格", []string{"30ml", "50ml", "100ml"}}}},
	{pair{"食品", "Food"}, []pair{{"茶叶", "Tea"}, {"零食", "Snacks"}, {"咖啡", "Coffee"}},
		[]pair{{"乌龙茶", "Oolong Tea"}, {"坚果", "Mixed Nuts"}, {"咖啡豆", "Coffee Beans"}, {"饼干", "Biscuits"}, {"蜂蜜", "Honey"}},
		[]pair{{"手工", "Handmade"}, {"有机", "Organic"}, {"高山", "Mountain"}, {"低糖", "Low Sugar"}},
		[]option{{"规格", []string{"100g", "250g", "500g", "1kg"}}}},
	{pair{"运动", "Sports"}, []pair{{"跑步", "Running"}, {"瑜伽", "Yoga"}, {"露营", "Camping"}},
		[]pair{{"跑鞋", "Running Shoes"}, {"瑜伽垫", "Yoga Mat"}, {"帐篷", "Tent"}, {"水壶", "Bottle"}, {"背包", "Backpack"}},
		[]pair{{"轻量", "Lightweight"}, {"防水", "Waterproof"}, {"透气", "Breathable"}, {"加厚", "Padded"}},
		[]option{{"颜色", colours}, {"尺码", []string{"39", "40", "41", "42", "43"}}}},
}

var (
	fabrics = []pair{{"纯棉", "Cotton"}, {"亚麻", "Linen"}, {"羊毛", "Wool"}, {"真丝", "Silk"}, {"羊绒", "Cashmere"}, {"牛仔", "Denim"}}
	colours = []string{"黑色", "白色", "灰色", "藏青", "米色", "红色"}
	sizes   = []string{"S", "M", "L", "XL"}
	styles  = []pair{{"北欧", "Nordic"}, {"复古", "Vintage"}, {"简约", "Minimal"}, {"经典", "Classic"}, {"新中式", "Oriental"}, {"户外", "Outdoor"},
		{"商务", "Business"}, {"日系", "Japanese"}, {"轻奢", "Luxe"}, {"春季", "Spring"}, {"夏季", "Summer"}, {"冬季", "Winter"}}
	brands = []string{"山野", "Northwind", "白露", "Kestrel", "青禾", "Luma", "木心", "Harbor", "云雀", "Aster", "知夏", "Pine & Co", "初见", "Meridian"}
	labels = []pair{{"新品", "New"}, {"热卖", "Bestseller"}, {"特价", "Sale"}, {"包邮", "Free Shipping"}, {"礼物", "Gift"}, {"限量", "Limited"},
		{"环保", "Eco"}, {"进口", "Imported"}, {"国货", "Local"}, {"情侣", "Couples"}, {"儿童", "Kids"}, {"送礼", "Present"}}
)
