"""Weights to start from: a run's checkpoint, or a shipped model file.

    python training/checkpoint.py --model models/accurate.shiji --output WORK/accurate/last.pt

A model file keeps the averaged weights of its run in 8 bits, one scale a row; read back they are the very numbers that
the engine computes with. So whoever has the repository can go on training from it without the run's own checkpoint.
"""
import argparse
from pathlib import Path

import torch

from shiji_model import read_model

HEAD = "msra"


def load(path):
    """`average`, `vocabulary`, `config`, `heads` of a checkpoint (`.pt`) or of a model file (`.shiji`)."""
    if Path(path).suffix == ".pt":
        return torch.load(path, weights_only=False)
    header, tensors = read_model(path)
    config = dict(
        header["architecture"], vocabulary=len(header["vocabulary"]), features=len(header["features"])
    )
    return dict(
        average={parameter(name): torch.tensor(value) for name, value in tensors.items()},
        vocabulary=header["vocabulary"],
        config=config,
        heads={HEAD: len(header["labels"])},
        seen=header["meta"].get("tokens_seen", 0),
    )


def parameter(name):
    """The name in `model.Encoder` of a tensor of the model file.

    >>> parameter("layer3.attn_ln.w"), parameter("emb.char"), parameter("emb.ln.b"), parameter("head.w")
    ('layers.3.attn_ln.weight', 'char.weight', 'ln.bias', 'heads.msra.weight')
    """
    parts = name.split(".")
    kind = {"w": "weight", "b": "bias"}.get(parts[-1])
    if parts[0] == "emb":
        return f"ln.{kind}" if parts[1] == "ln" else f"{parts[1]}.weight"
    if parts[0] == "head":
        return f"heads.{HEAD}.{kind}"
    return f"layers.{parts[0].removeprefix('layer')}.{parts[1]}.{kind}"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", type=Path, required=True)
    parser.add_argument("--output", type=Path, required=True)
    options = parser.parse_args()
    options.output.parent.mkdir(parents=True, exist_ok=True)
    torch.save(load(options.model), options.output)


if __name__ == "__main__":
    main()
