package amap

// Envelope is the head of every reply, of the v3 and v5 services (Status, Info,
// Infocode) and of the v4 ones (Errcode, Errmsg). A service's reply embeds it.
type Envelope struct {
	Status   Text `json:"status"`
	Info     Text `json:"info"`
	Infocode Text `json:"infocode"`
	Errcode  Text `json:"errcode"`
	Errmsg   Text `json:"errmsg"`
}

// Head makes a reply that embeds Envelope a [Reply].
func (e *Envelope) Head() *Envelope { return e }

// Reply is a service's reply.
type Reply interface{ Head() *Envelope }

// verdict returns the code and text of a refusal. With ok the reply is a
// success; known is false when the head says nothing at all.
func (e *Envelope) verdict() (code, info string, ok, known bool) {
	switch {
	case e.Errcode != "":
		return string(e.Errcode), string(e.Errmsg), e.Errcode == "0" || e.Errcode == codeOK, true
	case e.Infocode != "":
		// The code decides; the text of a success is OK or ok, and status "1"
		// with the code of a refusal is none.
		return string(e.Infocode), string(e.Info), e.Infocode == codeOK && e.Status != "0", true
	case e.Status == "1":
		return codeOK, string(e.Info), true, true
	case e.Status == "0":
		return "", string(e.Info), false, true
	}
	return "", "", false, false
}
