package scimtest

// Extra is what neither Microsoft's validators nor Okta's tests look at.
var Extra Suite
