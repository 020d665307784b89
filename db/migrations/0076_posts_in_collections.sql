-- How many collections hold a post. Written by domains/posts when collections tell.
ALTER TABLE posts ADD COLUMN in_collection_count INTEGER NOT NULL DEFAULT 0 CHECK (in_collection_count >= 0);
