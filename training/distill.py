"""Trains a small encoder on what a large one says (Hinton, Vinyals & Dean 2015, "Distilling the knowledge in a neural
network"): its probabilities of the labels, a character at a time, over labelled sentences and modern news alike.

    python training/distill.py --data DIR --teacher CHECKPOINT --output DIR --layers 3 --hidden 192 --ffn 768

`scores.bin` in the data folder holds the teacher's scores of the first rows of `texts.txt` (`examples/scores.rs`); the
rows after them, which must be of a set whose labels count, are learned from their labels alone. Resumes
from `last.pt` in the output folder if that is there. Every log line goes to `log.jsonl` too.
"""
import argparse
import random
from pathlib import Path

import numpy as np
import torch
from torch.nn import functional as F

import checkpoint
import pretrained
import run
from model import Encoder
from run import CONTEXT, IGNORED, LABELS, LETTERS
from train import FEATURES

# How often each set is seen per epoch; whether its labels count beside the teacher's.
SETS = {
    "msra": (1.0, True),
    "lists": (1.0, True),
    "annotated": (2.0, True),
    "pfr": (0.5, False),
    "cluener": (0.5, False),
    "uner": (1.0, False),
    "news": (1.0, False),
    "plain": (1.0, False),
}
BATCH = 6000  # tokens
HARD = 0.3  # weight of the labels beside the teacher's probabilities
STEP = 16.0  # scores.bin: negative log-probability in steps of 1/16


class Data:
    """Characters, features, labels and the teacher's scores in one flat array each; rows are slices of them."""

    def __init__(self, folder, vocabulary):
        index = {c: i for i, c in enumerate(vocabulary)}
        self.unknown, self.space = index["<unk>"], index[pretrained.SPACE]
        self.separators = np.array([index[","], index["、"]])
        scores = np.memmap(folder / "scores.bin", np.uint8, "r").reshape(-1, len(LABELS))
        ids, features, labels, self.rows, self.dev = [], [], [], {}, {}
        letters = np.full(128, IGNORED, np.int8)
        for i, letter in enumerate(LETTERS):
            letters[ord(letter)] = i
        at = 0
        with open(folder / "sentences.tsv", encoding="utf-8") as table, open(folder / "features.txt") as words:
            for line, feature in zip(table, words):
                name, part, text, tags = line.rstrip("\n").split("\t")
                end = at + len(text)
                ids.append(np.fromiter((index.get(c, self.unknown) for c in text), np.int16, len(text)))
                features.append(np.frombuffer(feature.rstrip("\n").encode(), np.uint8) - 48)
                counts = SETS[name][1]
                labels.append(
                    letters[np.frombuffer(tags.encode(), np.uint8)] if counts else np.full(len(text), IGNORED, np.int8)
                )
                if part in ("dev", "test"):
                    if part == "dev":
                        self.dev.setdefault(name, []).append((at, end))
                elif part.startswith("copy"):
                    self.rows[name][-1].append((at, end))
                else:
                    self.rows.setdefault(name, []).append([(at, end)])
                at = end
        self.ids, self.features, self.labels = map(np.concatenate, (ids, features, labels))
        self.scores = scores
        assert len(self.ids) == len(self.features) == len(self.labels) >= len(scores)

    def epoch(self, rng):
        """Shuffled batches of slices; neighbours are joined now and then, as articles have them."""
        contexts = []
        for name, rows in self.rows.items():
            share = SETS[name][0]
            times = lambda: int(share) + (rng.random() < share % 1)
            picked = [rng.choice(versions) for versions in rows for _ in range(times())]
            at = 0
            while at < len(picked):
                count = rng.choice((1, 1, 2, 3, 5)) if name != "annotated" else 1
                slices, length = [], 0
                for start, end in picked[at : at + count]:
                    if slices and length + end - start > CONTEXT:
                        break
                    slices.append((start, end))
                    length += end - start + 1
                    at += 1
                contexts.append((min(length, CONTEXT), slices))
        contexts.sort(key=lambda c: c[0] + rng.random() * 20)
        batches, batch, longest = [], [], 0
        for length, slices in contexts:
            longest = max(longest, length + 2)
            if batch and longest * (len(batch) + 1) > BATCH:
                batches.append(batch)
                batch, longest = [], length + 2
            batch.append(slices)
        batches.append(batch)
        rng.shuffle(batches)
        return batches

    def collate(self, batch, rng):
        """ids, features, labels, teacher's probabilities, where these are known, and mask of a batch, with noise as
        in training."""
        width = min(CONTEXT, max(sum(e - s + 1 for s, e in slices) for slices in batch)) + 2
        shape = (len(batch), width)
        ids, features = np.full(shape, 1, np.int64), np.zeros(shape, np.int64)
        labels, mask = np.full(shape, IGNORED, np.int64), np.zeros(shape, bool)
        scores = np.zeros((*shape, len(LABELS)), np.uint8)
        text, known = np.zeros(shape, bool), np.zeros(shape, bool)
        for i, slices in enumerate(batch):
            at = 1
            ids[i, 0] = 0
            for number, (start, end) in enumerate(slices):
                if number and rng.random() < 0.4 and at < width - 1:
                    ids[i, at] = 2  # a paragraph ends here
                    labels[i, at] = 0
                    at += 1
                end = min(end, start + width - 1 - at)
                to = at + end - start
                ids[i, at:to], features[i, at:to] = self.ids[start:end], self.features[start:end]
                labels[i, at:to], text[i, at:to] = self.labels[start:end], True
                if end <= len(self.scores):
                    scores[i, at:to], known[i, at:to] = self.scores[start:end], True
                at = to
            ids[i, at] = 2
            mask[i, : at + 1] = True
        if rng.random() < 0.12:
            spaced = np.isin(ids, self.separators) & (np.random.default_rng(rng.getrandbits(32)).random(shape) < 0.6)
            ids[spaced] = self.space
        draw = np.random.default_rng(rng.getrandbits(32)).random(shape)
        ids[text & (draw < 0.01)] = self.unknown
        if rng.random() < 0.03:
            features[:] = 0
        mask = None if mask.all() else torch.from_numpy(mask)
        target = torch.softmax(torch.from_numpy(scores).float() / -STEP, -1)
        return (*map(torch.from_numpy, (ids, features, labels)), target, torch.from_numpy(known), mask)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    run.arguments(parser)
    parser.add_argument("--teacher", type=Path, required=True, help="its character vectors are where the small ones start")
    parser.add_argument("--layers", type=int, default=3)
    parser.add_argument("--hidden", type=int, default=192)
    parser.add_argument("--ffn", type=int, default=768)
    parser.add_argument("--bigrams", type=int, default=12288)
    parser.add_argument("--rate", type=float, default=1.2e-3, help="peak learning rate")
    options = parser.parse_args()
    torch.manual_seed(options.seed)
    teacher = checkpoint.load(options.teacher)
    vocabulary = teacher["vocabulary"]
    config = dict(
        layers=options.layers, hidden=options.hidden, heads=options.hidden // 32, ffn=options.ffn, positions=256,
        eps=1e-12, vocabulary=len(vocabulary), features=FEATURES, bigrams=options.bigrams,
    )
    data = Data(options.data, vocabulary)
    model = Encoder(config, {checkpoint.HEAD: len(LABELS)}, dropout=0.05)
    initialise(model, teacher["average"]["char.weight"].float(), options.hidden)
    training = run.Run(options, model, vocabulary)
    training.log(characters=len(data.ids))

    def loss_of(batch, number):
        rng = random.Random(f"{training.epoch} {number}")
        ids, features, labels, target, known, mask = data.collate(batch, rng)
        with run.autocast():
            logits = model(ids, features, mask, checkpoint.HEAD)
        logits = logits.float()
        soft = -(target[known] * torch.log_softmax(logits[known], -1)).sum()
        hard = F.cross_entropy(logits.flatten(0, 1), labels.flatten(), ignore_index=IGNORED, reduction="none")
        hard = (hard * torch.where(known.flatten(), HARD, 1.0)).sum()
        total = (soft + hard) / mask_size(ids, mask)
        return run.Loss(total, total.item(), ids.numel())

    dev = {
        name: [tuple(part[s:e].astype(np.int64) for part in (data.ids, data.features, data.labels)) for s, e in rows]
        for name, rows in data.dev.items()
    }
    training.fit(lambda epoch: data.epoch(random.Random(f"{options.seed} {epoch}")), loss_of, dev)


def mask_size(ids, mask):
    """Tokens of a batch that are no padding."""
    return ids.numel() if mask is None else mask.sum()


def initialise(model, char, hidden):
    """Random matrices; the characters start from the principal axes of the teacher's vectors."""
    _, _, axes = torch.pca_lowrank(char, hidden)
    char = (char - char.mean(0)) @ axes
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            if name.endswith(".weight") and parameter.dim() == 2 and "bigram" not in name:
                narrow = "char" in name or "pos" in name
                torch.nn.init.normal_(parameter, std=0.02 if narrow else parameter.shape[1] ** -0.5)
        model.char.weight.copy_(char / char.std() * 0.05)
        model.feature.weight.zero_()


if __name__ == "__main__":
    main()
