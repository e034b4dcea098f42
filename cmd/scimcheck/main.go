// Scimcheck says whether a SCIM 2.0 service provider, in whatever language it is written, would work with Microsoft Entra ID, with
// Okta, and by the RFCs, and what to fix first.
//
//	scimcheck [flags] https://host/scim/v2
//	scimcheck explain result.json
//
// The token is --token or, better, since other users of the machine see the arguments of programs, the environment variable
// SCIM_TOKEN. --oauth-url and --oauth-id get a token by OAuth client credentials, with the secret in SCIM_CLIENT_SECRET.
//
// Every check is made twice: beside others, --parallel at once, and alone. What differs is reported as a race. The checks use names
// that nobody else has, and delete what they created, also when the run is interrupted; --keep leaves it.
//
// The report is text; --json, --junit and --html write others into files, or to the output if the file is "-". The HTML report is a
// single file. Tokens, and the data of resources that were there before, are in none of them.
//
// scimcheck explain reads the file that Microsoft's SCIM validator exports, and says of each failed test what was wrong, and whether
// the service provider or the validator is to blame.
//
// # Exit codes
//
//   - 0: whatever clients depend on passed. Advice, and what only a validator asks for, does not count.
//   - 1: a check failed or was blocked. For explain: a failure is the service provider's.
//   - 2: the arguments make no sense, or a file can't be read or written.
//   - 3: nothing could be checked: no connection, no SCIM at the URL, or credentials that are refused.
//   - 130: interrupted. The reports have what was checked until then.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime/debug"
	"syscall"
)

// The exit codes.
const (
	exitPassed      = 0
	exitFailed      = 1
	exitUsage       = 2
	exitUnreachable = 3
	exitInterrupted = 130
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	go func() {
		// The second signal ends the program at once, whatever is left to delete.
		<-ctx.Done()
		stop()
	}()
	os.Exit(run(ctx, os.Args[1:], os.Getenv, os.Stdout, os.Stderr))
}

// run is the program; it returns the exit code.
func run(ctx context.Context, args []string, getenv func(string) string, stdout, stderr io.Writer) int {
	if len(args) > 0 && args[0] == "explain" {
		return explain(args[1:], stdout, stderr)
	}
	o, err := parse(args, getenv, stderr)
	switch {
	case errors.Is(err, flag.ErrHelp):
		return exitPassed
	case err != nil:
		fmt.Fprintln(stderr, "scimcheck:", err)
		return exitUsage
	}
	return check(ctx, o, stdout, stderr)
}

// version returns the name and version of the program.
func version() string {
	if info, ok := debug.ReadBuildInfo(); ok && info.Main.Version != "" && info.Main.Version != "(devel)" {
		return "scimcheck " + info.Main.Version
	}
	return "scimcheck"
}
