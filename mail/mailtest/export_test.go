package mailtest

// RunOn runs the suite on what suitetest makes.
var RunOn = run
