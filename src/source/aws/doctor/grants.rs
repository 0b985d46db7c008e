//! Reads resource policies: does one allow X-Ray to write to a log group?
//!
//! Only what such a policy usually holds is understood; anything else makes the answer *unclear*, never *yes*. The
//! language: <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements.html>.

use serde_json::Value;

/// What is asked of the policies.
#[derive(Clone, Copy, Debug)]
pub(super) struct Question<'a> {
    /// Service principal.
    pub(super) service: &'a str,
    /// Action.
    pub(super) action: &'a str,
    /// ARN of the resource.
    pub(super) resource: &'a str,
    /// `aws:SourceAccount` of the call.
    pub(super) account: &'a str,
    /// How `aws:SourceArn` of the call begins; the rest is not known.
    pub(super) source_start: &'a str,
}

/// What the policies say.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Grant {
    /// A statement allows it, and none denies it.
    Allowed,
    /// No statement allows it.
    Absent,
    /// A statement denies it.
    Denied,
    /// A statement may decide it and cannot be read here: why.
    Unclear(String),
}

/// Judges all `documents` together: a denial outweighs everything, and what cannot be read may be one.
pub(super) fn judge<'a>(documents: impl IntoIterator<Item = &'a str>, question: &Question<'_>) -> Grant {
    let (mut allowed, mut unclear) = (false, None);
    for document in documents {
        let Ok(policy) = serde_json::from_str::<Value>(document) else {
            unclear = unclear.or(Some("a policy is no JSON".to_owned()));
            continue;
        };
        for statement in list(&policy["Statement"]) {
            match verdict(statement, question) {
                Ok(None) => {}
                Ok(Some(true)) => allowed = true,
                Ok(Some(false)) => return Grant::Denied,
                Err(why) => unclear = unclear.or(Some(why)),
            }
        }
    }
    match (unclear, allowed) {
        (Some(why), _) => Grant::Unclear(why),
        (None, true) => Grant::Allowed,
        (None, false) => Grant::Absent,
    }
}

/// Whether a statement allows (`true`) or denies (`false`) what is asked; `None` when it is about something else.
fn verdict(statement: &Value, question: &Question<'_>) -> Result<Option<bool>, String> {
    if let Some(element) =
        ["NotPrincipal", "NotAction", "NotResource"].iter().find(|element| statement.get(**element).is_some())
    {
        return Err(format!("a statement uses {element}"));
    }
    let principal = &statement["Principal"];
    let services = principal.get("Service").unwrap_or(principal);
    let is_asked = texts(services).any(|service| service == "*" || service == question.service)
        && texts(&statement["Action"])
            .any(|action| like(&action.to_ascii_lowercase(), &question.action.to_ascii_lowercase()))
        && texts(&statement["Resource"]).any(|resource| like(resource, question.resource));
    if !is_asked {
        return Ok(None);
    }
    let effect = match statement["Effect"].as_str() {
        Some("Allow") => true,
        Some("Deny") => false,
        _ => return Err("a statement has no known Effect".to_owned()),
    };
    Ok(holds(&statement["Condition"], question)?.then_some(effect))
}

/// Whether the conditions hold for the call.
fn holds(conditions: &Value, question: &Question<'_>) -> Result<bool, String> {
    let Some(conditions) = conditions.as_object() else { return Ok(true) };
    for (operator, keys) in conditions {
        for (key, wanted) in keys.as_object().into_iter().flatten() {
            if !matches!(operator.as_str(), "StringEquals" | "StringLike" | "ArnEquals" | "ArnLike") {
                return Err(format!("a statement has a condition with {operator}"));
            }
            // ArnEquals knows wildcards as ArnLike does; of StringEquals they would be letters, which no account has.
            let is_met = match key.to_ascii_lowercase().as_str() {
                "aws:sourceaccount" => texts(wanted).any(|one| like(one, question.account)),
                "aws:sourcearn" => source_is(wanted, question)?,
                _ => return Err(format!("a statement has a condition on {key}")),
            };
            if !is_met {
                return Ok(false);
            }
        }
    }
    Ok(true)
}

/// Whether the ARN of the caller is one of `wanted`, of which only the beginning is known.
fn source_is(wanted: &Value, question: &Question<'_>) -> Result<bool, String> {
    let start = question.source_start;
    if texts(wanted).any(|one| one.ends_with('*') && like(one, start)) {
        return Ok(true);
    }
    match texts(wanted).find(|one| one.starts_with(start)) {
        Some(narrow) => Err(format!("a statement is for the source {narrow} alone")),
        None => Ok(false),
    }
}

/// One value or a list of them.
fn list(value: &Value) -> &[Value] {
    match value {
        Value::Array(values) => values,
        Value::Null => &[],
        one => std::slice::from_ref(one),
    }
}

fn texts(value: &Value) -> impl Iterator<Item = &str> {
    list(value).iter().filter_map(Value::as_str)
}

/// Whether `pattern`, with `*` and `?`, is `text`. Linear in the product of the lengths at worst, without recursion.
fn like(pattern: &str, text: &str) -> bool {
    let (pattern, text) = (pattern.as_bytes(), text.as_bytes());
    let (mut p, mut t) = (0, 0);
    // Where the last `*` stood, and up to where it has eaten.
    let mut star: Option<(usize, usize)> = None;
    while t < text.len() {
        match pattern.get(p) {
            Some(b'*') => {
                star = Some((p, t));
                p += 1;
            }
            Some(byte) if *byte == b'?' || *byte == text[t] => {
                p += 1;
                t += 1;
            }
            _ => {
                let Some((at, eaten)) = star else { return false };
                star = Some((at, eaten + 1));
                p = at + 1;
                t = eaten + 1;
            }
        }
    }
    pattern[p..].iter().all(|byte| *byte == b'*')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    const QUESTION: Question<'static> = Question {
        service: "xray.amazonaws.com",
        action: "logs:PutLogEvents",
        resource: "arn:aws:logs:us-east-1:111122223333:log-group:aws/spans:log-stream:default",
        account: "111122223333",
        source_start: "arn:aws:xray:us-east-1:111122223333:",
    };

    fn statement(change: &Value) -> String {
        let mut statement = json!({
            "Effect": "Allow",
            "Principal": {"Service": "xray.amazonaws.com"},
            "Action": "logs:PutLogEvents",
            "Resource": [
                "arn:aws:logs:us-east-1:111122223333:log-group:aws/spans:*",
                "arn:aws:logs:us-east-1:111122223333:log-group:/aws/application-signals/data:*"
            ],
            "Condition": {
                "ArnLike": {"aws:SourceArn": "arn:aws:xray:us-east-1:111122223333:*"},
                "StringEquals": {"aws:SourceAccount": "111122223333"}
            }
        });
        for (key, value) in change.as_object().unwrap() {
            statement[key] = value.clone();
        }
        json!({"Version": "2012-10-17", "Statement": [statement]}).to_string()
    }

    fn judged(change: &Value) -> Grant {
        judge([statement(change).as_str()], &QUESTION)
    }

    #[test]
    fn the_documented_policy_allows() {
        assert_eq!(judged(&json!({})), Grant::Allowed);
        assert_eq!(judged(&json!({"Action": ["logs:CreateLogStream", "logs:put*"]})), Grant::Allowed);
        assert_eq!(judged(&json!({"Resource": "*", "Condition": null})), Grant::Allowed);
    }

    #[test]
    fn what_is_about_something_else_does_not() {
        for change in [
            json!({"Principal": {"Service": "delivery.logs.amazonaws.com"}}),
            json!({"Action": "logs:CreateLogStream"}),
            json!({"Resource": "arn:aws:logs:us-west-2:111122223333:log-group:aws/spans:*"}),
            json!({"Condition": {"StringEquals": {"aws:SourceAccount": "444455556666"}}}),
            json!({"Condition": {"ArnLike": {"aws:SourceArn": "arn:aws:xray:us-west-2:111122223333:*"}}}),
        ] {
            assert_eq!(judged(&change), Grant::Absent, "{change}");
        }
        assert_eq!(judge([], &QUESTION), Grant::Absent);
    }

    #[test]
    fn a_denial_outweighs() {
        let deny = statement(&json!({"Effect": "Deny", "Condition": null}));
        assert_eq!(judge([statement(&json!({})).as_str(), deny.as_str()], &QUESTION), Grant::Denied);
    }

    #[test]
    fn what_cannot_be_read_is_never_a_yes() {
        for change in [
            json!({"NotAction": "logs:DeleteLogGroup"}),
            json!({"Condition": {"StringEquals": {"aws:SourceOrgID": "o-1"}}}),
            json!({"Condition": {"StringNotEquals": {"aws:SourceAccount": "1"}}}),
            json!({"Condition": {"ArnLike": {"aws:SourceArn": "arn:aws:xray:us-east-1:111122223333:x"}}}),
            json!({"Effect": 1}),
        ] {
            assert!(matches!(judged(&change), Grant::Unclear(_)), "{change}");
        }
        let broken = ["{", &statement(&json!({}))].map(str::to_owned);
        assert!(matches!(judge(broken.iter().map(String::as_str), &QUESTION), Grant::Unclear(_)));
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 128, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn a_pattern_is_what_the_expression_says(pattern in "[ab*?]{0,8}", text in "[ab]{0,8}") {
            let expression = pattern.replace('*', ".*").replace('?', ".");
            let expected = regex::Regex::new(&format!("^{expression}$")).unwrap().is_match(&text);
            prop_assert_eq!(like(&pattern, &text), expected);
        }
    }
}
