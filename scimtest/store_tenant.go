package scimtest

var tenantLaws = []storeLaw{}
