"""Writes the model files that shiji's encoder reads (format: src/recognise/container.rs).

    write_model(path, config, tensors)

`config` has the keys `layers hidden heads ffn positions eps vocabulary features labels`
and, optionally, `bigrams` (rows of the tables of character pairs) and `meta` (any JSON object).
`tensors` maps these names to float arrays, matrices as [out, in]:

    emb.char [vocabulary, hidden]   emb.pos [positions, hidden]   emb.feature [features, hidden]
    emb.bigram emb.bigram2 [bigrams, hidden] (only if there are any)
    emb.ln.w emb.ln.b [hidden]
    layer{i}.qkv.w [3 * hidden, hidden] (rows: all of Q, all of K, all of V)   layer{i}.qkv.b
    layer{i}.attn_out.w [hidden, hidden]   layer{i}.attn_out.b   layer{i}.attn_ln.w layer{i}.attn_ln.b
    layer{i}.ffn_in.w [ffn, hidden]   layer{i}.ffn_in.b
    layer{i}.ffn_out.w [hidden, ffn]   layer{i}.ffn_out.b   layer{i}.ffn_ln.w layer{i}.ffn_ln.b
    head.w [labels, hidden]   head.b [labels]

The matrices of the layers, `emb.char` and `emb.bigram*` are stored in 8 bits with one scale a
row (`NAME.scale`), the rest as f32. The engine divides the attention scores by the square
root of the head dimension: do not fold that into the weights.
"""

import hashlib
import json
import os
import struct

import numpy as np

MAGIC = b"SHIJIENC"
VERSION = 1
ALIGNMENT = 64


def shapes(config):
    """Name -> shape of every tensor that a model of this configuration has."""
    hidden, ffn = config["hidden"], config["ffn"]
    expected = {
        "emb.char": (len(config["vocabulary"]), hidden),
        "emb.pos": (config["positions"], hidden),
        "emb.feature": (len(config["features"]), hidden),
        "emb.ln.w": (hidden,),
        "emb.ln.b": (hidden,),
        "head.w": (len(config["labels"]), hidden),
        "head.b": (len(config["labels"]),),
    }
    if config.get("bigrams"):
        expected["emb.bigram"] = expected["emb.bigram2"] = (config["bigrams"], hidden)
    linears = {
        "qkv": (3 * hidden, hidden),
        "attn_out": (hidden, hidden),
        "ffn_in": (ffn, hidden),
        "ffn_out": (hidden, ffn),
    }
    for i in range(config["layers"]):
        for name, shape in linears.items():
            expected[f"layer{i}.{name}.w"] = shape
            expected[f"layer{i}.{name}.b"] = shape[:1]
        for name in ("attn_ln", "ffn_ln"):
            expected[f"layer{i}.{name}.w"] = (hidden,)
            expected[f"layer{i}.{name}.b"] = (hidden,)
    return expected


def is_quantised(name):
    """Whether a tensor is stored in 8 bits."""
    return name.startswith(("emb.char", "emb.bigram")) or name.endswith((".qkv.w", ".attn_out.w", ".ffn_in.w", ".ffn_out.w"))


def bigram_rows(left, right, rows):
    """Rows of the pair tables for two neighbours' ids, arrays of 64-bit integers (NumPy or PyTorch).

    A multiplicative hash; `src/recognise/encoder/embedding.rs` computes the same.

    >>> bigram_rows(np.array([0, 1, 2, 8999, 65535]), np.array([0, 2, 1, 17, 65535]), 8192).tolist()
    [0, 1702, 2563, 1169, 3543]
    """
    hashed = (left * 0x9E3779B1 & 0xFFFFFFFF) ^ (right * 0x85EBCA6B & 0xFFFFFFFF)
    return (hashed ^ hashed >> 15) % rows


def quantise(matrix):
    """Symmetric 8 bits with one scale a row: `matrix` is close to `codes * scale[:, None]`."""
    matrix = np.asarray(matrix, np.float32)
    scale = (np.abs(matrix).max(axis=1) / 127).astype(np.float32)
    codes = np.rint(matrix / np.where(scale > 0, scale, 1)[:, None])
    return np.clip(codes, -127, 127).astype(np.int8), scale


def dequantise(matrix):
    """The matrix that the engine really computes with."""
    codes, scale = quantise(matrix)
    return codes.astype(np.float32) * scale[:, None]


def write_model(path, config, tensors):
    """Writes the model file `path`; returns the SHA-256 of its content, which is also inside."""
    expected = shapes(config)
    wrong = set(expected) ^ set(tensors)
    if wrong:
        raise ValueError(f"missing or unexpected tensors: {sorted(wrong)}")

    stored = []
    for name, shape in expected.items():
        array = np.asarray(tensors[name], np.float32)
        if array.shape != shape:
            raise ValueError(f"{name} has shape {array.shape}, the configuration asks for {shape}")
        if not np.isfinite(array).all():
            raise ValueError(f"{name} has values that are not finite")
        if is_quantised(name):
            codes, scale = quantise(array)
            stored += [(name, "i8", codes), (f"{name}.scale", "f32", scale)]
        else:
            stored.append((name, "f32", array))

    table, data = [], bytearray()
    for name, dtype, array in stored:
        table.append({"name": name, "dtype": dtype, "shape": list(array.shape), "offset": len(data)})
        data += np.ascontiguousarray(array, {"i8": "i1", "f32": "<f4"}[dtype]).tobytes()
        data += bytes(-len(data) % ALIGNMENT)

    architecture = {k: config[k] for k in ("layers", "hidden", "heads", "ffn", "positions", "eps")}
    if config.get("bigrams"):
        architecture["bigrams"] = config["bigrams"]
    header = {
        "architecture": architecture,
        "vocabulary": list(config["vocabulary"]),
        "features": list(config["features"]),
        "labels": list(config["labels"]),
        "meta": config.get("meta", {}),
        "tensors": table,
    }
    header = json.dumps(header, ensure_ascii=False, separators=(",", ":")).encode()
    header += b" " * (-len(header) % ALIGNMENT)
    payload = header + bytes(data)
    digest = hashlib.sha256(payload)
    prefix = MAGIC + struct.pack("<IIQ", VERSION, len(header), len(payload)) + digest.digest() + bytes(8)

    partial = f"{path}.partial"
    with open(partial, "wb") as file:
        file.write(prefix)
        file.write(payload)
    os.replace(partial, path)
    return digest.hexdigest()


def read_model(path):
    """Reads a model file back as (header, {name: array}), the 8-bit tensors dequantised."""
    with open(path, "rb") as file:
        content = file.read()
    version, header_length, length = struct.unpack_from("<IIQ", content, 8)
    payload = content[64:]
    if content[:8] != MAGIC or version != VERSION or length != len(payload):
        raise ValueError(f"{path} is no model of version {VERSION}, or truncated")
    if hashlib.sha256(payload).digest() != content[24:56]:
        raise ValueError(f"{path} is damaged")
    header = json.loads(payload[:header_length])
    raw = {}
    for entry in header["tensors"]:
        dtype = {"i8": "i1", "f32": "<f4"}[entry["dtype"]]
        count = int(np.prod(entry["shape"]))
        array = np.frombuffer(payload, dtype, count, header_length + entry["offset"])
        raw[entry["name"]] = array.reshape(entry["shape"])
    tensors = {}
    for name, array in raw.items():
        if name.endswith(".scale"):
            continue
        if is_quantised(name):
            array = array.astype(np.float32) * raw[f"{name}.scale"][:, None]
        tensors[name] = array
    return header, tensors
