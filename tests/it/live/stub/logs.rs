//! CloudWatch Logs over AWS JSON 1.1, Live Tail apart.

use serde_json::{Value, json};

use super::World;
use super::events::{Key, Search};
use super::http::Answer;

pub(super) const JSON: &str = "application/x-amz-json-1.1";

/// The most that `limit` may be:
/// <https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_FilterLogEvents.html>.
const MAX_LIMIT: u64 = 10_000;

/// Entries of a page of the describing operations.
const ENTRIES: usize = 50;

pub(super) fn answer(world: &mut World, operation: &str, input: &Value) -> Answer {
    let result = match operation {
        "FilterLogEvents" => filter_log_events(world, input),
        "DescribeLogGroups" => describe_log_groups(world, input),
        "DescribeLogStreams" => describe_log_streams(world, input),
        "DescribeDeliverySources" => listed(world, input, "deliverySources"),
        "DescribeDeliveries" => listed(world, input, "deliveries"),
        "DescribeDeliveryDestinations" => listed(world, input, "deliveryDestinations"),
        "DescribeResourcePolicies" => listed(world, input, "resourcePolicies"),
        _ => Err(("UnknownOperationException", String::new())),
    };
    match result {
        Ok(body) => Answer::ok(JSON, body),
        Err((code, message)) => error(400, code, &message),
    }
}

/// An error as the protocol words it.
pub(super) fn error(status: u16, code: &str, message: &str) -> Answer {
    let body = json!({"__type": code, "message": message}).to_string();
    Answer { status, ..Answer::ok(JSON, body) }
}

type Result<T> = std::result::Result<T, (&'static str, String)>;

fn invalid<T>(message: &str) -> Result<T> {
    Err(("InvalidParameterException", message.to_owned()))
}

/// The group that `logGroupName` or `logGroupIdentifier` names.
fn group_name(input: &Value) -> Result<String> {
    let text = |key: &str| input.get(key).and_then(Value::as_str);
    match (text("logGroupName"), text("logGroupIdentifier")) {
        (Some(name), None) => Ok(name.to_owned()),
        (None, Some(arn)) => Ok(plain_name(arn).to_owned()),
        _ => invalid("Specify either logGroupName or logGroupIdentifier."),
    }
}

/// The name inside an ARN; a name stays.
pub(super) fn plain_name(identifier: &str) -> &str {
    identifier.rsplit_once(":log-group:").map_or(identifier, |(_, name)| name)
}

fn no_group<T>() -> Result<T> {
    Err(("ResourceNotFoundException", "The specified log group does not exist.".to_owned()))
}

fn filter_log_events(world: &mut World, input: &Value) -> Result<String> {
    let name = group_name(input)?;
    let millis = |key: &str| input.get(key).and_then(Value::as_i64);
    let limit = input.get("limit").map_or(Some(MAX_LIMIT), Value::as_u64).unwrap_or(0);
    if !(1..=MAX_LIMIT).contains(&limit) {
        return invalid("limit must be between 1 and 10000");
    }
    if input.get("filterPattern").is_some() {
        return invalid("this server knows no filter patterns");
    }
    let prefix = input.get("logStreamNamePrefix").and_then(Value::as_str).unwrap_or_default();
    let streams = input.get("logStreamNames").and_then(Value::as_array);
    if streams.is_some() && !prefix.is_empty() {
        return invalid("logStreamNames and logStreamNamePrefix exclude each other");
    }
    let (start, end) = (millis("startTime").unwrap_or(0), millis("endTime").unwrap_or(i64::MAX - 1));
    if start > end || start < 0 {
        return invalid("startTime must not be after endTime");
    }
    let logs = &mut world.logs;
    let Some(group) = logs.groups.get_mut(&name) else { return no_group() };
    let asked = format!("{start}-{end}-{prefix}-{}", streams.map_or(0, Vec::len));
    let token = input.get("nextToken").and_then(Value::as_str);
    let (behind, number) = match token.map(|token| read_token(token, &asked)) {
        None => {
            group.searches += 1;
            let newest = group.events.last_key_value().map_or(i64::MIN, |(key, _)| key.0);
            group.fresh += u64::from(end >= newest);
            (None, group.searches)
        }
        Some(Some(place)) => place,
        Some(None) => return invalid("The specified nextToken is invalid."),
    };
    let names = |streams: &Vec<Value>| streams.iter().filter_map(Value::as_str).map(str::to_owned).collect();
    let search = Search {
        start,
        end,
        streams: streams.map(names),
        prefix: prefix.to_owned(),
        limit: (limit as usize).min(logs.page),
        behind,
        number,
    };
    logs.pages += 1;
    let token_of = |key: Option<Key>| {
        let (at, ingested, event) = key.unwrap_or((start, i64::MIN, 0));
        format!("{at},{ingested},{event},{number},{asked},{}", logs.pages)
    };
    if logs.empty_every.is_some_and(|every| logs.pages.is_multiple_of(every)) {
        let next = token_of(behind);
        return Ok(json!({"events": [], "searchedLogStreams": [], "nextToken": next}).to_string());
    }
    let group = &logs.groups[&name];
    let page = group.page(&search, logs.overlap.min(search.limit - 1));
    world.served += page.events.len() as u64;
    let events: Vec<&str> = page.events.iter().map(|event| event.json.as_str()).collect();
    let next =
        page.next.map(|key| format!(",\"nextToken\":{}", json!(token_of(Some(key))))).unwrap_or_default();
    Ok(format!("{{\"events\":[{}],\"searchedLogStreams\":[]{next}}}", events.join(",")))
}

/// The place that a token stands for, when it belongs to this search.
fn read_token(token: &str, asked: &str) -> Option<(Option<Key>, u64)> {
    let parts: Vec<&str> = token.split(',').collect();
    let [at, ingested, event, number, of, _] = parts[..] else { return None };
    let key: Key = (at.parse().ok()?, ingested.parse().ok()?, event.parse().ok()?);
    (of == asked).then_some((Some(key).filter(|key| key.1 != i64::MIN), number.parse().ok()?))
}

/// A page of `entries`: the token is the place at which the next one begins.
fn paged(input: &Value, key: &str, entries: Vec<Value>, default: usize) -> Result<String> {
    let start = match input.get("nextToken").and_then(Value::as_str) {
        None => 0,
        Some(token) => match token.parse() {
            Ok(start) => start,
            Err(_) => return invalid("The specified nextToken is invalid."),
        },
    };
    let limit =
        input.get("limit").and_then(Value::as_u64).map_or(default, |limit| default.min(limit as usize));
    let is_more = entries.len() > start + limit;
    let page: Vec<Value> = entries.into_iter().skip(start).take(limit).collect();
    let mut body = json!({key: page});
    if is_more {
        body["nextToken"] = json!((start + limit).to_string());
    }
    Ok(body.to_string())
}

fn listed(world: &World, input: &Value, key: &'static str) -> Result<String> {
    paged(input, key, world.lists.get(key).cloned().unwrap_or_default(), world.list_page.min(ENTRIES))
}

fn describe_log_groups(world: &World, input: &Value) -> Result<String> {
    let prefix = input.get("logGroupNamePrefix").and_then(Value::as_str).unwrap_or_default();
    let part = input.get("logGroupNamePattern").and_then(Value::as_str).unwrap_or_default();
    let groups = world.logs.groups.iter();
    let groups =
        groups.filter(|(name, _)| name.starts_with(prefix) && name.contains(part)).map(|(name, group)| {
            let arn = super::log_group_arn(name);
            json!({
                "logGroupName": name,
                "arn": format!("{arn}:*"),
                "logGroupArn": arn,
                "creationTime": 1_700_000_000_000_i64,
                "storedBytes": group.events.values().map(|event| event.json.len()).sum::<usize>(),
                "metricFilterCount": 0,
                "logGroupClass": "STANDARD",
            })
        });
    paged(input, "logGroups", groups.collect(), world.list_page.min(ENTRIES))
}

fn describe_log_streams(world: &World, input: &Value) -> Result<String> {
    let name = group_name(input)?;
    let prefix = input.get("logStreamNamePrefix").and_then(Value::as_str).unwrap_or_default();
    let is_by_time = input.get("orderBy").and_then(Value::as_str) == Some("LastEventTime");
    if is_by_time && !prefix.is_empty() {
        return invalid("Cannot order by LastEventTime with a logStreamNamePrefix.");
    }
    let Some(group) = world.logs.groups.get(&name) else { return no_group() };
    let mut streams: Vec<(i64, Value)> = Vec::new();
    for stream in group.streams.iter().filter(|stream| stream.starts_with(prefix)) {
        let mut entry = json!({
            "logStreamName": stream,
            "creationTime": 1_700_000_000_000_i64,
            "arn": format!("{}:log-stream:{stream}", super::log_group_arn(&name)),
            "storedBytes": 0,
        });
        let reach = group.reach(stream);
        if let Some((first, last)) = reach {
            entry["firstEventTimestamp"] = json!(first);
            entry["lastEventTimestamp"] = json!(last);
            entry["lastIngestionTime"] = json!(last);
        }
        streams.push((reach.map_or(0, |(_, last)| last), entry));
    }
    if is_by_time {
        streams.sort_by_key(|(last, _)| *last);
    }
    if input.get("descending").and_then(Value::as_bool) == Some(true) {
        streams.reverse();
    }
    let streams = streams.into_iter().map(|(_, entry)| entry).collect();
    paged(input, "logStreams", streams, world.list_page.min(ENTRIES))
}
