"""Windows of load in turns over the proxies, and the CPU of each compared with the nginx windows on both sides."""

import statistics


class Series:
    """Figures of one proxy, and for each the ratio to nginx beside it."""

    def __init__(self):
        self.figures, self.ratios = [], []

    def add(self, figure, before, after):
        self.figures.append(figure)
        self.ratios.append(figure / ((before + after) / 2))

    def figure(self):
        return statistics.median(self.figures)

    def ratio(self):
        return statistics.median(self.ratios)

    def spread(self):
        return min(self.ratios), max(self.ratios)


def in_turns(window, ours, nginx, others, rounds):
    """nginx, ours, nginx, another, nginx, ours, ...: {name: Series}; window(proxy) gives one figure."""
    series = {proxy.name: Series() for proxy in (ours, nginx, *others)}
    window(nginx)
    before = window(nginx)
    for _ in range(rounds):
        for proxy in (ours, *others):
            figure = window(proxy)
            after = window(nginx)
            series[proxy.name].add(figure, before, after)
            series["nginx"].add(after, after, after)
            before = after
    return series


def cpu_window(load, unit, seconds, **options):
    """A window whose figure is the proxy's CPU microseconds for one request or event."""

    def window(proxy):
        said = load.run(proxy.port, pid=proxy.pid, seconds=seconds, **options)
        return said["cpu_us"] / said[unit]

    return window
