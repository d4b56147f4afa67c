package world

func saoPaulo() city {
	return city{
		key: "saopaulo", region: "BR", langs: "pt|en", country: "Brasil|Brazil", province: "São Paulo|State of São Paulo",
		name: "São Paulo|São Paulo", lat: -23.5503, lng: -46.6339,
		places: []row{
			{id: "masp", kind: Sight, lat: -23.5614, lng: -46.6559, name: "Museu de Arte de São Paulo|São Paulo Museum of Art",
				district: "Bela Vista|Bela Vista", street: "Avenida Paulista|Avenida Paulista", number: "1578", postcode: "01310-200"},
			{id: "congonhas", kind: Airport, lat: -23.6261, lng: -46.6606, name: "Aeroporto de Congonhas|Congonhas Airport",
				district: "Vila Congonhas|Vila Congonhas", street: "Avenida Washington Luís|Avenida Washington Luís", postcode: "04626-911"},
			{id: "guarulhos", kind: Airport, lat: -23.4262, lng: -46.4808, name: "Aeroporto Internacional de Guarulhos|Guarulhos International Airport",
				city: "Guarulhos|Guarulhos", district: "Cumbica|Cumbica", street: "Rodovia Hélio Smidt|Rodovia Hélio Smidt", postcode: "07190-100"},
			{id: "luz", kind: Station, lat: -23.5346, lng: -46.6354, name: "Estação da Luz|Luz Station",
				district: "Bom Retiro|Bom Retiro", street: "Praça da Luz|Praça da Luz", number: "1", postcode: "01120-010"},
			{id: "mercado", kind: Mall, lat: -23.5416, lng: -46.6296, name: "Mercado Municipal Paulistano|São Paulo Municipal Market",
				district: "Centro Histórico|Centro Histórico", street: "Rua da Cantareira|Rua da Cantareira", number: "306", postcode: "01024-900"},
			{id: "ibirapuera", kind: Mall, lat: -23.6102, lng: -46.6669, name: "Shopping Ibirapuera|Shopping Ibirapuera",
				district: "Indianópolis|Indianópolis", street: "Avenida Ibirapuera|Avenida Ibirapuera", number: "3103", postcode: "04029-902"},
			{id: "farol", kind: Office, lat: -23.5457, lng: -46.6339, name: "Farol Santander|Farol Santander",
				district: "Centro Histórico|Centro Histórico", street: "Rua João Brícola|Rua João Brícola", number: "24", postcode: "01014-900"},
		},
	}
}
