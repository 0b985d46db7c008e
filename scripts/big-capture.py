#!/usr/bin/env python3
"""Writes a large synthetic capture: interleaved Gateway, Runtime and OTel records of healthy and failed calls.

    scripts/big-capture.py 200 > capture.jsonl                 # about 200 MB of JSON lines
    scripts/big-capture.py 200 --document > capture.json       # the same as one filter-log-events answer

Same arguments, same bytes. The shapes are those of real records; ids and texts are made up.
"""

import argparse
import json
import random
import sys
import time

FAILURES = [
    "Failed to export logs batch code: 400, reason: \x12'The specified log group does not exist.",
    "Error in message router",
    "ModuleNotFoundError: No module named 'cred_extract_services'",
    "An error occurred (AccessDeniedException) when calling the ConverseStream operation: You don't have access"
    " to the model with the specified model ID.",
    "Missing Content-Type header in POST request",
]
GATEWAY_FAILURE = (
    "JsonSchemaException - Parameter validation failed: Invalid request parameters:\n"
    "- Field 'max_results' has invalid type: $.max_results: string found, integer expected"
)
TOOLS = ["orders___get_order_status", "search___web_search", "cost___get_sp_coverage"]
START = 1_768_867_200_000  # 2026-01-20T00:00:00Z in ms
ACCOUNT = "111122223333"
GATEWAY = f"arn:aws:bedrock-agentcore:us-east-1:{ACCOUNT}:gateway/tools-gw-a1b2c3d4e5"
RUNTIME = f"arn:aws:bedrock-agentcore:us-east-1:{ACCOUNT}:runtime/agent_one-Vq3kZr8TnB/runtime-endpoint/DEFAULT:DEFAULT"


def hexid(rng, digits):
    return f"{rng.getrandbits(digits * 4):0{digits}x}"


def uuid(rng):
    text = hexid(rng, 32)
    return f"{text[:8]}-{text[8:12]}-4{text[13:16]}-a{text[17:20]}-{text[20:]}"


def gateway(at, ids, body):
    return {
        "resource_arn": GATEWAY, "event_timestamp": at, "body": body, "account_id": ACCOUNT,
        "request_id": ids["request"], "trace_id": ids["trace"], "span_id": ids["span"],
    }


def otel(at, ids, scope, body, severity):
    return {
        "resource": {"attributes": {"service.name": "agent_one.DEFAULT", "cloud.region": "us-east-1",
                                    "cloud.resource_id": RUNTIME, "telemetry.auto.version": "0.12.2-aws"}},
        "scope": {"name": scope}, "timeUnixNano": at * 1_000_000 + 123_456,
        "observedTimeUnixNano": at * 1_000_000 + 223_456,
        "severityNumber": 17 if severity == "ERROR" else 9, "severityText": severity, "body": body,
        "attributes": {"otelTraceSampled": True, "otelTraceID": ids["trace"], "otelSpanID": ids["span"]},
        "flags": 1, "traceId": ids["trace"], "spanId": ids["span"],
    }


def sdk(at, ids, level, message):
    seconds, millis = divmod(at, 1000)
    date = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(seconds)) + f".{millis:03}Z"
    return {"timestamp": date, "level": level, "message": message, "logger": "bedrock_agentcore.app",
            "requestId": ids["runtime_request"], "sessionId": ids["session"]}


def request(rng, at, number):
    """The records of one call, a list of (time in ms, record)."""
    ids = {"trace": hexid(rng, 32), "span": hexid(rng, 16), "request": uuid(rng), "runtime_request": uuid(rng),
           "session": uuid(rng)}
    tool = rng.choice(TOOLS)
    arguments = f"{{query=order {number}, max_results={rng.randint(1, 50)}}}"
    body = f"{{id={number}, jsonrpc=2.0, method=tools/call, params={{name={tool}, arguments={arguments}}}}}"
    yield at, gateway(at, ids, {"isError": False, "log": "Started processing request", "requestBody": body, "id": number})
    yield at + 2, gateway(at + 2, ids, {"isError": False, "log": f"Executing tool {tool} from target QWERTY1234", "id": number})
    failure = rng.random()
    if failure < 0.02:
        yield at + 4, gateway(at + 4, ids, {"isError": True, "log": GATEWAY_FAILURE, "id": number})
        return
    yield at + 10, otel(at + 10, ids, "mcp.server.lowlevel.server", "Processing request of type CallToolRequest", "INFO")
    if failure < 0.06:
        yield at + 20, otel(at + 20, ids, "agent.tools", rng.choice(FAILURES), "ERROR")
    for step in range(rng.randint(1, 4)):
        yield at + 30 + step, otel(at + 30 + step, ids, "agent.tools", f"step {step} of order {number} done", "INFO")
    took = rng.randint(40, 4000)
    yield at + took, sdk(at + took, ids, "INFO", f"Invocation completed successfully ({took / 1000:.3f}s)")
    text = f"{{jsonrpc=2.0, id={number}, result={{isError=false, content=[{{type=text, text=\"order {number} shipped\"}}]}}}}"
    yield at + took + 3, gateway(at + took + 3, ids, {"isError": False, "responseBody": text, "id": number,
                                                      "log": "Successfully processed request"})


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("megabytes", type=float)
    parser.add_argument("--document", action="store_true", help="one filter-log-events document instead of JSON lines")
    arguments = parser.parse_args()
    rng = random.Random(20260120)
    written, number, at = 0, 0, START
    out = sys.stdout
    if arguments.document:
        out.write('{"events": [')
    while written < arguments.megabytes * 1_000_000:
        number += 1
        at += rng.randint(0, 7)
        for when, record in request(rng, at, number):
            line = json.dumps(record, separators=(",", ":"))
            if arguments.document:
                event = {"logStreamName": "otel-rt-logs", "timestamp": when, "message": line,
                         "ingestionTime": when + 900,
                         "eventId": f"{when:020}{number:012}{written % 100000:05}"}
                line = ("" if written == 0 else ", ") + json.dumps(event)
                out.write(line)
            else:
                out.write(line + "\n")
            written += len(line) + 1
    if arguments.document:
        out.write('], "searchedLogStreams": []}\n')


main()
