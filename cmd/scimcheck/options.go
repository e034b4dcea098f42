package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/embedscim/scim/scimtest"
)

// options are what the arguments and the environment say.
type options struct {
	target   string
	token    string
	header   http.Header
	oauth    oauth
	suites   []string
	parallel int
	keep     bool
	timeout  time.Duration
	vary     scimtest.Options
	files    []file
}

// A file is a report to write.
type file struct{ form, path string }

const usage = `Usage:
  scimcheck [flags] URL           check the SCIM service provider at URL, such as https://app.example.com/scim/v2
  scimcheck explain FILE          explain a result that Microsoft's SCIM validator exported

The token is $SCIM_TOKEN, or --token.

Flags:
`

// parse reads the arguments, in which flags may follow the URL.
func parse(args []string, getenv func(string) string, stderr io.Writer) (*options, error) {
	o := &options{header: http.Header{}}
	f := flag.NewFlagSet("scimcheck", flag.ContinueOnError)
	f.SetOutput(io.Discard)
	f.StringVar(&o.token, "token", getenv("SCIM_TOKEN"), "bearer `token`; other users of the machine see it, $SCIM_TOKEN they don't")
	f.Func("header", "`\"name: value\"` to send with each request; may be repeated", func(s string) error {
		name, value, ok := strings.Cut(s, ":")
		if !ok || strings.TrimSpace(name) == "" {
			return errors.New("expected name: value")
		}
		o.header.Add(strings.TrimSpace(name), strings.TrimSpace(value))
		return nil
	})
	f.StringVar(&o.oauth.url, "oauth-url", "", "token endpoint, for OAuth client credentials; the secret is $SCIM_CLIENT_SECRET")
	f.StringVar(&o.oauth.id, "oauth-id", "", "OAuth client `id`")
	f.StringVar(&o.oauth.secret, "oauth-secret", getenv("SCIM_CLIENT_SECRET"), "OAuth client `secret`; better $SCIM_CLIENT_SECRET")
	f.StringVar(&o.oauth.scope, "oauth-scope", "", "OAuth `scope`")
	chosen := f.String("suite", strings.Join(suiteNames(), ","), "suites to run, `names` separated by commas")
	dialect := f.String("dialect", string(scimtest.Flag), "how Entra's changes are written: legacy, flag, verbose or mix")
	f.BoolVar(&o.vary.Discover, "discover", false, "take the attributes from /Schemas, as Microsoft's validator does if asked to")
	f.IntVar(&o.parallel, "parallel", 8, "how many checks run at once in the first pass; with 1 there is only the other")
	f.Uint64Var(&o.vary.Seed, "seed", 0, "makes the values that are sent repeatable (default random)")
	joining := f.String("joining", "", "matching attributes, such as user=userName,group=displayName")
	f.BoolVar(&o.keep, "keep", false, "leave what the checks create, to look at")
	f.DurationVar(&o.timeout, "timeout", 30*time.Second, "how long to wait for a response")
	paths := map[string]*string{}
	for _, form := range []string{"json", "junit", "html"} {
		paths[form] = f.String(form, "", "`file` to write a report into, as "+strings.ToUpper(form)+"; - is the output")
	}

	var positional []string
	for rest := args; ; {
		if err := f.Parse(rest); err != nil {
			if errors.Is(err, flag.ErrHelp) {
				fmt.Fprint(stderr, usage)
				f.SetOutput(stderr)
				f.VisitAll(func(x *flag.Flag) {
					// The default of these is a secret from the environment.
					if x.Name == "token" || x.Name == "oauth-secret" {
						x.DefValue = ""
					}
				})
				f.PrintDefaults()
			}
			return nil, err
		}
		if f.NArg() == 0 {
			break
		}
		positional, rest = append(positional, f.Arg(0)), f.Args()[1:]
	}
	if len(positional) != 1 {
		return nil, fmt.Errorf("expected one URL, got %d; see scimcheck --help", len(positional))
	}
	for _, form := range []string{"json", "junit", "html"} {
		if *paths[form] != "" {
			o.files = append(o.files, file{form, *paths[form]})
		}
	}
	if n := len(slices.DeleteFunc(slices.Clone(o.files), func(f file) bool { return f.path != "-" })); n > 1 {
		return nil, errors.New("only one report can go to the output")
	}
	if err := o.setTarget(positional[0]); err != nil {
		return nil, err
	}
	return o, o.check(*chosen, *dialect, *joining)
}

// setTarget takes the base URL of the service provider.
func (o *options) setTarget(target string) error {
	u, err := url.Parse(target)
	switch {
	case err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https":
		return errors.New("the URL must begin with https:// or http://, such as https://app.example.com/scim/v2")
	case u.User != nil:
		return errors.New("the URL must have no user or password: use --header \"Authorization: Basic …\"")
	case u.RawQuery != "" || u.Fragment != "":
		// Entra's ?aadOptscim062020 in the tenant URL chooses a dialect, and is not part of what it requests.
		return errors.New("the URL must have no query (RFC 7644 §1.3); --dialect flag is what ?aadOptscim062020 does in Entra ID")
	}
	o.target = strings.TrimRight(target, "/")
	return nil
}

func (o *options) check(chosen, dialect, joining string) error {
	for name := range strings.SplitSeq(chosen, ",") {
		if name = strings.ToLower(strings.TrimSpace(name)); !slices.Contains(suiteNames(), name) {
			return fmt.Errorf("there is no suite %q; there are %s", name, strings.Join(suiteNames(), ", "))
		}
		o.suites = append(o.suites, name)
	}
	o.vary.Dialect = scimtest.Dialect(strings.ToLower(dialect))
	if !slices.Contains([]scimtest.Dialect{scimtest.Legacy, scimtest.Flag, scimtest.Verbose, scimtest.Mix}, o.vary.Dialect) {
		return fmt.Errorf("there is no dialect %q; there are legacy, flag, verbose, mix", dialect)
	}
	if joining != "" {
		o.vary.Joining = map[string]string{}
		for pair := range strings.SplitSeq(joining, ",") {
			name, attr, ok := strings.Cut(pair, "=")
			typeName, known := map[string]string{"user": "User", "group": "Group"}[strings.ToLower(strings.TrimSpace(name))]
			if !ok || !known || strings.TrimSpace(attr) == "" {
				return errors.New("--joining must be as user=userName,group=displayName")
			}
			o.vary.Joining[typeName] = strings.TrimSpace(attr)
		}
	}
	switch {
	case o.parallel < 1 || o.parallel > 64:
		return errors.New("--parallel must be between 1 and 64")
	case o.timeout <= 0:
		return errors.New("--timeout must be positive")
	case (o.oauth.url == "") != (o.oauth.id == ""):
		return errors.New("--oauth-url and --oauth-id belong together")
	case o.oauth.url != "" && o.oauth.secret == "":
		return errors.New("OAuth client credentials need a secret: set SCIM_CLIENT_SECRET")
	}
	return nil
}

// secrets returns what must not be in a report.
func (o *options) secrets() []string {
	out := []string{o.token, o.oauth.secret, o.oauth.token}
	for _, values := range o.header {
		for _, v := range values {
			out = append(out, v)
			if scheme, credentials, ok := strings.Cut(v, " "); ok && scheme != "" {
				out = append(out, credentials)
			}
		}
	}
	return slices.DeleteFunc(out, func(s string) bool { return s == "" })
}

// describe returns the options that decide what was checked, in words.
func (o *options) describe(seed uint64) []string {
	out := []string{"suites " + strings.Join(o.suites, " "), "dialect " + string(o.vary.Dialect)}
	if o.vary.Discover {
		out = append(out, "attributes from /Schemas")
	}
	for _, typeName := range []string{"User", "Group"} {
		if attr := o.vary.Joining[typeName]; attr != "" {
			out = append(out, typeName+" matched by "+attr)
		}
	}
	return append(out, fmt.Sprintf("seed %d", seed))
}
