#!/usr/bin/env python3
"""The speed table: every row is a ratio to a floor that is taken in the same run. Call it as ./dev bench."""
import argparse
import contextlib
import os
import random
import shutil
import socket
import statistics
import subprocess
import sys
import time
import urllib.parse
from typing import Callable, NamedTuple

import load
from load import measure, resident_mb
from server import BINARY, PORT, ROOT, STORES, Dataset, Postgres, Server, Sqlite, fetch, seed

REQUESTS = ROOT / "build/bench/requests"
FLOOR_PORT, FASTIFY_PORT = PORT + 1, PORT + 2
TOKENS = 1000
QUIET = 4.0  # percent of steal above which a p99 says nothing
REACTIONS = ["like", "love", "wow", "sad", "angry", "care", "haha", "heart"]


class Community(NamedTuple):
    """What the requests are made from: read once from the running server."""

    tokens: list  # (session token, user id)
    readings: list  # (post, session token of somebody who may read it)
    busy_ids: list  # posts with 1,000 comments


def get(path, token=""):
    return f"GET\t{path}\t{token}\t\t"


def post(path, token, fields):
    return f"POST\t{path}\t{token}\tapplication/x-www-form-urlencoded\t{urllib.parse.urlencode(fields)}"


def every_token(path):
    return lambda community, chance: [get(path, token) for token, _ in community.tokens]


def users(community, chance):
    return [get(f"/api/users/{chance.choice(community.tokens)[1]}", token) for token, _ in community.tokens]


def posts(community, chance):
    return [get(f"/api/posts/{post_id}", token) for post_id, token in community.readings]


def page_50(community, chance):
    requests = []
    for token, _ in chance.sample(community.tokens, min(100, len(community.tokens))):
        path = "/api/posts/feed?limit=20"
        for _ in range(49):
            cursor = fetch(path, token)[0]["X-Next-Cursor"]
            if not cursor:
                break  # the store is small
            path = f"/api/posts/feed?limit=20&cursor={urllib.parse.quote(cursor)}"
        requests.append(get(path, token))
    return requests


def new_posts(community, chance):
    words = "the light over the harbour was green when we left it this morning and nobody had slept much".split()
    return [post("/api/posts", token, {"content": " ".join(chance.sample(words, 12)) + f" {number}"})
            for number, (token, _) in enumerate(community.tokens * 5)]


def reactions(community, chance):
    return [post(f"/api/posts/{post_id}/react", token, {"reaction_type": chance.choice(REACTIONS)})
            for post_id, token in chance.choices(community.readings, k=20_000)]


def comments(community, chance):
    return [get(f"/api/posts/{post_id}/comments?limit=20", token) for token, _ in community.tokens
            for post_id in chance.sample(community.busy_ids, 5)]


def new_comments(community, chance):
    return [post(f"/api/posts/{post_id}/comments", token, {"content": f"What a view, number {number}"})
            for number, (post_id, token) in enumerate(chance.choices(community.readings, k=20_000))]


def notifications(community, chance):
    """Of the ten who have 10,000 of them."""
    tokens = [token for token, _ in community.tokens[:10]]
    for token in tokens:
        page = fetch("/api/notifications?limit=20", token)[1]
        if page["total"] < 10_000 or len(page["notifications"]) != 20:
            raise RuntimeError(f"a page of {len(page['notifications'])} of {page['total']} notifications")
    return [get("/api/notifications?limit=20", token) for token in tokens]


COMMON_WORDS = "about every still new day year long morning coffee people train last love small break".split()


def searches(community, chance):
    """Two words that a good part of all posts hold."""
    return [get(f"/api/search?q={'+'.join(chance.sample(COMMON_WORDS, 2))}", token) for token, _ in community.tokens]


LARGE = Dataset(users=1000, posts=2_000_000, follows=50)
SMALL = Dataset(users=1000, posts=20_000, follows=50)
WIDE = Dataset(users=1200, posts=2_000_000, follows=1000)
FEED = "GET /api/posts/feed?limit=20"


class Row(NamedTuple):
    name: str
    dataset: Dataset
    requests: Callable  # (Community, random.Random) -> lines for cycle.lua
    p99: float  # ms
    floor: float = 0  # at least this share of the floor
    feed: float = 0  # at least this share of the FEED row
    writes: bool = False


ROWS = [
    Row("GET /health", LARGE, lambda *_: [get("/health")], 1, floor=0.85),
    Row("GET comments, 20 of 1,000", LARGE, comments, 3, floor=0.25),
    Row("GET /api/auth/me", LARGE, every_token("/api/auth/me"), 2, floor=0.50),
    Row("GET /api/users/{id}", LARGE, users, 2, floor=0.33),
    Row("POST /api/posts/{id}/comments", LARGE, new_comments, 8, floor=0.07, writes=True),
    Row("GET /api/posts/{id}", LARGE, posts, 2, floor=0.33),
    Row(FEED, LARGE, every_token("/api/posts/feed?limit=20"), 3, floor=0.25),
    Row("feed, page 50 by cursor", LARGE, page_50, 5, feed=0.5),
    Row("GET /api/posts/explore?limit=20", LARGE, every_token("/api/posts/explore?limit=20"), 3, floor=0.25),
    Row("feed, 20,000 posts", SMALL, every_token("/api/posts/feed?limit=20"), 3, feed=0.8),
    Row("feed, 1,000 follows", WIDE, every_token("/api/posts/feed?limit=20"), 3, feed=0.8),
    Row("notifications, 20 of 10,000", LARGE, notifications, 3, floor=0.25),
    Row("notifications, 20,000 posts", SMALL, notifications, 3, floor=0.25),
    Row("GET /api/search, two common words", LARGE, searches, 60, floor=0.012),
    Row("search, 20,000 posts", SMALL, searches, 60, floor=0.012),
    Row("GET /api/trending/tags", LARGE, every_token("/api/trending/tags?limit=20"), 5, floor=0.12),
    Row("trending tags, 20,000 posts", SMALL, every_token("/api/trending/tags?limit=20"), 5, floor=0.12),
    Row("GET /api/discover/for-you", LARGE, every_token("/api/discover/for-you"), 5, floor=0.12),
    Row("for-you, 20,000 posts", SMALL, every_token("/api/discover/for-you"), 5, floor=0.12),
    Row("GET /api/discover/trending", LARGE, every_token("/api/discover/trending"), 5, floor=0.12),
    Row("GET /api/trending/creators", LARGE, every_token("/api/trending/creators"), 5, floor=0.12),
    Row("POST /api/posts", LARGE, new_posts, 8, floor=0.08, writes=True),
    Row("POST /api/posts/{id}/react", LARGE, reactions, 8, floor=0.08, writes=True),
]


class Table:
    def __init__(self):
        self.floor = self.fastify = self.feed = None
        self.missed = 0
        print(f"{'':34}{'req/s':>9}{'p50 ms':>8}{'p99 ms':>8}{'CPU us':>8}{'bytes':>8}{'RSS MB':>8}{'steal':>7}"
              f"{'ratio':>8}{'target':>9}  verdict")

    def add(self, name, run, rss, target='', verdict=''):
        ratio = f"{run.rate / self.floor:.3f}" if self.floor else ''
        if run.errors:
            verdict = f"MISS: {run.errors} failed requests"
        self.missed += verdict.startswith("MISS")
        print(f"{name:34}{run.rate:9,.0f}{run.p50:8.2f}{run.p99:8.2f}{run.cpu:8.1f}{run.answer_bytes:8,.0f}{rss:8.0f}"
              f"{run.steal:6.1f}%{ratio:>8}{target:>9}  {verdict}", flush=True)

    def judge(self, row, run, rss):
        # The machine's speed changes by the minute, so even the feed's variants are compared through their floors.
        reached, share, unit = run.rate / self.floor, row.floor, "F"
        if row.name == FEED:
            self.feed = reached
        if row.feed:
            reached, share, unit = reached / (self.feed or reached), row.feed, "feed"
        target = f"{share:g} {unit}"
        problems = []
        if reached < share:
            problems.append(f"{reached:.3f} {unit}")
        if run.p99 > row.p99:
            problems.append(f"p99 over {row.p99:g} ms")
        verdict = 'ok' if not problems else 'MISS: ' + ', '.join(problems)
        if problems and run.steal > QUIET:
            verdict += ' (noisy machine)'
        self.add(row.name, run, rss, target, verdict)

    def fact(self, name, value, limit, unit):
        """A figure that must stay under a limit."""
        verdict = 'ok' if value < limit else 'MISS'
        self.missed += verdict == 'MISS'
        print(f"{name:50}{value:9.2f} {unit:5} under {limit:g}  {verdict}", flush=True)


@contextlib.contextmanager
def child(command, port):
    process = subprocess.Popen(["taskset", "-c", load.SERVER_CORE, *map(str, command)])
    try:
        while True:
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
                break
            if process.poll() is not None:
                raise RuntimeError(f"{command[0]} ended with {process.returncode}")
            time.sleep(0.02)
        yield process.pid
    finally:
        process.terminate()
        process.wait()


def measure_floor(table, options, answer_bytes=200):
    """F, or what is left of it when the answer is as long as a page: more is not to be had with a page."""
    with child([ROOT / "build/release/bench_floor", FLOOR_PORT, answer_bytes], FLOOR_PORT) as pid:
        run = measure(f"http://127.0.0.1:{FLOOR_PORT}/", lambda: [pid], options.seconds, options.runs)
        is_floor = answer_bytes == 200
        if is_floor:
            table.floor = run.rate
        name = "floor F: bare epoll" if is_floor else "bare epoll"
        table.add(f"{name}, {answer_bytes:,} bytes", run, resident_mb(pid))


def measure_fastify(table, options):
    with child(["node", ROOT / "bench/fastify/server.js", FASTIFY_PORT], FASTIFY_PORT) as pid:
        run = measure(f"http://127.0.0.1:{FASTIFY_PORT}/", lambda: [pid], options.seconds, options.runs)
        table.fastify = run.rate / table.floor
        table.add("Fastify, constant JSON", run, resident_mb(pid))


def read_community(folder):
    chance = random.Random(2)
    tokens = [tuple(line.split()) for line in (folder / "seed-tokens.txt").read_text().splitlines() if line]
    post_ids, busy_ids, path = [], [], "/api/posts/explore?limit=100"
    for _ in range(50):
        headers, page = fetch(path, tokens[0][0])
        post_ids += [post["post_id"] for post in page]
        busy_ids += [post["post_id"] for post in page if post["comments_count"] >= 1000]
        if not headers["X-Next-Cursor"]:
            break
        path = f"/api/posts/explore?limit=100&cursor={urllib.parse.quote(headers['X-Next-Cursor'])}"
    # Some have blocked each other.
    pairs = [(post_id, chance.choice(tokens)[0]) for post_id in post_ids]
    return Community(tokens, [pair for pair in pairs if may_read(*pair)], busy_ids)


def may_read(post_id, token):
    try:
        fetch(f"/api/posts/{post_id}", token)
        return True
    except RuntimeError:
        return False


def wait_for_search(community):
    """The search index is made from the tables at every start; until then answers are marked as partial."""
    while "X-Search-Partial" in fetch("/api/search?q=anything", community.tokens[0][0])[0]:
        time.sleep(0.2)


def wait_for_rest(pids):
    """What a row that writes leaves behind (notices, search) is not the next one's to pay."""
    for _ in range(120):
        before = load.cpu_of(pids)
        time.sleep(0.25)
        if load.cpu_of(pids) - before < 25_000:  # a tenth of the core
            return


def measure_rows(table, engine, rows, options):
    """All rows of one store with one server, beside a floor of their own; what writes does so in a copy."""
    dataset, writes = rows[0].dataset, rows[0].writes
    seed(engine, dataset, TOKENS)
    measure_floor(table, options)
    if table.fastify is None:
        measure_fastify(table, options)
    place = engine.scratch(dataset) if writes else engine.place(dataset)
    chance = random.Random(1)
    with Server(place) as server:
        community = read_community(place[0])
        wait_for_search(community)
        pids = lambda: [server.pid, *engine.database_processes()]
        for row in rows:
            wait_for_rest(pids())
            requests_file = REQUESTS / "current.tsv"
            requests_file.write_text("\n".join(row.requests(community, chance)) + "\n")
            run = measure(f"http://127.0.0.1:{PORT}/", pids, options.seconds, options.runs, requests_file)
            table.judge(row, run, resident_mb(server.pid))
            if row.name == FEED:
                measure_floor(table, options, round(run.answer_bytes))


def measure_start(table, engine, dataset):
    seed(engine, dataset, TOKENS)
    waits = []
    for _ in range(3):
        with Server(engine.place(dataset)) as server:
            waits.append(server.ready_after)
    table.fact(f"start to ready, {dataset.posts:,} posts", statistics.median(waits), 0.5, "s")
    with Server(engine.empty()) as server:
        for _ in range(100):
            fetch("/api/health")
        table.fact("resident memory, empty store", resident_mb(server.pid), 80, "MB")
    table.fact("size of the binary", BINARY.stat().st_size / 1e6, 40, "MB")


def grouped(rows):
    groups = {}
    for row in rows:
        groups.setdefault((row.dataset, row.writes), []).append(row)
    return groups.values()


def main():
    parser = argparse.ArgumentParser(prog="./dev bench", description=__doc__)
    parser.add_argument("--db", choices=["sqlite", "postgres"], default="sqlite")
    parser.add_argument("--only", default="", help="rows whose name contains this, such as: feed")
    parser.add_argument("--seconds", type=int, default=5, help="of one run (default 5)")
    parser.add_argument("--runs", type=int, default=3, help="of which the median counts (default 3)")
    parser.add_argument("--reseed", action="store_true", help="forget the stores of earlier benchmarks")
    parser.add_argument("--posts", type=int, default=LARGE.posts, help="of the large store, for a quick look")
    options = parser.parse_args()

    if options.db == "postgres" and "GROVER_TEST_POSTGRES" not in os.environ:
        # The database shares the server's core: the row says what one core of the whole costs.
        os.environ["GROVER_POSTGRES_BUFFERS"] = "1GB"
        os.execvp("taskset", ["taskset", "-c", load.SERVER_CORE, ROOT / "tools/with_postgres",
                              "--data", ROOT / "build/bench/postgres", sys.executable, *sys.argv])
    for target in ("grover", "bench_floor"):
        subprocess.run([ROOT / "dev", "build", "release", target], check=True, stderr=subprocess.DEVNULL)
    if options.reseed:
        shutil.rmtree(STORES, ignore_errors=True)
    REQUESTS.mkdir(parents=True, exist_ok=True)
    engine = Postgres() if options.db == "postgres" else Sqlite()

    rows = [row._replace(dataset=row.dataset._replace(posts=options.posts)) if row.dataset.posts == LARGE.posts else row
            for row in ROWS if options.only in row.name]
    print(f"{engine.name}; {options.runs} runs of {options.seconds} s, {load.CONNECTIONS} connections, "
          f"server on core {load.SERVER_CORE}, load on core {load.LOAD_CORE}\n")
    table = Table()
    for group in grouped(rows):
        measure_rows(table, engine, group, options)
    if not options.only:
        print()
        measure_start(table, engine, LARGE._replace(posts=options.posts))
    if table.feed:
        print(f"\nthe feed reaches {table.feed / table.fastify:.2f} of Fastify's constant answer")
    print(f"\n{table.missed} missed" if table.missed else "\nall targets met")


if __name__ == "__main__":
    main()
