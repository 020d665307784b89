-- The picture that somebody put in front of a video message, which is a story now.
ALTER TABLE stories ADD COLUMN thumbnail_id TEXT;
ALTER TABLE story_archives ADD COLUMN thumbnail_id TEXT;
