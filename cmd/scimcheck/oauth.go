package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
)

// An oauth gets tokens by OAuth client credentials (RFC 6749 §4.4).
type oauth struct {
	url, id, secret, scope string
	// token is what it got.
	token string
}

// get gets a token. The credentials are sent in the Authorization header, which every server has to take (RFC 6749 §2.3.1), and if
// that is refused in the body, which some take only.
func (o *oauth) get(ctx context.Context, client *http.Client) error {
	err := o.try(ctx, client, true)
	if _, refused := errors.AsType[*tokenError](err); refused {
		err = o.try(ctx, client, false)
	}
	return err
}

// A tokenError is what the server says of a request that it refuses.
type tokenError struct {
	status int
	Error_ string `json:"error"`
}

func (e *tokenError) Error() string {
	if e.Error_ == "" {
		return fmt.Sprintf("the token endpoint answers with status %d", e.status)
	}
	return fmt.Sprintf("the token endpoint answers with status %d: %.60s", e.status, e.Error_)
}

func (o *oauth) try(ctx context.Context, client *http.Client, basic bool) error {
	form := url.Values{"grant_type": {"client_credentials"}}
	if o.scope != "" {
		form.Set("scope", o.scope)
	}
	if !basic {
		form.Set("client_id", o.id)
		form.Set("client_secret", o.secret)
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, o.url, strings.NewReader(form.Encode()))
	if err != nil {
		return errors.New("--oauth-url is no URL")
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Accept", "application/json")
	if basic {
		r.SetBasicAuth(url.QueryEscape(o.id), url.QueryEscape(o.secret))
	}
	res, err := client.Do(r)
	if err != nil {
		return fmt.Errorf("the token endpoint: %s", connection(err))
	}
	defer func() { _ = res.Body.Close() }()
	data, err := io.ReadAll(io.LimitReader(res.Body, 1<<20))
	if err != nil {
		return fmt.Errorf("the token endpoint: %s", connection(err))
	}
	if res.StatusCode != http.StatusOK {
		e := &tokenError{status: res.StatusCode}
		_ = json.Unmarshal(data, e) // Without a body there is the status.
		return e
	}
	var body struct {
		Token string `json:"access_token"`
		Type  string `json:"token_type"`
	}
	if json.Unmarshal(data, &body) != nil || body.Token == "" {
		return errors.New("the token endpoint answers without an access_token (RFC 6749 §5.1)")
	}
	if body.Type != "" && !strings.EqualFold(body.Type, "bearer") {
		return errors.New("the token endpoint gives a token that is no bearer token")
	}
	o.token = body.Token
	return nil
}
