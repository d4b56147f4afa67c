package mime

import (
	"bytes"
	"encoding/json"
	"os/exec"
	"strings"
	"testing"
	"unicode"
)

// script reads mails as Python's email package does and says what it found, the
// defects that it noticed included.
const script = `
import base64, email, email.policy, json, sys
def read(raw):
    m = email.message_from_bytes(raw, policy=email.policy.default)
    old = email.message_from_bytes(raw)
    defects = [repr(d) for p in m.walk() for d in p.defects] + [h + ": " + repr(d) for h in m.keys() for d in getattr(m[h], "defects", [])]
    def addresses(h):
        return [[a.display_name, a.addr_spec] for v in m.get_all(h, []) for a in v.addresses]
    files = [{"Name": p.get_filename() or "", "Type": p.get_content_type(), "ID": (p["Content-ID"] or "").strip("<>"),
              "Disposition": p.get_content_disposition() or "", "Old": o.get_filename() or "",
              "Data": base64.b64encode(p.get_payload(decode=True) or b"").decode()}
             for p, o in zip(m.walk(), old.walk()) if p.get_content_disposition()]
    def body(kind):
        for p in m.walk():
            if p.get_content_type() == kind and not p.get_content_disposition():
                return p.get_content()
        return ""
    return {"Subject": m["Subject"], "From": addresses("From"), "To": addresses("To"), "Cc": addresses("Cc"),
        "ReplyTo": addresses("Reply-To"), "MessageID": m["Message-ID"].strip().strip("<>"), "Date": m["Date"].datetime.isoformat(),
        "Text": body("text/plain"), "HTML": body("text/html"), "Calendar": body("text/calendar"), "Files": files, "Defects": defects,
        "Headers": sorted(m.keys()), "X": {k: str(v) for k, v in m.items() if k.startswith("X-") or k.startswith("List-")}}
print(json.dumps({k: read(base64.b64decode(v)) for k, v in json.load(sys.stdin).items()}))
`

// python reads mails by Python.
func python(t *testing.T, raw map[string][]byte) map[string]read {
	t.Helper()
	path, err := exec.LookPath("python3")
	if err != nil {
		t.Skip("there is no python3")
	}
	in, err := json.Marshal(raw)
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(path, "-c", script)
	cmd.Stdin = bytes.NewReader(in)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	var all map[string]read
	if err == nil {
		err = json.Unmarshal(out, &all)
	}
	if err != nil {
		t.Fatalf("%v: %s", err, stderr.Bytes())
	}
	// Versions before 3.13 leave a space where two encoded words of a display
	// name meet.
	for _, r := range all {
		for _, list := range [][][2]string{r.From, r.To, r.Cc, r.ReplyTo} {
			for i := range list {
				if strings.ContainsFunc(list[i][0], func(c rune) bool { return c > unicode.MaxLatin1 }) {
					list[i][0] = strings.ReplaceAll(list[i][0], " ", "")
				}
			}
		}
	}
	return all
}
