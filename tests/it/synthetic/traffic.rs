//! Traffic that works: calls through a Gateway, calls of MCP servers, invocations of agents, health checks, with the
//! noise that healthy services write.

use serde_json::{Value, json};

use super::random::Random;
use super::record::{MILLI, Part, Record, SECOND, Store, iso_time, python_time};
use super::words::{ARGUMENTS, MCP_SERVERS, PROMPTS, RESULTS, ROUTER_TRACEBACK, Server};

const ACCOUNT: &str = "111122223333";
const AGENT: &str = "cost_agent-Hq2LmZ9cRt";
const GATEWAY: &str = "ops-gateway-k7w2pd9xq4";
/// Environments of one runtime, each with a log stream of its own.
const ENVIRONMENTS: usize = 6;
/// New requests come this often on average, so that about ten are in flight at a time.
const PACE: i64 = 90 * MILLI;

/// `requests` healthy requests from `start` on, in order of time.
pub(super) fn healthy(seed: u64, requests: usize, start: i64) -> Vec<Record> {
    let mut traffic =
        Traffic { random: Random::new(seed), generation: seed % 3, rpc: 0, records: Vec::new() };
    for _ in 0..requests {
        let at = start + traffic.random.between(0, PACE * requests as i64);
        traffic.request(at);
    }
    let mut records = traffic.records;
    records.sort_by_key(|record| record.at);
    records
}

/// How long `requests` healthy requests take, in nanoseconds.
pub(super) fn duration(requests: usize) -> i64 {
    PACE * requests as i64
}

struct Traffic {
    random: Random,
    /// Of the Gateway's log format (telemetry §3.2).
    generation: u64,
    rpc: u64,
    records: Vec<Record>,
}

/// The ids of one call.
struct Call {
    trace: String,
    request: String,
    rpc: u64,
    start: i64,
    end: i64,
}

/// One MCP server in one environment.
struct Environment {
    server: &'static Server,
    console: Store,
    otel: Store,
}

impl Traffic {
    fn request(&mut self, at: i64) {
        self.rpc += 1;
        let environment = self.environment();
        let tool = self.random.pick(environment.server.tools);
        let took = self.random.between(tool.takes.0, tool.takes.1) * MILLI;
        let call = Call {
            trace: self.random.hex(32),
            request: self.random.uuid(),
            rpc: self.rpc % 40,
            start: at.div_euclid(MILLI) * MILLI,
            end: at.div_euclid(MILLI) * MILLI + took,
        };
        match self.random.below(20) {
            0..=9 => self.through_gateway(&call, &environment, tool.name),
            10..=13 => self.direct(&call, &environment, tool.name),
            14..=17 => self.invocation(&call),
            18 => self.tools_list(&call),
            _ => self.ping(&call, &environment),
        }
    }

    fn push(&mut self, at: i64, store: &Store, text: impl Into<String>) {
        self.records.push(Record { at, store: store.clone(), text: text.into(), part: Part::Healthy });
    }

    fn environment(&mut self) -> Environment {
        let server = self.random.pick(MCP_SERVERS);
        let group = format!("/aws/bedrock-agentcore/runtimes/{}-DEFAULT", server.runtime);
        let number = self.random.below(ENVIRONMENTS);
        let stream = format!("2026/11/20/[runtime-logs]{number}3dd357c-f99d-40f7-ba0f-ff789ad33e7{number}");
        Environment { server, console: Store::log(&group, &stream), otel: Store::log(&group, "otel-rt-logs") }
    }

    fn through_gateway(&mut self, call: &Call, environment: &Environment, tool: &str) {
        let server = environment.server;
        let full = format!("{}___{tool}", server.target);
        let (gateway, client, served) = (self.random.hex(16), self.random.hex(16), self.random.hex(16));
        let (arguments, result) = (*self.random.pick(ARGUMENTS), *self.random.pick(RESULTS));
        let params = format!("{{name={full}, arguments={arguments}}}");
        self.gateway_row(
            call,
            &gateway,
            call.start,
            "Started processing request",
            Some(("requestBody", request_body(call.rpc, "tools/call", &params))),
        );
        let verb = if self.generation == 0 { "Executing tool" } else { "Processing request for tool" };
        let sent = format!("{verb} {full} from target {}", server.target_id);
        self.gateway_row(call, &gateway, call.start + 3 * MILLI, &sent, None);
        self.served(call, environment, &served, &client, tool);
        let answer = format!(
            "{{jsonrpc=2.0, id={}, result={{isError=false, content=[{{type=text, text={result}}}]}}}}",
            call.rpc
        );
        self.gateway_row(
            call,
            &gateway,
            call.end,
            "Successfully processed request",
            Some(("responseBody", answer)),
        );
        self.gateway_spans(call, "InvokeTool", &gateway, Some((&client, &full, server.target_id)));
    }

    fn tools_list(&mut self, call: &Call) {
        let span = self.random.hex(16);
        self.gateway_row(
            call,
            &span,
            call.start,
            "Started processing request",
            Some(("requestBody", request_body(call.rpc, "tools/list", "{}"))),
        );
        let tools =
            "[{name=trail___list_trails, description=Lists trails. Fails with AccessDenied without a role}]";
        let answer = format!("{{jsonrpc=2.0, id={}, result={{tools={tools}}}}}", call.rpc);
        self.gateway_row(
            call,
            &span,
            call.end,
            "Successfully processed request",
            Some(("responseBody", answer)),
        );
        self.gateway_spans(call, "ListTools", &span, None);
    }

    fn gateway_row(&mut self, call: &Call, span: &str, at: i64, log: &str, body: Option<(&str, String)>) {
        let rpc = if self.generation == 2 { json!(call.rpc) } else { json!(call.rpc.to_string()) };
        let mut row = json!({
            "resource_arn": gateway_arn(), "event_timestamp": at.div_euclid(MILLI),
            "body": {"isError": false, "log": log, "id": rpc},
            "account_id": ACCOUNT, "request_id": call.request, "trace_id": call.trace, "span_id": span,
        });
        if let Some((key, text)) = body {
            row["body"][key] = Value::String(text);
        }
        if self.generation > 0 {
            row["timeUnixNano"] = json!(at);
            row["severityNumber"] = json!(9);
            row["severityText"] = json!("INFO");
        }
        let group = format!("/aws/vendedlogs/bedrock-agentcore/gateway/APPLICATION_LOGS/{GATEWAY}");
        self.push(at, &Store::log(&group, "BedrockAgentCoreGateway_ApplicationLogs"), row.to_string());
    }

    fn gateway_spans(&mut self, call: &Call, operation: &str, own: &str, sent: Option<(&str, &str, &str)>) {
        let resource = json!({"attributes": {"service.name": GATEWAY, "cloud.resource_id": gateway_arn()}});
        let entry = json!({
            "resource": resource, "scope": {"name": "aws.bedrock-agentcore"}, "traceId": call.trace, "spanId": own,
            "name": format!("AgentCore.Gateway.{operation}"), "kind": "SERVER",
            "startTimeUnixNano": call.start, "endTimeUnixNano": call.end, "durationNano": call.end - call.start,
            "attributes": {"aws.request.id": call.request, "gateway.id": GATEWAY, "http.response.status_code": 200},
            "status": {"code": "UNSET"},
        });
        self.push(call.start, &Store::Spans, entry.to_string());
        let Some((span, tool, target)) = sent else { return };
        let (start, end) = (call.start + 4 * MILLI, call.end - MILLI);
        let client = json!({
            "resource": resource, "scope": {"name": "aws.bedrock-agentcore"}, "traceId": call.trace, "spanId": span,
            "parentSpanId": own, "name": format!("AgentCore.Gateway.InvokeTool.{tool}"), "kind": "CLIENT",
            "startTimeUnixNano": start, "endTimeUnixNano": end, "durationNano": end - start,
            "attributes": {"aws.request.id": call.request, "targetId": target, "target.type": "MCP", "tool.name": tool},
            "status": {"code": "UNSET"},
        });
        self.push(start, &Store::Spans, client.to_string());
    }

    /// What an MCP server and its telemetry write of one call.
    fn served(&mut self, call: &Call, environment: &Environment, span: &str, parent: &str, tool: &str) {
        let (start, end) = (call.start + 5 * MILLI, call.end - 2 * MILLI);
        let server = environment.server;
        let entry = json!({
            "resource": resource(server.runtime), "scope": {"name": "opentelemetry.instrumentation.starlette"},
            "traceId": call.trace, "spanId": span, "parentSpanId": parent, "name": "POST /mcp", "kind": "SERVER",
            "startTimeUnixNano": start, "endTimeUnixNano": end, "durationNano": end - start,
            "attributes": {"http.method": "POST", "http.target": "/mcp", "http.status_code": 200},
            "status": {"code": "UNSET"},
        });
        self.push(start, &Store::Spans, entry.to_string());
        let logger = "mcp.server.lowlevel.server";
        self.logged(
            environment,
            call,
            span,
            start + MILLI,
            "INFO",
            logger,
            "Processing request of type CallToolRequest",
        );
        if self.random.one_in(3) {
            let said = format!("{tool}: 0 errors, no exception, retrying is not needed");
            self.logged(environment, call, span, start + 2 * MILLI, "INFO", "app.tools", &said);
        }
        let port = self.random.between(30_000, 60_000);
        let access = format!("INFO:     127.0.0.1:{port} - \"POST /mcp HTTP/1.1\" 200 OK");
        self.push(end, &environment.console, access);
        let logger = "mcp.server.streamable_http";
        self.logged(environment, call, span, end, "INFO", logger, "Terminating session: None");
        if server.is_noisy && self.random.one_in(4) {
            for line in ROUTER_TRACEBACK {
                self.push(end + MILLI, &environment.console, *line);
            }
        }
    }

    /// A log line of a server: on its console, and as an OpenTelemetry record.
    #[allow(clippy::too_many_arguments, reason = "the fields of a log record")]
    fn logged(
        &mut self,
        of: &Environment,
        call: &Call,
        span: &str,
        at: i64,
        level: &str,
        logger: &str,
        text: &str,
    ) {
        let line = if of.server.has_trace_ids {
            format!(
                "{} {level} [{logger}] [server.py:624] [trace_id={} span_id={span} resource.service.name={} trace_sampled=True] - {text}",
                python_time(at),
                call.trace,
                of.server.service()
            )
        } else {
            format!("{level}:{logger}:{text}")
        };
        self.push(at, &of.console, line);
        let (file, service) =
            ("/usr/local/lib/python3.11/site-packages/mcp/server/lowlevel/server.py", of.server.runtime);
        let record = json!({
            "resource": resource(service), "scope": {"name": logger}, "timeUnixNano": at, "observedTimeUnixNano": at + 1_000,
            "severityNumber": 9, "severityText": level, "body": text,
            "attributes": {"otelTraceID": call.trace, "otelSpanID": span, "code.file.path": file},
            "flags": 1, "traceId": call.trace, "spanId": span,
        });
        self.push(at, &of.otel, record.to_string());
    }

    fn direct(&mut self, call: &Call, environment: &Environment, tool: &str) {
        let (span, parent) = (self.random.hex(16), self.random.hex(16));
        self.served(call, environment, &span, &parent, tool);
        let prompt = *self.random.pick(PROMPTS);
        let asked = json!({"jsonrpc": "2.0", "id": call.rpc, "method": "tools/call",
            "params": {"name": tool, "arguments": {"query": prompt}}});
        let answered = json!({"jsonrpc": "2.0", "id": call.rpc,
            "result": {"content": [{"type": "text", "text": format!("about {prompt}")}], "isError": false}});
        self.exchange(call, "/mcp", &json!({"mcp-protocol-version": "2025-06-18"}), &asked, &answered);
    }

    fn exchange(&mut self, call: &Call, path: &str, headers: &Value, asked: &Value, answered: &Value) {
        let mut sent = json!({"host": "127.0.0.1:8000", "content-type": "application/json",
            "accept": "application/json, text/event-stream"});
        for (name, value) in headers.as_object().into_iter().flatten() {
            sent[name] = value.clone();
        }
        let exchange = json!({
            "t": call.start as f64 / 1e9, "label": "call",
            "request": {"method": "POST", "path": path, "headers": sent, "body": asked.to_string()},
            "response": {"status": 200, "headers": {"content-type": "application/json"}, "body": answered.to_string()},
            "ms": (call.end - call.start) / MILLI,
        });
        self.push(call.start, &Store::Exchanges, exchange.to_string());
    }

    fn invocation(&mut self, call: &Call) {
        let (session, span, parent) = (self.random.uuid(), self.random.hex(16), self.random.hex(16));
        let group = format!("/aws/bedrock-agentcore/runtimes/{AGENT}-DEFAULT");
        let stream = format!("2026/11/20/[runtime-logs-{session}]{}", self.random.uuid());
        let seconds = (call.end - call.start) as f64 / SECOND as f64;
        let done = format!("Invocation completed successfully ({seconds:.3}s)");
        let line = json!({"timestamp": iso_time(call.end), "level": "INFO", "message": done,
            "logger": "bedrock_agentcore.app", "requestId": call.request, "sessionId": session});
        self.push(call.end, &Store::log(&group, &stream), line.to_string());
        let record = json!({
            "resource": resource(AGENT), "scope": {"name": "bedrock_agentcore.app"}, "timeUnixNano": call.end,
            "observedTimeUnixNano": call.end, "severityNumber": 9, "severityText": "INFO", "body": done,
            "attributes": {"otelTraceID": call.trace, "otelSpanID": span}, "flags": 1,
            "traceId": call.trace, "spanId": span,
        });
        self.push(call.end, &Store::log(&group, "otel-rt-logs"), record.to_string());
        let entry = json!({
            "resource": resource(AGENT), "scope": {"name": "opentelemetry.instrumentation.starlette"},
            "traceId": call.trace, "spanId": span, "parentSpanId": parent, "name": "POST /invocations", "kind": "SERVER",
            "startTimeUnixNano": call.start, "endTimeUnixNano": call.end, "durationNano": call.end - call.start,
            "attributes": {"http.method": "POST", "http.target": "/invocations", "http.status_code": 200, "session.id": session},
            "status": {"code": "UNSET"},
        });
        self.push(call.start, &Store::Spans, entry.to_string());
        let prompt = *self.random.pick(PROMPTS);
        let headers = json!({"x-amzn-bedrock-agentcore-runtime-session-id": session,
            "x-amzn-bedrock-agentcore-runtime-request-id": call.request});
        let (asked, answered) = (json!({"prompt": prompt}), json!({"result": format!("about {prompt}")}));
        self.exchange(call, "/invocations", &headers, &asked, &answered);
        if self.random.one_in(3) {
            self.vended(call, &session, &span, prompt);
        }
    }

    /// The runtime's own record of an invocation.
    fn vended(&mut self, call: &Call, session: &str, span: &str, prompt: &str) {
        let arn = format!("arn:aws:bedrock-agentcore:us-east-1:{ACCOUNT}:runtime/{AGENT}");
        let row = json!({
            "resource_arn": arn, "event_timestamp": call.end.div_euclid(MILLI), "account_id": ACCOUNT,
            "request_id": call.request, "session_id": session, "span_id": span, "trace_id": call.trace,
            "service_name": "AgentCoreCodeRuntime", "operation": "InvokeAgentRuntime", "timeUnixNano": call.start,
            "severityNumber": 9, "severityText": "INFO",
            "body": {"request_payload": {"prompt": prompt}, "response_payload": null},
        });
        let group = format!("/aws/vendedlogs/bedrock-agentcore/runtime/APPLICATION_LOGS/{AGENT}");
        self.push(
            call.start,
            &Store::log(&group, "BedrockAgentCoreRuntime_ApplicationLogs"),
            row.to_string(),
        );
    }

    /// A health check, which an MCP server does not know.
    fn ping(&mut self, call: &Call, environment: &Environment) {
        let port = self.random.between(30_000, 60_000);
        let line = format!("INFO:     127.0.0.1:{port} - \"GET /ping HTTP/1.1\" 404 Not Found");
        self.push(call.start, &environment.console, line);
    }
}

fn gateway_arn() -> String {
    format!("arn:aws:bedrock-agentcore:us-east-1:{ACCOUNT}:gateway/{GATEWAY}")
}

/// A JSON-RPC request as a Gateway prints it.
fn request_body(rpc: u64, method: &str, params: &str) -> String {
    format!("{{id={rpc}, jsonrpc=2.0, method={method}, params={params}}}")
}

fn resource(runtime: &str) -> Value {
    let name = runtime.rsplit_once('-').map_or(runtime, |(name, _)| name);
    let arn = format!(
        "arn:aws:bedrock-agentcore:us-east-1:{ACCOUNT}:runtime/{runtime}/runtime-endpoint/DEFAULT:DEFAULT"
    );
    json!({"attributes": {"service.name": format!("{name}.DEFAULT"), "cloud.resource_id": arn,
        "cloud.region": "us-east-1", "telemetry.auto.version": "0.12.2-aws"}})
}
