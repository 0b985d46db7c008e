//! The stand-in itself, asked through the real SDK clients.

use std::time::Duration;

use aws_config::retry::RetryConfig;
use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_sdk_cloudwatchlogs::error::ProvideErrorMetadata;
use aws_sdk_cloudwatchlogs::types::{LiveTailSessionMetadata, StartLiveTailResponseStream};
use aws_sdk_sts::config::{Credentials, SharedCredentialsProvider};
use aws_sdk_xray::primitives::DateTime;
use serde_json::json;

use super::stub::{End, Fault, Injection, Put, REGION, Stub, Trace, Visible, log_group_arn};

const GROUP: &str = "/aws/bedrock-agentcore/runtimes/my_agent-a1b2c3d4e5-DEFAULT";

fn config(stub: &Stub) -> SdkConfig {
    let credentials = Credentials::new("AKIDTEST", "secret", None, None, "test");
    SdkConfig::builder()
        .behavior_version(BehaviorVersion::latest())
        .http_client(aws_smithy_http_client::Builder::new().build_http())
        .credentials_provider(SharedCredentialsProvider::new(credentials))
        .region(Region::new(REGION))
        .retry_config(RetryConfig::disabled())
        .endpoint_url(stub.url())
        .build()
}

fn run<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()
        .unwrap()
        .block_on(future)
}

/// Ids of a whole search, in the order in which they came.
async fn search(config: &SdkConfig, start: i64, end: i64) -> Vec<String> {
    let client = aws_sdk_cloudwatchlogs::Client::new(config);
    let mut ids = Vec::new();
    let mut token = None;
    loop {
        let request = client.filter_log_events().log_group_name(GROUP).start_time(start).end_time(end);
        let page = request.set_next_token(token).send().await.unwrap();
        ids.extend(page.events.unwrap_or_default().into_iter().filter_map(|event| event.event_id));
        token = page.next_token;
        if token.is_none() {
            return ids;
        }
    }
}

#[test]
fn a_search_pages_over_all_streams_with_inclusive_edges() {
    let stub = Stub::start();
    let put = (0..10).map(|number| Put::new(&format!("s{}", number % 3), 1_000 + number / 2, "x"));
    let ids = stub.put(GROUP, put);
    stub.with(|world| {
        world.logs.page = 3;
        world.logs.empty_every = Some(2);
    });
    run(async {
        let config = config(&stub);
        assert_eq!(search(&config, 1_000, 1_004).await, ids);
        assert_eq!(search(&config, 1_001, 1_003).await, ids[2..8]);
        assert!(search(&config, 1_005, 2_000).await.is_empty());
        stub.with(|world| world.logs.overlap = 1);
        let repeated = search(&config, 1_000, 1_004).await;
        assert!(repeated.len() > ids.len(), "pages overlap");
    });
    assert!(stub.with(|world| world.logs.pages) > 8);
}

#[test]
fn a_late_event_is_found_by_later_searches_only() {
    let stub = Stub::start();
    let ids = stub.put(
        GROUP,
        [Put::new("s", 1_000, "a"), Put::new("s", 1_001, "b").visible(Visible::AfterSearches(1))],
    );
    run(async {
        let config = config(&stub);
        assert_eq!(search(&config, 0, 2_000).await, ids[..1]);
        assert_eq!(search(&config, 0, 2_000).await, ids);
    });
}

#[test]
fn faults_are_what_the_sdk_expects() {
    let stub = Stub::start();
    stub.with(|world| world.logs.create(GROUP));
    run(async {
        let logs = aws_sdk_cloudwatchlogs::Client::new(&config(&stub));
        let call = || logs.filter_log_events().log_group_name(GROUP).send();
        for (fault, code) in [
            (Fault::Throttled, "ThrottlingException"),
            (Fault::Unavailable, "ServiceUnavailableException"),
            (Fault::Internal, "InternalServerException"),
            (Fault::Expired, "ExpiredTokenException"),
            (Fault::InvalidToken, "UnrecognizedClientException"),
            (Fault::Denied, "AccessDeniedException"),
            (Fault::Missing, "ResourceNotFoundException"),
        ] {
            stub.inject(Injection::new("FilterLogEvents", fault));
            assert_eq!(call().await.unwrap_err().code(), Some(code));
        }
        for fault in [Fault::ResetBefore, Fault::ResetWithin, Fault::ClosedWithin, Fault::Garbage] {
            stub.inject(Injection::new("FilterLogEvents", fault.clone()));
            let error = call().await.unwrap_err();
            assert_eq!(error.code(), None, "{fault:?}: {error:?}");
        }
        stub.inject(Injection::new("FilterLogEvents", Fault::Slow(Duration::from_millis(60))).after(1));
        assert!(call().await.is_ok());
        assert!(call().await.is_ok());
        stub.inject(Injection::new("FilterLogEvents", Fault::Hang));
        assert!(tokio::time::timeout(Duration::from_millis(100), call()).await.is_err());
        stub.inject(Injection::new("GetCallerIdentity", Fault::Expired));
        let sts = aws_sdk_sts::Client::new(&config(&stub));
        assert_eq!(sts.get_caller_identity().send().await.unwrap_err().code(), Some("ExpiredToken"));
    });
    assert!(stub.with(|world| world.faults.is_over()));
}

#[test]
fn live_tail_speaks_event_stream_to_each_of_its_ends() {
    let stub = Stub::start();
    stub.with(|world| {
        world.logs.create(GROUP);
        world.tail.every = Duration::from_millis(10);
        world.tail.sampled_every = Some(2);
    });
    for end in [End::Timeout, End::Streaming, End::Closed, End::Torn, End::Garbage] {
        stub.with(|world| {
            world.tail.ends.push_back((2, end));
            world.tail.is_held = true;
        });
        let (updates, ending) = run(tail_to_its_end(&stub));
        assert_eq!(updates.iter().filter(|(_, sampled)| *sampled).count(), 1, "{end:?}");
        assert_eq!(updates[0].0 + updates[1].0, 1, "{end:?}");
        let word = match end {
            End::Timeout => "SessionTimeoutException",
            End::Streaming => "SessionStreamingException",
            End::Closed => "closed",
            End::Torn | End::Garbage => "Err",
        };
        assert!(ending.contains(word), "{end:?}: {ending}");
    }
    stub.wait("every session is over", |world| world.tail.open == 0);
}

/// Events and sampled flag of each update of a session, and how it ended. One event is put after its start.
async fn tail_to_its_end(stub: &Stub) -> (Vec<(usize, bool)>, String) {
    let logs = aws_sdk_cloudwatchlogs::Client::new(&config(stub));
    let request = logs.start_live_tail().log_group_identifiers(log_group_arn(GROUP)).customize();
    let request = request.mutate_request(|request| {
        let uri = request.uri().replacen("://stream-", "://", 1);
        request.set_uri(uri).unwrap();
    });
    let mut session = request.send().await.unwrap().response_stream;
    let mut updates = Vec::new();
    loop {
        match session.recv().await {
            Ok(Some(StartLiveTailResponseStream::SessionStart(start))) => {
                assert_eq!(start.log_group_identifiers().len(), 1);
                stub.put(GROUP, [Put::new("s", 1_000, "shown")]);
                stub.with(|world| world.tail.is_held = false);
            }
            Ok(Some(StartLiveTailResponseStream::SessionUpdate(update))) => {
                let is_sampled = update.session_metadata().is_some_and(LiveTailSessionMetadata::sampled);
                updates.push((update.session_results().len(), is_sampled));
            }
            Ok(Some(other)) => panic!("{other:?}"),
            Ok(None) => return (updates, "closed".to_owned()),
            Err(error) => return (updates, format!("Err {error:?}")),
        }
    }
}

#[test]
fn traces_are_summarised_batched_and_retrieved() {
    let stub = Stub::start();
    stub.with(|world| {
        for number in 0..7 {
            let id = format!("1-6a1bdcf{number}-1d83a1497d662d8b187cc941");
            let segments = vec![(format!("seg{number}"), json!({"trace_id": id}))];
            let spans = vec![(format!("span{number}"), json!({"traceId": id}))];
            let trace =
                Trace { start: 1_000.0 + f64::from(number), is_indexed: number != 3, segments, spans };
            world.traces.put(&id, trace);
        }
    });
    run(async {
        let xray = aws_sdk_xray::Client::new(&config(&stub));
        let summaries = xray
            .get_trace_summaries()
            .start_time(DateTime::from_secs(1_000))
            .end_time(DateTime::from_secs(2_000))
            .into_paginator()
            .items()
            .send()
            .collect::<Result<Vec<_>, _>>()
            .await
            .unwrap();
        let ids: Vec<String> = summaries.into_iter().filter_map(|summary| summary.id).collect();
        assert_eq!(ids.len(), 6);
        assert!(ids[0] > ids[5], "newest first");
        let batch = xray.batch_get_traces().set_trace_ids(Some(ids[..5].to_vec())).send().await.unwrap();
        assert_eq!(batch.traces().len(), 5);
        assert!(xray.batch_get_traces().set_trace_ids(Some(ids.clone())).send().await.is_err());
        let started = xray.start_trace_retrieval().set_trace_ids(Some(ids));
        let started =
            started.start_time(DateTime::from_secs(0)).end_time(DateTime::from_secs(9)).send().await;
        let token = started.unwrap().retrieval_token.unwrap();
        let looks = [(); 2].map(|()| xray.list_retrieved_traces().retrieval_token(&token).send());
        let [first, second] = looks;
        assert_eq!(first.await.unwrap().retrieval_status.unwrap().as_str(), "RUNNING");
        let second = second.await.unwrap();
        assert_eq!(second.traces()[0].spans()[0].id(), Some("span6"));
        assert!(second.next_token().is_some());
        let destination = xray.get_trace_segment_destination().send().await.unwrap();
        assert_eq!(destination.destination.unwrap().as_str(), "XRay");
        assert_eq!(xray.get_indexing_rules().send().await.unwrap().indexing_rules().len(), 1);
    });
}

#[test]
fn the_control_plane_lists_and_describes() {
    let stub = Stub::start();
    let runtime = stub.with(|world| {
        for number in 0..5 {
            world.resources.runtime(&format!("agent_{number}-a1b2c3d4e{number}"));
        }
        world.resources.gateway("my-gw-abcdefghij");
        let server = json!({"mcp": {"mcpServer": {"endpoint": "https://example.com/mcp"}}});
        world.resources.target("my-gw-abcdefghij", "TARGET1234", "search", "MCP_SERVER", &server);
        world.resources.memory("notes-0123456789");
        world
            .resources
            .change("gateways/my-gw-abcdefghij", &json!({"status": "FAILED", "exceptionLevel": null}));
        world.resources.runtime("my_agent-a1b2c3d4e5")
    });
    run(async {
        let control = aws_sdk_bedrockagentcorecontrol::Client::new(&config(&stub));
        let runtimes = control.list_agent_runtimes().into_paginator().items().send();
        let runtimes = runtimes.collect::<Result<Vec<_>, _>>().await.unwrap();
        assert_eq!(runtimes.len(), 6);
        assert!(runtimes.iter().any(|listed| listed.agent_runtime_arn == runtime));
        let one = control.get_agent_runtime().agent_runtime_id("my_agent-a1b2c3d4e5").send().await.unwrap();
        assert_eq!(one.agent_runtime_name, "my_agent");
        assert_eq!(one.last_updated_at.secs(), 1_768_917_600);
        let endpoints = control.list_agent_runtime_endpoints().agent_runtime_id("my_agent-a1b2c3d4e5");
        assert_eq!(endpoints.send().await.unwrap().runtime_endpoints()[0].name, "DEFAULT");
        let gateway = control.get_gateway().gateway_identifier("my-gw-abcdefghij").send().await.unwrap();
        assert_eq!((gateway.status.as_str(), gateway.exception_level), ("FAILED", None));
        let targets = control.list_gateway_targets().gateway_identifier("my-gw-abcdefghij").send();
        assert_eq!(targets.await.unwrap().items()[0].target_id, "TARGET1234");
        let target =
            control.get_gateway_target().gateway_identifier("my-gw-abcdefghij").target_id("TARGET1234");
        assert!(target.send().await.unwrap().target_configuration.unwrap().is_mcp());
        let memories = control.list_memories().send().await.unwrap();
        assert_eq!(memories.memories()[0].id(), Some("notes-0123456789"));
        let missing = control.get_agent_runtime().agent_runtime_id("nobody-0123456789").send().await;
        assert_eq!(missing.unwrap_err().code(), Some("ResourceNotFoundException"));
    });
}

#[test]
fn identity_simulation_groups_and_deliveries() {
    let stub = Stub::start();
    stub.put(GROUP, [Put::new("old", 1_000, "a"), Put::new("new", 2_000, "b")]);
    stub.with(|world| {
        world.identity.denied.push("xray:PutTraceSegments".to_owned());
        world.lists.insert("deliveries", (0..3).map(|id| json!({"id": id.to_string()})).collect());
        world.lists.insert("resourcePolicies", vec![json!({"policyName": "p", "policyDocument": "{}"})]);
    });
    run(async {
        let config = config(&stub);
        let identity = aws_sdk_sts::Client::new(&config).get_caller_identity().send().await.unwrap();
        assert_eq!(identity.account(), Some(super::stub::ACCOUNT));
        let simulation = aws_sdk_iam::Client::new(&config)
            .simulate_principal_policy()
            .policy_source_arn("arn:aws:iam::111122223333:role/r")
            .action_names("logs:PutLogEvents")
            .action_names("xray:PutTraceSegments")
            .send()
            .await
            .unwrap();
        let decisions: Vec<&str> =
            simulation.evaluation_results().iter().map(|result| result.eval_decision.as_str()).collect();
        assert_eq!(decisions, ["allowed", "implicitDeny"]);
        let logs = aws_sdk_cloudwatchlogs::Client::new(&config);
        let groups = logs.describe_log_groups().log_group_name_prefix("/aws/bedrock").send().await.unwrap();
        assert_eq!(groups.log_groups()[0].log_group_arn(), Some(log_group_arn(GROUP).as_str()));
        let streams = logs.describe_log_streams().log_group_name(GROUP).order_by("LastEventTime".into());
        let streams = streams.descending(true).send().await.unwrap();
        assert_eq!(streams.log_streams()[0].log_stream_name(), Some("new"));
        let deliveries = logs.describe_deliveries().into_paginator().items().send();
        assert_eq!(deliveries.collect::<Result<Vec<_>, _>>().await.unwrap().len(), 3);
        let policies = logs.describe_resource_policies().send().await.unwrap();
        assert_eq!(policies.resource_policies()[0].policy_name(), Some("p"));
    });
    stub.with(|world| {
        assert!(world.calls.iter().all(|call| call.key == "AKIDTEST" && call.region == REGION));
        assert_eq!(world.count("sts:GetCallerIdentity"), 1);
        assert_eq!(world.count("iam:SimulatePrincipalPolicy"), 1);
    });
}
