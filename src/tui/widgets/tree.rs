//! A tree that folds: rows of visible nodes from nodes in drawing order.

use std::collections::BTreeSet;

/// A node in drawing order: parents before children.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Node<T> {
    /// Depth, 0 for roots.
    pub depth: u16,
    /// What it shows.
    pub item: T,
}

/// Nodes and which of them are folded.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Tree<T> {
    nodes: Vec<Node<T>>,
    folded: BTreeSet<usize>,
    rows: Vec<usize>,
}

impl<T> Default for Tree<T> {
    fn default() -> Self {
        Self::new(Vec::new())
    }
}

impl<T> Tree<T> {
    /// A tree with everything unfolded.
    pub fn new(nodes: Vec<Node<T>>) -> Self {
        let rows = (0..nodes.len()).collect();
        Self { nodes, folded: BTreeSet::new(), rows }
    }

    /// Number of rows in view of folding.
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether there is no row.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// The node of a row.
    pub fn row(&self, row: usize) -> Option<&Node<T>> {
        self.nodes.get(*self.rows.get(row)?)
    }

    /// Whether the row has children.
    pub fn has_children(&self, row: usize) -> bool {
        self.rows.get(row).is_some_and(|node| self.parent_of_next(*node))
    }

    /// Whether the row is folded.
    pub fn is_folded(&self, row: usize) -> bool {
        self.rows.get(row).is_some_and(|node| self.folded.contains(node))
    }

    /// Folds or unfolds a row.
    pub fn fold(&mut self, row: usize, folded: bool) {
        let Some(node) = self.rows.get(row).copied().filter(|node| self.parent_of_next(*node)) else {
            return;
        };
        if folded {
            self.folded.insert(node);
        } else {
            self.folded.remove(&node);
        }
        self.layout();
    }

    /// Folds everything at `depth` and below, or nothing with `None`.
    pub fn fold_from(&mut self, depth: Option<u16>) {
        self.folded = match depth {
            Some(depth) => (0..self.nodes.len())
                .filter(|node| self.nodes[*node].depth >= depth && self.parent_of_next(*node))
                .collect(),
            None => BTreeSet::new(),
        };
        self.layout();
    }

    /// The row of the parent of `row`.
    pub fn parent(&self, row: usize) -> Option<usize> {
        let depth = self.row(row)?.depth;
        (0..row).rev().find(|above| self.row(*above).is_some_and(|node| node.depth < depth))
    }

    fn parent_of_next(&self, node: usize) -> bool {
        let depth = self.nodes[node].depth;
        self.nodes.get(node + 1).is_some_and(|next| next.depth > depth)
    }

    fn layout(&mut self) {
        self.rows.clear();
        let mut hidden_below = None;
        for (index, node) in self.nodes.iter().enumerate() {
            if hidden_below.is_some_and(|depth| node.depth > depth) {
                continue;
            }
            hidden_below = self.folded.contains(&index).then_some(node.depth);
            self.rows.push(index);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folding_hides_what_is_below() {
        let node = |depth, item| Node { depth, item };
        let mut tree = Tree::new(vec![node(0, 'a'), node(1, 'b'), node(2, 'c'), node(1, 'd'), node(0, 'e')]);
        let shown =
            |tree: &Tree<char>| (0..tree.len()).map(|row| tree.row(row).unwrap().item).collect::<String>();
        assert_eq!(tree.parent(3), Some(0));
        tree.fold(1, true);
        assert_eq!(shown(&tree), "abde");
        tree.fold(0, true);
        assert_eq!(shown(&tree), "ae");
        tree.fold(0, false);
        assert_eq!(shown(&tree), "abde");
        tree.fold(3, true);
        assert!(!tree.is_folded(3), "a leaf does not fold");
        tree.fold_from(None);
        assert_eq!(shown(&tree), "abcde");
    }
}
