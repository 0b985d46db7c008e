//! What keeps a reader from concluding too much.

use crate::model::{BaselineChoice, Share};

/// Fewer requests on a side are anecdotes.
const FEW: u32 = 5;

/// What a comparison rests on.
#[derive(Clone, Copy, Debug)]
pub struct Basis {
    /// How the healthy request was chosen; `None` when there is none.
    pub choice: Option<BaselineChoice>,
    /// How near it is to the failing one.
    pub relation: Option<BaselineChoice>,
    /// Whether the healthy request did succeed.
    pub is_healthy: bool,
    /// Whether it is of another capture.
    pub is_elsewhere: bool,
    /// Failed requests looked at, of how many.
    pub failed: Share,
    /// Healthy requests looked at, of how many.
    pub healthy: Share,
    /// Whether the capture has gaps while either request ran.
    pub has_gaps: bool,
}

impl Basis {
    /// In words, a sentence for each doubt; `None` without any.
    pub fn caution(&self) -> Option<String> {
        let mut doubts: Vec<String> = Vec::new();
        if self.choice.is_none() {
            let place = if self.is_elsewhere { "The capture named as baseline" } else { "This capture" };
            return Some(format!(
                "{place} holds no healthy request of the same tool, target, gateway or runtime; name one with --baseline."
            ));
        }
        if !self.is_healthy {
            doubts.push("The request named as baseline is not known to have succeeded.".to_owned());
        }
        match self.relation {
            Some(BaselineChoice::SameTarget) => doubts.push(
                "The healthy request called another tool of the same target: its arguments differ for that reason alone."
                    .to_owned(),
            ),
            Some(BaselineChoice::SameResource) | None => doubts.push(
                "The healthy request is of another target or operation: arguments, spans and logs differ for that reason alone."
                    .to_owned(),
            ),
            _ => {}
        }
        let (failed, healthy) = (self.failed, self.healthy);
        if failed.with < FEW || healthy.with < FEW {
            doubts.push(format!(
                "Only {} failed and {} healthy requests could be compared: a difference may be chance.",
                failed.with, healthy.with
            ));
        }
        if failed.with < failed.of || healthy.with < healthy.of {
            doubts.push(format!(
                "Counts are of a sample spread over time: {} of {} failed, {} of {} healthy requests.",
                failed.with, failed.of, healthy.with, healthy.of
            ));
        }
        if self.has_gaps {
            doubts.push("The capture has gaps: what is absent may only be missing from it.".to_owned());
        }
        (!doubts.is_empty()).then(|| doubts.join(" "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SURE: Basis = Basis {
        choice: Some(BaselineChoice::SameTool),
        relation: Some(BaselineChoice::SameTool),
        is_healthy: true,
        is_elsewhere: false,
        failed: Share { with: 9, of: 9 },
        healthy: Share { with: 40, of: 40 },
        has_gaps: false,
    };

    #[test]
    fn each_doubt_is_said() {
        assert_eq!(SURE.caution(), None);
        for (basis, words) in [
            (Basis { choice: None, ..SURE }, "no healthy request"),
            (Basis { is_healthy: false, ..SURE }, "not known to have succeeded"),
            (Basis { relation: Some(BaselineChoice::SameTarget), ..SURE }, "another tool"),
            (Basis { relation: None, ..SURE }, "another target"),
            (Basis { failed: Share { with: 1, of: 1 }, ..SURE }, "Only 1 failed and 40 healthy"),
            (Basis { healthy: Share { with: 500, of: 9_000 }, ..SURE }, "500 of 9000 healthy"),
            (Basis { has_gaps: true, ..SURE }, "gaps"),
        ] {
            let caution = basis.caution().unwrap_or_default();
            assert!(caution.contains(words), "{words}: {caution}");
        }
    }
}
