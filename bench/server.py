"""Seeded stores, and Grover serving one of them."""
import contextlib
import hashlib
import http.client
import json
import os
import pathlib
import shutil
import signal
import sqlite3
import subprocess
import time
from typing import NamedTuple

from load import SERVER_CORE

ROOT = pathlib.Path(__file__).resolve().parent.parent
BINARY = ROOT / "build/release/grover"
STORES = ROOT / "build/bench/stores"
PORT = 28100


class Dataset(NamedTuple):
    users: int
    posts: int
    follows: int

    @property
    def name(self):
        return f"u{self.users}_p{self.posts}_f{self.follows}"


def migrations_hash():
    found = hashlib.sha256()
    for path in sorted((ROOT / "db/migrations").glob("*.sql")):
        found.update(path.read_bytes())
    return found.hexdigest()[:8]


def environment(folder, database_url=None):
    """Settings of a server under load: nothing of the caller's environment reaches it."""
    settings = {
        "PATH": os.environ["PATH"],
        "GROVER_DATA": str(folder),
        "BACKEND_HOST": "127.0.0.1",
        "BACKEND_PORT": str(PORT),
        "WORKER_THREADS": "1",
        "RATE_LIMIT_ENABLED": "false",
        "LOG_LEVEL": "WARNING",
        "JWT_SECRET": "a secret that only the benchmark knows, long enough",
    }
    if database_url:
        settings["DATABASE_URL"] = database_url
        settings["DATABASE_POOL_SIZE"] = os.environ.get("DATABASE_POOL_SIZE", "4")
    return settings


class Sqlite:
    """Each store is a directory; what writes gets a copy."""

    name = "sqlite"
    database_processes = staticmethod(lambda: [])

    def __init__(self):
        self.folder = STORES / f"sqlite_{migrations_hash()}"

    def place(self, dataset):
        return self.folder / dataset.name, None

    def empty(self):
        folder = self.folder / "empty"
        shutil.rmtree(folder, ignore_errors=True)
        return folder, None

    def script(self, dataset, statements):
        with contextlib.closing(sqlite3.connect(self.place(dataset)[0] / "grover.db")) as store:
            store.executescript(statements)

    def scratch(self, dataset):
        copy = self.folder / "scratch"
        shutil.rmtree(copy, ignore_errors=True)
        subprocess.run(["cp", "-r", "--reflink=auto", self.place(dataset)[0], copy], check=True)
        return copy, None


class Postgres:
    """Each store is a database of the cluster that tools/with_postgres keeps for us, and a directory for the tokens."""

    name = "postgres"

    def __init__(self):
        self.url = os.environ["GROVER_TEST_POSTGRES"]
        self.postmaster = int(os.environ["GROVER_TEST_POSTGRES_PID"])
        self.folder = STORES / f"postgres_{migrations_hash()}"

    def database_processes(self):
        children = pathlib.Path(f"/proc/{self.postmaster}/task/{self.postmaster}/children").read_text().split()
        return [self.postmaster, *map(int, children)]

    def sql(self, statement):
        return subprocess.run(["psql", self.url, "-qAt", "-v", "ON_ERROR_STOP=1", "-c", statement],
                              check=True, capture_output=True, text=True).stdout.strip()

    def database(self, name, template="template0"):
        database = f"{self.folder.name}_{name}"
        if not self.sql(f"SELECT 1 FROM pg_database WHERE datname = '{database}'"):
            self.sql(f'CREATE DATABASE "{database}" TEMPLATE "{template}"')
        return self.url.replace("/grover?", f"/{database}?")

    def drop(self, name):
        self.sql(f'DROP DATABASE IF EXISTS "{self.folder.name}_{name}"')

    def place(self, dataset):
        return self.folder / dataset.name, self.database(dataset.name)

    def script(self, dataset, statements):
        subprocess.run(["psql", self.place(dataset)[1], "-q", "-v", "ON_ERROR_STOP=1", "-c", statements], check=True)

    def empty(self):
        self.drop("empty")
        return self.folder / "empty", self.database("empty")

    def scratch(self, dataset):
        self.drop("scratch")
        folder = self.folder / "scratch"
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(self.place(dataset)[0], folder)
        return folder, self.database("scratch", f"{self.folder.name}_{dataset.name}")


# The seed's posts have up to 60 comments; these many newest open ones get 1,000 more.
BUSY_POSTS = f"""
CREATE TEMPORARY TABLE busy AS
    SELECT p.post_id, p.created_at FROM posts p JOIN users u ON u.user_id = p.user_id
    WHERE p.visibility = 0 AND p.is_repost = 0 AND u.is_private = 0 ORDER BY p.created_at DESC LIMIT 50;
WITH RECURSIVE numbers (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM numbers WHERE i < 1000),
     people (user_id, r) AS (SELECT user_id, row_number() OVER (ORDER BY user_id) FROM users ORDER BY user_id LIMIT 1000)
INSERT INTO comments (comment_id, post_id, user_id, content, created_at)
    SELECT 'comment_' || substr(b.post_id, 6) || substr(CAST(1000000 + i AS TEXT), 2), b.post_id, people.user_id,
           'The light over the harbour was green when we left it this morning, number ' || i, b.created_at + i * 1000
    FROM numbers CROSS JOIN busy b JOIN people ON people.r = i;
UPDATE posts SET comments_count = comments_count + 1000, comments_total_count = comments_total_count + 1000
    WHERE post_id IN (SELECT post_id FROM busy);
"""

# The ten members with the first tokens hear of 10,000 things each, a minute apart; the newest 200 are unread. The nightly
# clean-up, which would leave 2,000, is put off.
HEARD = """
CREATE TEMPORARY TABLE open_posts AS
    SELECT post_id, row_number() OVER (ORDER BY created_at DESC) AS r FROM posts
    WHERE visibility = 0 AND is_repost = 0 ORDER BY created_at DESC LIMIT 100;
CREATE TEMPORARY TABLE people AS
    SELECT user_id, name, row_number() OVER (ORDER BY user_id) AS r FROM users ORDER BY user_id LIMIT 1000;
CREATE TEMPORARY TABLE present AS SELECT max(created_at) AS at FROM posts;
WITH RECURSIVE numbers (i) AS (SELECT CAST(1 AS BIGINT) UNION ALL SELECT i + 1 FROM numbers WHERE i < 10000)
INSERT INTO notifications (user_id, created_at, notification_id, type, content, read_at, actor_id, related_id, post_id,
                           target_type, target_id)
    SELECT h.user_id, present.at - i * 60000000,
           'notif_' || substr(h.user_id, 6) || substr(CAST(1000000 + i AS TEXT), 2),
           CASE i % 4 WHEN 0 THEN 'comment' WHEN 1 THEN 'follow' WHEN 2 THEN 'mention' ELSE 'reaction' END,
           a.name || CASE i % 4 WHEN 0 THEN ' commented on your post' WHEN 1 THEN ' started following you'
                                WHEN 2 THEN ' mentioned you in a post' ELSE ' reacted ❤️ to your post' END,
           CASE WHEN i > 200 THEN present.at - i * 60000000 + 1000000 END, a.user_id,
           CASE WHEN i % 4 <> 1 THEN p.post_id END, CASE WHEN i % 4 <> 1 THEN p.post_id END,
           CASE WHEN i % 4 = 1 THEN 'user' ELSE 'post' END, CASE WHEN i % 4 = 1 THEN h.user_id ELSE p.post_id END
    FROM numbers CROSS JOIN present CROSS JOIN (SELECT user_id, r FROM people WHERE r <= 10) AS h
    JOIN people a ON a.r = (i * 7 + h.r) % 900 + 20 JOIN open_posts p ON p.r = i % 100 + 1;
INSERT INTO notification_counts (user_id, type, total, unread)
    SELECT user_id, type, count(*), count(*) - count(read_at) FROM notifications GROUP BY user_id, type;
INSERT INTO periodic_jobs (name, interval_us, next_run_at)
    SELECT 'notifications.cleanup', 86400000000, present.at + 2592000000000 FROM present WHERE true
    ON CONFLICT (name) DO UPDATE SET next_run_at = excluded.next_run_at;
"""


def seed(engine, dataset, tokens):
    """Fill the store unless an earlier benchmark left it complete. Sessions end when idle for a week."""
    fill(engine, dataset, tokens)
    heard = engine.place(dataset)[0] / "heard"
    if not heard.exists():
        engine.script(dataset, HEARD)
        heard.touch()


def fill(engine, dataset, tokens):
    folder, url = engine.place(dataset)
    seeded = folder / "seeded"
    if seeded.exists() and time.time() - seeded.stat().st_mtime < 5 * 86_400:
        return
    shutil.rmtree(folder, ignore_errors=True)
    if isinstance(engine, Postgres):
        engine.drop(dataset.name)
        folder, url = engine.place(dataset)
    folder.mkdir(parents=True)
    begin = time.monotonic()
    subprocess.run(
        [BINARY, "seed", "--users", str(dataset.users), "--posts", str(dataset.posts),
         "--follows", str(dataset.follows), "--tokens", str(tokens)],
        env=environment(folder, url), cwd=folder, check=True)
    engine.script(dataset, BUSY_POSTS)
    seeded.touch()
    print(f"seeded {dataset.posts:,} posts, {dataset.users:,} users in {time.monotonic() - begin:.1f} s", flush=True)


def fetch(path, token=None, method="GET"):
    """The answer's headers and its JSON; anything but a 200 is an error."""
    connection = http.client.HTTPConnection("127.0.0.1", PORT, timeout=30)
    with contextlib.closing(connection):
        connection.request(method, path, headers={"Authorization": f"Bearer {token}"} if token else {})
        answer = connection.getresponse()
        body = answer.read()
        if answer.status != 200:
            raise RuntimeError(f"{method} {path}: {answer.status} {body[:300]!r}")
        return answer.headers, json.loads(body)


class Server:
    """A running Grover; `ready_after` says how many seconds it took from exec to a 200 of /api/ready."""

    def __init__(self, place):
        folder, url = place
        folder.mkdir(parents=True, exist_ok=True)
        begin = time.monotonic()
        self.process = subprocess.Popen(
            ["taskset", "-c", SERVER_CORE, BINARY, "serve"], env=environment(folder, url), cwd=folder,
            stdout=subprocess.DEVNULL, stderr=open(folder / "server.log", "w"))
        self.pid = self.process.pid
        while True:
            try:
                fetch("/api/ready")
                break
            except (OSError, http.client.HTTPException, RuntimeError) as reason:
                if self.process.poll() is not None or time.monotonic() - begin > 60:
                    self.process.kill()
                    raise RuntimeError(f"the server does not get ready ({reason}), see {folder}/server.log") from None
                time.sleep(0.002)
        self.ready_after = time.monotonic() - begin

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(40)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
