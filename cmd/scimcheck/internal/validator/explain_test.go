package validator_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/embedscim/scim/cmd/scimcheck/internal/validator"
)

// object is a JSON object.
type object = map[string]any

// export makes a file as the validator exports one, of tests that failed.
func export(t *testing.T, failed ...object) []byte {
	t.Helper()
	data, err := json.Marshal(object{"results": object{"data": object{
		"CorrelationId": "3d1f", "InvalidCredentials": false, "PassedTests": []object{}, "FailedTests": failed, "PreviewTests": []object{},
	}, "success": true}})
	require.NoError(t, err)
	return data
}

// request is a request as the file has it.
func request(method, path, body string) string {
	return method + " https://scim.example.com/scim/v2" + path + " 1.1\r\nHost: scim.example.com\r\nContent-Type: application/scim+json; charset=utf-8\r\n" + body
}

func bad(messages ...string) []object {
	out := []object{{"Message": "The response should contain all the required fields for Users", "Outcome": 0}}
	for _, m := range messages {
		out = append(out, object{"Message": m, "Outcome": 1, "MoreInformation": nil})
	}
	return out
}

const (
	user    = `{"userName":"kit@example.com","emails":[{"primary":"true","value":"a@example.com"}],"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"]}`
	plain   = `{"userName":"kit@example.com","schemas":["urn:ietf:params:scim:schemas:core:2.0:User"]}`
	replace = `{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[
		{"op":"replace","path":"emails[primary eq true].value","value":"b@example.com"},{"op":"replace","value":{"name.givenName":"Kit"}}]}`
	scimError = `{"schemas":["urn:ietf:params:scim:api:messages:2.0:Error"],"status":"400","detail":"emails.primary: expected a boolean"}`
)

// TestExplain has what the validator is known to say, or not to say, of service providers, by what is behind it.
func TestExplain(t *testing.T) {
	t.Parallel()
	patched := func(answer string, messages ...string) object {
		return object{
			"Name": "PATCH /Users/Id", "Description": "Patch User - Replace Attributes", "Results": bad(messages...),
			"InitialRequestBodies": []string{request("POST", "/Users", plain)}, "InitialResponseStatuses": []string{"201 Created"}, "InitialResponses": []string{plain},
			"RequestBody": request("PATCH", "/Users/17", replace), "ResponseStatus": "200 OK", "ResponseBody": answer,
		}
	}
	tests := []struct {
		name   string
		test   object
		blame  validator.Blame
		cause  string
		detail string
	}{
		{"a step before fails without a word", object{
			"Name": "PATCH /Users/Id", "Description": "Patch User - Disable User", "Results": []object{},
			"InitialRequestBodies": []string{request("POST", "/Users", user)}, "InitialResponseStatuses": []string{"400 BadRequest"}, "InitialResponses": []string{scimError},
		}, validator.Server, "string-boolean", "step 1 of 1: POST /Users was answered with 400: emails.primary: expected a boolean"},
		{"the status of a creation", object{
			"Name": "POST /Users", "Description": "Create a new User", "Results": bad(), "RequestBody": request("POST", "/Users", plain), "ResponseStatus": "200 OK",
		}, validator.Server, "create-status", "answered with 200"},
		{"no 409", object{
			"Name": "POST /Groups", "Description": "Create a duplicate Group", "Results": bad(),
			"InitialRequestBodies": []string{request("POST", "/Groups", plain)}, "InitialResponseStatuses": []string{"Created"},
			"RequestBody": request("POST", "/Groups", plain), "ResponseStatus": "201 Created",
		}, validator.Server, "duplicate", "step 2 of 2"},
		{"no 404", object{
			"Name": "DELETE /Users/Id", "Description": "Delete the same User twice", "RequestBody": request("DELETE", "/Users/17", ""), "ResponseStatus": "204 NoContent",
		}, validator.Server, "deleted", "DELETE /Users/17 was answered with 204"},
		{"a deletion that is not come to", object{
			"Name": "DELETE /Users/Id", "Description": "Delete a User",
			"InitialRequestBodies": []string{request("POST", "/Users", user)}, "InitialResponseStatuses": []string{"400 BadRequest"}, "InitialResponses": []string{scimError},
		}, validator.Server, "string-boolean", "step 1 of 1"},
		{"a duplicate that is not come to", object{
			"Name": "POST /Users", "Description": "Create a duplicate User",
			"InitialRequestBodies": []string{request("POST", "/Users", user)}, "InitialResponseStatuses": []string{"400 BadRequest"}, "InitialResponses": []string{scimError},
		}, validator.Server, "string-boolean", "step 1 of 1"},
		{"a name that is taken", object{
			"Name": "PATCH /Users/Id", "Description": "Patch User - Disable User",
			"InitialRequestBodies": []string{request("POST", "/Users", plain)}, "InitialResponseStatuses": []string{"409 Conflict"},
		}, validator.Server, "conflict", "POST /Users was answered with 409"},
		{"a replica that lags behind", object{
			"Name": "PATCH /Users/Id", "Description": "Patch User - Disable User",
			"InitialRequestBodies": []string{request("POST", "/Users", plain)}, "InitialResponseStatuses": []string{"201 Created"},
			"RequestBody": request("PATCH", "/Users/17", replace), "ResponseStatus": "404 NotFound",
		}, validator.Server, "stale-read", "PATCH /Users/17"},
		{"a locked database", object{
			"Name": "PATCH /Groups/Id", "Description": "Patch Group - Add Member", "RequestBody": request("PATCH", "/Groups/17", replace), "ResponseStatus": "500 InternalServerError",
		}, validator.Server, "server-error", "500"},
		{"names that are paths", patchedWith(`{"schemas":[],"Operations":[{"op":"replace","value":{"name.givenName":"Kit"}}]}`, "400 BadRequest"), validator.Server, "pathless-keys", "step 2 of 2"},
		{"no element to change", object{
			"Name": "PATCH /Users/Id", "Description": "Patch User - Add Attributes", "ResponseStatus": "400 BadRequest",
			"RequestBody":  request("PATCH", "/Users/17", `{"Operations":[{"op":"replace","path":"emails[type eq \"work\"].value","value":"a@example.com"}]}`),
			"ResponseBody": `{"scimType":"noTarget","detail":"nothing matches"}`,
		}, validator.Server, "create-element", "nothing matches"},
		{"no operations", object{
			"Name": "PATCH /Groups/Id", "Description": "Patch Group - Replace Attributes", "ResponseStatus": "400 BadRequest",
			"RequestBody": request("PATCH", "/Groups/17", `{"Operations":[]}`),
		}, validator.Validator, "empty-operations", ""},
		{"[primary eq true], and the answer is right", patched(`{"emails":[{"value":"b@example.com","primary":true}]}`, "The value of emails[primary eq true].value is Missing from the fetched Resource"),
			validator.Validator, "primary-filter", "the answer has the value that was sent"},
		{"[primary eq true], and there is no answer", patched("", "The value of emails[primary eq true].value is Missing from the fetched Resource"),
			validator.Validator, "primary-filter", "the file does not have the answer"},
		{"[primary eq true], and the answer is wrong", patched(`{"emails":[{"value":"a@example.com","primary":true}]}`, "The value of emails[primary eq true].value is Missing from the fetched Resource"),
			validator.Server, "create-element", "has not the value"},
		{"nothing is expected", patched("", "The value of timezone should be  instead of Africa/Lubumbashi"), validator.Validator, "empty-expectation", "timezone"},
		{"a password", patched("", "The value of password is Missing from the fetched Resource"), validator.Validator, "write-only", "password"},
		{"a PATCH that is not done", patched("", "The value of userName is Missing from the fetched Resource"), validator.Server, "pathless-keys", "userName"},
		{"members", object{
			"Name": "GET /Groups/Id", "Description": "Get group by id excluding members", "ResponseStatus": "200 OK", "Results": bad("The response should exclude the attribute: members"),
		}, validator.Server, "excluded-members", "members"},
		{"letter case", object{
			"Name": "Get /Users filter", "Description": "Filter for an existing user with a different case", "ResponseStatus": "200 OK",
			"Results": bad("Total Results should be equal to the count of all the Users that match the filter"),
		}, validator.Server, "case-sensitive-filter", "Total Results"},
		{"a disabled user", object{
			"Name": "PATCH /Users/Id", "Description": "Patch User - Disable User", "ResponseStatus": "200 OK",
			"Results": bad("Response from a GET and filter request on a disabled User should have attribute active"),
		}, validator.Server, "disabled", "active"},
		{"a manager", object{
			"Name": "PATCH /Users/Id", "Description": "Patch User - Remove Manager", "ResponseStatus": "200 OK",
			"Results": bad("The value of manager should not be in the fetched Resource"),
		}, validator.Server, "manager", ""},
		{"no word and nothing wrong", object{"Name": "POST /Users", "Description": "Create a new User", "ResponseStatus": "201 Created"}, validator.Unclear, "no-message", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			x, err := validator.Read(export(t, tt.test))
			require.NoError(t, err)
			e := x.Explain()
			require.Equal(t, 1, e.Failed)
			require.Len(t, e.Findings, 1)
			f := e.Findings[0]
			require.Equal(t, tt.blame, f.Blame, f.Title)
			require.Equal(t, tt.cause, f.Cause, f.Title)
			require.Equal(t, tt.test["Description"], f.Test)
			require.Contains(t, f.Detail, tt.detail)
			require.NotEmpty(t, f.Fix)
			require.True(t, e.Blames(tt.blame))
		})
	}
}

func patchedWith(body, status string) object {
	return object{
		"Name": "PATCH /Users/Id", "Description": "Patch User - Replace Attributes",
		"InitialRequestBodies": []string{request("POST", "/Users", plain)}, "InitialResponseStatuses": []string{"201 Created"},
		"RequestBody": request("PATCH", "/Users/17", body), "ResponseStatus": status,
	}
}

// TestGroups shows that one fault is said once, with all tests that it failed, and the validator's own bugs apart.
func TestGroups(t *testing.T) {
	t.Parallel()
	var failed []object
	for _, name := range []string{"Patch User - Disable User", "Patch User - Add Manager", "Delete a User"} {
		failed = append(failed, object{
			"Name": "PATCH /Users/Id", "Description": name, "Results": []object{},
			"InitialRequestBodies": []string{request("POST", "/Users", user)}, "InitialResponseStatuses": []string{"400 BadRequest"}, "InitialResponses": []string{scimError},
		})
	}
	failed = append(failed, object{
		"Name": "PATCH /Users/Id", "Description": "Patch User - Replace Attributes", "ResponseStatus": "200 OK",
		"Results": bad("The value of emails[primary eq true].value is Missing from the fetched Resource", "The value of addresses[primary eq true].region is Missing from the fetched Resource"),
	})
	x, err := validator.Read(export(t, failed...))
	require.NoError(t, err)
	var b strings.Builder
	require.NoError(t, x.Explain().WriteText(&b))
	require.Equal(t, 1, strings.Count(b.String(), "as a string"), b.String())
	require.Equal(t, 1, strings.Count(b.String(), "does not find the element"), b.String())
	require.Less(t, strings.Index(b.String(), "TO FIX in the service provider"), strings.Index(b.String(), "TO IGNORE"))
	require.NotContains(t, b.String(), "kit@example.com", "what was sent is not repeated")
}

// TestWhole has what is said of a run that no test came of, or besides the tests.
func TestWhole(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, file, cause string }{
		{"credentials", `{"results":{"data":{"InvalidCredentials":true,"Message":null}}}`, "credentials"},
		{"an attribute", `{"results":{"data":{"Message":"SCIM Validation failed. The attribute password for User is not supported by the SCIM protocol. Please refer to the SCIM RFC"}}}`, "schema-attribute"},
		{"/Schemas", `{"results":{"data":{"ErrorTrace":"System.InvalidOperationException: The node must be of type 'JsonObject'"}}}`, "schemas"},
		{"no connection", `{"results":{"message":"Failed to fetch","data":{}}}`, "fetch"},
		{"types", `{"$id":"1","results":{"data":{"PassedTests":{"$id":"2","$values":[{"Name":"x","HasTestPassed":true}]},"Warnings":{"$values":["The content type is application/json"]}}}}`, "content-type"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			x, err := validator.Read([]byte("\uFEFF" + tt.file))
			require.NoError(t, err)
			e := x.Explain()
			require.Len(t, e.Findings, 1)
			require.Equal(t, tt.cause, e.Findings[0].Cause)
		})
	}
}

// TestPreview shows that tests of the preview that pass are passed, and others said to be no failure.
func TestPreview(t *testing.T) {
	t.Parallel()
	x, err := validator.Read([]byte(`{"PreviewTests":[{"Description":"Delete the same User twice","HasTestPassed":true},
		{"Name":"DELETE /Users/Id","Description":"Delete a non-existent User","Category":1,"ResponseStatus":"204 NoContent"}]}`))
	require.NoError(t, err)
	e := x.Explain()
	require.Equal(t, []int{1, 0, 1}, []int{e.Passed, e.Failed, e.Preview})
	require.Contains(t, e.Findings[0].Test, "not needed to pass")
}

func TestNoResult(t *testing.T) {
	t.Parallel()
	for _, file := range []string{"", "[]", "{}", `{"results":5}`, `{"results":{"data":{"FailedTests":"x"}}}`, "<html>"} {
		_, err := validator.Read([]byte(file))
		require.ErrorContains(t, err, "no result of the validator", file)
	}
}

func FuzzRead(f *testing.F) {
	f.Add([]byte(`{"results":{"data":{"FailedTests":[{"Name":"PATCH /Users/Id","RequestBody":"PATCH x 1.1\r\n{}","ResponseStatus":"400","Results":[{"Message":"The value of ","Outcome":1}]}]}}}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		x, err := validator.Read(data)
		if err != nil {
			return
		}
		// Each test that failed is explained.
		e := x.Explain()
		if len(e.Findings) < e.Failed+e.Preview {
			t.Fatalf("%d findings for %d failures", len(e.Findings), e.Failed+e.Preview)
		}
	})
}
