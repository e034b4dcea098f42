package schema

import "sync"

// UserType returns the resource type User at /Users: the User schema with the enterprise extension (RFC 7643 §4.1, §4.3).
// Each call returns the same value.
var UserType = sync.OnceValue(func() *ResourceType {
	return mustType(NewResourceType("User", "/Users", "User Account", User(), Extension{Schema: EnterpriseUser()}))
})

// GroupType returns the resource type Group at /Groups (RFC 7643 §4.2). Each call returns the same value.
var GroupType = sync.OnceValue(func() *ResourceType {
	return mustType(NewResourceType("Group", "/Groups", "Group", Group()))
})

func mustType(t *ResourceType, err error) *ResourceType {
	if err != nil {
		panic("schema: " + err.Error())
	}
	return t
}
