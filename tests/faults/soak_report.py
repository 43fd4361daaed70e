"""What a soak has measured: one row a second, the slope of the memory, a table of comma separated values and a plot."""

import csv
import pathlib

from rig import need

COLUMNS = ["second", "rss_kb", "descriptors", "turn_p99_ms", "p50_ms", "p99_ms", "requests", "queued", "dropped", "rows", "wrong"]
# What counts as growth begins here, or after a third of a shorter run.
SETTLED = 300
# Judged only when this much was measured behind it; KB a minute that are noise of an allocator.
JUDGED, MOST_SLOPE = 600, 32
TURN = "tokenpak_loop_turn_seconds_bucket"


def share(values, part):
    values = sorted(values)
    return values[min(len(values) - 1, int(len(values) * part))] if values else 0.0


class Sampler:
    """Reads the process from /proc and the rest from its own pages."""

    def __init__(self, rig):
        self.rig = rig
        self.rows = []
        self.turns = {}

    def turn_p99(self, metrics):
        """Of the turns since the last sample, in ms: the upper end of the step of the histogram."""
        now = {sample[-1]: value for sample, value in metrics.items() if sample[0] == TURN}
        fresh = {step: count - self.turns.get(step, 0) for step, count in now.items()}
        self.turns = now
        total = fresh.get("+Inf", 0)
        steps = sorted((float(step), count) for step, count in fresh.items() if step != "+Inf")
        return next((step * 1000 for step, count in steps if count >= 0.99 * total), steps[-1][0] * 1000 if steps else 0)

    def take(self, second, latencies, requests, wrong):
        pid = self.rig.process.child.pid
        resident = int(pathlib.Path(f"/proc/{pid}/statm").read_text(encoding="ascii").split()[1]) * 4
        descriptors = sum(1 for _ in pathlib.Path(f"/proc/{pid}/fd").iterdir())
        store = self.rig.json_at("/stats")["store"]
        p50, p99 = share(latencies, 0.5) * 1000, share(latencies, 0.99) * 1000
        turn = self.turn_p99(self.rig.metrics())
        self.rows.append([second, resident, descriptors, turn, p50, p99, requests, store["queued"], store["dropped"], store["rows"], wrong])

    def column(self, name):
        return [row[COLUMNS.index(name)] for row in self.rows]

    def settled(self):
        return min(SETTLED, len(self.rows) // 3)

    def slope(self):
        """Least squares over what is settled, in KB a minute."""
        points = [(row[0] / 60, row[1]) for row in self.rows[self.settled() :]]
        x = sum(point[0] for point in points) / len(points)
        y = sum(point[1] for point in points) / len(points)
        spread = sum((point[0] - x) ** 2 for point in points)
        return sum((point[0] - x) * (point[1] - y) for point in points) / spread if spread else 0.0

    def check_slope(self):
        if len(self.rows) - self.settled() >= JUDGED:
            need(self.slope() <= MOST_SLOPE, f"memory grows by {self.slope():.0f} KB a minute")


def summary(sampler, outcomes, failures):
    total = sum(outcomes.values())
    errors = ", ".join(f"{code or group} {count}" for (group, code), count in sorted(outcomes.items()) if group != "ok")
    resident, descriptors = sampler.column("rss_kb"), sampler.column("descriptors")
    return [
        f"{len(sampler.rows)} s, {total} requests, {outcomes[('ok', '')]} of them ok; ordered errors: {errors}",
        f"RSS {resident[0]} KB at first, {max(resident)} at most, {resident[-1]} at the end; {sampler.slope():+.1f} KB a minute after {sampler.settled()} s",
        f"descriptors {min(descriptors)} to {max(descriptors)}; store: queue {max(sampler.column('queued'))} at most, {sampler.column('dropped')[-1]} dropped",
        f"turn of the loop p99 {share(sampler.column('turn_p99_ms'), 0.5):.2f} ms (median second), {max(sampler.column('turn_p99_ms')):.2f} ms (worst second)",
        f"latency p50 {share(sampler.column('p50_ms'), 0.5):.1f} ms, p99 {share(sampler.column('p99_ms'), 0.5):.1f} ms (median second)",
        f"unexplained: {len(failures)}",
    ]


PANELS = [("rss_kb", "RSS, MB", 1 / 1024), ("descriptors", "descriptors", 1), ("p99_ms", "p99 of whole and streamed requests, ms", 1), ("turn_p99_ms", "p99 of the loop's turns, ms", 1)]
WIDE, HIGH, LEFT, GAP = 760, 120, 50, 36


def panel(sampler, name, title, scale, top):
    values = [value * scale for value in sampler.column(name)]
    most = max(values) * 1.1 or 1.0
    step = WIDE / max(1, len(values) - 1)
    line = " ".join(f"{LEFT + i * step:.1f},{top + HIGH - value / most * HIGH:.1f}" for i, value in enumerate(values))
    yield f'<rect x="{LEFT}" y="{top}" width="{WIDE}" height="{HIGH}" fill="none" stroke="#bbb"/>'
    yield f'<text x="{LEFT}" y="{top - 6}">{title}</text>'
    yield f'<text x="{LEFT - 6}" y="{top + 10}" text-anchor="end">{most:.3g}</text><text x="{LEFT - 6}" y="{top + HIGH}" text-anchor="end">0</text>'
    yield f'<polyline points="{line}" fill="none" stroke="#1769aa"/>'


def plot(sampler):
    high = len(PANELS) * (HIGH + GAP) + 40
    yield f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDE + LEFT + 20}" height="{high}" font-family="sans-serif" font-size="12">'
    yield f'<rect width="{WIDE + LEFT + 20}" height="{high}" fill="white"/>'
    for number, (name, title, scale) in enumerate(PANELS):
        yield from panel(sampler, name, title, scale, 24 + number * (HIGH + GAP))
    yield f'<text x="{LEFT + WIDE}" y="{high - 12}" text-anchor="end">{len(sampler.rows)} seconds</text></svg>'


def write(folder, sampler, outcomes, failures, log):
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "soak.csv").open("w", newline="") as file:
        csv.writer(file).writerows([COLUMNS, *([f"{value:.3f}" if isinstance(value, float) else value for value in row] for row in sampler.rows)])
    (folder / "soak.svg").write_text("\n".join(plot(sampler)) + "\n")
    (folder / "daemon.log").write_text(log)
    lines = summary(sampler, outcomes, failures)
    (folder / "summary.txt").write_text("\n".join([*lines, *failures]) + "\n")
    print("\n".join([*lines, *failures[:20]]))
