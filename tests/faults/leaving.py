"""How soon a provider's connection is closed when its client has left: the matrix's cells one after another, against a build without sanitizers."""

import dataclasses

import client_faults
import talk
from rig import Rig
from scenario.values import Mismatch

CONFIG = "retry: {attempts: 1}\n"
MOST = 0.1
TRIES = 5  # the machine may be busy with others: the quickest of them counts
FAULTS = ("FIN", "RST", "half close", "RST held back")


def cells(everything):
    forms = talk.FORMS if everything else ("anthropic",)
    return [cell for cell in client_faults.cells() if cell.fault in FAULTS and cell.phase != "upload" and cell.dialect in forms]


def quickest(rig, cell):
    """None if one of the tries was within the limit; what was wrong with the last one otherwise."""
    fault = None
    for number in range(TRIES):
        try:
            client_faults.play(rig, dataclasses.replace(cell, turn=f"-{number}"))
            return None
        except Mismatch as error:
            fault = str(error)
    return fault


def run(binary, everything, patience, wanted=""):
    results = []
    with Rig(binary, patience, CONFIG, leaving=MOST) as rig:
        client_faults.play(rig, cells(False)[0])
        before = rig.footprint()
        for cell in cells(everything):
            if wanted in cell.name:
                results.append((f"leaving-{cell.name}", quickest(rig, cell)))
        try:
            rig.check_footprint(before, 3)
            results.append(("leaving-nothing-is-left", None))
        except Mismatch as error:
            results.append(("leaving-nothing-is-left", str(error)))
    return results
