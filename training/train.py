"""Fine-tunes the encoder on the file that `prepare.py` wrote.

    python training/train.py --data DIR --output DIR --layers 8 --tokens 10e6

Resumes from `DIR/last.pt` if it is there. Every log line goes to `DIR/log.jsonl` too.
"""
import argparse
import json
import random
import time
from collections import defaultdict
from pathlib import Path

import numpy as np
import torch
from torch.nn import functional as F

import pretrained
from decode import decode, score
from model import Encoder
from text import fold

LABELS = ["O", "B-PER", "I-PER", "B-LOC", "I-LOC", "B-ORG", "I-ORG"]
LETTERS = "OPpLlGg"
FEATURES = 49
IGNORED = -100  # label of characters that do not count: padding, and X in the data
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
CONTEXT = 220  # characters of consecutive sentences that are joined at most


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


def collate(rows):
    width = max(len(r[0]) for r in rows) + 2
    ids = np.full((len(rows), width), 1, np.int64)
    features = np.zeros((len(rows), width), np.int64)
    labels = np.full((len(rows), width), IGNORED, np.int64)
    mask = np.zeros((len(rows), width), bool)
    for i, (c, f, y) in enumerate(rows):
        n = len(c)
        ids[i, 0], ids[i, 1 : n + 1], ids[i, n + 1] = 0, c, 2
        features[i, 1 : n + 1], labels[i, 1 : n + 1], mask[i, : n + 2] = f, y, True
    mask = None if mask.all() else torch.from_numpy(mask)
    return torch.from_numpy(ids), torch.from_numpy(features), torch.from_numpy(labels), mask


@torch.no_grad()
def predict(model, rows, head="msra", window=CONTEXT):
    """Label sequences of rows; rows longer than a window are cut without overlap (scoring in Rust is exact)."""
    model.eval()
    pieces = [
        (number, tuple(part[start : start + window] for part in row))
        for number, row in enumerate(rows)
        for start in range(0, len(row[0]), window)
    ]
    order = sorted(range(len(pieces)), key=lambda i: len(pieces[i][1][0]))
    results = [None] * len(pieces)
    for at in range(0, len(order), 32):
        chunk = order[at : at + 32]
        ids, features, _, mask = collate([pieces[i][1] for i in chunk])
        with torch.autocast("cpu", dtype=torch.bfloat16):
            logits = model(ids, features, mask, head).float()
        for i, scores in zip(chunk, logits):
            results[i] = decode(torch.log_softmax(scores[1 : len(pieces[i][1][0]) + 1], -1).numpy())
    joined = [[] for _ in rows]
    for (number, _), tags in zip(pieces, results):
        joined[number] += tags
    model.train()
    return joined


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--output", type=Path, required=True)
    parser.add_argument("--layers", type=int, default=8)
    parser.add_argument("--bigrams", type=int, default=0, help="rows of the tables of character pairs")
    parser.add_argument("--tokens", type=float, default=10e6, help="length of the run in tokens")
    parser.add_argument("--rate", type=float, default=2e-4, help="peak learning rate")
    parser.add_argument("--share", action="append", default=[], metavar="SET=TIMES", help="instead of that in SETS")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--init", type=Path, help="checkpoint whose averaged weights the run starts from")
    parser.add_argument("--threads", type=int, default=2)
    options = parser.parse_args()
    for name, share in (given.split("=") for given in options.share):
        head, weight, _ = SETS[name]
        SETS[name] = head, weight, float(share)
    torch.set_num_threads(options.threads)
    torch.manual_seed(options.seed)
    rng = random.Random(options.seed)
    options.output.mkdir(parents=True, exist_ok=True)
    log_file = open(options.output / "log.jsonl", "a")

    def log(**fields):
        line = json.dumps(fields, ensure_ascii=False)
        print(line, flush=True)
        log_file.write(line + "\n")
        log_file.flush()

    config, vocabulary, tensors = pretrained.load(fold)
    config.update(layers=options.layers, vocabulary=len(vocabulary), features=FEATURES, bigrams=options.bigrams)
    data = Data(options.data, vocabulary)
    heads = {name: len(labels) for name, labels in data.labels.items()}
    model = Encoder(config, heads)
    model.load_pretrained(tensors)
    if options.init:
        model.load_state_dict(torch.load(options.init, weights_only=False)["average"])
    average = {k: v.clone() for k, v in model.state_dict().items()}
    decay = [p for p in model.parameters() if p.dim() > 1]
    rest = [p for p in model.parameters() if p.dim() <= 1]
    optimiser = torch.optim.AdamW(
        [{"params": decay, "weight_decay": 0.01}, {"params": rest, "weight_decay": 0.0}],
        lr=options.rate, betas=(0.9, 0.98), fused=True,
    )
    seen = step = epoch = skip = 0
    checkpoint = options.output / "last.pt"
    if checkpoint.exists():
        state = torch.load(checkpoint, weights_only=False)
        model.load_state_dict(state["model"])
        optimiser.load_state_dict(state["optimiser"])
        average, seen, step, epoch, skip = (state[k] for k in ("average", "seen", "step", "epoch", "skip"))
        log(resumed=seen)
    dev = [versions[0] for versions in data.rows["msra", "dev"]][::3]
    log(config={k: v for k, v in vars(options).items() if not isinstance(v, Path)}, model=config,
        train={k[0]: len(v) for k, v in data.rows.items() if k[1] == "train"})

    def save():
        torch.save(dict(model=model.state_dict(), average=average, optimiser=optimiser.state_dict(), seen=seen,
                        step=step, epoch=epoch, skip=skip, vocabulary=vocabulary, config=config, heads=heads),
                   checkpoint.with_suffix(".tmp"))
        checkpoint.with_suffix(".tmp").rename(checkpoint)

    def evaluate():
        kept = {k: v.clone() for k, v in model.state_dict().items()}
        model.load_state_dict(average)
        gold = [decode(np.eye(len(LABELS))[row[2]] * 100) for row in dev]
        result = score(gold, predict(model, dev))
        model.load_state_dict(kept)
        return {k: round(v, 4) for k, v in result.items()}

    started, reported, saved, losses = time.time(), time.time(), time.time(), []
    model.train()
    first = seen
    while seen < options.tokens:
        batches = data.epoch(random.Random(f"{options.seed} {epoch}"))
        for number, (name, rows) in enumerate(batches):
            if number < skip:
                continue
            ids, features, labels, mask = collate(rows)
            progress = seen / options.tokens
            rate = options.rate * min(progress / 0.05, (1 - progress) / 0.95)
            for group in optimiser.param_groups:
                group["lr"] = max(rate, 1e-7)
            with torch.autocast("cpu", dtype=torch.bfloat16):
                logits = model(ids, features, mask, SETS[name][0])
            loss = F.cross_entropy(logits.float().flatten(0, 1), labels.flatten(), ignore_index=IGNORED)
            (loss * SETS[name][1]).backward()
            torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimiser.step()
            optimiser.zero_grad(set_to_none=True)
            step, skip, seen = step + 1, number + 1, seen + ids.numel()
            momentum = min(0.998, (1 + step) / (10 + step))
            with torch.no_grad():
                torch._foreach_lerp_(list(average.values()), list(model.state_dict().values()), 1 - momentum)
            if name == "msra":
                losses.append(loss.item())
            if time.time() - reported > 60:
                log(seen=seen, epoch=epoch, loss=round(float(np.mean(losses[-100:])), 4), rate=round(rate, 7),
                    speed=round((seen - first) / (time.time() - started)), minutes=round((time.time() - started) / 60, 1))
                reported = time.time()
            if time.time() - saved > 600:
                save()
                log(seen=seen, dev=evaluate())
                saved = time.time()
            if seen >= options.tokens:
                break
        else:
            epoch, skip = epoch + 1, 0
    save()
    log(seen=seen, dev=evaluate(), done=True)


if __name__ == "__main__":
    main()
