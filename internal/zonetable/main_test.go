package main

import (
	"errors"
	"strings"
	"testing"
	"testing/iotest"
)

func TestWrite(t *testing.T) {
	tab := "# a comment\n" +
		"GB\t+513030-0000731\tEurope/London\n" +
		"CN\t+3114+12128\tAsia/Shanghai\tBeijing Time\n" +
		"CN\t+4348+08735\tAsia/Urumqi\tXinjiang Time\n" +
		"DE\t+5230+01322\tEurope/Berlin\tmost of Germany\n" +
		"DE\t+4742+00841\tEurope/Busingen\tBusingen\n" +
		"US\t+404251-0740023\tAmerica/New_York\n" +
		"US\t+332654-1120424\tAmerica/Phoenix\n"
	var b strings.Builder
	if err := write(&b, strings.NewReader(tab)); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"\nGB Europe/London\n", "\nCN Asia/Shanghai\n", "\nDE Europe/Berlin\n", "\nUS America/New_York America/Phoenix\n",
		"\nXK Europe/Belgrade\n", "package sms", "DO NOT EDIT",
	} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("%q is missing", want)
		}
	}
	if err := write(&b, strings.NewReader("GB\t+0+0\tNo/Where\n")); err == nil {
		t.Error("a zone that does not exist")
	}
	if err := write(&b, iotest.ErrReader(errors.New("cut"))); err == nil {
		t.Error("a file that cannot be read")
	}
}
