//! Asks about log groups: whether one exists, and when it was last written to.

use aws_sdk_cloudwatchlogs::types::{LogStream, OrderBy};

use super::caller::Caller;
use crate::model::{Refusal, Timestamp};
use crate::source::aws::doctor::answers::{Answer, GroupAnswers, Stream};

const ACTION: &str = "logs:DescribeLogStreams";

/// Streams that are looked at, newest first.
const STREAMS: i32 = 5;

/// The newest streams of a group; `None` when there is no such group.
pub(super) async fn newest(caller: &Caller, group: &str) -> Answer<Option<Vec<Stream>>> {
    let call = caller.account.logs().describe_log_streams().log_group_name(group);
    let call = call.order_by(OrderBy::LastEventTime).descending(true).limit(STREAMS).send();
    match caller.ask(ACTION, group, call).await {
        Ok(page) => Ok(Some(page.log_streams.unwrap_or_default().into_iter().map(stream).collect())),
        Err(call) if call.refusal == Refusal::NotFound => Ok(None),
        Err(call) => Err(call),
    }
}

/// A stream by its name. The list that is sorted by time may leave it out.
async fn named(caller: &Caller, group: &str, name: &str) -> Answer<Option<Stream>> {
    let call = caller.account.logs().describe_log_streams().log_group_name(group);
    let call = call.log_stream_name_prefix(name).limit(STREAMS).send();
    match caller.ask(ACTION, group, call).await {
        Ok(page) => {
            let mut streams = page.log_streams.unwrap_or_default().into_iter().map(stream);
            Ok(streams.find(|stream| stream.name == name))
        }
        Err(call) if call.refusal == Refusal::NotFound => Ok(None),
        Err(call) => Err(call),
    }
}

/// A runtime's group with the streams that have a meaning.
pub(super) async fn of_runtime(caller: &Caller, name: String) -> GroupAnswers {
    let newest = newest(caller, &name).await;
    let (otel, spans) = if matches!(newest, Ok(Some(_))) {
        tokio::join!(named(caller, &name, "otel-rt-logs"), named(caller, &name, "spans"))
    } else {
        (Ok(None), Ok(None))
    };
    GroupAnswers { name, newest, otel, spans }
}

/// A group that vended logs are delivered to.
pub(super) async fn delivered(caller: &Caller, name: String) -> GroupAnswers {
    let newest = newest(caller, &name).await;
    GroupAnswers { name, newest, otel: Ok(None), spans: Ok(None) }
}

fn stream(stream: LogStream) -> Stream {
    Stream {
        name: stream.log_stream_name.unwrap_or_default(),
        newest: stream.last_event_timestamp.and_then(Timestamp::from_millis),
    }
}
