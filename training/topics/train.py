#!/usr/bin/env python3
"""Trains the classifier of the first level of the IPTC Media Topics.

    train.py --articles ARTICLES.jsonl --labels labels.jsonl --labelled LABELLED.jsonl
             [--titles TITLES.tsv ...] --features PROGRAM --out subjects.model

ARTICLES   unlabelled articles (`id`, `url`, `title`, `text`); labelled here by rules:
           sections in the address, and terms in the headline and the lead
LABELLED   the articles that labels.jsonl names; cross-validated, they train the
           second layer and set the threshold of every class; `read` says whether
           only the headline and the lead were read, or the text
TITLES     `class<TAB>title`, from TNEWS or THUCNews (never their test parts)
PROGRAM    the built examples/topic-features: features come from the tagger itself

Never give the articles of tests/data/topics-*.jsonl. Needs numpy, scipy and
scikit-learn; seeds are fixed.
"""
import argparse
import json
import struct
import subprocess
import warnings
from pathlib import Path

import numpy as np
import scipy.sparse as sp
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import KFold

BITS = 17
# The dual solver is stopped early on purpose: text is separable long before.
warnings.filterwarnings("ignore", category=ConvergenceWarning)
# Order of the table data/topics/iptc.tsv.
TOPS = [1, 16, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 17]
CODES = [f"{top:02d}000000" for top in TOPS]
AT = {code: at for at, code in enumerate(CODES)}

# Classes of title collections, where they correspond.
TITLE_CLASSES = {
    "news_sports": "15", "news_finance": "04", "news_house": "04", "news_stock": "04", "stock": "04",
    "news_car": "04", "news_edu": "05", "news_tech": "13", "news_military": "16", "news_travel": "10",
    "news_agriculture": "04", "news_entertainment": "01", "news_culture": "01", "news_story": "01",
    "sports": "15", "finance": "04", "stocks": "04", "realty": "04", "education": "05",
    "science": "13", "entertainment": "01", "politics": "11",
}
# Classes that often go with the class of a title.
GOES_WITH = {"13": ("04",), "04": ("13",), "10": ("04", "01"), "05": ("09",), "16": ("13", "11"), "01": ("10",)}
# Sections in the address of an article.
SECTIONS = {"/finance/": "04", "/sports/": "15", "/science/": "13", "/stock": "04", "/ent/": "01", "/health": "07",
            "%E7%BB%8F%E8%B4%B8": "04", "%E7%A7%91%E6%8A%80": "13", "%E4%BD%93%E8%82%B2": "15"}

# A rule label counts from this strength of terms; between the two the article says
# nothing about the class.
SURE, DOUBTFUL = 0.72, 0.45


def read(path):
    with open(path, encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def features(program, articles):
    """The sparse matrix of n-grams and the dense one of terms, from the tagger."""
    given = "".join(json.dumps(article, ensure_ascii=False) + "\n" for article in articles)
    output = subprocess.run([program], input=given.encode(), stdout=subprocess.PIPE, check=True).stdout
    columns, values, rows, terms = [], [], [0], []
    for line in output.decode().splitlines():
        row = json.loads(line)
        for part in (row["headline"], row["body"]):
            columns += part
            values += [1 / np.sqrt(len(part))] * len(part) if part else []
        rows.append(len(columns))
        found = dict(row["terms"])
        terms.append([found[code] for code in CODES])
    matrix = sp.csr_matrix((values, columns, rows), shape=(len(articles), 1 << BITS), dtype=np.float32)
    return matrix, np.array(terms, dtype=np.float32).reshape(len(articles), len(CODES), 2)


def by_rules(articles, terms):
    """1, 0 or -1 (nothing known) an article and class."""
    strength = np.maximum(terms[:, :, 0], 0.9 * terms[:, :, 1])
    labels = np.where(strength >= SURE, 1, np.where(strength >= DOUBTFUL, -1, 0))
    # The strongest class of an article is among its subjects, weak ones are not.
    best = strength.max(axis=1, keepdims=True)
    labels[(labels == 1) & (strength < best - 0.2)] = -1
    for row, article in enumerate(articles):
        for section, top in SECTIONS.items():
            if section in (article.get("url") or ""):
                labels[row, AT[top + "000000"]] = 1
    return labels


def by_title_class(paths, limit, generator):
    articles, labels = [], []
    for path in paths:
        lines = Path(path).read_text(encoding="utf-8").splitlines()
        for at in generator.permutation(len(lines))[:limit]:
            name, _, title = lines[at].partition("\t")
            top = TITLE_CLASSES.get(name)
            if top is None:
                continue
            articles.append({"id": "", "title": title.split("\t")[0], "text": ""})
            row = np.zeros(len(CODES), dtype=int)
            # Titles have one class where they might have two: what often goes with it
            # is unknown rather than absent.
            for open_class in ("14", "08", *GOES_WITH.get(top, ())):
                row[AT[open_class + "000000"]] = -1
            row[AT[top + "000000"]] = 1
            labels.append(row)
    return articles, np.array(labels).reshape(len(articles), len(CODES))


def fit(matrix, labels, weights, strength):
    """One-vs-rest logistic regression; rows of which nothing is known are left out."""
    coefficients = np.zeros((len(CODES), matrix.shape[1]), dtype=np.float32)
    intercepts = np.full(len(CODES), -4.0, dtype=np.float32)
    for at in range(len(CODES)):
        known = labels[:, at] >= 0
        y = labels[known, at]
        if y.sum() < 5:
            continue
        model = LogisticRegression(C=strength, solver="liblinear", dual=True, tol=0.02, max_iter=40, random_state=0)
        model.fit(matrix[known], y, sample_weight=weights[known])
        coefficients[at], intercepts[at] = model.coef_[0], model.intercept_[0]
    return coefficients, intercepts


def micro_f1(right, superfluous, missed):
    return 2 * right / max(1, 2 * right + superfluous + missed)


def second_layer(logits, terms, labels, strength):
    """A row of weights and an intercept a class, over the logits of all classes and
    the strength of terms and issues; the scale of the inputs is folded in."""
    inputs = np.hstack([logits, terms.reshape(len(terms), -1)])
    mean, deviation = inputs.mean(axis=0), inputs.std(axis=0) + 1e-3
    scaled = (inputs - mean) / deviation
    rows = np.zeros((len(CODES), inputs.shape[1] + 1))
    for at in range(len(CODES)):
        model = LogisticRegression(C=strength, max_iter=1000)
        model.fit(scaled, labels[:, at])
        weights = model.coef_[0] / deviation
        rows[at, :-1], rows[at, -1] = weights, model.intercept_[0] - weights @ mean
    return rows


def apply(rows, logits, terms):
    inputs = np.hstack([logits, terms.reshape(len(terms), -1), np.ones((len(terms), 1))])
    return inputs @ rows.T


def thresholds(z, labels):
    """The logit from which every class is assigned, for the best micro-F1.

    Classes with few examples keep the common threshold.
    """
    common = max(np.linspace(-2, 1, 31), key=lambda t: score(z, labels, np.full(len(CODES), t)))
    chosen = np.full(len(CODES), common)
    for _ in range(3):
        for at in np.argsort(-labels.sum(axis=0)):
            if labels[:, at].sum() < 15:
                continue
            grid = common + np.linspace(-1, 1, 21)
            tried = [(score(z, labels, np.where(np.arange(len(CODES)) == at, t, chosen)) - 0.002 * abs(t - common), t)
                     for t in grid]
            chosen[at] = max(tried)[1]
    return chosen


def score(z, labels, chosen):
    assigned = decide(z - chosen)
    right = (assigned & (labels == 1)).sum()
    return micro_f1(right, assigned.sum() - right, (labels == 1).sum() - right)


def decide(z, fallback=-1.5):
    """As in src/resolve/topics/subjects.rs."""
    best = z.max(axis=1, keepdims=True)
    return (z >= 0) | ((z == best) & (best >= fallback))


def write(path, coefficients, intercepts, rows, chosen):
    """The format that src/resolve/topics/classify.rs reads."""
    out = [b"SJTOPIC2", struct.pack("<2f", BITS, len(CODES))]
    weights = np.zeros((1 << BITS, len(CODES)), dtype=np.int8)
    for at, top in enumerate(TOPS):
        row = coefficients[at]
        largest = float(np.quantile(np.abs(row[row != 0]), 0.9999)) if (row != 0).any() else 1.0
        scale = max(largest, 1e-6) / 127
        weights[:, at] = np.clip(np.rint(row / scale), -127, 127).astype(np.int8)
        out.append(struct.pack("<3f", top, scale, intercepts[at]))
    for at in range(len(CODES)):
        row = rows[at].copy()
        row[-1] -= chosen[at]
        out.append(struct.pack(f"<{len(row)}f", *row))
    Path(path).write_bytes(b"".join(out) + weights.tobytes())


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ("articles", "labels", "labelled", "features", "out"):
        parser.add_argument("--" + name, required=True)
    parser.add_argument("--titles", nargs="*", default=[])
    parser.add_argument("--strength", type=float, default=4.0, help="inverse of the regularisation")
    parser.add_argument("--second", type=float, default=0.1, help="the same for the second layer")
    parser.add_argument("--weight", type=float, default=10.0, help="weight of an article labelled by reading")
    options = parser.parse_args()
    generator = np.random.default_rng(0)

    articles = read(options.articles)
    matrix, terms = features(options.features, articles)
    labels = by_rules(articles, terms)
    weights = np.ones(len(articles))
    if options.titles:
        titles, title_labels = by_title_class(options.titles, 8000, generator)
        title_matrix, _ = features(options.features, titles)
        matrix = sp.vstack([matrix, title_matrix]).tocsr()
        labels = np.vstack([labels, title_labels])
        weights = np.concatenate([weights, np.full(len(titles), 0.5)])
    print("by rules:", dict(zip(CODES, (labels == 1).sum(axis=0).tolist())))

    rows = read(options.labels)
    gold = {row["id"]: row["iptc"] for row in rows}
    read_as = {row["id"]: row["read"] for row in rows}
    labelled = [article for article in read(options.labelled) if article["id"] in gold]
    gold_matrix, gold_terms = features(options.features, labelled)
    gold_labels = np.array([[int(code in gold[a["id"]]) for code in CODES] for a in labelled])

    # The second layer learns on logits of articles that the first has not seen, and
    # is itself tested on articles that it has not seen.
    logits = np.zeros(gold_labels.shape)
    for train, held in KFold(3, shuffle=True, random_state=0).split(gold_matrix):
        both = sp.vstack([matrix, gold_matrix[train]]).tocsr()
        given = np.vstack([labels, gold_labels[train]])
        weight = np.concatenate([weights, np.full(len(train), options.weight)])
        coefficients, intercepts = fit(both, given, weight, options.strength)
        logits[held] = gold_matrix[held] @ coefficients.T + intercepts
    right = assigned = 0
    for train, held in KFold(5, shuffle=True, random_state=1).split(gold_matrix):
        rows = second_layer(logits[train], gold_terms[train], gold_labels[train], options.second)
        chosen = thresholds(apply(rows, logits[train], gold_terms[train]), gold_labels[train])
        held_assigned = decide(apply(rows, logits[held], gold_terms[held]) - chosen)
        right += (held_assigned & (gold_labels[held] == 1)).sum()
        assigned += held_assigned.sum()
    f1 = micro_f1(right, assigned - right, gold_labels.sum() - right)
    print("micro-F1, cross-validated:", round(f1, 4))
    rows = second_layer(logits, gold_terms, gold_labels, options.second)
    chosen = thresholds(apply(rows, logits, gold_terms), gold_labels)
    # Who reads the headline and the lead alone finds fewer subjects than who reads the
    # article: all thresholds move by what suits those that were read to the end.
    to_the_end = np.array([read_as[a["id"]] == "text" for a in labelled])
    z = apply(rows, logits, gold_terms)[to_the_end]
    shifts = np.linspace(-1.5, 0.5, 41)
    f1s = np.array([score(z, gold_labels[to_the_end], chosen + shift) for shift in shifts])
    # The middle of the plateau rather than its highest point: there are few of them.
    shift = shifts[f1s >= f1s.max() - 0.005].mean()
    print(f"shift {shift:.2f}: micro-F1 {score(z, gold_labels[to_the_end], chosen + shift):.4f} "
          f"on {to_the_end.sum()} articles read to the end, unshifted {score(z, gold_labels[to_the_end], chosen):.4f}")
    chosen = chosen + shift
    print("thresholds", dict(zip(CODES, chosen.round(2).tolist())))

    both = sp.vstack([matrix, gold_matrix]).tocsr()
    weight = np.concatenate([weights, np.full(len(labelled), options.weight)])
    coefficients, intercepts = fit(both, np.vstack([labels, gold_labels]), weight, options.strength)
    write(options.out, coefficients, intercepts, rows, chosen)


if __name__ == "__main__":
    main()
