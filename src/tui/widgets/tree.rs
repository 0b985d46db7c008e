//! A tree that folds: rows of visible nodes from nodes in drawing order.

use std::collections::BTreeSet;

use super::ListState;
use crate::tui::keys::Move;

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

    /// Folds the nodes with children that `is_folded` names, and no others.
    pub fn fold_where(&mut self, is_folded: impl Fn(&Node<T>) -> bool) {
        let nodes = 0..self.nodes.len();
        self.folded =
            nodes.filter(|node| self.parent_of_next(*node) && is_folded(&self.nodes[*node])).collect();
        self.layout();
    }

    /// Moves the selection of `list`, which has a row for each row of the tree. To the right rows unfold, to the left
    /// they fold, or the selection goes to the parent.
    pub fn travel(&mut self, list: &mut ListState, by: Move) {
        let Some(row) = list.selected() else { return };
        match by {
            Move::Right if self.is_folded(row) => self.fold(row, false),
            Move::Right if self.has_children(row) => list.select(row + 1),
            Move::Left if self.has_children(row) && !self.is_folded(row) => self.fold(row, true),
            Move::Left => list.select(self.parent(row).unwrap_or(row)),
            _ => {
                list.apply(by);
            }
        }
    }

    /// The place of a row among all nodes.
    pub fn node_of(&self, row: usize) -> Option<usize> {
        self.rows.get(row).copied()
    }

    /// The nearest node after `from`, or before it with a negative `by`, around, that is `wanted`; folded away or not.
    pub fn find(&self, from: usize, by: i8, wanted: impl Fn(&T) -> bool) -> Option<usize> {
        let is_wanted = |node: &usize| wanted(&self.nodes[*node].item);
        let count = self.nodes.len();
        if by > 0 {
            (from + 1..count).chain(0..count.min(from + 1)).find(is_wanted)
        } else {
            (from..count).chain(0..from.min(count)).rev().find(is_wanted)
        }
    }

    /// Unfolds everything above a node; its row.
    pub fn reveal(&mut self, node: usize) -> usize {
        let mut depth = self.nodes.get(node).map_or(0, |node| node.depth);
        for above in (0..node.min(self.nodes.len())).rev() {
            if self.nodes[above].depth < depth {
                depth = self.nodes[above].depth;
                self.folded.remove(&above);
            }
        }
        self.layout();
        self.rows.binary_search(&node).unwrap_or_else(|row| row.saturating_sub(1))
    }

    /// What is below a row, folded away or not.
    pub fn below(&self, row: usize) -> impl Iterator<Item = &T> {
        let node = self.rows.get(row).copied().unwrap_or(self.nodes.len());
        let depth = self.nodes.get(node).map_or(0, |node| node.depth);
        let rest = self.nodes.get(node + 1..).unwrap_or_default();
        rest.iter().take_while(move |node| node.depth > depth).map(|node| &node.item)
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
        assert_eq!(tree.below(0).collect::<String>(), "bcd");
        assert_eq!(tree.below(1).count() + tree.below(9).count(), 0);
        tree.fold(0, false);
        assert_eq!(shown(&tree), "abde");
        tree.fold(3, true);
        assert!(!tree.is_folded(3), "a leaf does not fold");
        tree.fold_from(None);
        assert_eq!(shown(&tree), "abcde");
        tree.fold_where(|node| node.item < 'c');
        assert_eq!(shown(&tree), "ae");
        assert_eq!(tree.find(4, 1, |item| *item == 'c'), Some(2));
        assert_eq!(tree.find(1, -1, |item| *item > 'b'), Some(4));
        assert_eq!(tree.find(1, 1, |item| *item == 'x'), None);
        assert_eq!(tree.reveal(2), 2);
        assert_eq!(shown(&tree), "abcde");
        let mut list = ListState::default();
        list.fit(tree.len(), 3);
        for (by, row, rows) in [
            (Move::Right, 1, 5),
            (Move::Left, 1, 4),
            (Move::Left, 0, 4),
            (Move::Left, 0, 2),
            (Move::Right, 0, 4),
        ] {
            tree.travel(&mut list, by);
            assert_eq!((list.selected(), tree.len()), (Some(row), rows), "{by:?}");
            list.fit(tree.len(), 3);
        }
    }
}
