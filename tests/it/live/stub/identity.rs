//! STS and IAM over the query protocol (XML), and the IAM Identity Center portal.

use std::fmt::Write as _;

use serde_json::json;

use super::http::{Answer, Request};
use super::{ACCOUNT, World, xray};

const XML: &str = "text/xml";

/// Who calls, and what a role may do.
#[derive(Debug)]
pub(crate) struct Identity {
    /// ARN of the caller.
    pub(crate) arn: String,
    /// Actions that a simulated principal may not do.
    pub(crate) denied: Vec<String>,
    /// What its clock shows, when it does, as HTTP writes it.
    pub(crate) date: Option<String>,
}

impl Default for Identity {
    fn default() -> Self {
        Self { arn: format!("arn:aws:iam::{ACCOUNT}:user/tester"), denied: Vec::new(), date: None }
    }
}

pub(super) fn answer(world: &World, operation: &str, request: &Request) -> Answer {
    let result = match operation {
        "GetCallerIdentity" => format!(
            "<Arn>{}</Arn><UserId>AIDAEXAMPLE</UserId><Account>{ACCOUNT}</Account>",
            world.identity.arn
        ),
        "AssumeRole" => format!(
            "<Credentials><AccessKeyId>ASIAASSUMED</AccessKeyId><SecretAccessKey>secret</SecretAccessKey>\
             <SessionToken>token</SessionToken><Expiration>2099-01-01T00:00:00Z</Expiration></Credentials>\
             <AssumedRoleUser><AssumedRoleId>AROAEXAMPLE:x</AssumedRoleId><Arn>{}</Arn></AssumedRoleUser>",
            request.form("RoleArn").unwrap_or_default()
        ),
        "SimulatePrincipalPolicy" => simulation(world, request),
        "GetRoleCredentials" => return role_credentials(),
        _ => return error(400, "InvalidAction", "unknown action"),
    };
    let body = format!(
        "<{operation}Response><{operation}Result>{result}</{operation}Result>\
         <ResponseMetadata><RequestId>r</RequestId></ResponseMetadata></{operation}Response>"
    );
    Answer { date: world.identity.date.clone(), ..Answer::ok(XML, body) }
}

/// An error as the query protocol words it.
pub(super) fn error(status: u16, code: &str, message: &str) -> Answer {
    let body = format!(
        "<ErrorResponse><Error><Type>Sender</Type><Code>{code}</Code><Message>{message}</Message></Error>\
         <RequestId>r</RequestId></ErrorResponse>"
    );
    Answer { status, ..Answer::ok(XML, body) }
}

fn simulation(world: &World, request: &Request) -> String {
    let mut results = String::new();
    for number in 1.. {
        let Some(action) = request.form(&format!("ActionNames.member.{number}")) else { break };
        let resource = request.form("ResourceArns.member.1").unwrap_or_else(|| "*".to_owned());
        let decision = if world.identity.denied.contains(&action) { "implicitDeny" } else { "allowed" };
        let _ = write!(
            results,
            "<member><EvalActionName>{action}</EvalActionName><EvalResourceName>{resource}</EvalResourceName>\
             <EvalDecision>{decision}</EvalDecision></member>"
        );
    }
    format!("<EvaluationResults>{results}</EvaluationResults><IsTruncated>false</IsTruncated>")
}

/// <https://docs.aws.amazon.com/singlesignon/latest/PortalAPIReference/API_GetRoleCredentials.html>
fn role_credentials() -> Answer {
    let body = json!({"roleCredentials": {
        "accessKeyId": "ASIASSO",
        "secretAccessKey": "secret",
        "sessionToken": "token",
        "expiration": 4_070_908_800_000_i64,
    }});
    Answer::ok(xray::JSON, body.to_string())
}
