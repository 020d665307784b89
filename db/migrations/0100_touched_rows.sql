-- engine: postgres
-- Keys of the rows that each commit changed, for copies of them in the memory of any node
-- (docs/decisions/0016-copies-on-postgresql.md). A crash empties it, and ends the connections of all who follow it.
CREATE UNLOGGED TABLE touched_rows (
    xid xid8 NOT NULL,
    keys text COLLATE "C" NOT NULL
);
CREATE INDEX touched_rows_by_xid ON touched_rows (xid);
-- One row. Whoever looked last before kept_from has missed something that is deleted.
CREATE TABLE touched_rows_horizon (
    kept_from xid8 NOT NULL,
    next_from xid8 NOT NULL,
    turned_at timestamptz NOT NULL
);
INSERT INTO touched_rows_horizon VALUES ('0', '0', now());
-- engine: both
