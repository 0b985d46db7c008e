//! How far the clock of AWS is from ours, by the `Date` of an answer.
//!
//! A signature is taken up to five minutes off: <https://docs.aws.amazon.com/IAM/latest/UserGuide/signature-v4-troubleshooting.html>.
//! What is final is judged by the clock, and with one that is minutes ahead events would be called final before they
//! happened. So the clock of AWS is the one that counts.

use std::sync::{Arc, OnceLock};

use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::interceptors::Intercept;
use aws_smithy_runtime_api::client::interceptors::context::BeforeDeserializationInterceptorContextRef;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::DateTime;
use aws_smithy_types::config_bag::ConfigBag;
use aws_smithy_types::date_time::Format;

use crate::model::Timestamp;

/// Less than this, in nanoseconds, may be the way of the answer, and changes nothing.
const NOTICEABLE: i64 = 30_000_000_000;

/// The clock of a service, seen at its first answer.
#[derive(Clone, Debug, Default)]
pub(super) struct ServiceClock(Arc<OnceLock<i64>>);

impl ServiceClock {
    /// By how much it is ahead of ours, in nanoseconds; zero when it is about the same, or has not been seen.
    pub(super) fn ahead(&self) -> i64 {
        let ahead = self.0.get().copied().unwrap_or_default();
        if ahead.abs() < NOTICEABLE { 0 } else { ahead }
    }
}

impl Intercept for ServiceClock {
    fn name(&self) -> &'static str {
        "ServiceClock"
    }

    fn read_before_deserialization(
        &self,
        context: &BeforeDeserializationInterceptorContextRef<'_>,
        components: &RuntimeComponents,
        _config: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let date = context.response().headers().get("date");
        let date = date.and_then(|date| DateTime::from_str(date, Format::HttpDate).ok());
        let ours = components.time_source().map(|source| DateTime::from(source.now()));
        if let (Some(date), Some(ours)) = (date, ours) {
            let ahead = date.as_nanos() - ours.as_nanos();
            let _ = self.0.set(i64::try_from(ahead).unwrap_or_default());
        }
        Ok(())
    }
}

/// `now` by a clock that is so far `ahead` of ours.
pub fn by_clock(now: Timestamp, ahead: i64) -> Timestamp {
    Timestamp(now.0.saturating_add(ahead))
}

/// What a person should know of a clock that is so far `ahead` of ours.
pub(super) fn told(ahead: i64) -> Option<String> {
    let seconds = ahead.unsigned_abs() / 1_000_000_000;
    let how = if ahead > 0 { "behind" } else { "ahead of" };
    (ahead != 0).then(|| {
        format!(
            "the clock of this machine is {seconds} s {how} that of AWS, which is the one that is used; set it, for \
             calls are refused when it is five minutes off"
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_difference_counts_when_it_is_more_than_the_way_of_an_answer() {
        let of = |ahead: i64| {
            let clock = ServiceClock::default();
            clock.0.set(ahead).unwrap();
            clock.ahead()
        };
        assert_eq!(
            (of(NOTICEABLE - 1), of(-NOTICEABLE), of(7 * NOTICEABLE)),
            (0, -NOTICEABLE, 7 * NOTICEABLE)
        );
        assert_eq!(ServiceClock::default().ahead(), 0);
        assert!(told(0).is_none() && told(-NOTICEABLE).unwrap().contains("30 s ahead of"));
        assert_eq!(by_clock(Timestamp(5), -3), Timestamp(2));
    }
}
