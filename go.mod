module github.com/embedscim/scim

go 1.26.0

require (
	github.com/elimity-com/scim v0.0.0-20260328082225-d5e7ba418946
	github.com/go-json-experiment/json v0.0.0-20260820222146-c27c302e5fc3
	github.com/scim2/filter-parser/v2 v2.2.1
	github.com/stretchr/testify v1.12.1
)

require (
	github.com/di-wu/parser v0.2.2 // indirect
	github.com/di-wu/xsd-datetime v1.0.0 // indirect
	go.yaml.in/yaml/v3 v3.0.5 // indirect
)
