"""What the store promises when the process, the disk or another program fails it."""

import os
import random
import shutil
import sqlite3
import subprocess
import tempfile
import time

from load import Load
from rig import Rig, Skip, eventually, need, sanitized
from scenario.values import Mismatch

INTERVAL = 0.2
SLACK = 0.4
KILLS = {False: 3, True: 50}
LOCKED = {False: 3, True: 60}
FAKETIME = "/usr/$LIB/faketime/libfaketime.so.1"
RETRY_FULL = 12


def integrity(rig):
    connection = sqlite3.connect(rig.database)
    try:
        found = connection.execute("PRAGMA integrity_check").fetchone()[0]
        need(found == "ok", f"integrity_check: {found}")
    finally:
        connection.close()


def check_rows(rig, must_be_there):
    """Each name once, none missing, none that the provider has not seen; the counters agree with the rows."""
    names = [row["request"] for row in rig.rows("SELECT request FROM request")]
    need(len(names) == len(set(names)), "a request has two rows")
    lost = must_be_there - set(names)
    need(not lost, f"{len(lost)} of {len(must_be_there)} rows are missing, such as {sorted(lost)[:3]}")
    unseen = [name for name in names if rig.origin.read[name] != 1]
    need(not unseen, f"rows of requests that the provider has not read exactly once: {unseen[:3]}")
    counted = rig.rows("SELECT value FROM counter WHERE name='rows'")[0][0]
    need(counted == len(names), f"the counter says {counted} rows, there are {len(names)}")


def check_sums(rig):
    """The sums over all time are those of the rows."""
    rows = len(rig.rows("SELECT id FROM request"))
    total = rig.json_at("/stats?window=all")["requests"]["total"]
    need(total == rows, f"/stats counts {total}, there are {rows} rows")


def killed(binary, everything, patience):
    """kill -9 at random moments under load; the same database each time."""
    with Rig(binary, patience) as rig:
        kept = set()
        for turn in range(KILLS[everything]):
            with Load(rig, prefix=f"kill-{turn}") as load:
                time.sleep((INTERVAL + SLACK) * patience + random.random() * 0.8)
                rig.process.child.kill()
                dead = time.monotonic()
                rig.process.child.wait()
            kept |= load.served(dead - (INTERVAL + SLACK) * patience)
            integrity(rig)
            check_rows(rig, kept)
            rig.process.start()
            check_sums(rig)
        need(len(kept) > 100 * KILLS[everything] / patience / 10, f"only {len(kept)} requests were served")


def locked(binary, everything, patience):
    """Another process holds the write lock for a while: requests are served, and their rows come afterwards."""
    with Rig(binary, patience) as rig:
        with Load(rig, pause=0.01) as load:
            time.sleep(0.5)
            other = sqlite3.connect(rig.database, isolation_level=None)
            other.execute("BEGIN IMMEDIATE")
            time.sleep(LOCKED[everything])
            need(rig.json_at("/stats")["store"]["queued"] > 0, "nothing waits for the lock")
            other.execute("ROLLBACK")
            other.close()
            time.sleep(0.3)
        need(not load.failures(), f"requests failed: {load.failures()}")
        need(eventually(lambda: len(rig.rows("SELECT id FROM request")) == len(load.got), 5 * patience), "rows are missing after the lock")
        need(rig.json_at("/stats")["store"]["dropped"] == 0, "rows were dropped")
        check_rows(rig, load.served())
        integrity(rig)


class SmallDisk:
    """A tmpfs of its own, where only root may make one."""

    def __init__(self, size="2m"):
        if os.geteuid() != 0:
            raise Skip("mounting a small disk needs root")
        self.path = tempfile.mkdtemp(prefix="tokenpak-disk-")
        made = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", self.path], capture_output=True, check=False)
        if made.returncode:
            os.rmdir(self.path)
            raise Skip(f"no tmpfs can be mounted: {made.stderr.decode().strip()}")

    def __enter__(self):
        return self

    def remount(self, how):
        subprocess.run(["mount", "-o", f"remount,{how}", self.path], check=True)

    def __exit__(self, *_):
        subprocess.run(["umount", "-l", self.path], check=False)
        shutil.rmtree(self.path, ignore_errors=True)


def disk_full(binary, everything, patience):
    """Requests are served, wait for room, and are stored when there is some."""
    with SmallDisk() as disk, Rig(binary, patience, store=f"{disk.path}/monitor.db") as rig:
        filler = f"{disk.path}/filler"
        with Load(rig, pause=0.005) as load:
            time.sleep(0.5)
            with open(filler, "wb", buffering=0) as file:
                try:
                    while True:
                        file.write(b"x" * 4096)
                except OSError:
                    pass
            full = eventually(lambda: rig.json_at("/stats")["store"].get("state", "") not in ("", "ok"), 5 * patience)
            need(full, f"the store does not say that the disk is full: {rig.json_at('/stats')['store']}")
            time.sleep(1)
            os.unlink(filler)
        need(not load.failures(), f"requests failed: {load.failures()}")
        stored = eventually(lambda: len(rig.rows("SELECT id FROM request")) == len(load.got), RETRY_FULL * patience)
        store = rig.json_at("/stats")["store"]
        need(stored, f"{len(rig.rows('SELECT id FROM request'))} of {len(load.got)} rows are stored: {store}")
        need(store["dropped"] == 0, f"rows were dropped: {store}")
        check_rows(rig, load.served())
        integrity(rig)


def read_only(binary, everything, patience):
    """A disk that is read-only at start: said so, exit 1, nothing changed; once it can be written all is there."""
    with SmallDisk("16m") as disk, Rig(binary, patience, store=f"{disk.path}/monitor.db") as rig:
        with Load(rig, pause=0.005, prefix="before") as load:
            time.sleep(0.5)
        rig.process.stop()
        disk.remount("ro")
        try:
            rig.process.start()
            raise Mismatch("started with a store it cannot write")
        except Mismatch as error:
            need("ended with 1" in str(error) and "Read-only" in str(error), f"{error}")
        disk.remount("rw")
        rig.process.start()
        check_rows(rig, load.served())
        integrity(rig)


def clock_jumps(binary, everything, patience):
    """A clock that is wrong by days, both ways, between two lives of one database: ids stay unique, rows stay."""
    if not shutil.which("faketime") or sanitized(binary):
        raise Skip("faketime is not installed, or does not go together with a sanitizer")
    with Rig(binary, patience) as rig:
        for turn, shift in enumerate(("+3d", "-3d", "+0d")):
            rig.process.stop()
            # Not by the command faketime, which would be the process that is stopped, and leave the daemon behind.
            rig.process.environment |= {"LD_PRELOAD": FAKETIME, "FAKETIME": shift}
            rig.process.start()
            with Load(rig, prefix=f"clock-{turn}") as load:
                time.sleep(0.5)
            need(not load.failures(), f"requests failed: {load.failures()}")
            need(eventually(lambda load=load: check_contains(rig, load.served()), 3 * patience), "rows are missing")
        integrity(rig)


def check_contains(rig, names):
    return names <= {row["request"] for row in rig.rows("SELECT request FROM request")}


PROCESS = {"killed": killed, "locked": locked}
CLOCK = {"clock-jumps": clock_jumps}
DISK = {"disk-full": disk_full, "read-only": read_only}

