// Package idpsim simulates identity providers that provision users and groups with SCIM: a tenant of Microsoft Entra ID and
// an Okta org. Both have a directory that a test changes, write to a service provider what a real one would, and know what it
// must look like afterwards: they read it back and report each [Violation] of an [Invariant]. The service provider may be
// an [http.Handler] or be reached by URL, and be written in any language.
//
//	entra := idpsim.NewEntra(idpsim.Config{Handler: handler, Token: token})
//	dana := entra.CreateUser(idpsim.User{Name: "dana@contoso.example", DisplayName: "Dana Park"})
//	entra.CreateGroup("Sales", dana)
//	if err := entra.Cycle(ctx).Err(); err != nil {
//		t.Fatal(err)
//	}
//
// [Soak] lets one or several tenants work for weeks of virtual time while everything changes and requests get lost.
//
// # What is simulated
//
// [Entra] runs an initial cycle, then one every 40 minutes of virtual time: connection test, matching, creation, differences by
// GET and PATCH, managers, groups, and members in batches, with five requests in flight. Users are disabled, restored, and deleted
// after 30 days. What fails goes into escrow and is tried again, less and less often; a job whose token is refused or whose
// answers can't be understood goes into quarantine. [Entra.ProvisionOnDemand] works beside that. The known limits of Entra ID are
// kept: values that become empty are not sent, members and managers who come into scope later are left out until a restart,
// memberships are not sent again after a restore, and who was unassigned first is never deleted.
//
// [Okta] looks a user up by userName, writes by PUT, and by PATCH or PUT if a user is disabled or enabled, never deletes users, and
// pushes groups.
//
// What is known of both comes from their documentation and from requests that others have recorded; where neither says anything,
// as about the size of batches and the times of escrow, the package chooses. No live tenant was used.
//
// # What is not
//
// Accidental deletion prevention, SkipOutOfScopeDeletions, applications without active, scoping filters, app roles, expressions and
// mappings of one's own. Retry-After is not waited for, since the clock is virtual: requests answered with 429 or 503 are
// repeated at once, three times. Of Okta: passwords, linking of existing groups.
//
// # Reading back
//
// Besides the requests of the identity provider, which are those in a [Report], the package reads: each write is followed by
// reads by id and by query, and some PATCHes of users are sent a second time, which must change nothing. It needs a tenant
// of the service provider for itself: what was there before the first request is left alone, but what others create
// later is reported.
package idpsim
