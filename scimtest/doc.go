// Package scimtest checks SCIM service providers against RFC 7643, RFC 7644 and RFC 9865, whatever they are written in.
//
// [RFC] is a [Suite] of cases, one for each requirement that can be seen from outside. [TestHandler] runs a suite in a test of a
// service that is an [http.Handler]:
//
//	func TestSCIM(t *testing.T) {
//		scimtest.TestHandler(t, newHandler(t), scimtest.RFC)
//	}
//
// [TestClient] does the same with any [Client], which says where the service provider is and with what token, and which cases
// to leave out for which reason. [Check] yields the results one by one, for programs that are not tests.
//
// The cases read what the service provider advertises (RFC 7644 §4) and skip what does not concern it: a service provider
// without PATCH passes, unless it advertises PATCH. A case whose requirement could not be looked at, since a step before it
// failed, is [Blocked], apart from [Fail]. Each case uses names of its own, so that a suite can run against a service
// provider that has data, and deletes what it created. None changes or deletes anything else.
//
// Where the RFCs leave something open, some cases take every sensible answer, and others ask for the one that
// docs/ambiguities.md of this module chooses: [Client.Exclude] leaves those out for a service provider that chose otherwise.
// [Rows] has all requirements, also those that have no case because they can't be seen from outside.
//
// # Identity providers
//
// Beside RFC there are [Entra], which does what Microsoft's SCIM validator does, [EntraGallery], what Microsoft's open validator does
// for applications in its gallery, [Okta], Okta's test and what Okta does with users and groups, and [Extra], what none of them looks
// at. They read nothing of discovery, so that they run against service providers that have none; [Options] vary what they send.
//
//	func TestEntraID(t *testing.T) {
//		scimtest.TestHandler(t, newHandler(t), slices.Concat(scimtest.Entra, scimtest.Extra))
//	}
//
// Each case has a [Severity], which says who is hurt by a failure, and each result that is no pass a [Cause], which is the same for
// cases that fail of the same fault.
//
// # Stores
//
// [TestStore] examines a [scim.ResourceStore] itself, below the protocol: whether it keeps what it is given, loses no update,
// finds what a filter selects, tells tenants apart, and so on for each capability that it has.
//
//	func TestStore(t *testing.T) {
//		scimtest.TestStore(t, func(t *testing.T) scimtest.Stores {
//			users, groups := newStores(t)
//			return scimtest.Stores{Resources: []scim.ResourceType{scim.Users(users), scim.Groups(groups)}}
//		})
//	}
//
// # Cases of your own
//
// A [Case] is a function that makes requests with a [Session] and says what it expects: [Session.Want] ends the case as [Fail]
// if a response is not as expected, [Session.Need] as [Blocked], [Session.Requires] and [Session.Type] as [Skip].
package scimtest
