package idpsim

// wanted returns the state that the service provider must be in.
func (e *Entra) wanted() *wanted {
	w := &wanted{gone: e.gone}
	for _, oid := range e.order {
		if u := e.users[oid]; u != nil {
			if u.link == nil {
				continue
			}
			l := u.link
			v := &wantedUser{object: oid, id: l.id, values: l.want, managed: l.managed && !l.open, unsure: e.escrow[oid] != nil}
			v.leaving = v.unsure && u.purged
			if l.manager != "" {
				if m := e.users[l.manager]; m != nil && m.link != nil && (!m.purged || e.escrow[l.manager] == nil) {
					v.manager = m.link.id
				} else {
					v.managed = false
				}
			}
			w.users = append(w.users, v)
			continue
		}
		g := e.groups[oid]
		if g.link == nil {
			continue
		}
		v := &wantedGroup{
			object: oid, id: g.link.id, name: g.link.name, members: map[string]bool{}, open: map[string]bool{}, unsure: e.escrow[oid] != nil,
		}
		v.leaving = v.unsure && (g.deleted || !g.assigned)
		for m := range g.link.members {
			if u := e.users[m]; u.link != nil {
				v.members[u.link.id] = true
				v.open[u.link.id] = u.purged && e.escrow[m] != nil
			}
		}
		for m := range g.link.unsure {
			if u := e.users[m]; u.link != nil {
				v.open[u.link.id] = true
			}
		}
		w.groups = append(w.groups, v)
	}
	return w
}
