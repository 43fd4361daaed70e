"""What the daemon says about itself at /metrics and /stats."""

import json
import re
import urllib.request


def get(proxy, path):
    with urllib.request.urlopen(f"http://127.0.0.1:{proxy.port}{path}", timeout=60) as reply:
        return reply.read().decode()


def stats(proxy, window=""):
    return json.loads(get(proxy, "/stats" + (f"?window={window}" if window else "")))


def value(text, name):
    """The sum over the label sets of a counter or gauge; 0 when it was never used."""
    return sum(float(number) for number in re.findall(rf"^{name}(?:{{[^}}]*}})? (\S+)$", text, re.M))


def buckets(text, name):
    """{upper bound in seconds: cumulative count} of a histogram without labels; empty when there is none."""
    found = re.findall(rf'^{name}_bucket{{le="([^"]+)"}} (\S+)$', text, re.M)
    return {float(bound.replace("+Inf", "inf")): float(count) for bound, count in found}


def above(after, before, bound):
    """(how many observations above the bound came in between, how many in all)."""
    new = {limit: count - before.get(limit, 0) for limit, count in after.items()}
    total = new.get(float("inf"), 0)
    return total - new.get(bound, total), total
