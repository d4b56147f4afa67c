package main

import (
	"encoding/json"
	"fmt"
	"math"
	"os"
	"slices"
	"strings"

	"github.com/waybill-go/waybill/geo/internal/border"
)

// alpha2 gives for each ISO 3166-1 alpha-3 code of the source the alpha-2 code, three letters and two.
const alpha2 = "" +
	"ABWAW AFGAF AGOAO AIAAI ALAAX ALBAL ANDAD AREAE ARGAR ARMAM ASMAS ATAAQ ATFTF ATGAG AUSAU AUTAT AZEAZ BDIBI " +
	"BELBE BENBJ BESBQ BFABF BGDBD BGRBG BHRBH BHSBS BIHBA BLMBL BLRBY BLZBZ BMUBM BOLBO BRABR BRBBB BRNBN BTNBT " +
	"BVTBV BWABW CAFCF CANCA CCKCC CHECH CHLCL CHNCN CIVCI CMRCM CODCD COGCG COKCK COLCO COMKM CPVCV CRICR CUBCU " +
	"CUWCW CXRCX CYMKY CYPCY CZECZ DEUDE DJIDJ DMADM DNKDK DOMDO DZADZ ECUEC EGYEG ERIER ESHEH ESPES ESTEE ETHET " +
	"FINFI FJIFJ FLKFK FRAFR FROFO FSMFM GABGA GBRGB GEOGE GGYGG GHAGH GIBGI GINGN GLPGP GMBGM GNBGW GNQGQ GRCGR " +
	"GRDGD GRLGL GTMGT GUFGF GUMGU GUYGY HKGHK HMDHM HNDHN HRVHR HTIHT HUNHU IDNID IMNIM INDIN IOTIO IRLIE IRNIR " +
	"IRQIQ ISLIS ISRIL ITAIT JAMJM JEYJE JORJO JPNJP KAZKZ KENKE KGZKG KHMKH KIRKI KNAKN KORKR KWTKW LAOLA LBNLB " +
	"LBRLR LBYLY LCALC LIELI LKALK LSOLS LTULT LUXLU LVALV MACMO MAFMF MARMA MCOMC MDAMD MDGMG MDVMV MEXMX MHLMH " +
	"MKDMK MLIML MLTMT MMRMM MNEME MNGMN MNPMP MOZMZ MRTMR MSRMS MTQMQ MUSMU MWIMW MYSMY MYTYT NAMNA NCLNC NERNE " +
	"NFKNF NGANG NICNI NIUNU NLDNL NORNO NPLNP NRUNR NZLNZ OMNOM PAKPK PANPA PCNPN PERPE PHLPH PLWPW PNGPG POLPL " +
	"PRIPR PRKKP PRTPT PRYPY PSEPS PYFPF QATQA REURE ROURO RUSRU RWARW SAUSA SDNSD SENSN SGPSG SGSGS SHNSH SJMSJ " +
	"SLBSB SLESL SLVSV SMRSM SOMSO SPMPM SRBRS SSDSS STPST SURSR SVKSK SVNSI SWESE SWZSZ SXMSX SYCSC SYRSY TCATC " +
	"TCDTD TGOTG THATH TJKTJ TKLTK TKMTM TLSTL TONTO TTOTT TUNTN TURTR TUVTV TWNTW TZATZ UGAUG UKRUA UMIUM URYUY " +
	"USAUS UZBUZ VATVA VCTVC VENVE VGBVG VIRVI VNMVN VUTVU WLFWF WSMWS XKXXK YEMYE ZAFZA ZMBZM ZWEZW"

// outline is a region of the source: its closed rings, holes among them.
type outline struct {
	code  string // alpha-2
	rings [][]border.Vertex
	area  float64 // square degrees, for comparing
}

// prevailing are the regions that come before all others where outlines overlap. The source draws China around Hong
// Kong, Macau and the islands off Fujian that belong to TW, and China's own line counts against its neighbours'.
var prevailing = []string{"HK", "MO", "TW", "CN"}

// readSource reads a GeoJSON collection of regions with a property A3, in order of precedence: the prevailing ones and
// then the smaller before the larger, so that a dependency prevails over the country that is drawn around it.
func readSource(path string) ([]outline, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	var collection struct {
		Features []struct {
			Properties struct{ A3 string }
			Geometry   struct {
				Type        string
				Coordinates json.RawMessage
			}
		}
	}
	if err := json.Unmarshal(data, &collection); err != nil {
		return nil, err
	}
	codes := make(map[string]string)
	for _, c := range strings.Fields(alpha2) {
		codes[c[:3]] = c[3:]
	}
	var all []outline
	for _, f := range collection.Features {
		code, ok := codes[f.Properties.A3]
		if !ok {
			return nil, fmt.Errorf("unknown region %q", f.Properties.A3)
		}
		var polygons [][][][2]float64
		switch f.Geometry.Type {
		case "Polygon":
			polygons = make([][][][2]float64, 1)
			err = json.Unmarshal(f.Geometry.Coordinates, &polygons[0])
		case "MultiPolygon":
			err = json.Unmarshal(f.Geometry.Coordinates, &polygons)
		default:
			err = fmt.Errorf("geometry %q", f.Geometry.Type)
		}
		if err != nil {
			return nil, err
		}
		o := outline{code: code}
		for _, p := range polygons {
			for i, ring := range p {
				v := vertices(ring)
				o.rings = append(o.rings, v)
				if i == 0 {
					o.area += math.Abs(area(v))
				} else {
					o.area -= math.Abs(area(v))
				}
			}
		}
		all = append(all, o)
	}
	rank := func(o outline) int {
		if i := slices.Index(prevailing, o.code); i >= 0 {
			return i
		}
		return len(prevailing)
	}
	slices.SortStableFunc(all, func(a, b outline) int {
		if d := rank(a) - rank(b); d != 0 {
			return d
		}
		if a.area < b.area {
			return -1
		}
		return 1
	})
	return all, nil
}

// sourceEnd is where the source, drawn for the web's square map, cuts off Antarctica, in units of 1e-5 degrees.
const sourceEnd = -8505113

func vertices(ring [][2]float64) []border.Vertex {
	v := make([]border.Vertex, len(ring))
	for i, c := range ring {
		v[i] = border.Vertex{X: int32(math.Round(c[0] * 1e5)), Y: int32(math.Round(c[1] * 1e5))}
		if v[i].Y == sourceEnd {
			v[i].Y = -90e5
		}
	}
	return v
}

// area is the signed area of a closed ring in square degrees.
func area(ring []border.Vertex) float64 {
	sum := 0.0
	for i := 1; i < len(ring); i++ {
		a, b := ring[i-1], ring[i]
		sum += float64(a.X)*float64(b.Y) - float64(b.X)*float64(a.Y)
	}
	return sum / 2 / 1e10
}
