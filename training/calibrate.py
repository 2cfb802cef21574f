"""Fits the temperature of a model file, so that confidences are frequencies (Guo et al. 2017).

    python training/calibrate.py --model FILE.shiji --gold NER/msra.train.bio --last 2000 [--output FILE.shiji]

The logits are divided by the temperature, which is folded into the classifier (`head.w` and `head.b`); the
header's `meta.temperature` says what has been folded, and a second calibration starts from there. The best label
sequence stays the same: the score of a sequence is the sum of its logits less a sum that all sequences share, so
all scores are divided by the same number. Rules that look at the confidence (`src/recognise/consistency.rs`) see
other confidences; how many mentions that changes, and F1, are printed.

The fit minimises the negative log-likelihood of "this mention is correct" over the mentions that `shiji tag`
finds in the gold texts, by golden-section search: what is calibrated is the confidence that users see. Give it
the development part of the training set (`--last` takes the last texts of the file), never a test set.
"""
import argparse
import hashlib
import json
import math
import os
import struct
import subprocess
import tempfile
from pathlib import Path

import numpy as np

GOLDEN = (math.sqrt(5) - 1) / 2
DICTIONARY = 0.5  # confidence of mentions that a dictionary decided


class ModelFile:
    """A model file whose classifier can be divided by a temperature (format: src/recognise/container.rs)."""

    def __init__(self, path):
        content = Path(path).read_bytes()
        self.version, length, _ = struct.unpack_from("<IIQ", content, 8)
        self.header = json.loads(content[64 : 64 + length])
        self.data = content[64 + length :]

    @property
    def temperature(self):
        return self.header["meta"].get("temperature", 1.0)

    def write(self, path, temperature):
        """The same model at this temperature."""
        data = bytearray(self.data)
        for tensor in self.header["tensors"]:
            if tensor["name"] in ("head.w", "head.b"):
                count = math.prod(tensor["shape"])
                values = np.frombuffer(self.data, "<f4", count, tensor["offset"]).astype(np.float64)
                scaled = (values * (self.temperature / temperature)).astype("<f4").tobytes()
                data[tensor["offset"] : tensor["offset"] + len(scaled)] = scaled
        header = {**self.header, "meta": {**self.header["meta"], "temperature": round(temperature, 4)}}
        header = json.dumps(header, ensure_ascii=False, separators=(",", ":")).encode()
        header += b" " * (-len(header) % 64)
        payload = header + bytes(data)
        prefix = b"SHIJIENC" + struct.pack("<IIQ", self.version, len(header), len(payload))
        partial = f"{path}.partial"
        Path(partial).write_bytes(prefix + hashlib.sha256(payload).digest() + bytes(8) + payload)
        os.replace(partial, path)


def read_bio(path, last):
    """Texts and their mentions (start, end, type)."""
    texts = []
    for block in Path(path).read_text("utf-8-sig").split("\n\n"):
        rows = [line.split("\t") for line in block.split("\n") if line.strip()]
        if not rows:
            continue
        mentions, start = set(), None
        for i, (_, tag) in enumerate([*rows, ("", "O")]):
            if start is not None and not tag.startswith("I-"):
                mentions.add((start, i, rows[start][1][2:]))
                start = None
            if tag.startswith("B-"):
                start = i
        texts.append(("".join(row[0] for row in rows), mentions))
    return texts[-last:] if last else texts


class Tagger:
    """Runs `shiji tag` on the texts."""

    def __init__(self, options, texts, folder):
        self.options, self.folder, self.gold = options, folder, [mentions for _, mentions in texts]
        lines = (json.dumps({"id": f"{i}", "text": text}, ensure_ascii=False) for i, (text, _) in enumerate(texts))
        (folder / "texts.jsonl").write_text("".join(f"{line}\n" for line in lines), "utf-8")

    def outcomes(self, model):
        """(confidence, correct) of every mention, and the mentions as (text, start, end, type)."""
        command = [self.options.shiji, "tag", self.folder / "texts.jsonl", "--model", model, "--quiet",
                   "--threads", self.options.threads]
        done = subprocess.run(list(map(str, command)), check=True, capture_output=True, text=True)
        outcomes, found = [], set()
        for number, (line, gold) in enumerate(zip(done.stdout.splitlines(), self.gold, strict=True)):
            for m in json.loads(line)["mentions"]:
                span = (m["start"], m["end"], m["type"])
                found.add((number, *span))
                if m["confidence"] != DICTIONARY:
                    outcomes.append((m["confidence"], span in gold))
        return np.array(outcomes, np.float64), found

    def f1(self, found):
        gold = {(number, *span) for number, spans in enumerate(self.gold) for span in spans}
        return 2 * len(gold & found) / max(1, len(gold) + len(found))


def likelihood(outcomes):
    """Mean negative log-likelihood; confidences come with three decimals."""
    p = np.clip(outcomes[:, 0], 0.0005, 0.9995)
    return float(-np.where(outcomes[:, 1] > 0, np.log(p), np.log(1 - p)).mean())


def calibration_error(outcomes, bins=15):
    """Expected calibration error over bins of equal size, about as src/eval/calibration.rs."""
    ordered = outcomes[np.argsort(outcomes[:, 0], kind="stable")]
    parts = [part for part in np.array_split(ordered, bins) if len(part)]
    return sum(abs(part[:, 0].mean() - part[:, 1].mean()) * len(part) for part in parts) / len(ordered)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", type=Path, required=True)
    parser.add_argument("--gold", type=Path, required=True, help="BIO file of the development part")
    parser.add_argument("--last", type=int, default=0, help="take the last N texts of the file; 0 takes all")
    parser.add_argument("--output", type=Path, help="default: the model file itself")
    parser.add_argument("--shiji", default="target/release/shiji")
    parser.add_argument("--threads", type=int, default=0)
    parser.add_argument("--steps", type=int, default=7, help="temperatures tried after the first two")
    options = parser.parse_args()
    model = ModelFile(options.model)
    with tempfile.TemporaryDirectory() as folder:
        tagger = Tagger(options, read_bio(options.gold, options.last), Path(folder))
        before, decisions = tagger.outcomes(options.model)

        def report(temperature, outcomes, found):
            print(f"temperature {temperature}: likelihood {likelihood(outcomes):.4f}, calibration error "
                  f"{calibration_error(outcomes):.4f}, F1 {100 * tagger.f1(found):.2f}, "
                  f"{len(found ^ decisions)} of {len(found)} mentions changed", flush=True)

        report(model.temperature, before, decisions)
        trial, tried = Path(folder) / "trial.shiji", {}

        def loss(logarithm):
            temperature = round(math.exp(logarithm), 4)
            if temperature not in tried:
                model.write(trial, temperature)
                outcomes, found = tagger.outcomes(trial)
                tried[temperature] = likelihood(outcomes), outcomes
                report(temperature, outcomes, found)
            return tried[temperature][0]

        low, high = math.log(0.5), math.log(4.0)
        left, right = high - GOLDEN * (high - low), low + GOLDEN * (high - low)
        for _ in range(options.steps):
            if loss(left) < loss(right):
                high, right = right, left
                left = high - GOLDEN * (high - low)
            else:
                low, left = left, right
                right = low + GOLDEN * (high - low)
        best = min(tried, key=lambda temperature: tried[temperature][0])
        model.write(options.output or options.model, best)
        print(f"{options.output or options.model}: temperature {best}, calibration error on the development part "
              f"{calibration_error(before):.4f} before, {calibration_error(tried[best][1]):.4f} after")


if __name__ == "__main__":
    main()
