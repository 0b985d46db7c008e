//! The AgentCore control plane over REST-JSON.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::http::{Answer, Request, percent_decoded};
use super::{ACCOUNT, REGION, World, xray};

/// When everything was last updated, unless a test says otherwise.
const UPDATED: &str = "2026-01-20T14:00:00Z";

/// The resources of the account, each as the service's `Get…` operation answers it, below its path:
/// `runtimes/ID`, `runtimes/ID/runtime-endpoints/NAME`, `gateways/ID`, `gateways/ID/targets/ID`, `memories/ID`.
#[derive(Debug, Default)]
pub(crate) struct Resources {
    by_path: BTreeMap<String, Value>,
}

impl Resources {
    /// An agent runtime in order, with its `DEFAULT` endpoint.
    pub(crate) fn runtime(&mut self, id: &str) -> String {
        let name = id.rsplit_once('-').map_or(id, |(name, _)| name);
        let arn = format!("arn:aws:bedrock-agentcore:{REGION}:{ACCOUNT}:runtime/{id}");
        let runtime = json!({
            "agentRuntimeArn": arn,
            "agentRuntimeId": id,
            "agentRuntimeName": name,
            "agentRuntimeVersion": "1",
            "createdAt": UPDATED,
            "lastUpdatedAt": UPDATED,
            "description": "",
            "roleArn": format!("arn:aws:iam::{ACCOUNT}:role/{name}-role"),
            "networkConfiguration": {"networkMode": "PUBLIC"},
            "lifecycleConfiguration": {"idleRuntimeSessionTimeout": 900, "maxLifetime": 28_800},
            "protocolConfiguration": {"serverProtocol": "HTTP"},
            "environmentVariables": {},
            "agentRuntimeArtifact": {"containerConfiguration": {
                "containerUri": format!("{ACCOUNT}.dkr.ecr.{REGION}.amazonaws.com/{name}:latest"),
            }},
            "status": "READY",
        });
        self.by_path.insert(format!("runtimes/{id}"), runtime);
        self.endpoint(id, "DEFAULT", "1");
        arn
    }

    /// An endpoint of a runtime.
    pub(crate) fn endpoint(&mut self, runtime: &str, name: &str, version: &str) {
        let arn = format!("arn:aws:bedrock-agentcore:{REGION}:{ACCOUNT}:runtime/{runtime}");
        let endpoint = json!({
            "name": name,
            "id": name,
            "liveVersion": version,
            "targetVersion": version,
            "agentRuntimeArn": arn,
            "agentRuntimeEndpointArn": format!("{arn}/runtime-endpoint/{name}"),
            "createdAt": UPDATED,
            "lastUpdatedAt": UPDATED,
            "status": "READY",
        });
        self.by_path.insert(format!("runtimes/{runtime}/runtime-endpoints/{name}"), endpoint);
    }

    /// A gateway in order, without targets.
    pub(crate) fn gateway(&mut self, id: &str) -> String {
        let name = id.rsplit_once('-').map_or(id, |(name, _)| name);
        let arn = format!("arn:aws:bedrock-agentcore:{REGION}:{ACCOUNT}:gateway/{id}");
        let gateway = json!({
            "gatewayArn": arn,
            "gatewayId": id,
            "gatewayUrl": format!("https://{id}.gateway.bedrock-agentcore.{REGION}.amazonaws.com/mcp"),
            "name": name,
            "createdAt": UPDATED,
            "updatedAt": UPDATED,
            "authorizerType": "CUSTOM_JWT",
            "protocolType": "MCP",
            "roleArn": format!("arn:aws:iam::{ACCOUNT}:role/{name}-role"),
            "exceptionLevel": "DEBUG",
            "status": "READY",
            "statusReasons": [],
        });
        self.by_path.insert(format!("gateways/{id}"), gateway);
        arn
    }

    /// A target of a gateway; `configuration` as `{"mcp": {"mcpServer": {"endpoint": …}}}`.
    pub(crate) fn target(&mut self, gateway: &str, id: &str, name: &str, kind: &str, configuration: &Value) {
        let target = json!({
            "gatewayArn": format!("arn:aws:bedrock-agentcore:{REGION}:{ACCOUNT}:gateway/{gateway}"),
            "targetId": id,
            "name": name,
            "createdAt": UPDATED,
            "updatedAt": UPDATED,
            "lastSynchronizedAt": UPDATED,
            "targetType": kind,
            "listingMode": "DEFAULT",
            "targetConfiguration": configuration,
            "credentialProviderConfigurations": [{"credentialProviderType": "GATEWAY_IAM_ROLE"}],
            "status": "READY",
            "statusReasons": [],
        });
        self.by_path.insert(format!("gateways/{gateway}/targets/{id}"), target);
    }

    /// A memory in order. Unlike the others it has its times in seconds.
    pub(crate) fn memory(&mut self, id: &str) {
        let arn = format!("arn:aws:bedrock-agentcore:{REGION}:{ACCOUNT}:memory/{id}");
        let memory = json!({"arn": arn, "id": id, "createdAt": 1_768_917_600, "updatedAt": 1_768_917_600, "status": "ACTIVE"});
        self.by_path.insert(format!("memories/{id}"), memory);
    }

    /// Replaces members of the resource at `path`; `null` takes one away.
    pub(crate) fn change(&mut self, path: &str, changes: &Value) {
        let resource = self.by_path.get_mut(path).and_then(Value::as_object_mut);
        let resource: &mut Map<String, Value> = resource.unwrap_or_else(|| panic!("there is no {path}"));
        for (key, value) in changes.as_object().into_iter().flatten() {
            resource.insert(key.clone(), value.clone());
            resource.retain(|_, value| !value.is_null());
        }
    }
}

/// The operation that a path stands for.
pub(super) fn operation(request: &Request) -> Option<&'static str> {
    let parts: Vec<&str> = request.path().trim_matches('/').split('/').collect();
    Some(match (request.method.as_str(), &parts[..]) {
        ("POST", ["runtimes"]) => "ListAgentRuntimes",
        ("GET", ["runtimes", _]) => "GetAgentRuntime",
        ("POST", ["runtimes", _, "runtime-endpoints"]) => "ListAgentRuntimeEndpoints",
        ("GET", ["runtimes", _, "runtime-endpoints", _]) => "GetAgentRuntimeEndpoint",
        ("GET", ["gateways"]) => "ListGateways",
        ("GET", ["gateways", _]) => "GetGateway",
        ("GET", ["gateways", _, "targets"]) => "ListGatewayTargets",
        ("GET", ["gateways", _, "targets", _]) => "GetGatewayTarget",
        ("POST", ["memories"]) => "ListMemories",
        _ => return None,
    })
}

pub(super) fn answer(world: &World, operation: &str, request: &Request) -> Answer {
    let path = percent_decoded(request.path().trim_matches('/'));
    let Some((key, token)) = list_of(operation) else {
        return match world.resources.by_path.get(&path) {
            Some(resource) => Answer::ok(xray::JSON, resource.to_string()),
            None => missing(&path),
        };
    };
    if let Some((parent, _)) = path.rsplit_once('/')
        && !world.resources.by_path.contains_key(parent)
    {
        return missing(parent);
    }
    let start: usize =
        request.query(token).or_else(|| body_token(request)).map_or(0, |t| t.parse().unwrap_or(0));
    let prefix = format!("{path}/");
    let all = world.resources.by_path.iter().filter(|(known, _)| {
        known.strip_prefix(&prefix).is_some_and(|rest| !rest.is_empty() && !rest.contains('/'))
    });
    let all: Vec<&Value> = all.map(|(_, resource)| resource).collect();
    let next = (all.len() > start + world.list_page).then(|| (start + world.list_page).to_string());
    let page: Vec<&Value> = all.into_iter().skip(start).take(world.list_page).collect();
    let mut body = json!({key: page});
    if let Some(next) = next {
        body["nextToken"] = json!(next);
    }
    Answer::ok(xray::JSON, body.to_string())
}

/// Member that holds the list, and the parameter of its token.
fn list_of(operation: &str) -> Option<(&'static str, &'static str)> {
    Some(match operation {
        "ListAgentRuntimes" => ("agentRuntimes", "nextToken"),
        "ListAgentRuntimeEndpoints" => ("runtimeEndpoints", "nextToken"),
        "ListGateways" | "ListGatewayTargets" => ("items", "nextToken"),
        "ListMemories" => ("memories", "nextToken"),
        _ => return None,
    })
}

/// `ListMemories` has its token in the body.
fn body_token(request: &Request) -> Option<String> {
    let body: Value = serde_json::from_slice(&request.body).ok()?;
    Some(body.get("nextToken")?.as_str()?.to_owned())
}

fn missing(path: &str) -> Answer {
    xray::error(404, "ResourceNotFoundException", &format!("{path} was not found"))
}
