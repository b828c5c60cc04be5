//go:build !linux

package main

import "time"

// cpuTime gives 0: the system does not tell of other processes in a way that is worth its code here.
func cpuTime(int) time.Duration { return 0 }
