"""What changes under a running daemon, by a library loaded before libc: the wall clock jumps, and the database's disk turns read-only or breaks."""

import errno
import mmap
import pathlib
import shutil
import struct
import subprocess
import time

from durability import check_rows, integrity
from load import Load
from pressure import cpu_seconds
from rig import Rig, Skip, eventually, need, sanitized

DAY = 86400
# There and back, also across the turn of an hour and far beyond what is kept.
JUMPS = {False: (3 * DAY, -3 * DAY, 0), True: (3600, -3600, 3 * DAY, -3 * DAY, 40 * DAY, -400 * DAY, 0) * 3}
BROKEN = {False: 0.7, True: 10}
CODES = {False: (errno.EROFS,), True: (errno.EROFS, errno.EIO)}
RETRY = 14


class Shimmed(Rig):
    """A rig whose daemon obeys `order`."""

    def __init__(self, binary, patience, **more):
        if sanitized(binary) or not shutil.which("cc"):
            raise Skip("there is no compiler, or the build has a sanitizer, which wants to be loaded first itself")
        super().__init__(binary, patience, **more)
        library, page = self.home / "shim.so", self.home / "orders"
        source = pathlib.Path(__file__).with_name("shim.c")
        subprocess.run(["cc", "-std=gnu11", "-O1", "-shared", "-fPIC", "-o", library, source], check=True)
        page.write_bytes(bytes(16))
        with open(page, "r+b") as file:
            self.page = mmap.mmap(file.fileno(), 16)
        self.process.environment |= {"LD_PRELOAD": str(library), "TP_SHIM": str(page)}

    def order(self, seconds=0, error=0):
        self.page[:] = struct.pack("qq", seconds, error)


def clock_moves(binary, everything, patience):
    """The wall clock jumps while requests run: all are served and stored once, no duration is of the wall clock, nothing spins."""
    with Shimmed(binary, patience) as rig:
        pid, started = rig.process.child.pid, time.time()
        with Load(rig, threads=2, pause=0.01) as load:
            time.sleep(0.3)
            for shift in JUMPS[everything]:
                rig.order(seconds=shift)
                before = cpu_seconds(pid)
                time.sleep(0.4)
                used = cpu_seconds(pid) - before
                need(used < 0.35 * patience, f"{used:.2f} s of CPU in 0.4 s after a jump to {shift} s")
                need(rig.json_at("/stats")["requests"]["in_flight"] <= 3, f"/stats after a jump to {shift} s: {rig.json_at('/stats')}")
        need(not load.failures(), f"requests failed: {list(load.failures().items())[:3]}")
        stored = eventually(lambda: len(rig.rows("SELECT id FROM request")) == len(load.got), 5 * patience)
        need(stored, f"{len(rig.rows('SELECT id FROM request'))} of {len(load.got)} rows are stored: {rig.json_at('/stats')['store']}")
        least, most = rig.rows("SELECT min(started_ms), max(started_ms) FROM request")[0]
        need(most - least > 5 * DAY * 1000, f"the clock did not jump: {least} to {most}, now is {started}")
        shortest, longest = rig.rows("SELECT min(total_ms), max(total_ms) FROM request")[0]
        need(0 <= shortest and longest < 30_000, f"requests took from {shortest} to {longest} ms")
        check_rows(rig, load.served())
        integrity(rig)


def disk_turns(binary, everything, patience):
    """Each write to the database fails for a while: requests are served, the store says it, what is dropped is counted, and then it goes on."""
    with Shimmed(binary, patience) as rig:
        for code in CODES[everything]:
            name = errno.errorcode[code]
            with Load(rig, threads=2, pause=0.01, prefix=name) as load:
                time.sleep(0.3)
                before = counted(rig)
                rig.order(error=code)
                told = eventually(lambda: store_of(rig)["state"] != "ok", 5 * patience)
                need(told, f"the store does not say {name}: {store_of(rig)}")
                time.sleep(BROKEN[everything])
                rig.order()
                need(eventually(lambda: store_of(rig)["state"] == "ok", RETRY * patience), f"not written again: {store_of(rig)}")
            need(not load.failures(), f"requests failed: {list(load.failures().items())[:3]}")
            need(counted(rig) > before, "nothing was stored or dropped")
        with Load(rig, prefix="afterwards") as after:
            time.sleep(0.3)
        told = eventually(lambda: counted(rig) == sum(rig.origin.read.values()), 5 * patience)
        need(told, f"{counted(rig)} rows are stored or counted as dropped, the provider has read {sum(rig.origin.read.values())}: {store_of(rig)}")
        check_rows(rig, after.served())
        integrity(rig)


def store_of(rig):
    return rig.json_at("/stats")["store"]


def counted(rig):
    return len(rig.rows("SELECT id FROM request")) + store_of(rig)["dropped"]


CASES = {"clock-moves": clock_moves, "disk-turns": disk_turns}
