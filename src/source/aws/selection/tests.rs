use super::choose::{Chosen, Inventory, Listing, choose};
use super::*;
use crate::source::aws::discovery::{Discovery, Endpoint, Gateway, Group, Runtime, SPANS, Target};

const ACCOUNT: &str = "111122223333";

fn group(name: &str) -> Group {
    Group::named(name, None)
}

fn runtime(name: &str) -> Runtime {
    let id = format!("{name}-0123456789");
    Runtime {
        name: name.to_owned(),
        arn: format!("arn:aws:bedrock-agentcore:us-east-1:{ACCOUNT}:runtime/{id}"),
        version: "1".to_owned(),
        status: "READY".to_owned(),
        updated: None,
        endpoints: vec![Endpoint {
            name: "DEFAULT".to_owned(),
            live_version: None,
            target_version: None,
            status: "READY".to_owned(),
        }],
        log_groups: vec![group(&format!("/aws/bedrock-agentcore/runtimes/{id}-DEFAULT"))],
        deliveries: Vec::new(),
        id,
    }
}

fn gateway(name: &str, calls: &str) -> Gateway {
    let id = format!("{name}-k7w2pd9xq4");
    Gateway {
        name: name.to_owned(),
        status: "READY".to_owned(),
        authorizer: "AWS_IAM".to_owned(),
        targets: vec![Target {
            id: "T".to_owned(),
            name: "server".to_owned(),
            status: "READY".to_owned(),
            reasons: Vec::new(),
            kind: None,
            last_synchronized: None,
            runtime: Some(calls.to_owned()),
        }],
        log_groups: vec![group(&format!("/aws/vendedlogs/bedrock-agentcore/gateway/APPLICATION_LOGS/{id}"))],
        deliveries: Vec::new(),
        id,
    }
}

fn inventory() -> Inventory {
    let (agent, other) = (runtime("agent"), runtime("other"));
    let discovery = Discovery {
        gateways: vec![
            gateway("ops", &agent.arn),
            gateway("idle", "arn:aws:bedrock-agentcore:eu-west-1:9:runtime/far-0123456789"),
        ],
        runtimes: vec![agent, other],
        other_log_groups: vec![group(SPANS)],
        ..Discovery::default()
    };
    Inventory {
        account: ACCOUNT.to_owned(),
        region: "us-east-1".to_owned(),
        discovery,
        listings: vec![Listing::default()],
    }
}

fn wanted(kind: Kind, text: &str) -> Wanted {
    Wanted::parse(kind, text).unwrap()
}

fn chosen(inventory: &Inventory, wanted: Wanted) -> (Chosen, Vec<String>) {
    let mut chosen = Chosen::default();
    let said = choose(inventory, &[wanted], &mut chosen).unwrap();
    (chosen, said.notes)
}

#[test]
fn a_gateway_brings_its_runtime_and_a_runtime_its_gateways() {
    let inventory = inventory();
    let (by_gateway, notes) = chosen(&inventory, wanted(Kind::Gateway, "ops"));
    let (by_runtime, _) = chosen(&inventory, wanted(Kind::Runtime, "agent"));
    let names: Vec<&str> = by_gateway.groups.keys().map(String::as_str).collect();
    assert_eq!(
        names,
        [
            "/aws/bedrock-agentcore/runtimes/agent-0123456789-DEFAULT",
            "/aws/vendedlogs/bedrock-agentcore/gateway/APPLICATION_LOGS/ops-k7w2pd9xq4",
            "aws/spans"
        ]
    );
    assert_eq!(by_runtime.groups.keys().collect::<Vec<_>>(), by_gateway.groups.keys().collect::<Vec<_>>());
    assert!(notes[0].contains("agent runtime agent comes along"), "{notes:?}");
    let spans = by_gateway.groups[SPANS].pattern.as_deref();
    assert_eq!(spans, Some("?\"agent-0123456789\" ?\"ops-k7w2pd9xq4\""));
    let traces = by_gateway.traces(&[]).unwrap();
    assert_eq!(traces.indexed.as_deref(), Some("service(\"agent.DEFAULT\") OR service(\"ops-k7w2pd9xq4\")"));
}

#[test]
fn a_runtime_elsewhere_is_told() {
    let (_, notes) = chosen(&inventory(), wanted(Kind::Gateway, "idle"));
    assert!(
        notes[0].contains("--runtime arn:aws:bedrock-agentcore:eu-west-1:9:runtime/far-0123456789@PROFILE"),
        "{notes:?}"
    );
}

#[test]
fn an_unknown_name_names_the_nearest_and_discover() {
    let mut inventory = inventory();
    let ask = |inventory: &Inventory, kind, text| {
        let said = choose(inventory, &[wanted(kind, text)], &mut Chosen::default());
        said.map(|said| said.failures.len()).map_err(|error| error.to_string())
    };
    let error = ask(&inventory, Kind::Runtime, "agnet").unwrap_err();
    assert!(
        error.contains("did you mean agent?") && error.contains("discover --region us-east-1"),
        "{error}"
    );
    inventory.listings[0].others = vec![group("/aws/team/app")];
    let error = ask(&inventory, Kind::LogGroup, "/aws/team/ap").unwrap_err();
    assert!(error.contains("did you mean /aws/team/app?"), "{error}");
    // What could not be listed is no unknown name.
    inventory.discovery.problems = vec![LiveError::Denied {
        action: "bedrock-agentcore:ListAgentRuntimes".to_owned(),
        resource: "agent runtimes".to_owned(),
    }];
    assert_eq!(ask(&inventory, Kind::Runtime, "agnet"), Ok(1));
}

#[test]
fn a_group_that_is_wanted_whole_is_not_filtered() {
    let mut inventory = inventory();
    inventory.listings =
        vec![Listing { meant: vec![group(SPANS)], ..Listing::default() }, Listing::default()];
    let mut chosen = Chosen::default();
    let both = [wanted(Kind::LogGroup, SPANS), wanted(Kind::Runtime, "agent")];
    choose(&inventory, &both, &mut chosen).unwrap();
    assert_eq!(chosen.groups[SPANS].pattern, None);
}

#[test]
fn an_arn_of_another_account_is_refused() {
    let arn = "arn:aws:bedrock-agentcore:us-east-1:444455556666:runtime/agent-0123456789";
    let error = choose(&inventory(), &[wanted(Kind::Runtime, arn)], &mut Chosen::default()).unwrap_err();
    assert!(error.is_usage() && error.to_string().contains("@PROFILE"), "{error}");
    let prefix = "arn:aws:logs:us-east-1:444455556666:log-group:/team/*";
    assert!(choose(&inventory(), &[wanted(Kind::LogGroup, prefix)], &mut Chosen::default()).is_err());
}

#[test]
fn a_log_group_of_another_account_is_read_as_a_monitoring_account_does() {
    let arn = "arn:aws:logs:us-east-1:444455556666:log-group:/team/app";
    let group = wanted(Kind::LogGroup, &format!("{arn}:*"));
    assert_eq!((group.linked("444455556666"), group.linked(ACCOUNT)), (None, Some(arn)));
    let mut inventory = inventory();
    inventory.listings = vec![Listing { meant: vec![Group::named(arn, Some(arn))], ..Listing::default() }];
    let (chosen, notes) = chosen(&inventory, group);
    assert_eq!(chosen.groups.keys().collect::<Vec<_>>(), [arn]);
    assert!(notes[0].contains("444455556666") && notes[0].contains("@PROFILE"), "{notes:?}");
}

#[test]
fn a_source_says_how_it_is_reached() {
    let selection = Selection {
        connection: Connection { profile: Some("base".to_owned()), ..Connection::default() },
        roles: vec!["arn:aws:iam::111122223333:role/R".to_owned()],
        ..Selection::default()
    };
    let reach = |text| selection.connection_for(&wanted(Kind::Runtime, text)).unwrap();
    let plain = reach("agent");
    assert_eq!((plain.profile.as_deref(), plain.role_arn.is_some()), (Some("base"), true));
    let own = reach("agent@team,eu-west-1");
    assert_eq!((own.profile.as_deref(), own.region.as_deref()), (Some("team"), Some("eu-west-1")));
    assert_eq!(own.role_arn, None);
    let role = reach("agent@arn:aws:iam::4:role/X");
    assert_eq!(
        (role.profile.as_deref(), role.role_arn.as_deref()),
        (Some("base"), Some("arn:aws:iam::4:role/X"))
    );
    let region = reach("agent@,eu-west-1");
    assert_eq!((region.profile.as_deref(), region.region.as_deref()), (Some("base"), Some("eu-west-1")));
    let arn = reach("arn:aws:bedrock-agentcore:ap-southeast-2:444455556666:runtime/x-0123456789");
    assert_eq!((arn.region.as_deref(), arn.role_arn), (Some("ap-southeast-2"), None));
}

#[test]
fn several_roles_need_an_account() {
    let role = |account: &str| format!("arn:aws:iam::{account}:role/R");
    let selection = Selection { roles: vec![role("1"), role("2")], ..Selection::default() };
    let arn = wanted(Kind::Gateway, "arn:aws:bedrock-agentcore:us-east-1:2:gateway/g-0123456789");
    assert_eq!(selection.connection_for(&arn).unwrap().role_arn, Some(role("2")));
    let bare = selection.connection_for(&wanted(Kind::Gateway, "g"));
    assert!(matches!(bare, Err(SelectionError::WhichRole { .. })));
}

#[test]
fn sources_are_written_with_or_without_their_account() {
    for wrong in
        ["", "@profile", "name@", "arn:aws:s3:::bucket", "arn:aws:bedrock-agentcore:us-east-1:1:gateway/g"]
    {
        assert!(Wanted::parse(Kind::Runtime, wrong).is_err(), "{wrong}");
    }
    let group = wanted(Kind::LogGroup, "arn:aws:logs:us-east-1:1:log-group:/aws/x:*");
    assert_eq!((group.bare(), group.prefix()), ("/aws/x", None));
    assert_eq!(wanted(Kind::LogGroup, "/aws/x*").prefix(), Some("/aws/x"));
}
