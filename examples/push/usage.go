package main

// usage is what -h prints.
const usage = `Push sends one notification to the tokens of a file, or takes apps' reports of
their tokens.

Usage: push [flags]

  -in FILE       tokens, one a line (see below), "-" for standard input; default:
                 some that only the fakes know
  -kind KIND     order, status (default), coupon or marketing: it decides each
                 vendor's class and channel
  -title, -body  what is shown
  -data K=V,…    what the app gets
  -ttl D         how long it is worth delivering; default 1h
  -collapse ID   it replaces an earlier one with the same id on the device
  -key ID        your own id of it: the ids by which vendors recognise a repeat
                 come of it
  -dry-run       checks everything and says who would be asked, without sending
  -json          one JSON object a line instead of a table
  -progress      a progress bar on standard error
  -vendors A,B   only these vendors; default: all
  -batch N       tokens handed to a vendor at once, and held in memory
  -serve ADDR    no sending, but a server that takes apps' reports of tokens, and
                 sends to users by their ids; it says how to ask it

Exit status: 0 when every token was accepted, 1 when one was not, 2 for wrong
usage.

A line of the file is a vendor or a token type's number, the token and, if they are
known, the user's language (BCP 47) and the device's system (android, ios):

  fcm eX…:APA91b…
  13 eX…:APA91b… zh-Hant ios
  # a comment

Tokens are printed masked, with the number of their line.

Environment. A vendor without its variable is a fake within the process:

`
