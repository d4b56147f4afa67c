package storagetest

// RunOn runs the suite on what suitetest makes.
var RunOn = run
