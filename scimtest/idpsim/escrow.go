package idpsim

import "time"

// What Entra ID calls some errors.
const (
	codeCredentials  = "SystemForCrossDomainIdentityManagementInvalidCredentials"
	codeIncompatible = "SystemForCrossDomainIdentityManagementServiceIncompatible"
	codeMultiple     = "SystemForCrossDomainIdentityManagementMultipleEntriesInResponse"
	codeDuplicates   = "DuplicateTargetEntries"
	codeConflict     = "EntryConflict"
	codeAnchor       = "InvalidAnchor"
	codeProportion   = "EncounteredEscrowProportionThreshold"
)

// A quarantine is the state of a job that is held back.
type quarantine struct {
	reason string
	since  time.Time
	tries  int
}

const (
	// From fewestFailures on, the share of failures counts.
	fewestFailures = 5_000
	mostFailures   = 40_000
	allFailures    = 60_000
	// patience is how long a quarantine lasts until the job is stopped.
	patience = 28 * 24 * time.Hour
)

// pauses are the times between the cycles of a job in quarantine; the last holds on.
var pauses = []time.Duration{6 * time.Hour, 12 * time.Hour, 24 * time.Hour}

// fail puts an object into escrow, from where it is tried again, less and less often. Entra ID's times are not public.
func (e *Entra) fail(oid, code string) {
	e.failed[oid] = true
	x := e.escrow[oid]
	if x == nil {
		x = &Escrow{Object: oid}
		e.escrow[oid] = x
	}
	x.Code = code
	x.Next = e.now.Add(min(interval<<min(x.Attempts, 10), 24*time.Hour))
	x.Attempts++
	switch code {
	case codeCredentials, "InvalidCredentials", codeIncompatible:
		// The job can't go on; what is left is done once it can.
		e.halt = code
		if code == "InvalidCredentials" {
			e.halt = codeCredentials
		}
	}
}

// due reports whether nothing holds an object back.
func (e *Entra) due(oid string) bool {
	x := e.escrow[oid]
	return x == nil || !x.Next.After(e.now)
}

// judge decides after a cycle whether the job is in quarantine, and when it runs next.
func (e *Entra) judge() {
	reason := e.halt
	if reason == "" {
		total, failures := len(e.users)+len(e.groups), len(e.escrow)
		if failures >= allFailures || failures >= fewestFailures && (failures > mostFailures || failures*10 > total*4) {
			reason = codeProportion
		}
	}
	if reason == "" {
		if e.quarantine != nil {
			for _, x := range e.escrow {
				x.Next = e.now
			}
		}
		e.quarantine = nil
		e.next = e.now.Add(interval)
		return
	}
	if e.quarantine == nil {
		e.quarantine = &quarantine{since: e.now}
	}
	q := e.quarantine
	q.reason = reason
	e.next = e.now.Add(pauses[min(q.tries, len(pauses)-1)])
	q.tries++
}

// stopped reports whether the quarantine has lasted too long.
func (e *Entra) stopped() bool {
	return e.quarantine != nil && e.now.Sub(e.quarantine.since) > patience
}
