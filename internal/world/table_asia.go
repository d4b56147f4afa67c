package world

func singapore() city {
	return city{
		key: "singapore", region: "SG", langs: "en|zh", country: "Singapore|新加坡", province: "|",
		name: "Singapore|新加坡", lat: 1.2897, lng: 103.8501,
		places: []row{
			{id: "jewel-changi", kind: Airport, lat: 1.3602, lng: 103.9898, name: "Jewel Changi Airport|星耀樟宜",
				street: "Airport Boulevard|机场大道", number: "78", postcode: "819666"},
			{id: "marina-bay-sands", kind: Sight, lat: 1.2834, lng: 103.8607, name: "Marina Bay Sands|滨海湾金沙",
				street: "Bayfront Avenue|贝弗兰道", number: "10", postcode: "018956"},
			{id: "ion-orchard", kind: Mall, lat: 1.3040, lng: 103.8318, name: "ION Orchard|爱雍乌节",
				street: "Orchard Turn|乌节弯", number: "2", postcode: "238801"},
			{id: "raffles-place", kind: Office, lat: 1.2844, lng: 103.8511, name: "One Raffles Place|莱佛士坊一号",
				street: "Raffles Place|莱佛士坊", number: "1", postcode: "048616"},
			{id: "pasir-panjang", kind: Port, lat: 1.2745, lng: 103.7915, name: "Pasir Panjang Terminal|巴西班让码头",
				street: "Harbour Drive|海港通道", number: "33", postcode: "117606"},
			{id: "singpost-centre", kind: Office, lat: 1.3189, lng: 103.8947, name: "SingPost Centre|新邮政中心",
				street: "Eunos Road 8|友诺士8道", number: "10", postcode: "408600"},
		},
	}
}

func bangkok() city {
	return city{
		key: "bangkok", region: "TH", langs: "th|en", country: "ประเทศไทย|Thailand", province: "กรุงเทพมหานคร|Bangkok",
		name: "กรุงเทพมหานคร|Bangkok", lat: 13.7539, lng: 100.5014,
		places: []row{
			{id: "siam-paragon", kind: Mall, lat: 13.7462, lng: 100.5347, name: "สยามพารากอน|Siam Paragon", district: "เขตปทุมวัน|Pathum Wan",
				town: "แขวงปทุมวัน|Pathum Wan Subdistrict", street: "ถนนพระรามที่ 1|Rama I Road", number: "991", postcode: "10330"},
			{id: "hua-lamphong", kind: Station, lat: 13.7394, lng: 100.5170, name: "สถานีกรุงเทพ (หัวลำโพง)|Bangkok Railway Station (Hua Lamphong)",
				district: "เขตปทุมวัน|Pathum Wan", town: "แขวงรองเมือง|Rong Mueang Subdistrict", street: "ถนนรองเมือง|Rong Mueang Road", number: "1", postcode: "10330"},
			{id: "don-mueang", kind: Airport, lat: 13.9192, lng: 100.6018, name: "ท่าอากาศยานดอนเมือง|Don Mueang International Airport",
				district: "เขตดอนเมือง|Don Mueang", town: "แขวงสนามบิน|Sanam Bin Subdistrict", street: "ถนนวิภาวดีรังสิต|Vibhavadi Rangsit Road", number: "222", postcode: "10210"},
			{id: "port", kind: Port, lat: 13.7055, lng: 100.5735, name: "ท่าเรือกรุงเทพ|Bangkok Port", district: "เขตคลองเตย|Khlong Toei",
				town: "แขวงคลองเตย|Khlong Toei Subdistrict", street: "ถนนท่าเรือ|Tha Ruea Road", number: "444", postcode: "10110"},
			{id: "krung-thep-aphiwat", kind: Station, lat: 13.8046, lng: 100.5421, name: "สถานีกลางกรุงเทพอภิวัฒน์|Krung Thep Aphiwat Central Terminal",
				district: "เขตจตุจักร|Chatuchak", town: "แขวงจตุจักร|Chatuchak Subdistrict", street: "ถนนเทอดดำริ|Thoet Damri Road", postcode: "10900"},
			{id: "suvarnabhumi", kind: Airport, lat: 13.6931, lng: 100.7500, name: "ท่าอากาศยานสุวรรณภูมิ|Suvarnabhumi Airport",
				province: "จังหวัดสมุทรปราการ|Samut Prakan", city: "จังหวัดสมุทรปราการ|Samut Prakan", district: "อำเภอบางพลี|Bang Phli",
				town: "ตำบลหนองปรือ|Nong Prue Subdistrict", street: "หมู่ 1|Moo 1", number: "999", postcode: "10540"},
		},
	}
}

func mumbai() city {
	return city{
		key: "mumbai", region: "IN", langs: "hi|en", country: "भारत|India", province: "महाराष्ट्र|Maharashtra",
		name: "मुंबई|Mumbai", lat: 18.9401, lng: 72.8347,
		places: []row{
			{id: "csmt", kind: Station, lat: 18.9400, lng: 72.8355, name: "छत्रपति शिवाजी महाराज टर्मिनस|Chhatrapati Shivaji Maharaj Terminus",
				district: "मुंबई शहर|Mumbai City", town: "फोर्ट|Fort", street: "डॉ. दादाभाई नौरोजी रोड|Dr. Dadabhai Naoroji Road", postcode: "400001"},
			{id: "airport", kind: Airport, lat: 19.0974, lng: 72.8745, name: "छत्रपति शिवाजी महाराज अंतरराष्ट्रीय हवाई अड्डा|Chhatrapati Shivaji Maharaj International Airport",
				district: "मुंबई उपनगर|Mumbai Suburban", town: "अंधेरी पूर्व|Andheri East", street: "सहार रोड|Sahar Road", postcode: "400099"},
			{id: "gateway", kind: Sight, lat: 18.9220, lng: 72.8347, name: "गेटवे ऑफ इंडिया|Gateway of India",
				district: "मुंबई शहर|Mumbai City", town: "कोलाबा|Colaba", street: "अपोलो बंदर|Apollo Bandar", postcode: "400001"},
			{id: "palladium", kind: Mall, lat: 18.9943, lng: 72.8258, name: "फीनिक्स पैलेडियम|Phoenix Palladium",
				district: "मुंबई शहर|Mumbai City", town: "लोअर परेल|Lower Parel", street: "सेनापति बापट मार्ग|Senapati Bapat Marg", number: "462", postcode: "400013"},
			{id: "nse", kind: Office, lat: 19.0602, lng: 72.8602, name: "नेशनल स्टॉक एक्सचेंज|National Stock Exchange",
				district: "मुंबई उपनगर|Mumbai Suburban", town: "बांद्रा पूर्व|Bandra East", street: "बांद्रा कुर्ला कॉम्प्लेक्स|Bandra Kurla Complex", number: "C-1", postcode: "400051"},
			{id: "bse", kind: Office, lat: 18.9298, lng: 72.8333, name: "फिरोज जीजीभॉय टावर्स|Phiroze Jeejeebhoy Towers",
				district: "मुंबई शहर|Mumbai City", town: "फोर्ट|Fort", street: "दलाल स्ट्रीट|Dalal Street", postcode: "400001"},
			{id: "nhava-sheva", kind: Port, lat: 18.9490, lng: 72.9520, name: "जवाहरलाल नेहरू पोर्ट|Jawaharlal Nehru Port",
				city: "नवी मुंबई|Navi Mumbai", district: "रायगढ़|Raigad", town: "न्हावा शेवा|Nhava Sheva", postcode: "400707"},
		},
	}
}

func pune() city {
	return city{
		key: "pune", region: "IN", langs: "hi|en", country: "भारत|India", province: "महाराष्ट्र|Maharashtra",
		name: "पुणे|Pune", lat: 18.5203, lng: 73.8567,
		places: []row{
			{id: "junction", kind: Station, lat: 18.5289, lng: 73.8744, name: "पुणे जंक्शन|Pune Junction",
				district: "पुणे|Pune", street: "स्टेशन रोड|Station Road", postcode: "411001"},
			{id: "airport", kind: Airport, lat: 18.5793, lng: 73.9089, name: "पुणे हवाई अड्डा|Pune Airport",
				district: "पुणे|Pune", town: "लोहगांव|Lohegaon", street: "न्यू एयरपोर्ट रोड|New Airport Road", postcode: "411032"},
			{id: "marketcity", kind: Mall, lat: 18.5622, lng: 73.9168, name: "फीनिक्स मार्केटसिटी|Phoenix Marketcity",
				district: "पुणे|Pune", town: "विमान नगर|Viman Nagar", street: "विमान नगर रोड|Viman Nagar Road", number: "207", postcode: "411014"},
			{id: "shaniwar-wada", kind: Sight, lat: 18.5195, lng: 73.8553, name: "शनिवार वाड़ा|Shaniwar Wada",
				district: "पुणे|Pune", town: "शनिवार पेठ|Shaniwar Peth", street: "शिवाजी रोड|Shivaji Road", postcode: "411030"},
			{id: "hinjawadi", kind: Office, lat: 18.5913, lng: 73.7389, name: "राजीव गांधी इन्फोटेक पार्क|Rajiv Gandhi Infotech Park",
				district: "पुणे|Pune", town: "हिंजवडी|Hinjawadi", street: "हिंजवडी मुख्य मार्ग|Hinjawadi Main Road", postcode: "411057"},
			{id: "magarpatta", kind: Office, lat: 18.5140, lng: 73.9270, name: "साइबरसिटी मगरपट्टा|Cybercity Magarpatta",
				district: "पुणे|Pune", town: "हडपसर|Hadapsar", street: "मगरपट्टा रोड|Magarpatta Road", postcode: "411013"},
		},
	}
}
