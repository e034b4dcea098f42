// Package entstore serves the entities of an application's own ent schema as SCIM resources.
package entstore
