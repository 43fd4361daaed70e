"""Memory that is limited, by the config and by the system: what does not fit is refused, and nobody else suffers."""

import shutil

import talk
from load import hold_open
from pressure import reloads, status_of
from rig import Rig, Skip, eventually, need

UPLOAD = 3 << 20
MOST = 40 << 20
SPACE = 1 << 30


def was_refused(sock, seconds=0.05):
    """Whether this unfinished upload has been told that there is no memory for it."""
    sock.settimeout(seconds)
    try:
        return b"own_overloaded" in sock.recv(65536)
    except OSError:
        return False


def memory(binary, everything, patience):
    """Bodies that pass listen.max_memory together are refused; others are served meanwhile, and afterwards all is as before."""
    with Rig(binary, patience, f"listen: {{max_memory: {MOST}, body_timeout: 30s}}") as rig:
        need(status_of(rig, "first") == (200, None), "not served at first")
        head = talk.head_bytes("POST", "/openai/v1/chat/completions", "held", UPLOAD + 1)
        held = []
        for number in range(40):
            held += hold_open(rig.port, 1, head.replace(b"held", b"held-%d" % number) + b" " * UPLOAD)
        told = eventually(lambda: any(was_refused(sock) for sock in held), 5 * patience)
        need(told, f"{len(held)} bodies of {UPLOAD} bytes, and none was refused")
        need(rig.process.get("/health")[0] == 200, "/health does not answer")
        for sock in held:
            sock.close()
        need(eventually(lambda: status_of(rig, "after") == (200, None), 5 * patience), "not served after the memory was free")
        need(rig.metrics().get(("tokenpak_errors_total", "own_overloaded")), "the refusal is not counted")


def address_space(binary, everything, patience):
    """RLIMIT_AS: half of it is what requests may take together; bodies beyond it are refused, and nobody else suffers."""
    if not shutil.which("prlimit"):
        raise Skip("there is no prlimit")
    rig = Rig(binary, patience, "listen: {body_timeout: 60s}")
    rig.process.launcher = ["prlimit", f"--as={SPACE}"]
    with rig:
        need(status_of(rig, "first") == (200, None), "not served at first")
        before = rig.footprint()
        body = b" " * (UPLOAD * 5)
        held = []
        for number in range(SPACE // len(body) + 2):
            held += hold_open(rig.port, 1, talk.head_bytes("POST", "/openai/v1/chat/completions", f"as-{number}", len(body) + 1) + body)
            if any(was_refused(sock, 0.001) for sock in held):
                break
        else:
            need(eventually(lambda: any(was_refused(sock) for sock in held), 5 * patience), f"{len(held)} bodies of {len(body)} bytes, and none was refused")
        need(status_of(rig, "meanwhile")[0] in (200, 503), "neither served nor refused at the limit")
        for sock in held:
            sock.close()
        need(eventually(lambda: status_of(rig, "after") == (200, None), 5 * patience), "not served after the memory was free")
        rig.check_footprint(before, 8)


CASES = {"memory-full": memory, "address-space": address_space, "reloads-flat": reloads}
