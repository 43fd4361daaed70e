"""Rows of the result, on the terminal and as Markdown between two marks of a page."""

import dataclasses
import re

HEADINGS = ("measure", "ours", "nginx", "haproxy", "ratio (min-max)", "bar", "met")
BEGIN, END = "<!-- figures: written by scripts/bench -->", "<!-- end of figures -->"


@dataclasses.dataclass
class Row:
    measure: str
    ours: str
    nginx: str = ""
    haproxy: str = ""
    ratio: str = ""
    bar: str = ""
    met: str = ""

    def cells(self):
        return [getattr(self, field.name) for field in dataclasses.fields(self)]


def verdict(value, bar):
    return "yes" if value <= bar else "no"


def compared(measure, unit, series, bar):
    """A row of figures in microseconds and our ratio to nginx."""
    low, high = series["tokenpak"].spread()
    others = {name: f"{series[name].figure():.1f}" for name in ("nginx", "haproxy") if name in series}
    haproxy = f"{others['haproxy']} ({series['haproxy'].ratio():.2f})" if "haproxy" in others else ""
    ratio = series["tokenpak"].ratio()
    return Row(f"{measure}, CPU us/{unit}", f"{series['tokenpak'].figure():.1f}", others["nginx"], haproxy,
               f"{ratio:.2f} ({low:.2f}-{high:.2f})", f"<= {bar}", verdict(ratio, bar))  # fmt: skip


def markdown(rows):
    lines = ["| " + " | ".join(HEADINGS) + " |", "|" + "---|" * len(HEADINGS)]
    return "\n".join(lines + ["| " + " | ".join(row.cells()) + " |" for row in rows]) + "\n"


def plain(rows):
    cells = [HEADINGS, *(row.cells() for row in rows)]
    widths = [max(len(row[column]) for row in cells) for column in range(len(HEADINGS))]
    return "\n".join("  ".join(text.ljust(width) for text, width in zip(row, widths)).rstrip() for row in cells)


def write_page(path, text):
    """Puts the text between the marks of a page; a page without marks becomes the text."""
    page = path.read_text("utf-8") if path.exists() else f"{BEGIN}\n{END}\n"
    pattern = re.compile(f"{re.escape(BEGIN)}.*{re.escape(END)}", re.S)
    path.write_text(pattern.sub(lambda _: f"{BEGIN}\n{text}{END}", page), "utf-8")
