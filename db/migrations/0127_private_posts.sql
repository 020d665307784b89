-- An author's own private posts, which the shared list of the newest leaves out.
CREATE INDEX posts_private_of_author ON posts (user_id, visibility, in_community, created_at DESC, post_id DESC) WHERE visibility = 2;
