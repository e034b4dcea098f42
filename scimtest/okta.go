package scimtest

// Okta is Okta's test of service providers, and the requests that Okta makes in the life of a user.
var Okta Suite
