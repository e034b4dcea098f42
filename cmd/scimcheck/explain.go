package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"os"

	"github.com/embedscim/scim/cmd/scimcheck/internal/validator"
)

// explain explains a file that Microsoft's validator exported, and returns the exit code.
func explain(args []string, stdout, stderr io.Writer) int {
	f := flag.NewFlagSet("scimcheck explain", flag.ContinueOnError)
	f.SetOutput(stderr)
	asJSON := f.Bool("json", false, "write JSON")
	f.Usage = func() { fmt.Fprint(stderr, usage, "  explain --json   write JSON\n") }
	var files []string
	for rest := args; ; {
		if err := f.Parse(rest); errors.Is(err, flag.ErrHelp) {
			return exitPassed
		} else if err != nil {
			return exitUsage
		}
		if f.NArg() == 0 {
			break
		}
		files, rest = append(files, f.Arg(0)), f.Args()[1:]
	}
	if len(files) != 1 {
		fmt.Fprintln(stderr, "scimcheck explain: expected one file")
		return exitUsage
	}
	data, err := os.ReadFile(files[0])
	if err != nil {
		if e, ok := errors.AsType[*fs.PathError](err); ok {
			err = e.Err
		}
		fmt.Fprintf(stderr, "scimcheck explain: %s: %v\n", files[0], err)
		return exitUsage
	}
	export, err := validator.Read(data)
	if err != nil {
		fmt.Fprintln(stderr, "scimcheck explain:", err)
		return exitUsage
	}
	e := export.Explain()
	write := e.WriteText
	if *asJSON {
		write = e.WriteJSON
	}
	if err := write(stdout); err != nil {
		fmt.Fprintln(stderr, "scimcheck explain:", err)
		return exitUsage
	}
	if e.Blames(validator.Server) || e.Blames(validator.Setup) || e.Blames(validator.Unclear) {
		return exitFailed
	}
	return exitPassed
}
