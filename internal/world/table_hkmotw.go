package world

func hongKong() city {
	return city{
		key: "hongkong", region: "HK", langs: "zh-Hant|zh|en", country: "香港|中国|Hong Kong", province: "|香港特别行政区|",
		name: "香港|香港特别行政区|Hong Kong", adcode: "810000", telcode: "1852", lat: 22.2793, lng: 114.1628,
		places: []row{
			{id: "airport", kind: Airport, lat: 22.3152, lng: 113.9358, name: "香港國際機場|香港国际机场|Hong Kong International Airport",
				adcode: "810018", district: "離島區|离岛区|Islands District", street: "翔天路|翔天路|Sky Plaza Road", number: "1"},
			{id: "ifc", kind: Office, lat: 22.2850, lng: 114.1592, name: "國際金融中心二期|国际金融中心二期|Two International Finance Centre",
				adcode: "810001", district: "中西區|中西区|Central and Western District", street: "金融街|金融街|Finance Street", number: "8"},
			{id: "west-kowloon-station", kind: Station, lat: 22.3037, lng: 114.1655, name: "香港西九龍站|香港西九龙站|Hong Kong West Kowloon Station",
				adcode: "810005", district: "油尖旺區|油尖旺区|Yau Tsim Mong District", street: "柯士甸道西|柯士甸道西|Austin Road West", number: "3"},
			{id: "kwai-tsing-port", kind: Port, lat: 22.3445, lng: 114.1280, name: "葵青貨櫃碼頭|葵青货柜码头|Kwai Tsing Container Terminals",
				adcode: "810017", district: "葵青區|葵青区|Kwai Tsing District", street: "貨櫃碼頭南路|货柜码头南路|Container Port Road South"},
			{id: "sheung-shui-station", kind: Station, lat: 22.5012, lng: 114.1280, name: "上水站|上水站|Sheung Shui Station",
				adcode: "810013", district: "北區|北区|North District", street: "上水站路|上水站路|Sheung Shui Station Road"},
			{id: "times-square", kind: Mall, lat: 22.2782, lng: 114.1822, name: "時代廣場|时代广场|Times Square",
				adcode: "810002", district: "灣仔區|湾仔区|Wan Chai District", street: "勿地臣街|勿地臣街|Matheson Street", number: "1"},
			{id: "langham-place", kind: Mall, lat: 22.3184, lng: 114.1687, name: "朗豪坊|朗豪坊|Langham Place",
				adcode: "810005", district: "油尖旺區|油尖旺区|Yau Tsim Mong District", street: "亞皆老街|亚皆老街|Argyle Street", number: "8"},
			{id: "new-town-plaza", kind: Mall, lat: 22.3817, lng: 114.1886, name: "新城市廣場|新城市广场|New Town Plaza",
				adcode: "810016", district: "沙田區|沙田区|Sha Tin District", street: "沙田正街|沙田正街|Sha Tin Centre Street", number: "18"},
		},
	}
}

func macau() city {
	return city{
		key: "macau", region: "MO", langs: "zh-Hant|zh|pt|en", country: "澳門|中国|Macau|Macau", province: "|澳门特别行政区||",
		name: "澳門|澳门特别行政区|Macau|Macau", adcode: "820000", telcode: "1853", lat: 22.1987, lng: 113.5439,
		places: []row{
			{id: "airport", kind: Airport, lat: 22.1566, lng: 113.5744,
				name:   "澳門國際機場|澳门国际机场|Aeroporto Internacional de Macau|Macau International Airport",
				adcode: "820006", district: "嘉模堂區|嘉模堂区|Nossa Senhora do Carmo|Nossa Senhora do Carmo",
				street: "偉龍馬路|伟龙马路|Avenida Wai Long|Avenida Wai Long"},
			{id: "outer-harbour", kind: Port, lat: 22.1973, lng: 113.5590,
				name:   "外港客運碼頭|外港客运码头|Terminal Marítimo do Porto Exterior|Outer Harbour Ferry Terminal",
				adcode: "820003", district: "大堂區|大堂区|Sé|Sé",
				street: "海港前地|海港前地|Largo do Terminal Marítimo|Largo do Terminal Marítimo"},
			{id: "lisboa", kind: Sight, lat: 22.1905, lng: 113.5437, name: "葡京酒店|葡京酒店|Hotel Lisboa|Hotel Lisboa",
				adcode: "820003", district: "大堂區|大堂区|Sé|Sé",
				street: "葡京路|葡京路|Avenida de Lisboa|Avenida de Lisboa", number: "2"},
			{id: "leal-senado", kind: Office, lat: 22.1934, lng: 113.5394,
				name:   "市政署大樓|市政署大楼|Edifício do Leal Senado|Leal Senado Building",
				adcode: "820005", district: "風順堂區|风顺堂区|São Lourenço|São Lourenço",
				street: "新馬路|新马路|Avenida de Almeida Ribeiro|Avenida de Almeida Ribeiro", number: "163"},
			{id: "st-paul", kind: Sight, lat: 22.1975, lng: 113.5409, name: "大三巴牌坊|大三巴牌坊|Ruínas de São Paulo|Ruins of St. Paul's",
				adcode: "820002", district: "聖安多尼堂區|圣安多尼堂区|Santo António|Santo António",
				street: "大三巴街|大三巴街|Rua de São Paulo|Rua de São Paulo"},
			{id: "venetian", kind: Mall, lat: 22.1487, lng: 113.5625, name: "澳門威尼斯人|澳门威尼斯人|The Venetian Macao|The Venetian Macao",
				adcode: "820007", district: "路氹填海區|路凼填海区|Cotai|Cotai",
				street: "望德聖母灣大馬路|望德圣母湾大马路|Estrada da Baía de Nossa Senhora da Esperança|Estrada da Baía de Nossa Senhora da Esperança"},
		},
	}
}

func taipei() city {
	return city{
		key: "taipei", region: "TW", langs: "zh-Hant|zh|en", country: "臺灣|中国|Taiwan", province: "|台湾省|",
		name: "臺北市|台北市|Taipei City", adcode: "710000", telcode: "1886", lat: 25.0375, lng: 121.5637,
		places: []row{
			{id: "101", kind: Office, lat: 25.0337, lng: 121.5645, name: "台北101|台北101|Taipei 101",
				adcode: "710000", district: "信義區|信义区|Xinyi District", street: "信義路五段|信义路五段|Section 5, Xinyi Road", number: "7", postcode: "110"},
			{id: "main-station", kind: Station, lat: 25.0478, lng: 121.5170, name: "臺北車站|台北车站|Taipei Main Station",
				adcode: "710000", district: "中正區|中正区|Zhongzheng District", street: "北平西路|北平西路|Beiping West Road", number: "3", postcode: "100"},
			{id: "songshan-airport", kind: Airport, lat: 25.0630, lng: 121.5517, name: "臺北松山機場|台北松山机场|Taipei Songshan Airport",
				adcode: "710000", district: "松山區|松山区|Songshan District", street: "敦化北路|敦化北路|Dunhua North Road", number: "340-9", postcode: "105"},
			{id: "palace-museum", kind: Sight, lat: 25.1024, lng: 121.5485, name: "國立故宮博物院|国立故宫博物院|National Palace Museum",
				adcode: "710000", district: "士林區|士林区|Shilin District", street: "至善路二段|至善路二段|Section 2, Zhishan Road", number: "221", postcode: "111"},
			{id: "red-house", kind: Mall, lat: 25.0420, lng: 121.5068, name: "西門紅樓|西门红楼|The Red House",
				adcode: "710000", district: "萬華區|万华区|Wanhua District", street: "成都路|成都路|Chengdu Road", number: "10", postcode: "108"},
			{id: "miramar", kind: Mall, lat: 25.0836, lng: 121.5570, name: "美麗華百樂園|美丽华百乐园|Miramar Entertainment Park",
				adcode: "710000", district: "中山區|中山区|Zhongshan District", street: "敬業三路|敬业三路|Jingye 3rd Road", number: "20", postcode: "104"},
		},
	}
}
