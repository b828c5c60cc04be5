package config

import (
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
	"strings"

	"github.com/alecthomas/kong"
	"go.yaml.in/yaml/v3"
)

// Parse fills cli, a struct in kong's manner, from the command line, the KAIDIAN_… environment and a YAML file, the
// stronger before the weaker. Help and errors go to out and errs; exit ends the program.
func Parse(cli any, args []string, out, errs io.Writer, exit func(int), options ...kong.Option) (*kong.Context, error) {
	options = append([]kong.Option{
		kong.Name("kaidian"),
		kong.DefaultEnvars("KAIDIAN"),
		kong.Configuration(loader, "kaidian.yaml", "/etc/kaidian/kaidian.yaml"),
		kong.Writers(out, errs),
		kong.Exit(exit),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true, WrapUpperBound: 120}),
		kong.ShortUsageOnError(),
	}, options...)
	parser, err := kong.New(cli, options...)
	if err != nil {
		return nil, fmt.Errorf("describe the command line: %w", err)
	}
	return parser.Parse(args)
}

// file is the settings of a YAML file: a flat map from flags' names.
type file map[string]any

func loader(r io.Reader) (kong.Resolver, error) {
	f := file{}
	if err := yaml.NewDecoder(r).Decode(&f); err != nil && !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("the configuration file is not a YAML map of settings: %w", err)
	}
	return f, nil
}

// Validate refuses settings that no command has: a misspelt one must not be ignored in silence.
func (f file) Validate(app *kong.Application) error {
	known := map[string]bool{}
	err := kong.Visit(app, func(node kong.Visitable, next kong.Next) error {
		if flag, ok := node.(*kong.Flag); ok {
			known[flag.Name] = true
		}
		return next(nil)
	})
	if err != nil {
		return err
	}
	for _, name := range slices.Sorted(maps.Keys(f)) {
		if !known[name] {
			return fmt.Errorf("the configuration file has an unknown setting %q", name)
		}
	}
	return nil
}

// Resolve gives the file's value of a flag, unless the environment sets it: kong asks files after the environment and
// lets them win.
func (f file) Resolve(_ *kong.Context, _ *kong.Path, flag *kong.Flag) (any, error) {
	for _, name := range flag.Envs {
		if _, set := os.LookupEnv(name); set {
			return nil, nil
		}
	}
	if list, ok := f[flag.Name].([]any); ok {
		words := make([]string, len(list))
		for i, v := range list {
			words[i] = fmt.Sprint(v)
		}
		return strings.Join(words, ","), nil
	}
	return f[flag.Name], nil
}
