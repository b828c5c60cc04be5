package main

import (
	"bytes"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"time"
)

// machine is where it was measured.
type machine struct {
	System string // "linux/amd64"
	CPU    string // model, "" where the system does not tell
	Cores  int
	Go     string
	At     time.Time
	Load   string // processes that wanted a core in the last minute, of others as well; "–" where the system does not tell
}

func describeMachine() machine {
	return machine{System: runtime.GOOS + "/" + runtime.GOARCH, CPU: cpuModel(), Cores: runtime.NumCPU(),
		Go: runtime.Version(), At: time.Now().UTC().Truncate(time.Second), Load: loadAverage()}
}

func loadAverage() string {
	text, err := os.ReadFile("/proc/loadavg")
	if err != nil {
		return unmeasured
	}
	first, _, _ := strings.Cut(string(text), " ")
	return first
}

func cpuModel() string {
	text, _ := os.ReadFile("/proc/cpuinfo") // other systems have none
	_, rest, _ := bytes.Cut(text, []byte("model name\t: "))
	model, _, _ := bytes.Cut(rest, []byte("\n"))
	return string(model)
}

// resident gives the bytes of memory that a process occupies, or 0 where the system does not tell.
func resident(pid int) int64 {
	text, _ := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/status")
	_, rest, _ := bytes.Cut(text, []byte("VmRSS:"))
	kib, _, _ := bytes.Cut(bytes.TrimSpace(rest), []byte(" "))
	n, _ := strconv.ParseInt(string(kib), 10, 64)
	return n << 10
}

// syncTime gives the median time to add a page to a file in a folder and have it on the disk: less than that no
// commit can take.
func syncTime(dir string) (time.Duration, error) {
	f, err := os.Create(filepath.Join(dir, "sync"))
	if err != nil {
		return 0, err
	}
	defer os.Remove(f.Name())
	defer f.Close()
	page := make([]byte, 4096)
	var all []time.Duration
	for range 25 {
		began := time.Now()
		if _, err := f.Write(page); err != nil {
			return 0, err
		}
		if err := f.Sync(); err != nil {
			return 0, err
		}
		all = append(all, time.Since(began))
	}
	return median(all), nil
}
