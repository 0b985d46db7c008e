//! From a connection to the service that is meant, with the fault that is due.

use std::io::{self, Write};
use std::net::TcpStream;
use std::time::Duration;

use serde_json::Value;

use super::fault::Fault;
use super::http::{self, Answer, Request, dribble};
use super::tail::Session;
use super::{Call, REGION, Shared, World, control, identity, logs, tail, xray};
use crate::live::now;

/// Serves a connection until it ends.
pub(super) fn connection(mut stream: TcpStream, shared: &Shared) -> io::Result<()> {
    stream.set_nodelay(true)?;
    while let Some(request) = http::read(&mut stream, &|| shared.is_stopping())? {
        let (fault, reply) = shared.with(|world| reply(world, &request));
        match fault {
            Some(Fault::ResetBefore) => return Ok(()),
            Some(Fault::ResetWithin) => {
                let bytes = reply.bytes();
                return stream.write_all(&bytes[..bytes.len() / 2]);
            }
            Some(Fault::Hang) => {
                while !shared.sleep_until(now() + Duration::from_mins(1)) {}
                return Ok(());
            }
            _ => {}
        }
        http::accept(&mut stream)?;
        match (fault, reply) {
            (Some(Fault::ClosedWithin), reply) => {
                let bytes = reply.bytes();
                return stream.write_all(&bytes[..bytes.len() / 2]);
            }
            (Some(Fault::Slow(time)), Reply::Whole(answer)) => dribble(&mut stream, &answer.bytes(), time)?,
            (_, Reply::Whole(answer)) => stream.write_all(&answer.bytes())?,
            (_, Reply::Tail(session)) => return session.serve(&mut stream, shared),
        }
    }
    Ok(())
}

enum Reply {
    Whole(Answer),
    Tail(Session),
}

impl Reply {
    fn bytes(&self) -> Vec<u8> {
        match self {
            Self::Whole(answer) => answer.bytes(),
            Self::Tail(_) => {
                b"HTTP/1.1 200 OK\r\ncontent-type: application/vnd.amazon.eventstream\r\n".to_vec()
            }
        }
    }
}

/// How a service words its errors.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Service {
    Logs,
    Xray,
    Control,
    Identity,
    Unknown,
}

fn reply(world: &mut World, request: &Request) -> (Option<Fault>, Reply) {
    let (service, prefix, operation) = route(request);
    world.note(call(request, format!("{prefix}:{operation}")));
    let fault = world.faults.next(&operation);
    if let Some(answer) = fault.as_ref().and_then(|fault| refusal(world, service, prefix, &operation, fault))
    {
        return (fault, Reply::Whole(answer));
    }
    let input: Value = serde_json::from_slice(&request.body).unwrap_or_default();
    let answer = match service {
        Service::Logs if operation == "StartLiveTail" => match tail::open(world, &input) {
            Ok(session) => return (fault, Reply::Tail(session)),
            Err((code, message)) => logs::error(400, code, &message),
        },
        Service::Logs => logs::answer(world, &operation, &input),
        Service::Xray => xray::answer(world, &operation, &input),
        Service::Control => control::answer(world, &operation, request),
        Service::Identity => identity::answer(world, &operation, request),
        Service::Unknown => Answer { status: 502, ..Answer::ok("text/plain", "no such service here") },
    };
    (fault, Reply::Whole(answer))
}

/// Service, its IAM prefix, operation.
fn route(request: &Request) -> (Service, &'static str, String) {
    if let Some(operation) = request.header("x-amz-target").strip_prefix("Logs_20140328.") {
        return (Service::Logs, "logs", operation.to_owned());
    }
    if let Some(operation) = control::operation(request) {
        return (Service::Control, "bedrock-agentcore", operation.to_owned());
    }
    let prefix = if scope(request).2 == "iam" { "iam" } else { "sts" };
    let operation = match request.path() {
        "/TraceSummaries" => return (Service::Xray, "xray", "GetTraceSummaries".to_owned()),
        "/Traces" => return (Service::Xray, "xray", "BatchGetTraces".to_owned()),
        "/federation/credentials" => return (Service::Identity, "sso", "GetRoleCredentials".to_owned()),
        "/" if request.method == "POST" => request.form("Action").unwrap_or_default(),
        path if request.method == "POST" => {
            return (Service::Xray, "xray", path.trim_start_matches('/').to_owned());
        }
        path => return (Service::Unknown, "unknown", format!("{} {path}", request.method)),
    };
    (Service::Identity, prefix, operation)
}

/// Access key, Region and service of the signature:
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/create-signed-request.html>.
fn scope(request: &Request) -> (String, String, String) {
    let authorization = request.header("authorization");
    let scope = authorization.split_once("Credential=").map_or("", |(_, rest)| rest);
    let mut parts = scope.split([',', ' ']).next().unwrap_or_default().split('/').map(str::to_owned);
    let key = parts.next().unwrap_or_default();
    let region = parts.nth(1).unwrap_or_default();
    (key, region, parts.next().unwrap_or_default())
}

fn call(request: &Request, action: String) -> Call {
    let (key, region, _) = scope(request);
    let body = String::from_utf8_lossy(&request.body).into_owned();
    Call {
        action,
        host: request.header("host").to_owned(),
        key,
        region,
        input: if body.is_empty() { request.target.clone() } else { body },
        proxied: request.proxied.clone(),
    }
}

/// The answer of a fault that the service itself words.
fn refusal(world: &World, service: Service, prefix: &str, operation: &str, fault: &Fault) -> Option<Answer> {
    let (status, code, message) = match fault {
        Fault::Throttled => throttled(service),
        Fault::Unavailable => (503, "ServiceUnavailableException", "Service is unavailable.".to_owned()),
        Fault::Internal => (500, "InternalServerException", "Internal error.".to_owned()),
        Fault::Expired => {
            let code = if service == Service::Identity { "ExpiredToken" } else { "ExpiredTokenException" };
            (status_of(service), code, "The security token included in the request is expired".to_owned())
        }
        Fault::InvalidToken => {
            let code = if service == Service::Identity {
                "InvalidClientTokenId"
            } else {
                "UnrecognizedClientException"
            };
            (status_of(service), code, "The security token included in the request is invalid.".to_owned())
        }
        Fault::Denied => {
            let code = if service == Service::Identity { "AccessDenied" } else { "AccessDeniedException" };
            let who = &world.identity.arn;
            let message = format!(
                "User: {who} is not authorized to perform: {prefix}:{operation} on resource: * in {REGION}"
            );
            (status_of(service), code, message)
        }
        Fault::Missing => {
            (400, "ResourceNotFoundException", "The specified resource does not exist.".to_owned())
        }
        Fault::Garbage => return Some(Answer::ok("text/html", "<html><body>no such words\u{0}")),
        Fault::Foreign(status) => {
            let page = "<html><head><title>Welcome to the hotel network</title></head></html>";
            return Some(Answer { status: *status, is_foreign: true, ..Answer::ok("text/html", page) });
        }
        _ => return None,
    };
    Some(match service {
        Service::Logs => logs::error(status, code, &message),
        Service::Identity => identity::error(status, code, &message),
        _ => xray::error(status, code, &message),
    })
}

fn throttled(service: Service) -> (u16, &'static str, String) {
    let (status, code) = match service {
        Service::Logs => (400, "ThrottlingException"),
        Service::Xray => (429, "ThrottledException"),
        Service::Identity => (400, "Throttling"),
        _ => (429, "ThrottlingException"),
    };
    (status, code, "Rate exceeded".to_owned())
}

/// JSON 1.1 answers every fault of the caller with 400, the others say which it is.
fn status_of(service: Service) -> u16 {
    if service == Service::Logs { 400 } else { 403 }
}
