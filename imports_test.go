package scim_test

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

const (
	modulePath  = "github.com/embedscim/scim"
	previewPath = "github.com/go-json-experiment/json"
)

// TestImports keeps what an application compiles in, and scimcheck, to the standard library and,
// until encoding/json/jsontext is part of it, to jsontext's preview module, which
// internal/wire alone imports. adapters/elimity is the exception: see
// TestAdapterImports.
func TestImports(t *testing.T) {
	t.Parallel()
	var pkgs []string
	for _, dir := range []string{".", "schema", "filter", "patch", "compat", "memstore", "inspect", "scimtest", "scimtest/idpsim", "cmd/scimcheck"} {
		if hasPackage(t, dir) {
			pkgs = append(pkgs, "./"+dir)
		}
	}
	require.NotEmpty(t, pkgs, "no package to check")

	tests := []struct {
		name    string
		env     string
		preview bool // whether the preview module may be used
	}{
		{name: "default", env: "GOEXPERIMENT=", preview: true},
		{name: "jsonv2", env: "GOEXPERIMENT=jsonv2", preview: false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			args := append([]string{"list", "-deps", "-f", `{{if not .Standard}}{{.ImportPath}} {{join .Imports " "}}{{end}}`}, pkgs...)
			for line := range strings.Lines(goTool(t, []string{tt.env}, args...)) {
				fields := strings.Fields(line)
				if len(fields) == 0 {
					continue
				}
				pkg, imports := fields[0], fields[1:]
				if within(pkg, previewPath) {
					require.Truef(t, tt.preview, "%s is compiled in although the standard library has jsontext", pkg)
					continue
				}
				require.Truef(t, within(pkg, modulePath), "%s is compiled in: only the standard library may be", pkg)
				for _, imp := range imports {
					if within(imp, previewPath) {
						require.Equal(t, modulePath+"/internal/wire", pkg, "only internal/wire may import %s", imp)
					}
				}
			}
		})
	}
}

// TestAdapterImports keeps what adapters/elimity brings along to the library that it adapts and what that one imports. No other
// package that applications compile in may import the adapter: TestImports would find its imports.
func TestAdapterImports(t *testing.T) {
	t.Parallel()
	allowed := []string{
		modulePath, previewPath, "github.com/elimity-com/scim", "github.com/scim2/filter-parser/v2",
		"github.com/di-wu/parser", "github.com/di-wu/xsd-datetime",
	}
	out := goTool(t, nil, "list", "-deps", "-f", "{{if not .Standard}}{{.ImportPath}}{{end}}", "./adapters/elimity")
	require.Contains(t, out, "github.com/elimity-com/scim\n")
	for pkg := range strings.FieldsSeq(out) {
		require.Truef(t, slices.ContainsFunc(allowed, func(path string) bool { return within(pkg, path) }), "%s is compiled in", pkg)
	}
}

// TestModule keeps go.mod to its four direct requirements, at the lowest Go
// version that is supported.
func TestModule(t *testing.T) {
	t.Parallel()
	var mod struct {
		Module    struct{ Path string }
		Go        string
		Toolchain string
		Require   []struct {
			Path, Version string
			Indirect      bool
		}
		Replace []any
	}
	require.NoError(t, json.Unmarshal([]byte(goTool(t, nil, "mod", "edit", "-json")), &mod))

	require.Equal(t, modulePath, mod.Module.Path)
	require.Equal(t, "1.26.0", mod.Go)
	require.Empty(t, mod.Toolchain, "a toolchain line")
	require.Empty(t, mod.Replace, "a replace directive")

	direct := map[string]string{}
	for _, r := range mod.Require {
		if !r.Indirect {
			direct[r.Path] = r.Version
		}
	}
	require.Equal(t, map[string]string{
		"github.com/elimity-com/scim":        "v0.0.0-20260328082225-d5e7ba418946",
		"github.com/go-json-experiment/json": "v0.0.0-20260820222146-c27c302e5fc3",
		"github.com/scim2/filter-parser/v2":  "v2.2.1",
		"github.com/stretchr/testify":        "v1.12.1",
	}, direct)
}

// hasPackage reports whether dir holds Go files other than tests.
func hasPackage(t *testing.T, dir string) bool {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(dir, "*.go"))
	require.NoError(t, err)
	for _, f := range files {
		if !strings.HasSuffix(f, "_test.go") {
			return true
		}
	}
	return false
}

// goTool runs the go command on the root module alone and returns what it prints.
func goTool(t *testing.T, env []string, args ...string) string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "go", args...)
	cmd.Env = append(append(os.Environ(), "GOWORK=off"), env...)
	var stderr strings.Builder
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	require.NoErrorf(t, err, "go %s: %s", strings.Join(args, " "), stderr.String())
	return string(out)
}

// within reports whether pkg is path or a package below it.
func within(pkg, path string) bool {
	return pkg == path || strings.HasPrefix(pkg, path+"/")
}
