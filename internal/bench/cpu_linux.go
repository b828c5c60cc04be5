package main

import (
	"time"

	"golang.org/x/sys/unix"
)

// cpuTime gives the CPU time that a process has used, user and system, or 0 if it has ended.
func cpuTime(pid int) time.Duration {
	// The clock of another process: the form that clock_getcpuclockid makes of its id. It counts nanoseconds, where
	// /proc/<pid>/stat counts hundredths of a second.
	const allThreads = 2
	var ts unix.Timespec
	if unix.ClockGettime(int32(^pid<<3|allThreads), &ts) != nil {
		return 0
	}
	return time.Duration(ts.Nano())
}
