//! From when to when.

use std::time::Duration;

use super::SelectionError;
use crate::model::{TimeRange, Timestamp, TraceId};

/// How far back to look when nothing is said.
const DEFAULT: Duration = Duration::from_mins(15);

/// Around the time that a trace id tells: clocks differ a little, and a request may take a while.
const BEFORE_TRACE: Duration = Duration::from_mins(5);
const AFTER_TRACE: Duration = Duration::from_hours(1);

/// A point in time.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Moment {
    /// So long ago.
    Ago(Duration),
    /// Then.
    At(Timestamp),
}

impl Moment {
    /// As of `now`.
    pub fn at(self, now: Timestamp) -> Timestamp {
        match self {
            Self::Ago(duration) => now.minus(duration),
            Self::At(at) => at,
        }
    }
}

/// A stretch of event time, as asked for.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Window {
    /// From; a quarter of an hour ago when it is left out, or when the first trace began.
    pub since: Option<Moment>,
    /// To; now when it is left out.
    pub until: Option<Moment>,
    /// Whether to go on until stopped.
    pub follow: bool,
}

impl Window {
    /// Start and end as of `now`; the end is `None` to follow. Without a start, the ids of `traces` tell when to look.
    ///
    /// # Errors
    /// When it ends before it starts, or starts in the future.
    pub fn resolve(
        self,
        now: Timestamp,
        traces: &[TraceId],
    ) -> Result<(Timestamp, Option<Timestamp>), SelectionError> {
        let told = if self.since.is_none() { told_by(traces, now) } else { None };
        let since = self
            .since
            .map(|since| since.at(now))
            .or(told.map(|told| told.start))
            .unwrap_or_else(|| now.minus(DEFAULT));
        if since > now {
            return Err(SelectionError::Future { since: since.to_string() });
        }
        if self.follow {
            return Ok((since, None));
        }
        let end = told.map_or(now, |told| told.end);
        let until = self.until.map_or(end, |until| until.at(now));
        if until <= since {
            let (since, until) = (since.to_string(), until.to_string());
            return Err(SelectionError::Backwards { since, until });
        }
        Ok((since, Some(until.min(now))))
    }
}

/// When traces ran: the first four bytes of an X-Ray id are seconds since the epoch.
/// <https://docs.aws.amazon.com/xray/latest/devguide/xray-api-sendingdata.html#xray-api-traceids>. `None` when an id tells
/// no time of the last two months, beyond which no trace is kept.
fn told_by(traces: &[TraceId], now: Timestamp) -> Option<TimeRange> {
    const KEPT: Duration = Duration::from_hours(24 * 60);
    let times: Option<Vec<Timestamp>> =
        traces.iter().map(|trace| began(*trace, now.minus(KEPT), now)).collect();
    let times = times?;
    let (first, last) = (times.iter().min()?, times.iter().max()?);
    Some(TimeRange { start: first.minus(BEFORE_TRACE), end: last.plus(AFTER_TRACE).min(now) })
}

fn began(trace: TraceId, earliest: Timestamp, now: Timestamp) -> Option<Timestamp> {
    let [a, b, c, d, ..] = trace.0;
    let seconds = u32::from_be_bytes([a, b, c, d]);
    let began = Timestamp::from_millis(i64::from(seconds) * 1_000)?;
    (earliest <= began && began <= now).then_some(began)
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp(1_795_000_000_000_000_000);

    fn minutes(minutes: u64) -> Duration {
        Duration::from_mins(minutes)
    }

    #[test]
    fn a_window_is_a_quarter_of_an_hour_unless_told() {
        let window = Window::default();
        assert_eq!(window.resolve(NOW, &[]).unwrap(), (NOW.minus(minutes(15)), Some(NOW)));
        let followed = Window { follow: true, since: Some(Moment::Ago(minutes(60))), ..window };
        assert_eq!(followed.resolve(NOW, &[]).unwrap(), (NOW.minus(minutes(60)), None));
    }

    #[test]
    fn a_window_goes_forward_and_ends_by_now() {
        let window = |since, until| Window { since: Some(since), until: Some(until), follow: false };
        let (hour, minute) = (Moment::Ago(minutes(60)), Moment::Ago(minutes(1)));
        assert_eq!(window(hour, minute).resolve(NOW, &[]).unwrap().1, Some(NOW.minus(minutes(1))));
        assert!(matches!(window(minute, hour).resolve(NOW, &[]), Err(SelectionError::Backwards { .. })));
        let later = Moment::At(NOW.plus(minutes(5)));
        assert_eq!(window(hour, later).resolve(NOW, &[]).unwrap().1, Some(NOW));
        assert!(matches!(window(later, later).resolve(NOW, &[]), Err(SelectionError::Future { .. })));
    }

    #[test]
    fn a_trace_id_tells_when_to_look_and_a_padded_one_does_not() {
        let began = NOW.minus(minutes(600));
        let seconds = began.0 / 1_000_000_000;
        let id = TraceId::parse(format!("{seconds:08x}1d83a1497d662d8b187cc941").as_bytes()).unwrap();
        let (since, until) = Window::default().resolve(NOW, &[id]).unwrap();
        assert_eq!((since, until), (began.minus(BEFORE_TRACE), Some(began.plus(AFTER_TRACE))));
        let padded = TraceId::parse(b"1-00000000-00000000257e7ab0ae32d655").unwrap();
        assert_eq!(Window::default().resolve(NOW, &[id, padded]).unwrap().0, NOW.minus(DEFAULT));
    }
}
