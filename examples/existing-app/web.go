package main

import (
	"database/sql"
	"embed"
	"errors"
	"html/template"
	"log/slog"
	"net/http"
)

//go:embed pages
var pages embed.FS

var templates = template.Must(template.ParseFS(pages, "pages/*.html"))

// An app is the application: people sign in and see who is on their teams.
type app struct {
	db     *sql.DB
	logger *slog.Logger
	// secure says that browsers reach the application over TLS only.
	secure bool
}

// A page is what the templates are given.
type page struct {
	Title          string
	Error          string
	Company, Email string // as they were typed
	Me             *person
	Teams          []*team
	People         []*person
}

// routes returns the application's own pages.
func (a *app) routes() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", a.home)
	mux.HandleFunc("GET /login", a.loginForm)
	mux.HandleFunc("POST /login", a.login)
	mux.HandleFunc("POST /logout", a.logout)
	mux.HandleFunc("GET /style.css", func(w http.ResponseWriter, r *http.Request) { http.ServeFileFS(w, r, pages, "pages/style.css") })
	return http.NewCrossOriginProtection().Handler(mux)
}

// cookie is where the browser keeps the token of the session.
const cookie = "session"

func (a *app) home(w http.ResponseWriter, r *http.Request) {
	me, err := a.signedIn(r.Context(), token(r))
	if errors.Is(err, errNotSignedIn) {
		http.Redirect(w, r, "/login", http.StatusSeeOther)
		return
	}
	p := page{Title: "Your teams", Me: me}
	if err == nil {
		p.Teams, err = a.teams(r.Context(), me.id)
	}
	if err == nil {
		p.People, err = a.people(r.Context(), me.Company)
	}
	if err != nil {
		a.fail(w, r, err)
		return
	}
	a.show(w, r, http.StatusOK, "home.html", p)
}

func (a *app) loginForm(w http.ResponseWriter, r *http.Request) {
	a.show(w, r, http.StatusOK, "login.html", page{Title: "Sign in"})
}

func (a *app) login(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, 64<<10)
	p := page{Title: "Sign in", Company: r.PostFormValue("company"), Email: r.PostFormValue("email")}
	token, err := a.signIn(r.Context(), p.Company, p.Email, r.PostFormValue("password"))
	switch {
	case errors.Is(err, errWrongLogin):
		p.Error = "The company, the email address or the password is wrong."
		a.show(w, r, http.StatusUnauthorized, "login.html", p)
	case errors.Is(err, errDisabled):
		p.Error = "This account is disabled. Ask your administrator to enable it again."
		a.show(w, r, http.StatusForbidden, "login.html", p)
	case err != nil:
		a.fail(w, r, err)
	default:
		http.SetCookie(w, a.cookie(token, int(sessionTime.Seconds())))
		http.Redirect(w, r, "/", http.StatusSeeOther)
	}
}

func (a *app) logout(w http.ResponseWriter, r *http.Request) {
	if err := a.signOut(r.Context(), token(r)); err != nil {
		a.fail(w, r, err)
		return
	}
	http.SetCookie(w, a.cookie("", -1))
	http.Redirect(w, r, "/login", http.StatusSeeOther)
}

func (a *app) cookie(token string, maxAge int) *http.Cookie {
	return &http.Cookie{Name: cookie, Value: token, Path: "/", MaxAge: maxAge, HttpOnly: true, Secure: a.secure, SameSite: http.SameSiteLaxMode}
}

// token returns the token of the session that the browser keeps, or "".
func token(r *http.Request) string {
	c, err := r.Cookie(cookie)
	if err != nil {
		return ""
	}
	return c.Value
}

func (a *app) show(w http.ResponseWriter, r *http.Request, status int, name string, p page) {
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Security-Policy", "default-src 'none'; style-src 'self'; img-src data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "same-origin")
	h.Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	if err := templates.ExecuteTemplate(w, name, p); err != nil {
		a.logger.ErrorContext(r.Context(), "page", "name", name, "error", err)
	}
}

// fail answers a request that could not be served, for reasons that are for the log.
func (a *app) fail(w http.ResponseWriter, r *http.Request, err error) {
	a.logger.ErrorContext(r.Context(), "request failed", "method", r.Method, "path", r.URL.Path, "error", err)
	http.Error(w, "Something went wrong. Try again later.", http.StatusInternalServerError)
}
