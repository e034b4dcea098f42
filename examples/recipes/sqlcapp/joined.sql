-- name: EndSessions :exec
DELETE FROM sessions WHERE user_id = $1;

-- name: EndSessionsOfDisabled :exec
DELETE FROM sessions WHERE user_id IN (SELECT users.id FROM users WHERE users.id = $1 AND users.disabled_at IS NOT NULL);
