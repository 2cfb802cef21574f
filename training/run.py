"""One training run: optimiser, averaged weights, checkpoints, log. `train.py` and `distill.py` say what is learned."""
import json
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch

import checkpoint
from decode import decode, score

LABELS = ["O", "B-PER", "I-PER", "B-LOC", "I-LOC", "B-ORG", "I-ORG"]
LETTERS = "OPpLlGg"  # the same in `sentences.tsv`
IGNORED = -100  # label of characters that do not count: padding, and X in the data
CONTEXT = 220  # characters of consecutive sentences that are joined at most
WARM_UP = 0.05  # share of the run in which the learning rate rises
REPORT, SAVE = 60, 600  # seconds


def arguments(parser):
    """The arguments that every run has."""
    parser.add_argument("--data", type=Path, required=True, help="folder of sentences.tsv and features.txt")
    parser.add_argument("--output", type=Path, required=True, help="folder of the checkpoint and the log")
    parser.add_argument("--init", type=Path, help="checkpoint or model file whose weights the run starts from")
    parser.add_argument("--tokens", type=float, default=float("inf"), help="length of the run in tokens, or")
    parser.add_argument("--minutes", type=float, default=float("inf"), help="in minutes")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--threads", type=int, default=2)


def autocast():
    """bf16 where the processor multiplies it; elsewhere it would be fifty times slower than f32."""
    return torch.autocast("cpu", dtype=torch.bfloat16, enabled=torch.cpu._is_avx512_bf16_supported())


@dataclass
class Loss:
    """What `backward` runs on, what the log reports (None: nothing), and the tokens it took."""

    total: torch.Tensor
    reported: float | None
    tokens: int


class Run:
    """A model under training. Resumes from `last.pt` in its folder if that is there."""

    def __init__(self, options, model, vocabulary):
        torch.set_num_threads(options.threads)
        options.output.mkdir(parents=True, exist_ok=True)
        self.options, self.model, self.vocabulary = options, model, vocabulary
        self.log_file = open(options.output / "log.jsonl", "a")
        if options.init:
            # A shipped model has one head; those of the other sets start anew.
            model.load_state_dict(self.known_characters(checkpoint.load(options.init)), strict=False)
        self.average = {k: v.clone() for k, v in model.state_dict().items()}
        decay = [p for p in model.parameters() if p.dim() > 1]
        rest = [p for p in model.parameters() if p.dim() <= 1]
        self.optimiser = torch.optim.AdamW(
            [{"params": decay, "weight_decay": 0.01}, {"params": rest, "weight_decay": 0.0}],
            lr=options.rate, betas=(0.9, 0.98), fused=True,
        )
        self.seen = self.step = self.epoch = self.skip = 0
        self.spent = 0.0  # minutes
        self.path = options.output / "last.pt"
        if self.path.exists():
            state = torch.load(self.path, weights_only=False)
            model.load_state_dict(state["model"])
            self.optimiser.load_state_dict(state["optimiser"])
            for name in ("average", "seen", "step", "epoch", "skip", "spent"):
                setattr(self, name, state[name])
            self.log(resumed=self.seen)
        # Logs are published: names of files, not where they lie on this machine.
        shown = {k: v.name if isinstance(v, Path) else v for k, v in vars(options).items() if v != float("inf")}
        for folder in ("data", "output"):
            shown.pop(folder)
        self.log(options=shown, model=model.config, parameters=sum(p.numel() for p in model.parameters()))

    def known_characters(self, state):
        """The weights of a checkpoint, the character vectors in the order of this run's vocabulary: the characters change
        with the folding, and those that the checkpoint lacks keep the vectors that the model has."""
        index = {character: i for i, character in enumerate(state["vocabulary"])}
        char = self.model.char.weight.detach().clone()
        for row, character in enumerate(self.vocabulary):
            if character in index:
                char[row] = state["average"]["char.weight"][index[character]]
        return {**state["average"], "char.weight": char}

    def log(self, **fields):
        line = json.dumps(fields, ensure_ascii=False)
        print(line, flush=True)
        self.log_file.write(line + "\n")
        self.log_file.flush()

    def save(self):
        state = dict(
            model=self.model.state_dict(), average=self.average, optimiser=self.optimiser.state_dict(),
            seen=self.seen, step=self.step, epoch=self.epoch, skip=self.skip, spent=self.spent,
            vocabulary=self.vocabulary, config=self.model.config,
            heads={name: head.out_features for name, head in self.model.heads.items()},
        )
        partial = self.path.with_suffix(".tmp")
        torch.save(state, partial)
        partial.rename(self.path)

    def progress(self):
        return max(self.seen / self.options.tokens, self.spent / self.options.minutes)

    def evaluate(self, dev):
        """F1 of the averaged weights on each development part: name -> rows of (ids, features, labels)."""
        kept = {k: v.clone() for k, v in self.model.state_dict().items()}
        self.model.load_state_dict(self.average)
        results = {}
        for name, rows in dev.items():
            gold = [decode(np.eye(len(LABELS))[row[2]] * 100) for row in rows]
            results[name] = {k: round(v, 4) for k, v in score(gold, predict(self.model, rows)).items()}
        self.model.load_state_dict(kept)
        self.log(seen=self.seen, dev=results)

    def fit(self, epoch, loss_of, dev):
        """Trains until the run's length is reached. `epoch(number)` lists an epoch's batches, the same every time;
        `loss_of(batch, number)` computes the loss of one."""
        started, before, first = time.time(), self.spent, self.seen
        reported = saved = started
        losses = []
        self.model.train()
        while self.progress() < 1:
            for number, batch in enumerate(epoch(self.epoch)):
                if number < self.skip:
                    continue
                progress = self.progress()
                rate = self.options.rate * min(progress / WARM_UP + 0.01, (1 - progress) / (1 - WARM_UP))
                for group in self.optimiser.param_groups:
                    group["lr"] = max(rate, 1e-7)
                loss = loss_of(batch, number)
                loss.total.backward()
                torch.nn.utils.clip_grad_norm_(self.model.parameters(), 1.0)
                self.optimiser.step()
                self.optimiser.zero_grad(set_to_none=True)
                self.step, self.skip, self.seen = self.step + 1, number + 1, self.seen + loss.tokens
                momentum = min(0.998, (1 + self.step) / (10 + self.step))
                with torch.no_grad():
                    torch._foreach_lerp_(list(self.average.values()), list(self.model.state_dict().values()), 1 - momentum)
                if loss.reported is not None:
                    losses.append(loss.reported)
                now = time.time()
                self.spent = before + (now - started) / 60
                if now - reported > REPORT and losses:
                    self.log(
                        seen=self.seen, epoch=self.epoch, loss=round(float(np.mean(losses[-100:])), 4), rate=round(rate, 7),
                        speed=round((self.seen - first) / (now - started)), minutes=round(self.spent, 1),
                    )
                    reported = now
                if now - saved > SAVE:
                    self.save()
                    self.evaluate(dev)
                    saved = time.time()
                if self.progress() >= 1:
                    break
            else:
                self.epoch, self.skip = self.epoch + 1, 0
        self.save()
        self.evaluate(dev)


def collate(rows):
    """ids, features, labels [batch, width] and mask (None: all true) of rows, in `<s>` and `</s>`."""
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
def predict(model, rows, head=checkpoint.HEAD, window=CONTEXT):
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
        with autocast():
            logits = model(ids, features, mask, head).float()
        for i, scores in zip(chunk, logits):
            results[i] = decode(torch.log_softmax(scores[1 : len(pieces[i][1][0]) + 1], -1).numpy())
    joined = [[] for _ in rows]
    for (number, _), tags in zip(pieces, results):
        joined[number] += tags
    model.train()
    return joined
