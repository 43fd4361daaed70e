"""Plays the cells against one daemon, and then counts: rows, metrics and what is left must agree with what was played."""

import collections
import concurrent.futures
import hashlib
import traceback

import client_faults
import provider_faults
from rig import CLASSES, Rig, eventually, need
from scenario.wire import Reset
from scenario.values import Mismatch

CONFIG = """
listen: {body_timeout: 900ms, header_timeout: 5s, idle_timeout: 2s}
retry: {attempts: 1}
log: {level: info}
"""
SIDES = {"provider": provider_faults, "client": client_faults}
SHORT_SHARE = 3
WORKERS = 6


def all_cells():
    return [cell for side in SIDES.values() for cell in side.cells()]


def sampled(cells, share):
    """Of each fault and phase one cell in `share`, the same ones each time, spread over forms and dialects."""
    groups = collections.defaultdict(list)
    for cell in cells:
        groups[(cell.side, cell.fault, cell.phase)].append(cell)
    chosen = []
    for group in groups.values():
        group.sort(key=lambda cell: hashlib.sha256(cell.name.encode()).digest())
        chosen += group[: max(1, len(group) // share)]
    return chosen


def play(rig, cell):
    """What the cell came to, or what was wrong."""
    try:
        return SIDES[cell.side].play(rig, cell), None
    except (Mismatch, OSError, TimeoutError, Reset) as error:
        return None, f"{type(error).__name__}: {error}"
    except Exception:
        return None, traceback.format_exc()


def play_all(rig, cells):
    with concurrent.futures.ThreadPoolExecutor(WORKERS) as pool:
        return list(zip(cells, pool.map(lambda cell: play(rig, cell), cells)))


def check_rows(rig, played):
    """One row for each cell, with its class and error."""
    wanted = {cell.name: outcome for cell, (outcome, _) in played if outcome}
    need(eventually(lambda: len(rig.rows("SELECT id FROM request")) >= len(played), 5), "rows are missing in the database")
    rows = {row["request"]: row for row in rig.rows()}
    for name, outcome in wanted.items():
        row = rows.get(name)
        need(row, f"{name}: no row")
        found = (CLASSES[row["class"]], row["error"])
        need(found == (outcome.group, outcome.code), f"{name}: the row says {found}, expected {(outcome.group, outcome.code)}")


def check_metrics(rig, played):
    """Requests by class and errors by code are exactly what was played."""
    samples = rig.metrics()
    groups, codes = collections.Counter(), collections.Counter()
    for sample, value in samples.items():
        if sample[0] == "tokenpak_requests_total":
            groups[sample[3]] += int(value)
        if sample[0] == "tokenpak_errors_total":
            codes[sample[1]] += int(value)
    outcomes = [outcome for _, (outcome, _) in played]
    need(+groups == collections.Counter(outcome.group for outcome in outcomes), f"requests by class: {dict(groups)}")
    need(+codes == collections.Counter(outcome.code for outcome in outcomes if outcome.code), f"errors by code: {dict(codes)}")


def check(name, function, *arguments):
    try:
        function(*arguments)
        return name, None
    except Mismatch as error:
        return name, str(error)


def run(binary, everything, patience, wanted="", share=SHORT_SHARE, **more):
    """(name, fault or None) of each cell and of the checks at the end; `more` is for the rig."""
    cells = [cell for cell in all_cells() if wanted in cell.name]
    if not everything:
        cells = sampled(cells, share)
    if not cells:
        return []
    results = []
    with Rig(binary, patience, CONFIG, **more) as rig:
        warm = play_all(rig, cells[:: max(1, len(cells) // 40)])
        rig.origin.read.clear()
        before = rig.footprint()
        played = play_all(rig, cells)
        results += [(f"first-{cell.name}", fault) for cell, (_, fault) in warm if fault]
        results += [(cell.name, fault) for cell, (_, fault) in played]
        results += [("matrix-scripts", "; ".join(rig.origin.faults) or None)]
        results.append(check("matrix-nothing-is-left", rig.check_footprint, before, 4, 6))
        results.append(check("matrix-rows", check_rows, rig, warm + played))
        if not any(fault for _, fault in results):
            results.append(check("matrix-metrics", check_metrics, rig, warm + played))
    return results
