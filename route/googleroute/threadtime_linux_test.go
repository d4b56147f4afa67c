package googleroute

import (
	"syscall"
	"time"
	"unsafe"
)

// threadTime is the CPU time of this thread.
func threadTime() time.Duration {
	const ofThisThread = 3 // CLOCK_THREAD_CPUTIME_ID
	var ts syscall.Timespec
	if _, _, errno := syscall.RawSyscall(syscall.SYS_CLOCK_GETTIME, ofThisThread, uintptr(unsafe.Pointer(&ts)), 0); errno != 0 {
		panic(errno)
	}
	return time.Duration(ts.Nano())
}
