package open

import (
	"embed"
	"io/fs"
)

//go:embed testdata/*.txtar
var scenarios embed.FS

// Scenarios are the recorded calls of the face: its tests, and the examples of its document.
func Scenarios() (fs.FS, error) { return fs.Sub(scenarios, "testdata") }
