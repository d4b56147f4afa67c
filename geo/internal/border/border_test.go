package border

import (
	"bufio"
	"bytes"
	_ "embed"
	"math"
	"math/rand/v2"
	"strconv"
	"strings"
	"sync"
	"testing"
)

//go:embed testdata/near.csv
var near []byte

// Points 100 m off the lines of China, Hong Kong, Macau and Taiwan, on both sides and no nearer than 90 m to any other, with
// what the source says of them before anything was left out of it.
func TestNearBorders(t *testing.T) {
	counts := make(map[string]int)
	for lines := bufio.NewScanner(bytes.NewReader(near)); lines.Scan(); {
		f := strings.Split(lines.Text(), ",")
		lat, err1 := strconv.ParseFloat(f[0], 64)
		lng, err2 := strconv.ParseFloat(f[1], 64)
		if err1 != nil || err2 != nil {
			t.Fatalf("line %q", lines.Text())
		}
		if got, _ := Lookup(lat, lng); got != f[2] {
			t.Errorf("%v,%v: got %q, want %q", lat, lng, got, f[2])
		}
		counts[f[2]]++
	}
	for region, least := range map[string]int{"CN": 800, "HK": 300, "MO": 20, "RU": 50, "IN": 50, "VN": 20, "KP": 20, "MM": 20, "KZ": 20} {
		if counts[region] < least {
			t.Errorf("%d points in %s", counts[region], region)
		}
	}
}

// The seven corners of Hong Kong's border by land and in Deep Bay, in the words of the State Council's order 221 of 1997:
// the source knew nothing of this test. On a circle of 60 m around each there must be both sides.
func TestHongKongsBorderAsPublished(t *testing.T) {
	dms := func(d, m, s float64) float64 { return d + m/60 + s/3600 }
	for n, v := range [][2]float64{
		{dms(22, 32, 37.21), dms(114, 13, 34.85)},
		{dms(22, 32, 45.42), dms(114, 13, 32.40)},
		{dms(22, 32, 52.26), dms(114, 13, 36.91)},
		{dms(22, 32, 52.83), dms(114, 13, 36.86)},
		{dms(22, 33, 23.49), dms(114, 12, 24.25)},
		{dms(22, 30, 36.23), dms(113, 59, 42.20)},
		{dms(22, 28, 20.49), dms(113, 56, 52.10)},
	} {
		sides := make(map[string]bool)
		for angle := range 32 {
			s, c := math.Sincos(float64(angle) * math.Pi / 16)
			region, _ := Lookup(v[0]+60*s/111195, v[1]+60*c/111195/math.Cos(22.5*math.Pi/180))
			sides[region] = true
		}
		if len(sides) != 2 || !sides["CN"] || !sides["HK"] {
			t.Errorf("point %d: around it are %v", n+1, sides)
		}
	}
}

// A territorial sea is 12 nautical miles wide: 10 miles off an open coast are inside, 14 are not.
func TestTwelveMiles(t *testing.T) {
	const mile = 1.0 / 60
	for _, v := range []struct {
		name           string
		lat, lng       float64
		toLat, toLng   float64 // seawards, per mile
		inside, beyond string
	}{
		{"east of Chengshantou", 37.400, 122.705, 0, mile / 0.794, "CN", ""},
		{"south of Jinmu, Hainan", 18.160, 109.575, -mile, 0, "CN", ""},
		{"east of Hualien", 23.980, 121.640, 0, mile / 0.914, "TW", ""},
	} {
		for miles, want := range map[float64]string{2: v.inside, 10: v.inside, 16: v.beyond} {
			if got, _ := Lookup(v.lat+miles*v.toLat, v.lng+miles*v.toLng); got != want {
				t.Errorf("%v miles %s: got %q, want %q", miles, v.name, got, want)
			}
		}
	}
}

func TestNoPosition(t *testing.T) {
	for _, v := range [][2]float64{{math.NaN(), 0}, {0, math.NaN()}, {math.Inf(1), 0}, {0, math.Inf(-1)}, {91, 0}, {-90.1, 0}, {0, 181}, {0, -180.1}} {
		if got, ok := Lookup(v[0], v[1]); ok || got != "" {
			t.Errorf("%v: got %q", v, got)
		}
	}
	for _, v := range [][2]float64{{90, 180}, {90, -180}, {-90, 180}, {-90, -180}, {0, 180}, {0, -180}} {
		Lookup(v[0], v[1]) // the corners of the world are in the index
	}
}

// Every region of the table can be found: somewhere near its lines it prevails.
func TestEveryRegionIsFound(t *testing.T) {
	codes, lines, err := read(embedded)
	if err != nil {
		t.Fatal(err)
	}
	if len(codes) != 250 {
		t.Errorf("%d regions", len(codes))
	}
	found := make(map[string]bool)
	for _, l := range lines {
		for _, v := range l.Vertices {
			for _, d := range [][2]float64{{0.01, 0}, {-0.01, 0}, {0, 0.01}, {0, -0.01}, {0.002, 0.002}, {-0.002, -0.002}} {
				region, _ := Lookup(float64(v.Y)/1e5+d[0], float64(v.X)/1e5+d[1])
				found[region] = true
			}
		}
	}
	for _, c := range codes {
		if !found[c] {
			t.Errorf("%s is nowhere", c)
		}
	}
}

func TestConcurrentLookup(t *testing.T) {
	var wait sync.WaitGroup
	for n := range 8 {
		wait.Go(func() {
			rng := rand.New(rand.NewPCG(uint64(n), 0))
			for range 2000 {
				lat, lng := rng.Float64()*180-90, rng.Float64()*360-180
				a, _ := Lookup(lat, lng)
				if b, _ := Lookup(lat, lng); a != b {
					t.Errorf("%v,%v is %q and %q", lat, lng, a, b)
				}
			}
		})
	}
	wait.Wait()
}

func TestLookupDoesNotAllocate(t *testing.T) {
	Lookup(0, 0)
	if n := testing.AllocsPerRun(100, func() {
		Lookup(22.543099, 114.057868)
		Lookup(34, 110)
		Lookup(0, -150)
	}); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

func BenchmarkLookup(b *testing.B) {
	Lookup(0, 0)
	for _, v := range []struct {
		name     string
		lat, lng float64
	}{{"interior", 34, 110}, {"Shenzhen", 22.543099, 114.057868}, {"Himalaya", 27.9, 88}, {"sea", 0, -150}} {
		b.Run(v.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				Lookup(v.lat, v.lng)
			}
		})
	}
}

func BenchmarkDecode(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Decode(embedded); err != nil {
			b.Fatal(err)
		}
	}
}
