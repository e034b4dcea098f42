package main

import (
	"context"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"strings"
	"syscall"

	"github.com/embedscim/scim/scimtest"
)

// probe makes the request by which Entra ID tests a connection, and says why nothing can be checked, or returns nil.
func probe(ctx context.Context, client *http.Client, o *options, token string) error {
	filter := url.QueryEscape(`userName eq "scimcheck-` + rand.Text() + `"`)
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, o.target+"/Users?filter="+filter, nil)
	if err != nil {
		return err
	}
	for name, values := range o.header {
		r.Header[name] = values
	}
	if token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	r.Header.Set("Accept", scimtest.MediaType)
	res, err := client.Do(r)
	if err != nil {
		return errors.New(connection(err))
	}
	defer func() { _ = res.Body.Close() }()
	_, _ = io.Copy(io.Discard, io.LimitReader(res.Body, 1<<20))
	html := strings.HasPrefix(res.Header.Get("Content-Type"), "text/html")
	switch status := res.StatusCode; {
	case status == http.StatusUnauthorized && token == "" && len(o.header) == 0:
		return errors.New("the service provider asks for credentials (401): set SCIM_TOKEN")
	case status == http.StatusUnauthorized:
		return errors.New("the service provider refuses the credentials (401): is the token complete, not expired, and of this environment?")
	case status == http.StatusForbidden:
		return errors.New("the service provider refuses access (403): may the token use SCIM? Does a firewall want a User-Agent, or know this address?")
	case status/100 == 3:
		return fmt.Errorf("the service provider redirects (%d), which identity providers don't follow: give the URL that it redirects to", status)
	case status == http.StatusNotFound:
		return errors.New("there is nothing at /Users below the URL (404): does the URL end in the base of SCIM, often /scim/v2?")
	case html:
		return fmt.Errorf("a page for browsers is at /Users below the URL (status %d): does the URL end in the base of SCIM, often /scim/v2?", status)
	}
	return nil
}

// connection says in which phase a request failed, and what to look at. It leaves out addresses and what other programs say.
func connection(err error) string {
	var dns *net.DNSError
	var authority x509.UnknownAuthorityError
	var hostname x509.HostnameError
	var invalid x509.CertificateInvalidError
	var record tls.RecordHeaderError
	var timeout net.Error
	switch {
	case errors.As(err, &dns):
		return "the name of the host can't be found (DNS): is it spelt right, and public?"
	case errors.As(err, &authority):
		return "the certificate is signed by nobody that is trusted (TLS): identity providers need one of a public authority, with the intermediate certificates; " +
			"for a test of your own, SSL_CERT_FILE names a file of authorities to trust"
	case errors.As(err, &hostname):
		return "the certificate is for another host (TLS)"
	case errors.As(err, &invalid):
		return "the certificate is not valid, or no longer (TLS)"
	case errors.As(err, &record):
		return "the port speaks no TLS: is it http instead of https?"
	case strings.Contains(err.Error(), "server gave HTTP response to HTTPS client"):
		return "the port speaks no TLS: is it http instead of https?"
	case errors.Is(err, syscall.ECONNREFUSED):
		return "nothing listens there (connection refused): is the service provider running, and is the port right?"
	case errors.Is(err, syscall.ECONNRESET), errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return "the connection was broken off before an answer came: is a proxy or firewall between, or is it https instead of http?"
	case errors.Is(err, os.ErrDeadlineExceeded), errors.Is(err, context.DeadlineExceeded), errors.As(err, &timeout) && timeout.Timeout():
		return "no answer came in time: is a firewall between? --timeout waits longer"
	case errors.Is(err, context.Canceled):
		return "interrupted"
	}
	return "no connection"
}
