"""Writes the averaged weights of a training run as a model file.

    python training/export.py --checkpoint RUN/last.pt --output models/accurate.shiji --name NAME
"""
import argparse
from pathlib import Path

import torch

from model import Encoder
from shiji_model import write_model
from run import LABELS

GROUPS = "nr nrt ns nt nz j n v t m o x".split()
# The numbering of `src/segment/feature.rs`.
FEATURES = ["none"] + [f"{position}-{group}" for group in GROUPS for position in "BMES"]


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--checkpoint", type=Path, required=True)
    parser.add_argument("--output", type=Path, required=True)
    parser.add_argument("--head", default="msra", help="label set whose classifier is written")
    parser.add_argument("--name", required=True)
    options = parser.parse_args()
    state = torch.load(options.checkpoint, weights_only=False)
    model = Encoder(state["config"], state["heads"])
    model.load_state_dict(state["average"])
    config = {
        **state["config"],
        "vocabulary": state["vocabulary"],
        "features": FEATURES,
        "labels": LABELS,
        "meta": {"name": options.name, "tokens_seen": state["seen"], "head": options.head},
    }
    digest = write_model(options.output, config, model.tensors(options.head))
    print(f"{options.output}: {options.output.stat().st_size:,} bytes, sha256 of the content {digest}")


if __name__ == "__main__":
    main()
