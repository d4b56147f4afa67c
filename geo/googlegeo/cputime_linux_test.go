package googlegeo_test

import (
	"syscall"
	"time"
	"unsafe"
)

// processTime is the CPU time of this process.
func processTime() time.Duration {
	const ofThisProcess = 2 // CLOCK_PROCESS_CPUTIME_ID
	var ts syscall.Timespec
	if _, _, errno := syscall.RawSyscall(syscall.SYS_CLOCK_GETTIME, ofThisProcess, uintptr(unsafe.Pointer(&ts)), 0); errno != 0 {
		panic(errno)
	}
	return time.Duration(ts.Nano())
}
