"""Drive one server with wrk and read from /proc what it cost. Server and load generator have a core each."""
import json
import os
import pathlib
import subprocess
from typing import NamedTuple

HERE = pathlib.Path(__file__).resolve().parent
SERVER_CORE, LOAD_CORE = "0", "1"
CONNECTIONS = 64
TICK = 1_000_000 / os.sysconf("SC_CLK_TCK")  # microseconds


class Run(NamedTuple):
    rate: float  # requests/s
    p50: float  # ms
    p99: float  # ms
    cpu: float  # server microseconds per request
    answer_bytes: float
    steal: float  # share of the machine's time that another tenant took, in percent
    errors: int  # broken connections and answers that are not 2xx


def cpu_of(pids):
    """CPU time so far of these processes and of their dead children, in microseconds."""
    total = 0
    for pid in pids:
        try:
            fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        except FileNotFoundError:
            continue
        total += sum(int(field) for field in fields[11:15])
    return total * TICK


def resident_mb(pid):
    for line in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024
    return 0.0


def machine_ticks():
    fields = [int(field) for field in pathlib.Path("/proc/stat").read_text().split("\n", 1)[0].split()[1:9]]
    return sum(fields), fields[7]


def run_once(url, pids, seconds, requests_file=None):
    """One run of wrk. `pids()` lists the processes whose CPU time counts."""
    environment = {**os.environ, "BENCH_REQUESTS": str(requests_file)} if requests_file else {
        name: value for name, value in os.environ.items() if name != "BENCH_REQUESTS"}
    cpu, (ticks, stolen) = cpu_of(pids()), machine_ticks()
    output = subprocess.run(
        ["taskset", "-c", LOAD_CORE, "wrk", "-t1", f"-c{CONNECTIONS}", f"-d{seconds}", "-s", HERE / "cycle.lua", url],
        env=environment, check=True, capture_output=True, text=True, timeout=seconds + 30).stdout
    cpu, (later_ticks, later_stolen) = cpu_of(pids()) - cpu, machine_ticks()
    result = json.loads(output.partition("RESULT ")[2])
    count = max(result["requests"], 1)
    return Run(
        rate=result["requests"] * 1e6 / result["microseconds"],
        p50=result["p50"] / 1000,
        p99=result["p99"] / 1000,
        cpu=cpu / count,
        answer_bytes=result["bytes"] / count,
        steal=100 * (later_stolen - stolen) / max(later_ticks - ticks, 1),
        errors=result["socket_errors"] + result["refused"],
    )


def measure(url, pids, seconds, runs=3, requests_file=None):
    """Warm up, then the run with the median rate; its steal is the worst of all runs, its errors their sum."""
    run_once(url, pids, max(1, seconds // 3), requests_file)
    taken = sorted((run_once(url, pids, seconds, requests_file) for _ in range(runs)), key=lambda run: run.rate)
    return taken[len(taken) // 2]._replace(
        steal=max(run.steal for run in taken), errors=sum(run.errors for run in taken))
