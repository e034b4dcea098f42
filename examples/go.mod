module github.com/embedscim/scim/examples

go 1.26.0

require github.com/embedscim/scim v0.0.0

replace github.com/embedscim/scim => ../
