package main

import (
	"os"
	"os/exec"
	"runtime"
	"strings"
	"testing"
)

func TestStartTellsWhyItFailed(t *testing.T) {
	t.Parallel()
	p := process{cmd: exec.CommandContext(t.Context(), "go", "no-such-command")}
	_, err := p.start(t.TempDir())
	if err == nil || !strings.Contains(err.Error(), "no-such-command") {
		t.Errorf("got %v", err)
	}
}

func TestStartGivesTheFirstLine(t *testing.T) {
	t.Parallel()
	p := process{cmd: exec.CommandContext(t.Context(), "go", "version")}
	line, err := p.start(t.TempDir())
	p.stop()
	if err != nil || !strings.HasPrefix(line, "go version") {
		t.Errorf("got %q, %v", line, err)
	}
}

func TestLinuxTellsOfProcesses(t *testing.T) {
	t.Parallel()
	if runtime.GOOS != "linux" {
		t.Skip("other systems do not tell")
	}
	before := cpuTime(os.Getpid())
	sum := 0
	for i := range 20_000_000 {
		sum += i
	}
	if after := cpuTime(os.Getpid()); before <= 0 || after <= before {
		t.Errorf("the CPU time went from %s to %s (%d)", before, after, sum)
	}
	if n := resident(os.Getpid()); n < 1<<20 {
		t.Errorf("%d bytes are resident", n)
	}
	ended := exec.CommandContext(t.Context(), "go", "version")
	if err := ended.Run(); err != nil {
		t.Fatal(err)
	}
	if d := cpuTime(ended.Process.Pid); d != 0 {
		t.Errorf("a process that has ended used %s", d)
	}
}
