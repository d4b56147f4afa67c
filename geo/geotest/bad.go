package geotest

import (
	"math"
	"strings"

	"github.com/waybill-go/waybill/geo"
)

// The bad requests: no provider could serve them.

func badSuggests() map[string]geo.SuggestRequest {
	return map[string]geo.SuggestRequest{
		"no query":          {},
		"blank query":       {Query: " \t "},
		"long query":        {Query: strings.Repeat("a", 1025)},
		"control character": {Query: "Main\x00Street"},
		"broken text":       {Query: "Main \xff\xfe"},
		"long session":      {Query: "Main", Session: strings.Repeat("a", 37)},
		"odd session":       {Query: "Main", Session: "a b"},
		"near":              {Query: "Main", Near: geo.Point{Lat: 91}},
		"near no number":    {Query: "Main", Near: geo.Point{Lat: math.NaN(), Lng: 1}},
		"broken city":       {Query: "Main", City: "\xff"},
		"negative limit":    {Query: "Main", Limit: -1},
		"large limit":       {Query: "Main", Limit: 21},
		"small region":      {Query: "Main", Region: "cn"},
		"odd language":      {Query: "Main", Language: "not a tag"},
		"unknown datum":     {Query: "Main", Datum: 99},
	}
}

func badSearches() map[string]geo.SearchRequest {
	at := geo.Point{Lat: 22.5431, Lng: 114.0579}
	return map[string]geo.SearchRequest{
		"no query":                {},
		"no query and no radius":  {Near: at},
		"long query":              {Query: strings.Repeat("a", 1025)},
		"control character":       {Query: "Main\x00Street"},
		"broken text":             {Query: "Main \xff\xfe"},
		"radius without a point":  {Query: "Main", Radius: 100},
		"negative radius":         {Query: "Main", Near: at, Radius: -1},
		"large radius":            {Query: "Main", Near: at, Radius: 50001},
		"radius no number":        {Query: "Main", Near: at, Radius: math.NaN()},
		"near":                    {Query: "Main", Near: geo.Point{Lng: 181}},
		"negative limit":          {Query: "Main", Limit: -1},
		"large limit":             {Query: "Main", Limit: 51},
		"long cursor":             {Query: "Main", Cursor: strings.Repeat("a", 4097)},
		"cursor with a blank":     {Query: "Main", Cursor: "a b"},
		"cursor of nobody's":      {Query: "Main", Cursor: "\"nobody's;cursor\""},
		"small region":            {Query: "Main", Region: "cn"},
		"odd language":            {Query: "Main", Language: "not a tag"},
		"unknown datum":           {Query: "Main", Datum: 99},
		"unknown datum of a near": {Query: "Main", Near: geo.Point{Lat: 1, Lng: 1, Datum: 99}},
	}
}

func badPlaces() map[string]geo.PlaceRequest {
	id := geo.PlaceID{Issuer: "somebody-else", Value: "x"}
	return map[string]geo.PlaceRequest{
		"no id":             {},
		"no value":          {ID: geo.PlaceID{Issuer: "google"}},
		"no issuer":         {ID: geo.PlaceID{Value: "x"}},
		"odd issuer":        {ID: geo.PlaceID{Issuer: "A b", Value: "x"}},
		"control character": {ID: geo.PlaceID{Issuer: "google", Value: "x\n"}},
		"broken id":         {ID: geo.PlaceID{Issuer: "google", Value: "x\xff"}},
		"long session":      {ID: id, Session: strings.Repeat("a", 37)},
		"broken hint":       {ID: id, Hint: geo.Hint{Text: "\xff"}},
		"hint's region":     {ID: id, Hint: geo.Hint{Region: "cn"}},
		"hint's point":      {ID: id, Hint: geo.Hint{Near: geo.Point{Lat: 99}}},
		"small region":      {ID: id, Region: "cn"},
		"odd language":      {ID: id, Language: "not a tag"},
		"unknown datum":     {ID: id, Datum: 99},
	}
}

func badLocalizes() map[string]geo.LocalizeRequest {
	at, en := geo.Point{Lat: 22.5431, Lng: 114.0579}, []string{"en"}
	return map[string]geo.LocalizeRequest{
		"nothing":        {Languages: en},
		"no language":    {Point: at},
		"many languages": {Point: at, Languages: strings.Split("a1,b1,c1,d1,e1,f1,g1,h1,i1,j1,k1", ",")},
		"empty language": {Point: at, Languages: []string{"en", ""}},
		"odd language":   {Point: at, Languages: []string{"not a tag"}},
		"latitude":       {Point: geo.Point{Lat: -91}, Languages: en},
		"odd id":         {ID: geo.PlaceID{Issuer: "A b", Value: "x"}, Languages: en},
		"small region":   {Point: at, Languages: en, Region: "cn"},
		"unknown datum":  {Point: at, Languages: en, Datum: 99},
	}
}

func badDistricts() map[string]geo.DistrictRequest {
	return map[string]geo.DistrictRequest{
		"long query":        {Query: strings.Repeat("a", 1025)},
		"control character": {Query: "a\x00"},
		"broken text":       {Query: "\xff"},
		"negative children": {Query: "a", Children: -1},
		"many children":     {Query: "a", Children: 4},
		"small region":      {Query: "a", Region: "cn"},
		"odd language":      {Query: "a", Language: "not a tag"},
		"unknown datum":     {Query: "a", Datum: 99},
	}
}

func badGeocodes() map[string]geo.GeocodeRequest {
	return map[string]geo.GeocodeRequest{
		"no query":          {},
		"blank query":       {Query: " \t "},
		"long query":        {Query: strings.Repeat("a", 1025)},
		"control character": {Query: "Main\x00Street"},
		"broken text":       {Query: "Main \xff\xfe"},
		"negative limit":    {Query: "Main Street", Limit: -1},
		"large limit":       {Query: "Main Street", Limit: 21},
		"small region":      {Query: "Main Street", Region: "cn"},
		"long region":       {Query: "Main Street", Region: "CHN"},
		"odd language":      {Query: "Main Street", Language: "not a tag"},
		"unknown datum":     {Query: "Main Street", Datum: 99},
	}
}

func badReverses() map[string]geo.ReverseGeocodeRequest {
	good := geo.Point{Lat: 22.5431, Lng: 114.0579}
	return map[string]geo.ReverseGeocodeRequest{
		"no point":         {},
		"latitude":         {Point: geo.Point{Lat: 91, Lng: 114}},
		"longitude":        {Point: geo.Point{Lat: 22, Lng: -181}},
		"not a number":     {Point: geo.Point{Lat: math.NaN(), Lng: 114}},
		"infinite":         {Point: geo.Point{Lat: 22, Lng: math.Inf(-1)}},
		"unknown datum":    {Point: geo.Point{Lat: 22, Lng: 114, Datum: 99}},
		"negative nearby":  {Point: good, Nearby: -1},
		"large nearby":     {Point: good, Nearby: 51},
		"negative radius":  {Point: good, Radius: -1},
		"large radius":     {Point: good, Radius: 5001},
		"radius no number": {Point: good, Radius: math.NaN()},
		"small region":     {Point: good, Region: "cn"},
		"odd language":     {Point: good, Language: "x"},
	}
}
