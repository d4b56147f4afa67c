package sms

import "testing"

func TestRegionOfNeighbours(t *testing.T) {
	for name, c := range map[string]struct{ n, want string }{
		"mainland mobile":              {"+8613800138000", "CN"},
		"mainland, unknown block":      {"+8612000138000", "CN"},
		"Hong Kong":                    {"+85261234567", "HK"},
		"Macau":                        {"+85366123456", "MO"},
		"Taiwan":                       {"+886912345678", "TW"},
		"Russia mobile":                {"+79161234567", "RU"},
		"Russian freephone, 14 digits": {"+78108001234567", "RU"},
		"Kazakhstan mobile":            {"+77012345678", "KZ"},
		"Kazakhstan fixed":             {"+77172123456", "KZ"},
		"New York":                     {"+12125550123", "US"},
		"Los Angeles beside Canada":    {"+13105550123", "US"},
		"Toronto":                      {"+14165550123", "CA"},
		"Canada, seven digits":         {"+13105550", "CA"},
		"New York, too short":          {"+12125550", ""},
		"Canada, not geographic":       {"+16005550123", "CA"},
		"Jamaica, first code":          {"+18765550123", "JM"},
		"Jamaica, second code":         {"+16585550123", "JM"},
		"Puerto Rico":                  {"+17875550123", "PR"},
		"Guam":                         {"+16715550123", "GU"},
		"Dominican Republic":           {"+18095550123", "DO"},
		"Bermuda":                      {"+14415550123", "BM"},
		"North American freephone":     {"+18005550123", "US"},
		"area code nobody uses":        {"+12115550123", ""},
		"area code of a toy":           {"+15555550123", ""},
		"Great Britain mobile":         {"+447400123456", "GB"},
		"London":                       {"+442012345678", "GB"},
		"Jersey":                       {"+441534456789", "JE"},
		"Jersey mobile":                {"+447797712345", "JE"},
		"Guernsey":                     {"+441481256789", "GG"},
		"Guernsey mobile":              {"+447781123456", "GG"},
		"Isle of Man":                  {"+441624756789", "IM"},
		"Isle of Man mobile":           {"+447624123456", "IM"},
		"Italy with its zero":          {"+390236618300", "IT"},
		"Vatican":                      {"+390669812345", "VA"},
		"Norway":                       {"+4740612345", "NO"},
		"Svalbard":                     {"+4779123456", "SJ"},
		"Australia mobile":             {"+61412345678", "AU"},
		"Cocos Islands":                {"+61891621234", "CC"},
		"Christmas Island":             {"+61891641234", "CX"},
		"Morocco":                      {"+212650123456", "MA"},
		"Réunion":                      {"+262692123456", "RE"},
		"Mayotte":                      {"+262639012345", "YT"},
		"Guadeloupe":                   {"+590690001234", "GP"},
		"Curaçao":                      {"+59995181234", "CW"},
		"Bonaire":                      {"+5993181234", "BQ"},
		"Finland":                      {"+358412345678", "FI"},
		"Åland":                        {"+35818123456", "AX"},
		"Saint Helena":                 {"+29051234", "SH"},
		"Tristan da Cunha":             {"+2908999", "TA"},
		"Ascension":                    {"+24740123", "AC"},
		"Kosovo":                       {"+38343201234", "XK"},
		"India":                        {"+918123456789", "IN"},
		"Brazil":                       {"+5511961234567", "BR"},
		"satellite":                    {"+870301234567", ""},
		"international freephone":      {"+80012345678", ""},
		"not canonical":                {"8613800138000", ""},
		"empty":                        {"", ""},
		"spare calling code":           {"+99912345678", ""},
		"shared code and little more":  {"+4479", ""},
		"shared code, all zeros":       {"+700", ""},
		"neither Russia nor its kin":   {"+71123456789", ""},
		"South Africa, a plain region": {"+27711234567", "ZA"},
	} {
		t.Run(name, func(t *testing.T) {
			if got := Number(c.n).Region(); got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

func TestRegionIsARegionFunc(t *testing.T) {
	var f RegionFunc = Number.Region
	if f("+85261234567") != "HK" {
		t.Error("wrong region")
	}
}

func BenchmarkRegion(b *testing.B) {
	for name, n := range map[string]Number{"plain": "+8613800138000", "shared": "+12125550123", "deep": "+447797712345"} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if n.Region() == "" {
					b.Fatal("no region")
				}
			}
		})
	}
}
