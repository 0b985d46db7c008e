//! What a backfill will cost, told before it starts.

use super::account::Account;
use super::error::LiveError;
use crate::model::TimeRange;

/// What fetching a window of a log group will take, roughly.
#[derive(Clone, PartialEq, Debug)]
pub struct Estimate {
    /// Bytes of log events in the window.
    pub bytes: u64,
    /// Calls of `FilterLogEvents`.
    pub calls: u64,
    /// How the figures were made, one sentence.
    pub basis: String,
}

/// Bytes in one page at most:
/// <https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_FilterLogEvents.html>.
const PAGE_BYTES: u64 = 1_048_576;

/// Estimates what `window` of the log group `name` holds, from its stored bytes and the time over which they came.
///
/// # Errors
/// When the group cannot be described or does not exist.
pub async fn estimate(account: &Account, name: &str, window: TimeRange) -> Result<Estimate, LiveError> {
    let call = account.call("logs:DescribeLogGroups", name);
    let answer = account.logs().describe_log_groups().log_group_name_prefix(name).send().await;
    let answer = answer.map_err(|error| super::error::classify(call, &error))?;
    let groups = answer.log_groups.unwrap_or_default();
    let group = groups.into_iter().find(|group| group.log_group_name.as_deref() == Some(name));
    let group = group.ok_or_else(|| LiveError::NotFound {
        resource: name.to_owned(),
        region: account.region().to_owned(),
    })?;
    Ok(share(
        group.stored_bytes.and_then(|bytes| u64::try_from(bytes).ok()),
        group.creation_time,
        group.retention_in_days,
        window,
    ))
}

/// The window's share of what a group holds, as if it had come evenly.
fn share(
    stored: Option<u64>,
    created: Option<i64>,
    retention_days: Option<i32>,
    window: TimeRange,
) -> Estimate {
    let Some(stored) = stored else {
        let basis = "the service does not say how much the group holds".to_owned();
        return Estimate { bytes: 0, calls: 1, basis };
    };
    let end = window.end.0.div_euclid(1_000_000);
    let kept = retention_days.map(|days| i64::from(days) * 86_400_000);
    let age = created.map(|created| (end - created).max(1));
    let over = match (age, kept) {
        (Some(age), Some(kept)) => age.min(kept),
        (Some(one), None) | (None, Some(one)) => one,
        (None, None) => window.millis() as i64,
    };
    let share = (window.millis() / over.max(1) as f64).min(1.0);
    let bytes = (stored as f64 * share) as u64;
    let days = over as f64 / 86_400_000.0;
    let basis = format!(
        "an estimate: the group's {stored} stored bytes as of some hours ago, spread evenly over the {days:.1} days \
         that it keeps; bursts are not seen"
    );
    Estimate { bytes, calls: bytes.div_ceil(PAGE_BYTES).max(1), basis }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Timestamp;

    const DAY: i64 = 86_400_000;

    fn window(days: i64) -> TimeRange {
        let end = 100 * DAY;
        TimeRange { start: Timestamp((end - days * DAY) * 1_000_000), end: Timestamp(end * 1_000_000) }
    }

    #[test]
    fn a_window_holds_its_share_of_what_is_kept() {
        let estimate = share(Some(10 * PAGE_BYTES), Some(0), Some(10), window(1));
        assert_eq!((estimate.bytes, estimate.calls), (PAGE_BYTES, 1));
        let young = share(Some(10 * PAGE_BYTES), Some(98 * DAY), Some(10), window(1));
        assert_eq!(young.calls, 5);
        assert_eq!(share(Some(7), Some(0), None, window(500)).bytes, 7);
    }

    #[test]
    fn nothing_known_is_said() {
        let unknown = share(None, None, None, window(1));
        assert_eq!((unknown.bytes, unknown.calls), (0, 1));
        assert!(unknown.basis.contains("does not say"));
    }
}
