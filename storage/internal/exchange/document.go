package exchange

import (
	"bytes"
	"encoding/xml"
	"strings"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/wire"
)

// Failure is the error document of S3 and OSS. EC is OSS's finer code.
type Failure struct{ Code, Message, EC string }

// ErrorBody reads an error document; empty for anything else.
func ErrorBody(body []byte) Failure {
	var v Failure
	if Root(body) != "Error" || xml.Unmarshal(body, &v) != nil || len(v.Code) > 100 || len(v.EC) > 100 {
		return Failure{}
	}
	v.Code, v.EC = strings.TrimSpace(v.Code), strings.TrimSpace(v.EC)
	return v
}

// Root returns the name of the document's first element, "" if it is no XML.
func Root(body []byte) string {
	d := xml.NewDecoder(bytes.NewReader(body))
	for {
		t, err := d.Token()
		if err != nil {
			return ""
		}
		if s, ok := t.(xml.StartElement); ok {
			return s.Name.Local
		}
	}
}

// Document checks that a reply is the document that the store answers with.
func (x *Client) Document(reply *wire.Reply, want string, c Call) *waybill.Error {
	switch Root(reply.Body) {
	case want:
		return nil
	case "Error":
		return x.Refused(reply, c)
	}
	return Lost(reply, "the reply is not the store's "+want)
}

// Inside is a good status with a reply that the library could not take: an error
// inside, which comes with copies and completions, or not the store's at all.
func (x *Client) Inside(reply *wire.Reply, c Call) *waybill.Error {
	if ErrorBody(reply.Body).Code != "" {
		return x.Refused(reply, c)
	}
	return Lost(reply, "the reply is not what the store answers")
}
