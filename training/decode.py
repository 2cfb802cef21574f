"""Constrained Viterbi decoding and entity-level scores, as `src/recognise/viterbi.rs` and `src/eval` do."""
import numpy as np

# Labels: O, then B and I of each type. I follows only B or I of its own type.
ALLOWED = np.array([[not (j and j % 2 == 0) or i in (j - 1, j) for j in range(7)] for i in range(7)])
PENALTY = np.where(ALLOWED, 0.0, -1e9)
FIRST = np.array([0.0 if j == 0 or j % 2 else -1e9 for j in range(7)])


def decode(log_probabilities):
    """Best valid sequence of labels for [length, 7] log-probabilities."""
    if len(log_probabilities) == 0:
        return []
    best, back = log_probabilities[0] + FIRST, []
    for row in log_probabilities[1:]:
        candidates = best[:, None] + PENALTY
        pointers = candidates.argmax(0)
        back.append(pointers)
        best = candidates[pointers, np.arange(7)] + row
    label = int(best.argmax())
    path = [label]
    for pointers in reversed(back):
        label = int(pointers[label])
        path.append(label)
    return path[::-1]


def entities(labels):
    found, start = set(), None
    for i, label in enumerate(list(labels) + [0]):
        if start is not None and (label == 0 or label % 2):
            found.add((start, i, labels[start]))
            start = None
        if label % 2:
            start = i
    return found


def score(gold, predicted):
    """Micro F1 and F1 by type over lists of label sequences."""
    counts = {kind: [0, 0, 0] for kind in ("all", 1, 3, 5)}
    for g, p in zip(gold, predicted):
        g, p = entities(g), entities(p)
        for kind, count in counts.items():
            gk, pk = ({e for e in s if kind in ("all", e[2])} for s in (g, p))
            count[0] += len(gk & pk)
            count[1] += len(gk)
            count[2] += len(pk)
    names = {"all": "f1", 1: "PER", 3: "LOC", 5: "ORG"}
    return {names[k]: 2 * c[0] / max(1, c[1] + c[2]) for k, c in counts.items()}
