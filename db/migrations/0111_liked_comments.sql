-- Most comments have no likes, and a new one never: the order of the most liked need not know them, and they come after
-- those it knows in the order of all.
CREATE INDEX comments_liked_of_post ON comments (post_id, likes_count, created_at, comment_id)
    WHERE depth = 0 AND likes_count > 0;
DROP INDEX comments_top_of_post;
