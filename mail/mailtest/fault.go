package mailtest

// Stage is a step of the SMTP dialogue at which a fault strikes.
type Stage string

// The stages.
const (
	// AtConnect is in the place of the greeting.
	AtConnect Stage = "connect"
	// AtEHLO, AtSTARTTLS, AtAUTH, AtMAIL, AtRCPT, AtDATA, AtRSET are in the place
	// of the reply to the command.
	AtEHLO     Stage = "ehlo"
	AtSTARTTLS Stage = "starttls"
	AtAUTH     Stage = "auth"
	AtMAIL     Stage = "mail"
	AtRCPT     Stage = "rcpt"
	AtDATA     Stage = "data"
	AtRSET     Stage = "rset"
	// InBody is in the middle of a mail, after its first line.
	InBody Stage = "body"
	// AtDot is after the final dot, before the mail is accepted.
	AtDot Stage = "dot"
	// AfterDot is after the final dot, when the mail was accepted and counted:
	// only the reply goes wrong.
	AfterDot Stage = "accepted"
)

// Action is what goes wrong.
type Action string

// The actions.
const (
	// Reply answers with Fault.Reply. A reply that begins with 421 closes the
	// connection.
	Reply Action = "reply"
	// CloseConn closes the connection, Reset does so with a TCP reset.
	CloseConn Action = "close"
	Reset     Action = "reset"
	// Hang says nothing more until the client goes away or the server closes.
	Hang Action = "hang"
	// Garbage answers with bytes that are no SMTP; Endless with a reply without
	// end; HalfReply with the beginning of a reply, and closes.
	Garbage   Action = "garbage"
	Endless   Action = "endless"
	HalfReply Action = "half reply"
)

// Fault makes the server fail.
type Fault struct {
	// Stage is where the server does what Do says.
	Stage Stage
	Do    Action
	// Reply is what the action Reply says, such as "450 4.2.0 try later".
	Reply string
	// Rcpt restricts a fault AtRCPT to the nth recipient of a transaction, from
	// 1; 0 means each.
	Rcpt int
	// Skip lets the first ones pass, Times is how often the fault strikes then;
	// 0 means until Heal.
	Skip, Times int
	// Hit, when not nil, gets a value each time the fault strikes, if there is
	// room for it.
	Hit chan<- struct{}
}

// String names the fault, such as "mail/close".
func (f Fault) String() string {
	if f.Do == Reply {
		return string(f.Stage) + "/" + f.Reply
	}
	return string(f.Stage) + "/" + string(f.Do)
}

// Fail adds a fault. Of several that could strike, the first one added does.
func (s *SMTP) Fail(f Fault) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults = append(s.faults, &f)
}

// Heal takes all faults away. What hangs goes on hanging.
func (s *SMTP) Heal() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults = nil
}

// strike returns the fault for a step, if there is one.
func (s *SMTP) strike(at Stage, rcpt int) (Fault, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, f := range s.faults {
		if f.Stage != at || f.Times < 0 || f.Rcpt != 0 && f.Rcpt != rcpt {
			continue
		}
		if f.Skip > 0 {
			f.Skip--
			continue
		}
		if f.Times > 0 {
			if f.Times--; f.Times == 0 {
				f.Times = -1
			}
		}
		return *f, true
	}
	return Fault{}, false
}
