package scimtest

import (
	"fmt"
	"net/http"
	"strings"
)

// extraRaceCases are about reads right after writes, and about requests at once.
var extraRaceCases = []Case{
	extra("extra-read-your-writes", ByEntra, "consistency", "Reads right after writes", "What was created, changed or deleted is seen at once, by id and by filter.",
		entraRef, causeStale.Fix, func(s *Session) {
			t := s.entra("User")
			for range 3 {
				u := t.made("user")
				u.foundAgain(u.key(), nil)
				title := s.letters()
				u.changeIn(Verbose, "change it", set("title", title))
				u.readAgain(map[string]any{"title": title})
				u.foundAgain(u.key(), map[string]any{"title": title})
				u.deleted()
			}
		}),
	extra("extra-create-race", ByRFC, "consistency", "The same user at once", "Of eight requests at once to create the same user, one succeeds and the others are refused with 409.",
		"RFC 7644 §3.3", "Let a unique index decide; a look before the insert is not enough.", func(s *Session) {
			t := s.entra("User")
			body := t.minimal("user")
			s.Step("create it eight times at once")
			n := s.statuses(s.Parallel(8, func(int) *Response { return s.send(http.MethodPost, t.endpoint, body) }))
			if n[http.StatusCreated] != 1 || n[http.StatusConflict] != 7 {
				s.Fail("8 POST %s of one user at once: expected status 201 once and 409 else, got %v", t.endpoint, n)
			}
			s.Step("filter for it")
			s.Want(t.find(parseAttr(t.joining).in(body)), listOf(1))
		}),
	extra("extra-update-race", ByRFC, "consistency", "Changes of one user at once", "Changes of different attributes at once are all kept.",
		"RFC 7644 §3.5.2", "Read and write in one transaction, or try again if the version has changed.", func(s *Session) {
			u := s.entra("User").made("user")
			names := []string{"displayName", "title", "nickName", "userType", "locale", "preferredLanguage"}
			s.Step("change six attributes at once")
			for _, res := range s.Parallel(len(names), func(i int) *Response {
				return s.send(http.MethodPatch, u.path, PatchBody(Op("replace", names[i], "v"+names[i])))
			}) {
				s.Want(res, Status(http.StatusOK, http.StatusNoContent))
			}
			s.Step("read it by id")
			res := s.Want(u.get(), Status(http.StatusOK))
			for _, name := range names {
				s.Want(res, Attr("v"+name, name))
			}
		}),
	extra("extra-member-race", ByEntra, "consistency", "Members at once", "Members that are added and removed by requests at once are all added and removed.",
		entraRef, "Change memberships row by row, or lock the group: to read the list and write it back loses members.", func(s *Session) {
			g, users := s.entra("Group").made("group"), s.entra("User")
			const n = 8
			var stay, leave []string
			for i := range n {
				stay = append(stay, users.made(fmt.Sprint("stay", i)).id)
				leave = append(leave, users.made(fmt.Sprint("go", i)).id)
			}
			g.changeIn(Flag, "add half of them", members("add", leave...))
			s.Step("add and remove members at once")
			for _, res := range s.Parallel(2*n, func(i int) *Response {
				if i < n {
					return s.send(http.MethodPatch, g.path, PatchBody(Legacy.ops([]change{members("add", stay[i])})...))
				}
				return s.send(http.MethodPatch, g.path, PatchBody(Flag.ops([]change{members("remove", leave[i-n])})...))
			}) {
				s.Want(res, Status(http.StatusOK, http.StatusNoContent))
			}
			g.wantMembers(stay...)
		}),
	extra("extra-group-race", ByEntra, "consistency", "Groups at once", "Eight groups are created at once, and each is found.",
		entraRef, "Let the database queue writes, and don't answer 500 because it is locked: the validator creates eight groups within a millisecond.", func(s *Session) {
			t := s.entra("Group")
			bodies := make([]Object, 8)
			for i := range bodies {
				bodies[i] = t.minimal("group")
			}
			s.Step("create eight at once")
			for i, res := range s.Parallel(8, func(i int) *Response { return s.send(http.MethodPost, t.endpoint, bodies[i]) }) {
				s.Want(res, Status(http.StatusCreated), HasAttr("id"))
				s.Want(t.find(parseAttr(t.joining).in(bodies[i])), listOf(1), Attr(res.Str("id"), "Resources", 0, "id"))
			}
		}),
	extra("extra-rate", ByEntra, "consistency", "Fifty requests at once", "Fifty requests at once are all answered: Entra ID sends 25 a second for each tenant.",
		entraRef, "Allow at least 25 requests per second and tenant, in bursts too.", func(s *Session) {
			u := s.entra("User").made("user")
			s.Step("read it fifty times at once")
			for _, res := range s.Parallel(50, func(i int) *Response {
				if i%2 == 0 {
					return u.get()
				}
				return u.t.find(u.key())
			}) {
				s.Want(res, Status(http.StatusOK))
				if !strings.Contains(res.Body, u.id) {
					s.Fail("%s %s: expected the user, got %s", res.Method, res.Target, excerpt(res.Body))
				}
			}
		}),
}
