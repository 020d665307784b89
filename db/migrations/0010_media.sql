-- Media: files that came in, where their renditions lie, and who refers to them (contract/media.md). Written by
-- domains/media alone.

CREATE TABLE media (
    media_id TEXT NOT NULL PRIMARY KEY,
    owner_id TEXT REFERENCES users (user_id) ON DELETE SET NULL,
    kind INTEGER NOT NULL CHECK (kind BETWEEN 0 AND 2), -- image, video, audio
    folder INTEGER NOT NULL CHECK (folder BETWEEN 0 AND 7), -- posts, stories, products, profiles, messages, groups, communities, uploads
    status INTEGER NOT NULL CHECK (status BETWEEN 0 AND 2), -- ready, processing, failed
    -- Least guarded of its references: open to who knows the URL, open unless the owner's account is private, signed.
    access INTEGER NOT NULL DEFAULT 2 CHECK (access BETWEEN 0 AND 2),
    provider INTEGER NOT NULL DEFAULT 0 CHECK (provider BETWEEN 0 AND 2), -- local, s3, cloudinary
    width INTEGER,
    height INTEGER,
    duration_ms INTEGER,
    is_animated INTEGER NOT NULL DEFAULT 0 CHECK (is_animated IN (0, 1)),
    alt_text TEXT,
    -- A line for each: name, format, 8 hex of the content's hash, width, height, bytes. Read and written as a whole, so
    -- that a list costs one row for each medium.
    renditions TEXT NOT NULL,
    bytes INTEGER NOT NULL, -- of all renditions
    created_at INTEGER NOT NULL,
    attached_at INTEGER, -- when something first referred to it
    deleted_at INTEGER, -- when the last reference went: 410 from now on
    files_deleted_at INTEGER
) STRICT, WITHOUT ROWID;
CREATE INDEX media_of_owner ON media (owner_id, created_at);
CREATE INDEX media_unattached ON media (created_at) WHERE attached_at IS NULL AND deleted_at IS NULL;
CREATE INDEX media_without_files ON media (files_deleted_at) WHERE files_deleted_at IS NOT NULL;

-- Who refers to a medium: ('post', post_id), ('profile', user_id), ...
CREATE TABLE media_references (
    media_id TEXT NOT NULL REFERENCES media (media_id) ON DELETE CASCADE,
    kind TEXT NOT NULL,
    reference_id TEXT NOT NULL,
    access INTEGER NOT NULL CHECK (access BETWEEN 0 AND 2),
    created_at INTEGER NOT NULL,
    PRIMARY KEY (media_id, kind, reference_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX media_references_of ON media_references (kind, reference_id);
