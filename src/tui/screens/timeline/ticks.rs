//! Round instants on the axis, each with a short label.

use super::axis::Axis;

/// Columns between two ticks at least: a label and air around it.
const APART: usize = 10;

const SECOND: u64 = 1_000_000_000;

/// Steps of a second and more: what clocks divide time by.
const LONG_STEPS: [u64; 18] =
    [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1_800, 3_600, 7_200, 14_400, 21_600, 43_200, 86_400];

/// Columns of the ticks in view among `columns`, each with the time since the beginning of the whole.
pub(super) fn ticks(axis: Axis, columns: usize) -> Vec<(usize, String)> {
    let (from, span) = (axis.offset().unsigned_abs(), axis.span().unsigned_abs());
    let most = (columns / APART) as u64;
    if most == 0 || span == 0 {
        return Vec::new();
    }
    let step = step(span, most);
    let first = from.div_ceil(step);
    let last = from.saturating_add(span) / step;
    (first..=last)
        .map(|at| at * step)
        .map(|at| {
            let past = i128::from(at - from) * (columns as i128 - 1) / i128::from(span);
            (past as usize, label(at))
        })
        .collect()
}

/// The shortest round step that cuts `span` into `most` pieces at most.
fn step(span: u64, most: u64) -> u64 {
    let least = span.div_ceil(most).max(1);
    if least > SECOND {
        let long = LONG_STEPS.iter().map(|seconds| seconds * SECOND).find(|step| *step >= least);
        return long.unwrap_or_else(|| least.div_ceil(86_400 * SECOND).saturating_mul(86_400 * SECOND));
    }
    let mut unit = 1;
    loop {
        if let Some(step) = [1, 2, 5].into_iter().map(|part| part * unit).find(|step| *step >= least) {
            return step;
        }
        unit *= 10;
    }
}

/// `+0`, `+2.5 ms`, `+1m 30s`: as many digits as it takes to be exact.
fn label(nanos: u64) -> String {
    let (unit, word) = match nanos {
        0 => return "+0".to_owned(),
        1..1_000 => (1, "ns"),
        1_000..1_000_000 => (1_000, "us"),
        1_000_000..SECOND => (1_000_000, "ms"),
        _ if nanos < 60 * SECOND || !nanos.is_multiple_of(SECOND) => (SECOND, "s"),
        _ => return format!("+{}", clock(nanos / SECOND)),
    };
    let digits = unit.ilog10() as usize;
    let rest = format!("{:0digits$}", nanos % unit);
    let rest = rest.trim_end_matches('0');
    let point = if rest.is_empty() { "" } else { "." };
    format!("+{}{point}{rest} {word}", nanos / unit)
}

/// Whole seconds from a minute on.
fn clock(seconds: u64) -> String {
    let (days, hours, minutes) = (seconds / 86_400, seconds / 3_600 % 24, seconds / 60 % 60);
    match (days, hours) {
        (0, 0) => format!("{minutes}m {:02}s", seconds % 60),
        (0, _) => format!("{hours}h {minutes:02}m"),
        _ => format!("{days}d {hours:02}h"),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::model::{TimeRange, Timestamp};

    fn axis(span: u64) -> Axis {
        Axis::new(TimeRange { start: Timestamp(1_000), end: Timestamp(1_000 + span as i64) })
    }

    #[test]
    fn ticks_are_round_and_exact() {
        let labels =
            |span: u64, columns| ticks(axis(span), columns).into_iter().map(|(_, label)| label).collect();
        let seven: Vec<String> = labels(7_000_000, 60);
        assert_eq!(seven, ["+0", "+2 ms", "+4 ms", "+6 ms"]);
        let minutes: Vec<String> = labels(200 * SECOND, 60);
        assert_eq!(minutes, ["+0", "+1m 00s", "+2m 00s", "+3m 00s"]);
        assert_eq!(label(1_500_000), "+1.5 ms");
        assert_eq!(label(2 * 3_600 * SECOND), "+2h 00m");
        assert_eq!(ticks(axis(7), 60).last(), Some(&(50, "+6 ns".to_owned())));
        assert!(ticks(axis(0), 60).is_empty() && ticks(axis(7), 5).is_empty());
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(128))]
        #[test]
        fn ticks_keep_apart_and_stand_where_their_instant_does(span in 1_u64..u64::MAX / 4, columns in 1_usize..300) {
            let axis = axis(span);
            let ticks = ticks(axis, columns);
            prop_assert!(ticks.len() <= columns / APART + 1);
            for pair in ticks.windows(2) {
                prop_assert!(pair[1].0 >= pair[0].0 + APART - 1, "{:?}", pair);
            }
            prop_assert!(ticks.iter().all(|(column, _)| *column < columns));
        }
    }
}
