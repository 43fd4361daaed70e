"""Does a request cost more when many rows are stored, or many clients are connected?"""

import pathlib
import shutil
import sqlite3
import statistics
import time

from load import Load
from table import Row, verdict

DAYS, HOUR_MS, DAY_MS = 60, 3_600_000, 86_400_000
RATE, NOISE = 1000, 1.15
CONNECTIONS = (10, 1000, 10_000)


def first_row(machine, path):
    """A database as the daemon makes it, with one request in it."""
    ours = machine.tokenpak(store=path)
    Load(machine, "chat 888").run(ours.port, connections=1, seconds=0.05)
    machine.stop(ours)


def copy_rows(database, wanted, start):
    """The first row, copied evenly over the weeks since `start`."""
    columns = [row[1] for row in database.execute("PRAGMA table_info(request)") if row[1] != "id"]
    names, values = ", ".join(columns), ", ".join("n.ms" if name == "started_ms" else f"first.{name}" for name in columns)
    step = DAYS * DAY_MS / wanted
    database.execute("CREATE TEMP TABLE first AS SELECT * FROM request LIMIT 1")
    database.execute("DELETE FROM request")
    database.execute(
        f"WITH RECURSIVE n (k, ms) AS (SELECT 0, {start} UNION ALL SELECT k + 1, {start} + CAST((k + 1) * {step} AS INTEGER) FROM n "
        f"WHERE k + 1 < {wanted}) INSERT INTO request (id, {names}) SELECT (n.ms << 20) + (n.k & 1048575), {values} FROM n, first"
    )
    database.execute("UPDATE counter SET value = ? WHERE name = 'rows'", (wanted,))


def copy_sums(database, wanted, start):
    """The sums of the first hour and day, copied to all of those weeks with their share of the requests."""
    columns = [row[1] for row in database.execute("PRAGMA table_info(aggregate)")]
    names = ", ".join(columns)
    database.execute("CREATE TEMP TABLE sums AS SELECT * FROM aggregate WHERE span > 0")
    database.execute("DELETE FROM aggregate")
    for span, length in ((1, HOUR_MS), (2, DAY_MS)):
        count = DAYS * DAY_MS // length
        values = ", ".join({"bucket": "n.k", "ok": str(wanted // count)}.get(name, f"sums.{name}") for name in columns)
        database.execute(
            f"WITH RECURSIVE n (k) AS (SELECT {start // length} UNION ALL SELECT k + 1 FROM n WHERE k + 1 < {start // length + count}) "
            f"INSERT INTO aggregate ({names}) SELECT {values} FROM n, sums WHERE span = {span}"
        )


def filled(machine, count):
    """A database with that many rows, made once and kept beside the build; a copy of it for this run."""
    kept = pathlib.Path(machine.programs) / f"rows-{count}.db"
    if not kept.exists():
        work = machine.home / f"fill-{count}.db"
        first_row(machine, work)
        database, start = sqlite3.connect(work), int((time.time() - DAYS * 86400) * 1000)
        database.execute("PRAGMA synchronous = OFF")
        copy_rows(database, count, start)
        copy_sums(database, count, start)
        database.commit()
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        database.close()
        shutil.move(work, kept)
    copy = machine.home / f"rows-{count}.db"
    shutil.copy(kept, copy)
    return copy


def steady(run, ours, connections):
    """(CPU us/request, p99 in ms) at the fixed rate with that many connections, each used in turn."""
    options = {"rate": RATE, "connections": connections, "warm": connections / RATE + 0.5, "seconds": max(2, run.seconds), "pid": ours.pid}
    said = Load(run.machine, "chat 888").run(ours.port, **options)
    return said["cpu_us"] / said["requests"], said["p99_us"] / 1000


def medians(figures):
    return [statistics.median(column) for column in zip(*figures)]


def rows(run):
    found = []
    for count in run.row_counts:
        path = filled(run.machine, count)
        ours = run.machine.tokenpak(store=path)
        load = Load(run.machine, "chat 888")
        load.run(ours.port, connections=32, seconds=0.5)
        said = [load.run(ours.port, connections=32, seconds=run.seconds, pid=ours.pid) for _ in range(run.rounds)]
        _, p99 = medians(steady(run, ours, 64) for _ in range(3))
        run.machine.stop(ours)
        path.unlink()
        found.append((f"{count:,} rows stored", statistics.median(one["cpu_us"] / one["requests"] for one in said), p99))
    return shown(found, f"CPU us/request at full load, p99 ms at {RATE:,}/s")


def connections(run):
    ours = run.machine.tokenpak()
    Load(run.machine, "chat 888").run(ours.port, connections=32, seconds=0.5)
    said = {count: [] for count in CONNECTIONS}
    for _ in range(3):
        for count in CONNECTIONS:
            said[count].append(steady(run, ours, count))
    run.machine.stop(ours)
    found = [(f"{count:,} client connections in use", *medians(figures)) for count, figures in said.items()]
    return shown(found, f"CPU us/request, p99 ms at {RATE:,}/s")


def shown(found, what):
    """Rows with the CPU's ratio to the first one; what is not more than noise apart counts as flat."""
    base, rows = found[0][1], []
    for name, cpu, p99 in found:
        rows.append(Row(f"{name}: {what}", f"{cpu:.1f} {p99:.2f}", ratio=f"{cpu / base:.2f} of the first", bar=f"<= {NOISE}", met=verdict(cpu / base, NOISE)))
    return rows


MEASURES = {"growth-rows": rows, "growth-connections": connections}
