"""The same checkpoint through `shiji --backend bert` and through PyTorch; optionally our own encoder beside them.

    python training/compare_bert.py FOLDER --text SENTENCES.txt [--model MODEL.shiji] [--checkpoint RUN/last.pt]

FOLDER is what `export_bert.py` writes, or any BertForTokenClassification. SENTENCES has a sentence a line; lines
with white space are left out. Compared are the logits, the best label of each token, and the entities that the
decoding of `decode.py` makes of the logits. With --model also the compiled encoder in 8 bits, with --checkpoint
the training run in PyTorch. Needs cargo, torch, transformers and what `tools/libtorch.sh` prepares.
"""
import argparse
import json
import subprocess
import tomllib
from pathlib import Path

import numpy as np
import torch
from transformers import AutoModelForTokenClassification, BertTokenizerFast

from decode import decode, entities
from text import fold

ROOT = Path(__file__).parent.parent


def cargo(arguments, lines, features="bert"):
    command = ["cargo", "run", "--release", "--quiet", "--features", features, *arguments]
    done = subprocess.run(command, cwd=ROOT, input="\n".join(lines) + "\n", capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(done.stderr)
    return done.stdout.splitlines()


def shiji(model, lines):
    """A record a line: labels, spans, logits, mentions."""
    return [json.loads(line) for line in cargo(["--example", "label-scores", "--", str(Path(model).absolute())], lines)]


def character_inputs(folder, lines):
    """Ids and token types of a character checkpoint, and the spans of its tokens."""
    vocabulary = (folder / "vocab.txt").read_text("utf-8").split("\n")
    index = {token: i for i, token in enumerate(vocabulary)}
    features = cargo(["--bin", "shiji", "--", "segment", "--features"], lines)
    for line, feature in zip(lines, features, strict=True):
        ids = [index.get(fold(c), index["[UNK]"]) for c in line]
        types = [0, *(ord(f) - ord("0") for f in feature), 0]
        yield [index["[CLS]"], *ids, index["[SEP]"]], types, [[i, i + 1] for i in range(len(line))], range(1, len(ids) + 1)


def word_inputs(folder, lines):
    """The same of a checkpoint with BERT's own tokeniser; a word takes the logits of its first piece."""
    tokenizer = BertTokenizerFast.from_pretrained(folder)
    for line in lines:
        encoded = tokenizer(line, return_offsets_mapping=True)
        spans, rows, last = [], [], None
        for row, ((start, end), word) in enumerate(zip(encoded["offset_mapping"], encoded.word_ids())):
            if word is None:
                continue
            if word == last:
                spans[-1][1] = end
            else:
                spans.append([start, end])
                rows.append(row)
            last = word
        yield encoded["input_ids"], encoded["token_type_ids"], spans, rows


def pytorch(folder, settings, lines):
    """Logits and spans of each line, and the names of the labels."""
    model = AutoModelForTokenClassification.from_pretrained(folder).eval()
    labels = [model.config.id2label[i] for i in range(model.config.num_labels)]
    inputs = (character_inputs if settings.get("tokens") == "characters" else word_inputs)(folder, lines)
    found = []
    for ids, types, spans, rows in inputs:
        with torch.no_grad():
            logits = model(input_ids=torch.tensor([ids]), token_type_ids=torch.tensor([types])).logits[0]
        found.append((logits[list(rows)].numpy(), spans, (ids, types)))
    return found, labels


def training_run(checkpoint, inputs, head="msra"):
    """Logits of `model.Encoder` for the ids and features of each line."""
    from model import Encoder

    run = torch.load(checkpoint, map_location="cpu", weights_only=False)
    encoder = Encoder(run["config"], run["heads"]).eval()
    encoder.load_state_dict(run["average"])
    with torch.no_grad():
        for ids, types in inputs:
            yield encoder(torch.tensor([ids]), torch.tensor([types]), None, head)[0, 1:-1].numpy()


def log_softmax(logits):
    logits = np.asarray(logits, np.float64)
    return logits - np.logaddexp.reduce(logits, axis=1, keepdims=True)


def report(name, ours, theirs):
    """Compares two lists of [tokens, labels] logits."""
    difference = max(np.abs(a - b).max() for a, b in zip(ours, theirs))
    same = sum((a.argmax(1) == b.argmax(1)).sum() for a, b in zip(ours, theirs))
    tokens = sum(len(a) for a in ours)
    mine, other = ([entities(decode(log_softmax(x))) for x in side] for side in (ours, theirs))
    shared = sum(len(a & b) for a, b in zip(mine, other))
    total = sum(len(a | b) for a, b in zip(mine, other))
    print(f"{name}: {len(ours)} sentences, {tokens:,} tokens; greatest difference of logits {difference:.2e}; "
          f"same label {100 * same / tokens:.3f} % ({tokens - same} differ); "
          f"same entities {100 * shared / max(1, total):.3f} % ({total - shared} of {total} differ)")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--text", type=Path, required=True)
    parser.add_argument("--sentences", type=int, default=500)
    parser.add_argument("--model", type=Path, help="a model file of our own encoder with the same weights")
    parser.add_argument("--checkpoint", type=Path, help="the training run that the folder was exported from")
    options = parser.parse_args()
    lines = [line for line in options.text.read_text("utf-8").splitlines() if line and not any(map(str.isspace, line))]
    lines = [line for line in lines if len(line) <= 200][: options.sentences]
    settings_path = options.folder / "shiji.toml"
    settings = tomllib.loads(settings_path.read_text("utf-8")) if settings_path.is_file() else {}

    theirs, labels = pytorch(options.folder, settings, lines)
    ours = shiji(options.folder, lines)
    order = [labels.index(label) for label in ours[0]["labels"]]
    spans = sum(record["spans"] != spans for record, (_, spans, _) in zip(ours, theirs, strict=True))
    print(f"{options.folder}: {spans} of {len(lines)} sentences with tokens at other places than PyTorch's")
    logits = [np.array(record["logits"]) for record in ours]
    wanted = [x[:, order] for x, _, _ in theirs]
    report("shiji through rust-bert beside transformers", logits, wanted)
    if options.checkpoint:
        report("shiji through rust-bert beside the training run", logits,
               list(training_run(options.checkpoint, [inputs for _, _, inputs in theirs])))
    if options.model:
        own = shiji(options.model, lines)
        report("shiji's encoder in 8 bits beside shiji through rust-bert", [np.array(r["logits"]) for r in own], logits)
        pairs = [[{(m["start"], m["end"], m["type"]) for m in r["mentions"]} for r in side] for side in (own, ours)]
        shared, total = (sum(len(f(a, b)) for a, b in zip(*pairs)) for f in (set.__and__, set.__or__))
        print(f"mentions with dictionaries: {100 * shared / max(1, total):.3f} % the same ({total - shared} of {total} differ)")


if __name__ == "__main__":
    main()
