-- Who reacts changes the post's counters anyway: the counts by type beside them cost no page of their own, and whoever reads a
-- post has them. "like 3,🔥 1", without those at 0.
ALTER TABLE posts ADD COLUMN reaction_counts TEXT NOT NULL DEFAULT '';
ALTER TABLE posts ADD COLUMN reactions_count INTEGER NOT NULL DEFAULT 0 CHECK (reactions_count >= 0);
-- engine: sqlite
UPDATE posts SET (reaction_counts, reactions_count) =
    (SELECT group_concat(c.reaction_type || ' ' || c.reactions, ','), sum(c.reactions) FROM post_reaction_counts c
     WHERE c.post_id = posts.post_id AND c.reactions > 0)
WHERE post_id IN (SELECT post_id FROM post_reaction_counts WHERE reactions > 0);
-- engine: postgres
UPDATE posts SET reaction_counts = c.by_type, reactions_count = c.total
FROM (SELECT post_id, string_agg(reaction_type || ' ' || reactions, ',') AS by_type, sum(reactions) AS total
      FROM post_reaction_counts WHERE reactions > 0 GROUP BY post_id) c
WHERE c.post_id = posts.post_id;
-- engine: both
DROP TABLE post_reaction_counts;
