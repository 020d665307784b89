-- Notifications are written in the transaction of their cause: nobody listens under this name any more, and nothing of the
-- outbox waits for it.
DELETE FROM listeners WHERE name = 'notifications';
DELETE FROM parked_events WHERE listener = 'notifications';

-- A chat has many notifications of reactions, and few of messages, which are looked for when one is deleted.
DROP INDEX notifications_of_place;
CREATE INDEX notifications_of_place ON notifications (place_id, type) WHERE place_id IS NOT NULL;
