"""Text to count: what lies on this machine, what tokens of many scripts make, and random strings. The same for the same seed."""

import json
import pathlib
import random
import re
import sysconfig

import tables

ROOT = pathlib.Path(__file__).resolve().parents[2]
STDLIB = pathlib.Path(sysconfig.get_paths()["stdlib"])
MESSAGE = 8000

FOLDERS = [  # corpus, folder, patterns
    ("python", STDLIB, ["*.py"]),
    ("c", pathlib.Path("/usr/include"), ["*.h"]),
    ("our-c", ROOT / "src", ["*.c", "*.h"]),
    ("shell", pathlib.Path("/usr/bin"), ["*.sh"]),
    ("perl", pathlib.Path("/usr/share/perl"), ["*.pm", "*.pl"]),
    ("javascript", pathlib.Path("/usr/share/nodejs"), ["*.js", "*.ts"]),
    ("cmake", pathlib.Path("/usr/share"), ["*.cmake"]),
    ("markdown", ROOT, ["docs/**/*.md", "src/*/*.md"]),
    ("json", ROOT / "tests", ["**/*.json", "**/*.txt"]),
    ("prose", pathlib.Path("/usr/share/doc"), ["copyright", "README*", "NEWS*"]),
    ("locales", pathlib.Path("/usr/share/i18n/locales"), ["*"]),
]
SCRIPTS = {  # a word of these scripts is a token that has a letter of them
    "chinese": "[\u4e00-\u9fff]", "japanese": "[\u3040-\u30ff]", "korean": "[\uac00-\ud7a3]", "arabic": "[\u0600-\u06ff]",
    "hindi": "[\u0900-\u097f]", "thai": "[\u0e00-\u0e7f]", "cyrillic": "[\u0400-\u04ff]", "greek": "[\u0370-\u03ff]",
    "emoji": "[\U0001f300-\U0001faff\u2600-\u27bf]", "latin": "[\u00c0-\u024f]",
}  # fmt: skip
NAMES = ["GET", "POST", "worker", "cache", "timeout", "retry", "upstream", "session", "queue", "commit"]


def files(folder, patterns, size):
    """The texts of a folder's files, in the order of their names, up to a size."""
    seen = 0
    for pattern in patterns:
        for path in sorted(folder.rglob(pattern) if "/" not in pattern else folder.glob(pattern)):
            if seen >= size:
                return
            if path.is_file() and path.stat().st_size < 1 << 20:
                data = path.read_bytes()
                seen += len(data)
                yield data


def words_of(script):
    found = []
    for token in sorted(tables.ranks("o200k")):
        try:
            text = token.decode()
        except UnicodeDecodeError:
            continue
        if re.search(SCRIPTS[script], text):
            found.append(text)
    return found


def written(script, size, rng):
    words, parts, length = words_of(script), [], 0
    while length < size:
        parts.append(rng.choice(words) + rng.choice(["", "", "", " ", " ", ", ", ". ", "\n", "、", "。", " 2024 ", "!"]))
        length += len(parts[-1].encode())
    return "".join(parts).encode()


def logs(size, rng):
    lines, length = [], 0
    while length < size:
        stamp = f"2025-{rng.randint(1, 12):02}-{rng.randint(1, 28):02}T{rng.randint(0, 23):02}:{rng.randint(0, 59):02}:07.{rng.randint(0, 999):03}Z"
        line = f"{stamp} {rng.choice(['INFO', 'WARN', 'ERROR'])} [{rng.choice(NAMES)}-{rng.randint(1, 99)}] {rng.choice(NAMES)} "
        line += f"id={rng.getrandbits(64):016x} took {rng.random() * 900:.3f}ms\n"
        lines.append(line)
        length += len(line)
    return "".join(lines).encode()


def records(size, rng):
    rows = []
    for i in range(size // 90):
        rows.append({"id": i, "name": rng.choice(NAMES), "value": rng.random(), "tags": rng.sample(NAMES, 2), "ok": rng.random() < 0.5})
    return json.dumps(rows, indent=1).encode()


def corpora(size, rng):
    """(name, bytes) of about `size` bytes each, less where the machine has less."""
    for name, folder, patterns in FOLDERS:
        data = b"\n".join(files(folder, patterns, size))[: size + MESSAGE]
        if data:
            yield name, data
    yield "logs", logs(size, rng)
    yield "records", records(size, rng)
    for script in SCRIPTS:
        yield script, written(script, size, rng)


def messages(data):
    """Cut anywhere, inside of characters too."""
    return [data[at : at + MESSAGE] for at in range(0, len(data), MESSAGE)]


SPACES = [" ", " ", " ", "  ", "\n", "\r\n", "\t", "\u00a0", "\u2028", "\u3000", "\u0085", "\x0b", "   \n\n  "]
TAILS = ["'s", "'S", "'ſ", "'ll", "'LL", "'lL", "'Ve", "'re", "'t", "'d", "'m", "'x", "’s", "'", "''s"]
SIGNS = ["/", "//\n", "...", "!", "?\r\n", "—", "€", "™", "_", "{", "}\n", '"', "<|endoftext|>", "<|im_start|>", "-", "+"]
MARKS = ["\u0301", "\u0327", "\u093c", "\u094d", "\u0e49", "\u3099", "\u200d", "\ufe0f", "\u05b0", "\u0323"]
ODD = ["\u0000", "\u200b", "\ufeff", "\ue000", "\U000e0001", "\uffff", "\u1100\u1161\u11a8", "ﬁ", "Ⅷ", "²", "ｶﾞ", "Å", "\U00011f02", "\U0001ccd6"]


def random_point(rng):
    top = rng.choice([0x7F, 0x24F, 0x7FF, 0x1FFF, 0x30FF, 0x9FFF, 0xFFFF, 0x1FFFF, 0x10FFFF])
    point = rng.randint(0, top)
    return chr(point) if not 0xD800 <= point < 0xE000 else "\ufffd"


def letters(rng, least, most):
    alphabet = rng.choice(["abcdefgh", "ABCXYZ", "aA", "eéèE", "日本語の文字", "абв", "กขค", "अआक", "ǅʰß"])
    return "".join(rng.choice(alphabet) for _ in range(rng.randint(least, most)))


def piece(rng, tokens):
    kind = rng.randint(0, 11)
    if kind < 3:
        return rng.choice(tokens).decode("utf-8", "replace")
    if kind < 5:
        return letters(rng, 1, 9)
    if kind == 5:
        return str(rng.randint(0, 10 ** rng.randint(1, 9))) + rng.choice(["", "", "½", "٣", "．"])
    if kind == 6:
        return "".join(random_point(rng) for _ in range(rng.randint(1, 4)))
    return rng.choice((SPACES, TAILS, SIGNS, MARKS, ODD)[kind - 7])


def broken(data, rng):
    """A few bytes of it changed or left out."""
    data = bytearray(data)
    for _ in range(rng.randint(1, 4)):
        if data:
            at = rng.randrange(len(data))
            data[at : at + rng.randint(0, 1)] = bytes([rng.choice([0x80, 0xC3, 0xE2, 0xED, 0xF0, 0xFF, rng.randrange(256)])])
    return bytes(data)


def run(rng):
    unit = rng.choice(["a", " ", "\n", "=", "ab", "ha", "\t", "-", "é", "😀", "0", "/", " \n", "AAAb", "日", "\u0301", "zq"])
    return (unit * rng.randint(1, rng.choice([20, 200, 3000])))[:3000]


def random_string(rng, tokens):
    kind = rng.randint(0, 19)
    if kind == 0:
        text = run(rng) + piece(rng, tokens)
    elif kind == 1:
        text = letters(rng, 60, rng.choice([100, 400, 3000]))
    elif kind == 2:
        text = "".join(random_point(rng) for _ in range(rng.randint(1, 60)))
    else:
        text = "".join(piece(rng, tokens) for _ in range(rng.randint(1, 24)))
    data = text.encode()
    return broken(data, rng) if rng.random() < 0.15 else data


def random_strings(count, rng, table):
    tokens = sorted(tables.ranks(table))
    return (random_string(rng, tokens) for _ in range(count))
