package scimtest_test

import (
	"context"

	"github.com/embedscim/scim"
	"github.com/embedscim/scim/patch"
)

// changed makes a fault of another delta than the one that groups are given.
func changed(change func(d *patch.Delta)) func(w *world) {
	return func(w *world) {
		w.groups.delta = func(ctx context.Context, id string, d *patch.Delta) (scim.DeltaResult, error) {
			c := *d
			c.Elements = append([]patch.ElementDelta(nil), d.Elements...)
			change(&c)
			return w.groups.Store.PatchDelta(ctx, id, &c)
		}
	}
}

// reported makes a fault of another result than the one of groups.
func reported(change func(d *patch.Delta, res *scim.DeltaResult)) func(w *world) {
	return func(w *world) {
		w.groups.delta = func(ctx context.Context, id string, d *patch.Delta) (scim.DeltaResult, error) {
			res, err := w.groups.Store.PatchDelta(ctx, id, d)
			if err == nil {
				change(d, &res)
			}
			return res, err
		}
	}
}

// What stores do wrong with deltas.
var deltaFaults = []brokenStore{
	{name: "Clear is not looked at", law: "Group/delta/elements|Group/delta/equals reading and writing", spoil: changed(func(d *patch.Delta) {
		for i := range d.Elements {
			d.Elements[i].Clear = false
		}
	})},
	{name: "Set is not looked at", law: "Group/delta/equals reading and writing", spoil: changed(func(d *patch.Delta) { d.Set = nil })},
	{name: "Remove comes after Add", law: "Group/delta/elements", spoil: func(w *world) {
		w.groups.delta = func(ctx context.Context, id string, d *patch.Delta) (scim.DeltaResult, error) {
			c := *d
			c.Elements = append([]patch.ElementDelta(nil), d.Elements...)
			for i := range c.Elements {
				c.Elements[i].Remove = nil
			}
			if res, err := w.groups.Store.PatchDelta(ctx, id, &c); err != nil {
				return res, err
			}
			c.IfMatch, c.Set = "", nil
			for i, e := range d.Elements {
				c.Elements[i] = patch.ElementDelta{Path: e.Path, Remove: e.Remove}
			}
			return w.groups.Store.PatchDelta(ctx, id, &c)
		}
	}},
	{name: "Changes are what was asked for", law: "Group/delta/elements|Group/delta/equals reading and writing", spoil: reported(func(d *patch.Delta, res *scim.DeltaResult) {
		res.Changes = nil
		for _, e := range d.Elements {
			for _, v := range e.Remove {
				res.Changes = append(res.Changes, patch.Change{Path: e.Path, Old: v})
			}
			for _, v := range e.Add {
				res.Changes = append(res.Changes, patch.Change{Path: e.Path, New: v})
			}
		}
	})},
	{name: "what goes and comes again is two Changes", law: "Group/delta/elements", spoil: func(w *world) {
		w.groups.delta = func(ctx context.Context, id string, d *patch.Delta) (scim.DeltaResult, error) {
			var changes []patch.Change
			for _, e := range d.Elements {
				if e.Clear {
					res, err := w.groups.Store.PatchDelta(ctx, id, &patch.Delta{IfMatch: d.IfMatch, Elements: []patch.ElementDelta{{Path: e.Path, Clear: true}}})
					if err != nil {
						return res, err
					}
					changes = append(changes, res.Changes...)
				}
			}
			c := *d
			c.IfMatch = ""
			res, err := w.groups.Store.PatchDelta(ctx, id, &c)
			res.Changes = append(changes, res.Changes...)
			return res, err
		}
	}},
	{name: "the result has no version", law: "Group/delta/elements|Group/delta/equals reading and writing", spoil: reported(func(_ *patch.Delta, res *scim.DeltaResult) { res.Meta.Version = "" })},
	{name: "each delta makes a version", law: "Group/delta/nothing changes nothing", spoil: func(w *world) {
		w.groups.delta = func(ctx context.Context, id string, d *patch.Delta) (scim.DeltaResult, error) {
			res, err := w.groups.Store.PatchDelta(ctx, id, d)
			if err != nil {
				return res, err
			}
			r, err := w.groups.read(ctx, id)
			if err != nil {
				return res, err
			}
			was := r.ExternalID
			for _, v := range []string{"-" + was, was} {
				r.ExternalID, r.Meta.Version = v, ""
				if r, err = w.groups.Store.Replace(ctx, r); err != nil {
					return res, err
				}
			}
			res.Meta = r.Meta
			return res, nil
		}
	}},
	{name: "IfMatch is not looked at", law: "Group/delta/another version changes nothing", spoil: changed(func(d *patch.Delta) { d.IfMatch = "" })},
	{name: "IfMatch is looked at too late", law: "Group/delta/another version changes nothing", spoil: func(w *world) {
		w.groups.delta = func(ctx context.Context, id string, d *patch.Delta) (scim.DeltaResult, error) {
			was, err := w.groups.read(ctx, id)
			if err != nil {
				return scim.DeltaResult{}, err
			}
			c := *d
			c.IfMatch = ""
			res, err := w.groups.Store.PatchDelta(ctx, id, &c)
			if err == nil && d.IfMatch != "" && d.IfMatch != was.Meta.Version {
				err = scim.ErrVersionMismatch
			}
			return res, err
		}
	}},
	{name: "elements are stored before what fails", law: "Group/delta/all or nothing", spoil: func(w *world) {
		w.groups.delta = func(ctx context.Context, id string, d *patch.Delta) (scim.DeltaResult, error) {
			if _, err := w.groups.Store.PatchDelta(ctx, id, &patch.Delta{IfMatch: d.IfMatch, Elements: d.Elements}); err != nil {
				return scim.DeltaResult{}, err
			}
			return w.groups.Store.PatchDelta(ctx, id, &patch.Delta{Set: d.Set})
		}
	}},
}
