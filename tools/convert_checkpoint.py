#!/usr/bin/env python3
"""Makes model.safetensors of a checkpoint's pytorch_model.bin, for `shiji --backend bert`.

    python3 tools/convert_checkpoint.py FOLDER [--input FILE]

Needs nothing but Python. Reads what `torch.save` writes: the archive of PyTorch 1.6 and later, and the
older stream. Only tensors are read: a file that asks for anything else is refused, nothing in it is run.
Old names of layer normalisation (gamma, beta) become the present ones (weight, bias).
"""
import argparse
import collections
import json
import os
import pickle
import struct
import sys
import zipfile
from pathlib import Path

# storage class of torch -> (dtype in safetensors, bytes of an element)
STORAGES = {
    "DoubleStorage": ("F64", 8), "FloatStorage": ("F32", 4), "HalfStorage": ("F16", 2), "BFloat16Storage": ("BF16", 2),
    "LongStorage": ("I64", 8), "IntStorage": ("I32", 4), "ShortStorage": ("I16", 2), "CharStorage": ("I8", 1),
    "ByteStorage": ("U8", 1), "BoolStorage": ("BOOL", 1),
}
LEGACY_MAGIC = 0x1950A86A20F9469CFC6C
LEGACY_PROTOCOL = 1001


class Refused(Exception):
    """The file is not what was expected."""


Storage = collections.namedtuple("Storage", "key dtype width")
Tensor = collections.namedtuple("Tensor", "storage offset shape")


def rebuild_tensor(storage, offset, shape, stride, *_):
    step = 1
    for size, distance in zip(reversed(shape), reversed(stride)):
        if size != 1 and distance != step:
            raise Refused(f"a tensor {tuple(shape)} with strides {tuple(stride)}: expected one that is stored row by row")
        step *= size
    return Tensor(storage, offset, tuple(shape))


ALLOWED = {
    ("collections", "OrderedDict"): collections.OrderedDict,
    ("torch._utils", "_rebuild_tensor_v2"): rebuild_tensor,
    ("torch._utils", "_rebuild_parameter"): lambda tensor, *_: tensor,
}


class Unpickler(pickle.Unpickler):
    def find_class(self, module, name):
        if module == "torch" and name in STORAGES:
            return name
        if (module, name) not in ALLOWED:
            raise Refused(f"it asks for {module}.{name}: expected a dictionary of tensors (a state_dict)")
        return ALLOWED[module, name]

    def persistent_load(self, identifier):
        # ("storage", class, key, device, elements, ...)
        _, kind, key, *_ = identifier
        dtype, width = STORAGES[kind]
        return Storage(key, dtype, width)


def read_archive(path):
    """Returns the dictionary and a function from a storage to its bytes."""
    archive = zipfile.ZipFile(path)
    [index] = [name for name in archive.namelist() if name.endswith("data.pkl")] or [None]
    if index is None:
        raise Refused("no data.pkl inside: expected an archive of torch.save")
    root = index[: -len("data.pkl")]
    if root + "byteorder" in archive.namelist() and archive.read(root + "byteorder") != b"little":
        raise Refused("it was saved on a big-endian machine")
    state = Unpickler(archive.open(index)).load()
    return state, lambda storage: archive.read(f"{root}data/{storage.key}")


def read_stream(path):
    """The format of PyTorch before 1.6."""
    with open(path, "rb") as file:
        if pickle.load(file) != LEGACY_MAGIC or pickle.load(file) != LEGACY_PROTOCOL:
            raise Refused("not a file of torch.save")
        if not pickle.load(file)["little_endian"]:
            raise Refused("it was saved on a big-endian machine")
        unpickler = Unpickler(file)
        state = unpickler.load()
        widths = {t.storage.key: t.storage.width for t in state.values() if isinstance(t, Tensor)}
        storages = {}
        for key in Unpickler(file).load():
            [elements] = struct.unpack("<q", file.read(8))
            if key not in widths:
                raise Refused(f"storage {key} belongs to no tensor")
            storages[key] = file.read(elements * widths[key])
    return state, lambda storage: storages[storage.key]


def read(path):
    try:
        return read_archive(path) if zipfile.is_zipfile(path) else read_stream(path)
    except (pickle.UnpicklingError, EOFError, KeyError, ValueError, struct.error) as error:
        raise Refused(f"damaged, or not a file of torch.save: {error}") from error


def present_name(name):
    for old, new in ((".gamma", ".weight"), (".beta", ".bias")):
        if name.endswith(old):
            return name[: -len(old)] + new
    return name


def write(path, state, content):
    """Writes the tensors of a state_dict as safetensors; returns how many."""
    tensors = {present_name(name): tensor for name, tensor in state.items() if isinstance(tensor, Tensor)}
    if not tensors:
        raise Refused("no tensors inside: expected a dictionary of tensors (a state_dict)")
    header, at, parts = {"__metadata__": {"format": "pt"}}, 0, []
    for name, (storage, offset, shape) in tensors.items():
        size = storage.width
        for length in shape:
            size *= length
        header[name] = {"dtype": storage.dtype, "shape": list(shape), "data_offsets": [at, at + size]}
        at += size
        parts.append((name, storage, offset * storage.width, size))
    text = json.dumps(header, ensure_ascii=False, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    partial = path.with_name(path.name + ".partial")
    with open(partial, "wb") as file:
        file.write(struct.pack("<Q", len(text)))
        file.write(text)
        for name, storage, start, size in parts:
            data = content(storage)[start : start + size]
            if len(data) != size:
                raise Refused(f"tensor {name} is cut short: download the file again")
            file.write(data)
    os.replace(partial, path)
    return len(tensors)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--input", type=Path, help="the weights; pytorch_model.bin of the folder if left out")
    options = parser.parse_args()
    source = options.input or options.folder / "pytorch_model.bin"
    if not source.is_file():
        sys.exit(f"{source}: no such file")
    output = options.folder / "model.safetensors"
    try:
        count = write(output, *read(source))
    except Refused as error:
        sys.exit(f"{source}: {error}")
    print(f"{output}: {count} tensors, {output.stat().st_size:,} bytes")


if __name__ == "__main__":
    main()
