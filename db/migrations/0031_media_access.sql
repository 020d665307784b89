-- The least guarded reference of a medium without reading all of them: a picture may be forwarded a hundred thousand times.
CREATE INDEX media_references_by_access ON media_references (media_id, access);
