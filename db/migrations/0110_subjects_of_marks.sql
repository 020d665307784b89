-- What the posts are about that a reader marked or commented on, without reading the posts and the comments.
CREATE INDEX posts_with_subjects ON posts (post_id, tags, category) WHERE tags <> '[]' OR category IS NOT NULL;
DROP INDEX comments_of_user;
CREATE INDEX comments_of_user ON comments (user_id, comment_id, post_id) WHERE user_id IS NOT NULL;
