//! The one evaluator: a condition and a scope to an [`Answer`]. Judging and explaining both read it.
//!
//! Every condition answers with *witnesses*: the ways in which it holds, and those in which it would hold if something
//! that the capture lacks were known. No witness: it does not hold. Each form makes one pass over the hits of a scope.

mod absence;
mod answer;
mod join;
mod order;
mod sibling;

use crate::rules::condition::{Condition, EventIndex};
use crate::rules::docket::{Docket, Hit};
use crate::rules::rule::{Rule, When};
use crate::rules::scope::{Facts, Scope};

pub use answer::State;
pub(crate) use answer::{Answer, Missing, Part, Progress, Witness};
pub(crate) use sibling::Siblings;

/// Everything that one evaluation looks at.
#[derive(Clone, Copy)]
pub(crate) struct Bench<'a, 'd> {
    pub(crate) docket: &'d Docket<'a>,
    pub(crate) rule: &'d Rule,
    pub(crate) scope: &'d Scope<'a>,
    /// Per event, hits without a key.
    pub(crate) loose: &'d [Vec<&'a Hit>],
    pub(crate) facts: &'d Facts,
}

impl<'a> Bench<'a, '_> {
    /// Judges one of the rule's conditions in the scope.
    pub(crate) fn answer(&self, when: &When) -> Answer<'a> {
        self.judge(&when.condition)
    }

    fn judge(&self, condition: &Condition) -> Answer<'a> {
        match condition {
            Condition::Match(event) => {
                let hits = self.hits(*event);
                let witnesses = hits.iter().map(|hit| Witness::of(vec![Part { event: *event, hit }]));
                Answer::new(witnesses.collect(), Progress::Seen(hits.len()))
            }
            Condition::All(members) => self.all(members),
            Condition::Any(members) => self.any(members),
            Condition::None(members) => self.none(members),
            Condition::Sequence { steps, within } => self.sequence(steps, *within),
            Condition::Count { of, at_least, within } => self.count(*of, *at_least, *within),
            Condition::Distinct { of, value, at_least, within } => {
                self.distinct(*of, value, *at_least, *within)
            }
            Condition::Absent { event, anchor: Some((side, anchor)), within } => {
                self.absent_beside(*event, *side, *anchor, *within)
            }
            Condition::Absent { event, anchor: None, .. } => self.absent(*event),
            Condition::Elapsed { from, to, slower, limit } => self.elapsed(*from, *to, *slower, *limit),
            Condition::FirstSeconds { of, limit } => self.first_seconds(*of, *limit),
            Condition::HealthySibling { of, sibling } => self.healthy_sibling(*of, *sibling),
        }
    }

    fn hits(&self, event: EventIndex) -> &[&'a Hit] {
        self.scope.hits.get(event).map_or(&[], Vec::as_slice)
    }

    fn all(&self, members: &[Condition]) -> Answer<'a> {
        let members: Vec<_> = members.iter().map(|member| self.judge(member)).collect();
        let holding = count(&members, State::Fires);
        let joined =
            members.iter().map(|member| member.witnesses.clone()).reduce(join::join).unwrap_or_default();
        let none_quiet = count(&members, State::Quiet) == 0;
        let progress = if joined.is_empty() && none_quiet {
            Progress::Disjoint { of: members.len() }
        } else {
            Progress::Members { holding, of: members.len() }
        };
        Answer { witnesses: joined, progress, members }
    }

    fn any(&self, members: &[Condition]) -> Answer<'a> {
        let members: Vec<_> = members.iter().map(|member| self.judge(member)).collect();
        let progress = Progress::Members { holding: count(&members, State::Fires), of: members.len() };
        let witnesses = join::distinct(members.iter().flat_map(|member| &member.witnesses));
        Answer { witnesses, progress, members }
    }

    fn none(&self, members: &[Condition]) -> Answer<'a> {
        let mut excluded = Vec::new();
        for member in members {
            member.events(&mut |event, _| excluded.push(event));
        }
        let members: Vec<_> = members.iter().map(|member| self.judge(member)).collect();
        let holding = count(&members, State::Fires);
        let progress = Progress::Members { holding, of: members.len() };
        let mut witnesses = Vec::new();
        if holding == 0 {
            let open = members.iter().filter_map(|member| member.witnesses.first());
            let mut missing: Vec<Missing> = open.flat_map(|witness| witness.missing.clone()).collect();
            missing.extend(excluded.iter().flat_map(|event| self.uncovered_scope(*event)));
            missing.dedup();
            witnesses.push(Witness::of(Vec::new()).lacking(missing));
        }
        Answer { witnesses, progress, members }
    }
}

fn count(members: &[Answer<'_>], state: State) -> usize {
    members.iter().filter(|member| member.state() == state).count()
}
