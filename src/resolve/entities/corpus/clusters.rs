//! Names that are one: a union-find that never joins two known entities.

/// Sets of nodes.
#[derive(Debug)]
pub(super) struct Clusters {
    parent: Vec<usize>,
    /// Members of each root; empty for others.
    members: Vec<Vec<usize>>,
    /// The known entity of each root's set.
    known: Vec<Option<usize>>,
}

impl Clusters {
    /// Every node alone; `known` says which stand in the knowledge base.
    pub fn new(known: impl Iterator<Item = bool>) -> Self {
        let known: Vec<Option<usize>> = known.enumerate().map(|(at, known)| known.then_some(at)).collect();
        Self {
            parent: (0..known.len()).collect(),
            members: (0..known.len()).map(|at| vec![at]).collect(),
            known,
        }
    }

    pub fn root(&self, node: usize) -> usize {
        let mut at = node;
        while self.parent[at] != at {
            at = self.parent[at];
        }
        at
    }

    /// All nodes that are one with `node`, itself included.
    pub fn members(&self, node: usize) -> &[usize] {
        &self.members[self.root(node)]
    }

    pub fn known(&self, node: usize) -> Option<usize> {
        self.known[self.root(node)]
    }

    /// Joins two sets; `false` if they are one already or stand for two known entities.
    pub fn join(&mut self, a: usize, b: usize) -> bool {
        let (a, b) = (self.root(a), self.root(b));
        if a == b || self.known[a].is_some() && self.known[b].is_some() {
            return false;
        }
        let (large, small) = if self.members[a].len() >= self.members[b].len() {
            (a, b)
        } else {
            (b, a)
        };
        self.parent[small] = large;
        let moved = std::mem::take(&mut self.members[small]);
        self.members[large].extend(moved);
        self.members[large].sort_unstable();
        self.known[large] = self.known[large].or(self.known[small]);
        true
    }
}
