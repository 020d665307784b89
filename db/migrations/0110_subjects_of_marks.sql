-- What the posts are about that a reader marked or commented on, without reading the posts and the comments.
CREATE INDEX posts_with_subjects ON posts (post_id, tags, category) WHERE tags <> '[]' OR category IS NOT NULL;
CREATE INDEX comments_of_author ON comments (user_id, comment_id, post_id) WHERE user_id IS NOT NULL;
-- Last: from here on PostgreSQL lets nobody read comments until the end of the transaction.
DROP INDEX comments_of_user;
