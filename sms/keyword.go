package sms

import (
	"strings"
	"unicode"
)

// Keyword is what a message that came in asks for. The numbers are frozen.
type Keyword uint8

const (
	// NoKeyword is a message of any other kind.
	NoKeyword Keyword = 0
	// KeywordStop asks for no more messages.
	KeywordStop Keyword = 1
	// KeywordStart takes that back.
	KeywordStart Keyword = 2
	// KeywordHelp asks who is sending.
	KeywordHelp Keyword = 3
)

// String returns the keyword's frozen name.
func (k Keyword) String() string {
	switch k {
	case KeywordStop:
		return "stop"
	case KeywordStart:
		return "start"
	case KeywordHelp:
		return "help"
	}
	return "none"
}

// keywords are the words by language (BCP 47). Those of English are what the
// carriers of North America and the large gateways obey; R, T, TD and N are what
// mainland texts name. A word in two languages stands under the first.
var keywords = []struct {
	language string
	keyword  Keyword
	words    string
}{
	{"en", KeywordStop, "STOP|STOPALL|STOP ALL|UNSUBSCRIBE|CANCEL|END|QUIT|REVOKE|OPTOUT|OPT OUT|OPT-OUT|REMOVE|UNSUB"},
	{"en", KeywordStart, "START|UNSTOP|YES|OPTIN|OPT IN|OPT-IN|SUBSCRIBE"},
	{"en", KeywordHelp, "HELP|INFO"},
	{"zh", KeywordStop, "R|T|TD|N|退订|退訂|拒收|取消|取消订阅|取消訂閱|停止"},
	{"zh", KeywordStart, "恢复|恢復|订阅|訂閱|开始|開始"},
	{"zh", KeywordHelp, "帮助|幫助"},
	{"fr", KeywordStop, "ARRET|ARRÊT|ARRETER|ARRÊTER|DESABONNER|DÉSABONNER"},
	{"fr", KeywordStart, "REPRENDRE|OUI"},
	{"fr", KeywordHelp, "AIDE"},
	{"es", KeywordStop, "ALTO|PARAR|BAJA|CANCELAR|DETENER"},
	{"es", KeywordStart, "ALTA|COMENZAR|INICIAR"},
	{"es", KeywordHelp, "AYUDA"},
	{"pt", KeywordStop, "SAIR|REMOVER|DESCADASTRAR"},
	{"pt", KeywordStart, "INICIO|INÍCIO|VOLTAR"},
	{"pt", KeywordHelp, "AJUDA"},
	{"de", KeywordStop, "STOPP|ABMELDEN|ABBESTELLEN"},
	{"de", KeywordStart, "ANMELDEN"},
	{"de", KeywordHelp, "HILFE"},
	{"it", KeywordStop, "FERMA|ANNULLA|DISISCRIVI"},
	{"it", KeywordStart, "INIZIA"},
	{"it", KeywordHelp, "AIUTO"},
	{"ru", KeywordStop, "СТОП|ОТПИСАТЬСЯ|ОТМЕНА"},
	{"ru", KeywordStart, "СТАРТ"},
	{"ru", KeywordHelp, "ПОМОЩЬ"},
	{"ja", KeywordStop, "配信停止|解除"},
	{"ja", KeywordStart, "再開"},
	{"ja", KeywordHelp, "ヘルプ"},
	{"ko", KeywordStop, "수신거부|거부|중지"},
	{"ko", KeywordStart, "시작"},
	{"ko", KeywordHelp, "도움말"},
	{"hi", KeywordStop, "बंद|रोकें"},
	{"ar", KeywordStop, "إيقاف|توقف|الغاء|إلغاء"},
	{"ar", KeywordStart, "ابدأ"},
	{"vi", KeywordStop, "HUY|HỦY|DUNG|DỪNG"},
	{"id", KeywordStop, "BERHENTI"},
	{"ms", KeywordStop, "BATAL"},
	{"th", KeywordStop, "ยกเลิก|หยุด"},
	{"tr", KeywordStop, "DUR|IPTAL|İPTAL|RET"},
}

// KeywordOf returns what the whole text asks for and the language of the word. A
// keyword stands alone: "STOP" and " stop. " are one, "please stop" is none.
// Case, full-width letters, blanks and punctuation around it do not matter. Of a
// long message only the whole text counts, so the parts are joined before.
func KeywordOf(text string) (k Keyword, language string) {
	if len(text) > 256 {
		return NoKeyword, ""
	}
	word := strings.TrimFunc(strings.Map(func(r rune) rune {
		if '！' <= r && r <= '～' { // full-width ASCII
			return r - '！' + '!'
		}
		return r
	}, text), func(r rune) bool {
		return unicode.IsSpace(r) || unicode.IsPunct(r) || unicode.IsControl(r) || unicode.Is(unicode.Cf, r)
	})
	word = strings.Join(strings.Fields(word), " ")
	if word == "" {
		return NoKeyword, ""
	}
	for _, e := range keywords {
		for rest := e.words; rest != ""; {
			var one string
			one, rest, _ = strings.Cut(rest, "|")
			if strings.EqualFold(one, word) {
				return e.keyword, e.language
			}
		}
	}
	return NoKeyword, ""
}
