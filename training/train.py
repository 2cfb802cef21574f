"""Fine-tunes the encoder on the file that `prepare.py` wrote.

    python training/train.py --data DIR --output DIR --layers 8 --tokens 10e6

Resumes from `last.pt` in the output folder if that is there. Every log line goes to `log.jsonl` too.
"""
import argparse
import random
from collections import defaultdict

import numpy as np
import torch
from torch.nn import functional as F

import pretrained
import run
from model import Encoder
from run import CONTEXT, IGNORED, LABELS, LETTERS
from text import fold

FEATURES = 49
# Head that learns from each set, weight in the loss, and how often its sentences are seen per epoch.
SETS = {
    "msra": ("msra", 1.0, 1.0),
    "pfr": ("pfr", 0.5, 0.2),
    "cluener": ("cluener", 0.5, 0.3),
    "uner": ("uner", 0.5, 1.0),
    "news": ("msra", 0.7, 0.5),
    "lists": ("msra", 1.0, 1.0),
    "annotated": ("msra", 1.5, 4.0),
}
BATCH = 3000  # tokens
REPORTED = ("msra", "annotated")  # sets whose loss the log shows


class Data:
    """Rows of (character ids, features, labels) by set and part."""

    def __init__(self, folder, vocabulary):
        index = {c: i for i, c in enumerate(vocabulary)}
        self.unknown, self.space = index["<unk>"], index[pretrained.SPACE]
        self.separators = {index[","], index["、"]}
        self.rows = defaultdict(list)
        self.labels = {"cluener": ["O"], "msra": LABELS, "pfr": LABELS, "uner": LABELS}
        table = (folder / "sentences.tsv").read_text("utf-8").splitlines()
        features = (folder / "features.txt").read_text("ascii").splitlines()
        assert len(table) == len(features)
        for line, feature in zip(table, features):
            name, part, text, tags = line.split("\t")
            if name == "cluener":
                tags = tags.split(" ")
                for tag in tags:
                    if tag not in self.labels[name]:
                        self.labels[name].append(tag)
                labels = [self.labels[name].index(t) for t in tags]
            else:
                labels = [LETTERS.index(t) if t != "X" else IGNORED for t in tags]
            row = (
                np.array([index.get(c, self.unknown) for c in text], np.int64),
                np.frombuffer(feature.encode(), np.uint8).astype(np.int64) - 48,
                np.array(labels, np.int64),
            )
            assert len(row[0]) == len(row[1]) == len(row[2]), line
            if part.startswith("copy"):
                self.rows[name, "train"][-1].append(row)
            else:
                self.rows[name, part].append([row])

    def epoch(self, rng):
        """Shuffled batches of one epoch: (set, ids, features, labels, mask)."""
        batches = []
        for name, (_, _, share) in SETS.items():
            if not self.rows[name, "train"]:
                continue
            times = lambda: int(share) + (rng.random() < share % 1)
            picked = [rng.choice(versions) for versions in self.rows[name, "train"] for _ in range(times())]
            contexts = list(self.contexts(picked, rng, name in ("msra", "pfr")))
            contexts.sort(key=lambda c: len(c[0]) + rng.random() * 20)
            batch, longest = [], 0
            for context in contexts:
                longest = max(longest, len(context[0]) + 2)
                if batch and longest * (len(batch) + 1) > BATCH:
                    batches.append((name, batch))
                    batch, longest = [], len(context[0]) + 2
                batch.append(context)
            batches.append((name, batch))
        rng.shuffle(batches)
        return batches

    def contexts(self, rows, rng, join):
        """Single sentences and runs of neighbours, as articles have them; long ones are cut."""
        at = 0
        while at < len(rows):
            count = rng.choice((1, 1, 1, 2, 3, 5)) if join else 1
            ids, features, labels = [], [], []
            for row in rows[at : at + count]:
                if ids and sum(map(len, ids)) + len(row[0]) > CONTEXT:
                    break
                if ids and rng.random() < 0.4:  # a paragraph ends here
                    ids.append(np.array([2]))
                    features.append(np.array([0]))
                    labels.append(np.array([0]))
                ids.append(row[0])
                features.append(row[1])
                labels.append(row[2])
                at += 1
            row = tuple(np.concatenate(part) for part in (ids, features, labels))
            for start in range(0, len(row[0]), CONTEXT):
                yield self.noise(tuple(part[start : start + CONTEXT].copy() for part in row), rng)

    def noise(self, row, rng):
        """Headlines put white space where sentences have commas; names are often unknown."""
        ids, features, labels = row
        if rng.random() < 0.12:
            for i, c in enumerate(ids):
                if c in self.separators and rng.random() < 0.6:
                    ids[i] = self.space
        if rng.random() < 0.3:
            drop = np.random.default_rng(rng.getrandbits(32)).random(len(ids)) < np.where(labels <= 0, 0.02, 0.12)
            ids[drop] = self.unknown
        if rng.random() < 0.1:  # text without a dictionary's help
            features[:] = 0
        return ids, features, labels


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    run.arguments(parser)
    parser.add_argument("--layers", type=int, default=8)
    parser.add_argument("--bigrams", type=int, default=0, help="rows of the tables of character pairs")
    parser.add_argument("--rate", type=float, default=2e-4, help="peak learning rate")
    parser.add_argument("--share", action="append", default=[], metavar="SET=TIMES", help="instead of that in SETS")
    options = parser.parse_args()
    for name, share in (given.split("=") for given in options.share):
        head, weight, _ = SETS[name]
        SETS[name] = head, weight, float(share)
    torch.manual_seed(options.seed)
    config, vocabulary, tensors = pretrained.load(fold)
    config.update(layers=options.layers, vocabulary=len(vocabulary), features=FEATURES, bigrams=options.bigrams)
    data = Data(options.data, vocabulary)
    model = Encoder(config, {name: len(labels) for name, labels in data.labels.items()})
    model.load_pretrained(tensors)
    training = run.Run(options, model, vocabulary)
    training.log(train={k[0]: len(v) for k, v in data.rows.items() if k[1] == "train"})

    def loss_of(batch, _):
        name, rows = batch
        head, weight, _ = SETS[name]
        ids, features, labels, mask = run.collate(rows)
        with run.autocast():
            logits = model(ids, features, mask, head)
        loss = F.cross_entropy(logits.float().flatten(0, 1), labels.flatten(), ignore_index=IGNORED)
        return run.Loss(loss * weight, loss.item() if name in REPORTED else None, ids.numel())

    dev = {
        "msra": [versions[0] for versions in data.rows["msra", "dev"]][::3],
        "annotated": [versions[0] for versions in data.rows["annotated", "dev"]],
    }
    training.fit(lambda epoch: data.epoch(random.Random(f"{options.seed} {epoch}")), loss_of, dev)


if __name__ == "__main__":
    main()
