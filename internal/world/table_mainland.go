package world

func shenzhen() city {
	return city{
		key: "shenzhen", region: "CN", langs: "zh|en", country: "中国|China", province: "广东省|Guangdong Province",
		name: "深圳市|Shenzhen", adcode: "440300", telcode: "0755", lat: 22.5455, lng: 114.0541,
		places: []row{
			{id: "north-station", kind: Station, lat: 22.6100, lng: 114.0245, name: "深圳北站|Shenzhen North Railway Station",
				adcode: "440309", district: "龙华区|Longhua District", street: "致远中路|Zhiyuan Middle Road", number: "28", postcode: "518131"},
			{id: "airport", kind: Airport, lat: 22.6338, lng: 113.8095, name: "深圳宝安国际机场|Shenzhen Bao'an International Airport",
				adcode: "440306", district: "宝安区|Bao'an District", street: "领航四路|Linghang 4th Road", postcode: "518128"},
			{id: "tencent", kind: Office, lat: 22.5433, lng: 113.9296, name: "腾讯大厦|Tencent Building",
				adcode: "440305", district: "南山区|Nanshan District", street: "深南大道|Shennan Avenue", number: "10000", postcode: "518057"},
			{id: "pingan", kind: Office, lat: 22.5361, lng: 114.0503, name: "平安金融中心|Ping An Finance Centre",
				adcode: "440304", district: "福田区|Futian District", street: "益田路|Yitian Road", number: "5033", postcode: "518033"},
			{id: "seg-plaza", kind: Office, lat: 22.5437, lng: 114.0829, name: "赛格广场|SEG Plaza",
				adcode: "440304", district: "福田区|Futian District", street: "华强北路|Huaqiang North Road", number: "1002", postcode: "518031"},
			{id: "mixc", kind: Mall, lat: 22.5425, lng: 114.1056, name: "深圳万象城|The MixC Shenzhen",
				adcode: "440303", district: "罗湖区|Luohu District", street: "宝安南路|Bao'an South Road", number: "1881", postcode: "518001"},
			{id: "station", kind: Station, lat: 22.5335, lng: 114.1122, name: "深圳站|Shenzhen Railway Station",
				adcode: "440303", district: "罗湖区|Luohu District", street: "建设路|Jianshe Road", number: "1003", postcode: "518001"},
			{id: "shekou", kind: Port, lat: 22.4722, lng: 113.9090, name: "蛇口邮轮中心|Shekou Cruise Center",
				adcode: "440305", district: "南山区|Nanshan District", street: "太子湾片区|Prince Bay", postcode: "518067"},
			{id: "yantian-port", kind: Port, lat: 22.5722, lng: 114.2640, name: "盐田国际集装箱码头|Yantian International Container Terminals",
				adcode: "440308", district: "盐田区|Yantian District", street: "盐田路|Yantian Road", postcode: "518083"},
		},
	}
}

func guangzhou() city {
	return city{
		key: "guangzhou", region: "CN", langs: "zh|en", country: "中国|China", province: "广东省|Guangdong Province",
		name: "广州市|Guangzhou", adcode: "440100", telcode: "020", lat: 23.1317, lng: 113.2591,
		places: []row{
			{id: "south-station", kind: Station, lat: 22.9889, lng: 113.2639, name: "广州南站|Guangzhou South Railway Station",
				adcode: "440113", district: "番禺区|Panyu District", street: "南站北路|Nanzhan North Road", postcode: "511495"},
			{id: "airport", kind: Airport, lat: 23.3878, lng: 113.2967, name: "广州白云国际机场|Guangzhou Baiyun International Airport",
				adcode: "440114", district: "花都区|Huadu District", street: "机场大道|Jichang Avenue", postcode: "510470"},
			{id: "canton-tower", kind: Sight, lat: 23.1089, lng: 113.3190, name: "广州塔|Canton Tower",
				adcode: "440105", district: "海珠区|Haizhu District", street: "阅江西路|Yuejiang West Road", number: "222", postcode: "510220"},
			{id: "east-station", kind: Station, lat: 23.1508, lng: 113.3192, name: "广州东站|Guangzhou East Railway Station",
				adcode: "440106", district: "天河区|Tianhe District", street: "东站路|Dongzhan Road", number: "1", postcode: "510610"},
			{id: "teemall", kind: Mall, lat: 23.1349, lng: 113.3177, name: "天河城|Teemall",
				adcode: "440106", district: "天河区|Tianhe District", street: "天河路|Tianhe Road", number: "208", postcode: "510620"},
			{id: "nansha-port", kind: Port, lat: 22.6480, lng: 113.6750, name: "南沙港|Nansha Port",
				adcode: "440115", district: "南沙区|Nansha District", street: "龙穴大道|Longxue Avenue", postcode: "511462"},
			{id: "white-swan", kind: Sight, lat: 23.1085, lng: 113.2372, name: "白天鹅宾馆|White Swan Hotel",
				adcode: "440103", district: "荔湾区|Liwan District", street: "沙面南街|Shamian South Street", number: "1", postcode: "510133"},
		},
	}
}
