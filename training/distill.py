"""Trains a small encoder on what a large one says (Hinton, Vinyals & Dean 2015, "Distilling the knowledge in a neural
network"): its probabilities of the labels, a character at a time, over labelled sentences and modern news alike.

    python training/distill.py --data DIR --teacher CHECKPOINT --output DIR --layers 3 --hidden 192 --ffn 768

`DIR/scores.bin` holds the teacher's scores of the rows of `DIR/texts.txt` (`examples/scores.rs`). Resumes from
`DIR/last.pt` if it is there. Every log line goes to `DIR/log.jsonl` too.
"""
import argparse
import json
import random
import time
from pathlib import Path

import numpy as np
import torch
from torch.nn import functional as F

import pretrained
from decode import decode, score
from model import Encoder
from text import fold
from train import FEATURES, IGNORED, LABELS, LETTERS, predict

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
CONTEXT = 220
STEP = 16.0  # scores.bin: negative log-probability in steps of 1/16


class Data:
    """Characters, features, labels and the teacher's scores in one flat array each; rows are slices of them."""

    def __init__(self, folder, vocabulary):
        index = {c: i for i, c in enumerate(vocabulary)}
        self.unknown, self.space = index["<unk>"], index[pretrained.SPACE]
        self.separators = np.array([index[","], index["、"]])
        scores = np.memmap(folder / "scores.bin", np.uint8, "r").reshape(-1, len(LABELS))
        ids, features, labels, self.rows, self.dev = [], [], [], {}, []
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
                        self.dev.append((at, end))
                elif part.startswith("copy"):
                    self.rows[name][-1].append((at, end))
                else:
                    self.rows.setdefault(name, []).append([(at, end)])
                at = end
        self.ids, self.features, self.labels = map(np.concatenate, (ids, features, labels))
        self.scores = scores
        assert len(self.ids) == len(self.features) == len(self.labels) == len(scores)

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
        """ids, features, labels, teacher's probabilities and mask of a batch, with noise as in training."""
        width = min(CONTEXT, max(sum(e - s + 1 for s, e in slices) for slices in batch)) + 2
        shape = (len(batch), width)
        ids, features = np.full(shape, 1, np.int64), np.zeros(shape, np.int64)
        labels, mask = np.full(shape, IGNORED, np.int64), np.zeros(shape, bool)
        scores = np.zeros((*shape, len(LABELS)), np.uint8)
        known = np.zeros(shape, bool)
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
                labels[i, at:to], scores[i, at:to] = self.labels[start:end], self.scores[start:end]
                known[i, at:to] = True
                at = to
            ids[i, at] = 2
            mask[i, : at + 1] = True
        if rng.random() < 0.12:
            spaced = np.isin(ids, self.separators) & (np.random.default_rng(rng.getrandbits(32)).random(shape) < 0.6)
            ids[spaced] = self.space
        draw = np.random.default_rng(rng.getrandbits(32)).random(shape)
        ids[known & (draw < 0.01)] = self.unknown
        if rng.random() < 0.03:
            features[:] = 0
        mask = None if mask.all() else torch.from_numpy(mask)
        target = torch.softmax(torch.from_numpy(scores).float() / -STEP, -1)
        return (*map(torch.from_numpy, (ids, features, labels)), target, torch.from_numpy(known), mask)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--teacher", type=Path, required=True, help="its character vectors are where the small ones start")
    parser.add_argument("--output", type=Path, required=True)
    parser.add_argument("--layers", type=int, default=3)
    parser.add_argument("--hidden", type=int, default=192)
    parser.add_argument("--ffn", type=int, default=768)
    parser.add_argument("--bigrams", type=int, default=12288)
    parser.add_argument("--minutes", type=float, default=60, help="length of the run")
    parser.add_argument("--rate", type=float, default=1.2e-3, help="peak learning rate")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--threads", type=int, default=2)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    torch.manual_seed(options.seed)
    options.output.mkdir(parents=True, exist_ok=True)
    log_file = open(options.output / "log.jsonl", "a")

    def log(**fields):
        line = json.dumps(fields, ensure_ascii=False)
        print(line, flush=True)
        log_file.write(line + "\n")
        log_file.flush()

    teacher = torch.load(options.teacher, weights_only=False)
    vocabulary = teacher["vocabulary"]
    config = dict(
        layers=options.layers, hidden=options.hidden, heads=options.hidden // 32, ffn=options.ffn, positions=256,
        eps=1e-12, vocabulary=len(vocabulary), features=FEATURES, bigrams=options.bigrams,
    )
    data = Data(options.data, vocabulary)
    heads = {"msra": len(LABELS)}
    model = Encoder(config, heads, dropout=0.05)
    char = teacher["average"]["char.weight"].float()
    _, _, axes = torch.pca_lowrank(char, options.hidden)
    char = (char - char.mean(0)) @ axes
    for name, parameter in model.named_parameters():
        if name.endswith(".weight") and parameter.dim() == 2 and "bigram" not in name:
            torch.nn.init.normal_(parameter, std=0.02 if "char" in name or "pos" in name else parameter.shape[1] ** -0.5)
    with torch.no_grad():
        model.char.weight.copy_(char / char.std() * 0.05)
        model.feature.weight.zero_()
    average = {k: v.clone() for k, v in model.state_dict().items()}
    decay = [p for p in model.parameters() if p.dim() > 1]
    rest = [p for p in model.parameters() if p.dim() <= 1]
    optimiser = torch.optim.AdamW(
        [{"params": decay, "weight_decay": 0.01}, {"params": rest, "weight_decay": 0.0}],
        lr=options.rate, betas=(0.9, 0.98), fused=True,
    )
    seen = step = epoch = skip = 0
    spent = 0.0  # minutes
    checkpoint = options.output / "last.pt"
    if checkpoint.exists():
        state = torch.load(checkpoint, weights_only=False)
        model.load_state_dict(state["model"])
        optimiser.load_state_dict(state["optimiser"])
        average, seen, step, epoch, skip, spent = (
            state[k] for k in ("average", "seen", "step", "epoch", "skip", "spent")
        )
        log(resumed=seen)
    log(config={k: v for k, v in vars(options).items() if not isinstance(v, Path)}, model=config,
        parameters=sum(p.numel() for p in model.parameters()), characters=len(data.ids))
    dev = [
        (data.ids[s:e].astype(np.int64), data.features[s:e].astype(np.int64), data.labels[s:e].astype(np.int64))
        for s, e in data.dev[::3]
    ]

    def save():
        torch.save(dict(model=model.state_dict(), average=average, optimiser=optimiser.state_dict(), seen=seen, spent=spent,
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

    before, started, reported, saved, losses = spent, time.time(), time.time(), time.time(), []
    first = seen
    model.train()
    while spent < options.minutes:
        rng = random.Random(f"{options.seed} {epoch}")
        for number, batch in enumerate(data.epoch(rng)):
            if number < skip:
                continue
            ids, features, labels, target, known, mask = data.collate(batch, random.Random(f"{epoch} {number}"))
            progress = spent / options.minutes
            rate = options.rate * min(progress / 0.03 + 0.01, (1 - progress) / 0.97)
            for group in optimiser.param_groups:
                group["lr"] = max(rate, 1e-7)
            with torch.autocast("cpu", dtype=torch.bfloat16):
                logits = model(ids, features, mask, "msra")
            logits = logits.float()
            soft = -(target[known] * torch.log_softmax(logits[known], -1)).sum(-1).mean()
            hard = F.cross_entropy(logits.flatten(0, 1), labels.flatten(), ignore_index=IGNORED, reduction="sum")
            loss = soft + 0.3 * hard / known.sum()
            loss.backward()
            torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimiser.step()
            optimiser.zero_grad(set_to_none=True)
            step, skip, seen = step + 1, number + 1, seen + ids.numel()
            spent = before + (time.time() - started) / 60
            momentum = min(0.998, (1 + step) / (10 + step))
            with torch.no_grad():
                torch._foreach_lerp_(list(average.values()), list(model.state_dict().values()), 1 - momentum)
            losses.append(soft.item())
            if time.time() - reported > 60:
                log(seen=seen, epoch=epoch, loss=round(float(np.mean(losses[-100:])), 4), rate=round(rate, 7),
                    speed=round((seen - first) / (time.time() - started)), minutes=round(spent, 1))
                reported = time.time()
            if time.time() - saved > 600:
                save()
                log(seen=seen, dev=evaluate())
                saved = time.time()
            if spent >= options.minutes:
                break
        else:
            epoch, skip = epoch + 1, 0
    save()
    log(seen=seen, dev=evaluate(), done=True)


if __name__ == "__main__":
    main()
