"""The reference for each vocabulary: tiktoken, or Hugging Face's tokenizers, with the ranks of the committed tables. Nothing is downloaded."""

import tables
import tiktoken
import unicodedata2
from tiktoken_ext import openai_public
from tokenizers import Regex, Tokenizer, models, normalizers, pre_tokenizers

GPT2 = r"""'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"""
TEKKEN = (
    r"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+"
    r"|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*"
    r"|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+"
)
QWEN = (
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
)
DEEPSEEK = (
    r"\p{N}{1,3}",
    "[一-龥\u3040-ゟ゠-ヿ]+",
    r"""[!"#$%&'()*+,\-./:;<=>?@\[\\\]^_`{|}~][A-Za-z]+|[^\r\n\p{L}\p{P}\p{S}]?[\p{L}\p{M}]+| ?[\p{P}\p{S}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+""",
)


def openai_pattern(name):
    """The pattern of tiktoken's own definition, which is kept from loading its ranks."""
    openai_public.load_tiktoken_bpe = lambda *_, **__: {}
    return getattr(openai_public, name)()["pat_str"]


class Tiktoken:
    def __init__(self, name, pattern, ranks, form=None):
        self.encoding = tiktoken.Encoding(name, pat_str=pattern, mergeable_ranks=ranks, special_tokens={})
        self.form = form

    def ids(self, text):
        return self.encoding.encode_ordinary(unicodedata2.normalize(self.form, text) if self.form else text)

    def count(self, text):
        return len(self.ids(text))


def byte_letters():
    plain = [*range(33, 127), *range(161, 173), *range(174, 256)]
    others = [byte for byte in range(256) if byte not in plain]
    return {byte: chr(byte) for byte in plain} | {byte: chr(256 + i) for i, byte in enumerate(others)}


class HuggingFace:
    def __init__(self, table, patterns, normalizer=None):
        letters = byte_letters()
        write = lambda token: "".join(letters[byte] for byte in token)
        found = sorted(tables.entries(table), key=lambda entry: entry[1])
        vocab = {write(token): rank for token, rank, _ in found}
        merges = [(write(token[:split]), write(token[split:])) for token, _, split in found if split]
        self.tokenizer = Tokenizer(models.BPE(vocab=vocab, merges=merges))
        if normalizer:
            self.tokenizer.normalizer = normalizer
        splits = [pre_tokenizers.Split(Regex(pattern), "isolated") for pattern in patterns]
        self.tokenizer.pre_tokenizer = pre_tokenizers.Sequence([*splits, pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)])

    def count(self, text):
        return len(self.tokenizer.encode(text, add_special_tokens=False).ids)


MAKERS = {
    "o200k_base": lambda: Tiktoken("o200k", openai_pattern("o200k_base"), tables.ranks("o200k")),
    "o200k_harmony": lambda: Tiktoken("harmony", openai_pattern("o200k_harmony"), tables.ranks("o200k")),
    "cl100k_base": lambda: Tiktoken("cl100k", openai_pattern("cl100k_base"), tables.ranks("cl100k")),
    "p50k_base": lambda: Tiktoken("p50k", openai_pattern("p50k_base"), tables.ranks("p50k")),
    "r50k_base": lambda: Tiktoken("r50k", openai_pattern("r50k_base"), tables.ranks("p50k", 50256)),
    "claude2": lambda: Tiktoken("claude2", GPT2, tables.ranks("claude2"), "NFKC"),
    "qwen": lambda: HuggingFace("qwen", [QWEN], normalizers.NFC()),
    "deepseek": lambda: HuggingFace("deepseek", DEEPSEEK),
    "tekken": lambda: Tiktoken("tekken", TEKKEN, tables.ranks("tekken")),
}
