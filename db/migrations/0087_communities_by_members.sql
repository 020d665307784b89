-- Communities in the order of their size from an index that a page can be found in: a comparison of rows uses columns, not
-- expressions.
ALTER TABLE communities ADD COLUMN fewness INTEGER NOT NULL DEFAULT 0;  -- always -member_count
UPDATE communities SET fewness = -member_count;
DROP INDEX communities_by_members;
CREATE INDEX communities_by_members ON communities (fewness, community_id) WHERE is_private = 0 AND deleted_at IS NULL;
DROP INDEX communities_of_category_by_members;
CREATE INDEX communities_of_category_by_members ON communities (category_key, fewness, community_id) WHERE is_private = 0 AND deleted_at IS NULL;
