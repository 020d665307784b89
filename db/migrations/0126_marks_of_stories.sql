-- Marks go with their story's age, not their own: those of a highlighted story stay, however old, and no sweep walks over them.
ALTER TABLE stories ADD COLUMN has_marks INTEGER NOT NULL DEFAULT 1 CHECK (has_marks IN (0, 1));
UPDATE stories SET has_marks = 0
WHERE NOT EXISTS (SELECT 1 FROM story_views v WHERE v.story_id = stories.story_id)
      AND NOT EXISTS (SELECT 1 FROM story_reactions r WHERE r.story_id = stories.story_id)
      AND is_swept = 1;
CREATE INDEX stories_with_marks ON stories (created_at) WHERE has_marks = 1 AND highlight_title IS NULL;
DROP INDEX story_views_by_age;
DROP INDEX story_reactions_by_age;

-- In the order in which accounts that end give them up, so that two do not wait for each other.
DROP INDEX story_views_of_user;
CREATE INDEX story_views_of_user ON story_views (user_id, story_id);
DROP INDEX story_reactions_of_user;
CREATE INDEX story_reactions_of_user ON story_reactions (user_id, story_id);

-- Files of stories that ended are given to their authors only.
UPDATE media_references SET access = 2
WHERE kind = 'story' AND reference_id IN (SELECT story_id FROM stories WHERE is_swept = 1 AND highlight_title IS NULL);
UPDATE media SET access = (SELECT min(r.access) FROM media_references r WHERE r.media_id = media.media_id)
WHERE media_id IN (SELECT media_id FROM stories WHERE is_swept = 1 AND highlight_title IS NULL)
      AND EXISTS (SELECT 1 FROM media_references r WHERE r.media_id = media.media_id);
