//! The program in the environments that people have: each works as the AWS CLI does, or gives one message that names the
//! next command.

use std::fs;
use std::net::TcpListener;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use super::run::{Capture, GROUP, Running};
use super::stub::{Fault, Injection, Put, REGION, Stub};
use super::{millis, now};
use crate::program::{self, Folder, Run};

/// A message comes within five seconds; what lies above is for a machine that runs other tests meanwhile.
const SOON: Duration = Duration::from_secs(10);

/// Longest a run may take that reads something.
const RUN: Duration = Duration::from_mins(1);

/// Keys that the stand-in sees in the signature.
const KEYS: [(&str, &str); 2] = [("AWS_ACCESS_KEY_ID", "AKIDENV"), ("AWS_SECRET_ACCESS_KEY", "secret")];

/// `discover` with nothing of AWS in its environment but what is added, on a machine that is no EC2 instance.
fn discover(home: &Folder) -> Command {
    let mut command = program::triage();
    command.env("HOME", home.path()).env("AWS_EC2_METADATA_DISABLED", "true").arg("discover");
    command
}

/// `collect` of [`GROUP`] in the same environment.
fn collect(home: &Folder) -> Command {
    let mut command = program::triage();
    command.env("HOME", home.path()).env("AWS_EC2_METADATA_DISABLED", "true");
    command.args(["collect", "--log-group", GROUP, "--since", "2h", "--until", "30m", "--out"]);
    command.arg(home.path().join("capture"));
    command
}

/// A URL at which nobody listens.
fn closed() -> String {
    let address = TcpListener::bind(("127.0.0.1", 0)).unwrap().local_addr().unwrap();
    format!("http://{address}")
}

fn run(command: Command, limit: Duration) -> Run {
    Running::start(command).end(limit)
}

/// The one message of a run that fails soon.
fn message(command: Command) -> String {
    let run = run(command, SOON);
    assert_ne!(run.code, 0, "{}", run.stderr);
    assert_eq!(run.stderr.trim_end().lines().count(), 1, "one message: {}", run.stderr);
    assert!(run.stderr.starts_with("error: "), "{}", run.stderr);
    run.stderr
}

#[track_caller]
fn assert_says(message: &str, words: &[&str]) {
    for word in words {
        assert!(message.contains(word), "no '{word}' in: {message}");
    }
}

/// Access key, Region and operation of each call.
fn calls(stub: &Stub) -> Vec<(String, String, String)> {
    stub.with(|world| {
        let calls = world.calls.iter();
        calls.map(|call| (call.key.clone(), call.region.clone(), call.action.clone())).collect()
    })
}

/// Asserts that `stub` was called, always with this key and for this Region.
#[track_caller]
fn assert_called(stub: &Stub, key: &str, region: &str) {
    let calls = calls(stub);
    assert!(!calls.is_empty(), "nothing was called");
    for (by, whither, action) in &calls {
        assert_eq!((by.as_str(), whither.as_str()), (key, region), "{action}");
    }
}

/// An account with one event in [`GROUP`].
fn account() -> Stub {
    let stub = Stub::start();
    stub.put(GROUP, [Put::new("2026/01/20/[runtime-logs]0", millis() - 3_600_000, "hello".to_owned())]);
    stub
}

/// Writes a configuration and a credentials file and names them in the environment.
fn with_files(command: &mut Command, home: &Folder, config: &str, credentials: &str) {
    command.env("AWS_CONFIG_FILE", home.file("my-config", config));
    command.env("AWS_SHARED_CREDENTIALS_FILE", home.file("my-credentials", credentials));
}

#[test]
fn no_credentials() {
    let (stub, home) = (Stub::start(), Folder::new());
    let mut command = discover(&home);
    command.env("AWS_ENDPOINT_URL", stub.url()).env("AWS_REGION", REGION);
    assert_says(
        &message(command),
        &["no AWS credentials were found", "--profile", "aws configure", "aws sts get-caller-identity"],
    );
    assert!(calls(&stub).is_empty());
}

#[test]
fn no_credentials_and_a_metadata_service_that_never_answers() {
    let (stub, home) = (Stub::start(), Folder::new());
    // It takes connections and is silent.
    let silent = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let mut command = program::triage();
    command.env("HOME", home.path()).env("AWS_ENDPOINT_URL", stub.url()).env("AWS_REGION", REGION);
    let metadata = format!("http://{}", silent.local_addr().unwrap());
    command.env("AWS_EC2_METADATA_SERVICE_ENDPOINT", metadata).arg("discover");
    assert_says(&message(command), &["credentials", "aws sts get-caller-identity"]);
}

#[test]
fn no_region() {
    let home = Folder::new();
    let mut command = discover(&home);
    command.envs(KEYS);
    assert_says(&message(command), &["no Region is set", "--region", "AWS_REGION"]);
}

#[test]
fn no_network() {
    let home = Folder::new();
    let mut command = discover(&home);
    command.envs(KEYS).env("AWS_REGION", REGION).env("AWS_ENDPOINT_URL", closed());
    let message = message(command);
    assert_says(&message, &["sts in us-east-1 cannot be reached (Connection refused)", "network", "proxy"]);
}

#[test]
fn a_service_that_never_answers() {
    let (stub, home) = (Stub::start(), Folder::new());
    stub.inject(Injection::new("GetCallerIdentity", Fault::Hang).always());
    let mut command = discover(&home);
    command.envs(KEYS).env("AWS_REGION", REGION).env("AWS_ENDPOINT_URL", stub.url());
    assert_says(&message(command), &["sts in us-east-1 cannot be reached (no answer in time)", "network"]);
}

#[test]
fn ctrl_c_ends_it_at_once_while_nobody_answers() {
    let (stub, home) = (account(), Folder::new());
    stub.inject(Injection::new("*", Fault::Hang).always());
    for mut command in [discover(&home), collect(&home)] {
        command.envs(KEYS).env("AWS_REGION", REGION).env("AWS_ENDPOINT_URL", stub.url());
        let before = calls(&stub).len();
        let running = Running::start(command);
        stub.wait("the first call", |world| world.calls.len() > before);
        let start = now();
        running.interrupt();
        running.output(SOON);
        // The question of who one is would take more than four.
        assert!(start.elapsed() < Duration::from_secs(2), "{:?}", start.elapsed());
    }
}

#[test]
fn credentials_that_are_not_taken() {
    for (fault, words) in [
        (Fault::Expired, ["the AWS credentials have expired", "aws sso login"]),
        (
            Fault::InvalidToken,
            ["credentials cannot be loaded: The security token", "aws sts get-caller-identity"],
        ),
    ] {
        let (stub, home) = (Stub::start(), Folder::new());
        stub.inject(Injection::new("GetCallerIdentity", fault).always());
        let mut command = discover(&home);
        command.envs(KEYS).env("AWS_REGION", REGION).env("AWS_ENDPOINT_URL", stub.url());
        assert_says(&message(command), &words);
    }
}

#[test]
fn a_permission_that_is_missing() {
    let (stub, home) = (account(), Folder::new());
    stub.inject(Injection::new("FilterLogEvents", Fault::Denied).always());
    let mut command = collect(&home);
    command.envs(KEYS).env("AWS_REGION", REGION).env("AWS_ENDPOINT_URL", stub.url());
    let run = run(command, SOON);
    assert_eq!(run.code, 3, "{}", run.stderr);
    assert_says(
        &run.stderr,
        &["logs:FilterLogEvents is denied on /aws/bedrock-agentcore", "agentcore-triage iam"],
    );
}

#[test]
fn a_log_group_that_is_in_another_region() {
    let (stub, home) = (Stub::start(), Folder::new());
    let mut command = collect(&home);
    command.envs(KEYS).env("AWS_REGION", "eu-west-1").env("AWS_ENDPOINT_URL", stub.url());
    assert_says(&message(command), &["was not found in", "agentcore-triage discover --region eu-west-1"]);
}

#[test]
fn a_region_that_cannot_be_one() {
    let home = Folder::new();
    let mut command = discover(&home);
    command.envs(KEYS).env("AWS_REGION", "us east 1");
    assert_says(&message(command), &["'us east 1' is no Region", "--region"]);
}

#[test]
fn the_regions_of_the_environment_and_of_the_command_line() {
    for (named, region) in [(None, "eu-west-1"), (Some("ap-south-1"), "ap-south-1")] {
        let (stub, home) = (Stub::start(), Folder::new());
        let mut command = discover(&home);
        command.envs(KEYS).env("AWS_REGION", "eu-west-1").env("AWS_DEFAULT_REGION", "eu-north-1");
        command.env("AWS_ENDPOINT_URL", stub.url());
        command.args(named.map(|region| ["--region", region]).iter().flatten());
        let run = run(command, RUN);
        assert_eq!(run.code, 0, "{}", run.stderr);
        assert_called(&stub, "AKIDENV", region);
    }
}

#[test]
fn one_service_has_an_endpoint_of_its_own() {
    let (rest, logs, home) = (Stub::start(), account(), Folder::new());
    let mut command = collect(&home);
    command.envs(KEYS).env("AWS_REGION", REGION).env("AWS_ENDPOINT_URL", rest.url());
    command.env("AWS_ENDPOINT_URL_CLOUDWATCH_LOGS", logs.url());
    let run = run(command, RUN);
    assert_eq!(run.code, 0, "{}", run.stderr);
    assert_eq!(rest.with(|world| world.count("sts:GetCallerIdentity")), 1);
    assert!(logs.with(|world| world.count("logs:FilterLogEvents")) > 0);
    for (_, _, action) in calls(&logs) {
        assert!(action.starts_with("logs:"), "{action}");
    }
    assert_eq!(read_capture(&home), 1);
}

#[test]
fn an_endpoint_on_the_command_line_comes_before_all_others() {
    let (stub, home) = (account(), Folder::new());
    let mut command = collect(&home);
    command.envs(KEYS).env("AWS_REGION", REGION).env("AWS_ENDPOINT_URL", closed());
    command.env("AWS_ENDPOINT_URL_CLOUDWATCH_LOGS", closed()).args(["--endpoint-url", &stub.url()]);
    let run = run(command, RUN);
    assert_eq!(run.code, 0, "{}", run.stderr);
    assert_eq!(read_capture(&home), 1);
}

/// Log events in the capture.
fn read_capture(home: &Folder) -> u64 {
    let manifest = fs::read(home.path().join("capture/manifest.json")).unwrap();
    let manifest: serde_json::Value = serde_json::from_slice(&manifest).unwrap();
    let sources = manifest["sources"].as_array().unwrap().iter();
    let groups = sources.filter(|source| source["kind"] == "log-group");
    groups.map(|source| source["records"].as_u64().unwrap()).sum()
}

const CONFIG: &str = "[default]\nregion = us-west-2\n\n[profile team]\nregion = eu-central-1\n";
const CREDENTIALS: &str = "[default]\naws_access_key_id = AKIDDEFAULT\naws_secret_access_key = s\n\n\
                           [team]\naws_access_key_id = AKIDTEAM\naws_secret_access_key = s\n";

#[test]
fn profiles_of_the_files_that_the_environment_names() {
    for (arguments, variable, key, region) in [
        (&[][..], None, "AKIDDEFAULT", "us-west-2"),
        (&["--profile", "team"][..], None, "AKIDTEAM", "eu-central-1"),
        (&[][..], Some("team"), "AKIDTEAM", "eu-central-1"),
        (&["--profile", "default"][..], Some("team"), "AKIDDEFAULT", "us-west-2"),
        (&["--profile", "team", "--region", REGION][..], None, "AKIDTEAM", REGION),
    ] {
        let (stub, home) = (Stub::start(), Folder::new());
        let mut command = discover(&home);
        with_files(&mut command, &home, CONFIG, CREDENTIALS);
        command.env("AWS_ENDPOINT_URL", stub.url()).args(arguments);
        command.envs(variable.map(|profile| ("AWS_PROFILE", profile)));
        let run = run(command, RUN);
        assert_eq!(run.code, 0, "{arguments:?} {variable:?}: {}", run.stderr);
        assert_called(&stub, key, region);
    }
}

#[test]
fn a_profile_that_is_named_comes_before_keys_in_the_environment() {
    let (stub, home) = (Stub::start(), Folder::new());
    let mut command = discover(&home);
    with_files(&mut command, &home, CONFIG, CREDENTIALS);
    command.envs(KEYS).env("AWS_ENDPOINT_URL", stub.url()).args(["--profile", "team"]);
    let run = run(command, RUN);
    assert_eq!(run.code, 0, "{}", run.stderr);
    assert_called(&stub, "AKIDTEAM", "eu-central-1");
}

#[test]
fn a_profile_that_does_not_exist() {
    for is_named in [true, false] {
        let (stub, home) = (Stub::start(), Folder::new());
        let mut command = discover(&home);
        with_files(&mut command, &home, CONFIG, CREDENTIALS);
        command.env("AWS_ENDPOINT_URL", stub.url()).env("AWS_REGION", REGION);
        if is_named {
            command.args(["--profile", "taem"]);
        } else {
            command.env("AWS_PROFILE", "taem");
        }
        assert_says(&message(command), &["'taem'", "aws configure list-profiles"]);
    }
}

#[test]
fn a_configuration_that_cannot_be_read() {
    let (stub, home) = (Stub::start(), Folder::new());
    let mut command = discover(&home);
    with_files(&mut command, &home, "[default\nregion = us-west-2\n", CREDENTIALS);
    command.env("AWS_ENDPOINT_URL", stub.url()).env("AWS_REGION", REGION);
    assert_says(&message(command), &["could not parse profile file", "aws sts get-caller-identity"]);
}

#[test]
fn a_proxy_is_used_unless_the_host_is_excepted() {
    for (excepted, is_proxied) in [(None, true), (Some("127.0.0.1"), false), (Some("*"), false)] {
        let (stub, proxy, home) = (Stub::start(), Stub::start(), Folder::new());
        let mut command = discover(&home);
        command.envs(KEYS).env("AWS_REGION", REGION).env("AWS_ENDPOINT_URL", stub.url());
        command.env("HTTP_PROXY", proxy.url()).envs(excepted.map(|hosts| ("NO_PROXY", hosts)));
        let run = run(command, RUN);
        assert_eq!(run.code, 0, "{excepted:?}: {}", run.stderr);
        let (used, unused) = if is_proxied { (&proxy, &stub) } else { (&stub, &proxy) };
        assert!(calls(unused).is_empty(), "{excepted:?}");
        let urls: Vec<_> = used.with(|world| world.calls.iter().map(|call| call.proxied.clone()).collect());
        assert!(!urls.is_empty(), "{excepted:?}");
        for url in urls {
            assert_eq!(url.is_some_and(|url| url.starts_with(&stub.url())), is_proxied, "{excepted:?}");
        }
    }
}

#[test]
fn a_proxy_that_is_not_there() {
    let (stub, home) = (Stub::start(), Folder::new());
    let mut command = discover(&home);
    command.envs(KEYS).env("AWS_REGION", REGION).env("AWS_ENDPOINT_URL", stub.url());
    command.env("HTTP_PROXY", closed());
    assert_says(&message(command), &["cannot be reached (Connection refused)", "proxy"]);
}

const SSO: &str = "[profile team]\nregion = eu-central-1\nsso_session = corp\nsso_account_id = 111122223333\n\
                   sso_role_name = Reader\n\n[sso-session corp]\nsso_region = us-east-1\n\
                   sso_start_url = https://corp.awsapps.com/start\nsso_registration_scopes = sso:account:access\n";

/// What `aws sso login` leaves for the session `corp`; the file's name is the SHA-1 of the session's name:
/// <https://docs.aws.amazon.com/sdkref/latest/guide/understanding-sso.html>.
fn log_in(home: &Path, expires: &str) {
    let cache = home.join(".aws/sso/cache");
    fs::create_dir_all(&cache).unwrap();
    let token = serde_json::json!({
        "accessToken": "token", "expiresAt": expires, "region": "us-east-1",
        "startUrl": "https://corp.awsapps.com/start",
    });
    fs::write(cache.join("ee0bfd2552fbd840c02cc48b6e823320543c450f.json"), token.to_string()).unwrap();
}

#[test]
fn a_profile_of_identity_center() {
    let (stub, home) = (Stub::start(), Folder::new());
    log_in(home.path(), "2099-01-01T00:00:00Z");
    let mut command = discover(&home);
    with_files(&mut command, &home, SSO, "");
    command.env("AWS_ENDPOINT_URL", stub.url()).args(["--profile", "team"]);
    let run = run(command, RUN);
    assert_eq!(run.code, 0, "{}", run.stderr);
    assert_eq!(stub.with(|world| world.count("sso:GetRoleCredentials")), 1);
    let others = calls(&stub).into_iter().filter(|(_, _, action)| !action.starts_with("sso:"));
    for (key, region, action) in others {
        assert_eq!((key.as_str(), region.as_str()), ("ASIASSO", "eu-central-1"), "{action}");
    }
}

#[test]
fn a_profile_of_identity_center_without_a_valid_login() {
    for expires in [None, Some("2020-01-01T00:00:00Z")] {
        let (stub, home) = (Stub::start(), Folder::new());
        if let Some(expires) = expires {
            log_in(home.path(), expires);
        }
        for is_named in [true, false] {
            let mut command = discover(&home);
            with_files(&mut command, &home, SSO, "");
            command.env("AWS_ENDPOINT_URL", stub.url());
            if is_named {
                command.args(["--profile", "team"]);
            } else {
                command.env("AWS_PROFILE", "team");
            }
            assert_says(&message(command), &["aws sso login --profile team"]);
        }
    }
}

#[cfg(unix)]
#[test]
fn a_capture_is_for_its_owner_only() {
    use std::os::unix::fs::PermissionsExt;

    let (stub, home) = (account(), Folder::new());
    let mut saved = program::triage();
    saved.env("HOME", home.path()).args(["--log-group", GROUP, "--since", "2h", "--until", "30m", "--save"]);
    saved.arg(home.path().join("saved"));
    for (mut command, folder) in [(collect(&home), "capture"), (saved, "saved")] {
        command.envs(KEYS).env("AWS_REGION", REGION).env("AWS_ENDPOINT_URL", stub.url());
        let run = run(command, RUN);
        let folder = home.path().join(folder);
        assert!(folder.is_dir(), "{}", run.stderr);
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode(&folder), 0o700);
        let files: Vec<_> = fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()).collect();
        assert!(files.iter().any(|file| file.extension().is_some_and(|end| end == "jsonl")), "{files:?}");
        for file in files {
            assert_eq!(mode(&file), 0o600, "{}", file.display());
        }
    }
}

#[test]
fn a_log_group_of_a_linked_account_is_read_by_its_arn() {
    let (stub, home) = (account(), Folder::new());
    let arn = format!("arn:aws:logs:{REGION}:444455556666:log-group:{GROUP}");
    let mut command = program::triage();
    command.env("HOME", home.path()).env("AWS_EC2_METADATA_DISABLED", "true").envs(KEYS);
    command.env("AWS_ENDPOINT_URL", stub.url()).env("AWS_REGION", REGION);
    command.args(["collect", "--log-group", &arn, "--since", "2h", "--until", "30m", "--out"]);
    command.arg(home.path().join("capture"));
    let run = run(command, RUN);
    assert_eq!(run.code, 0, "{}", run.stderr);
    assert!(run.stderr.contains("as by a monitoring account"), "{}", run.stderr);
    let capture = Capture::read(&home.path().join("capture")).unwrap();
    assert_eq!(capture.events.len(), 1, "{}", capture.manifest);
    stub.with(|world| {
        let mut searches = world.calls.iter().filter(|call| call.action == "logs:FilterLogEvents");
        assert!(searches.all(|call| call.input.contains(&format!("\"logGroupIdentifier\":\"{arn}\""))));
    });
}

#[test]
fn a_clock_that_is_ahead_makes_nothing_final_that_has_not_happened() {
    use aws_sdk_xray::primitives::{DateTime, DateTimeFormat};
    let (stub, home) = (account(), Folder::new());
    let theirs = millis() - 200_000;
    let date = DateTime::from_millis(theirs).fmt(DateTimeFormat::HttpDate).unwrap();
    stub.with(|world| world.identity.date = Some(date));
    let mut command = program::triage();
    command.env("HOME", home.path()).env("AWS_EC2_METADATA_DISABLED", "true").envs(KEYS);
    command.env("AWS_ENDPOINT_URL", stub.url()).env("AWS_REGION", REGION);
    command.args(["collect", "--log-group", GROUP, "--since", "2h", "--out"]);
    command.arg(home.path().join("capture"));
    let run = run(command, RUN);
    assert_eq!(run.code, 0, "{}", run.stderr);
    assert!(run.stderr.contains("s ahead of that of AWS"), "{}", run.stderr);
    let capture = Capture::read(&home.path().join("capture")).unwrap();
    let until = capture.manifest["sources"][0]["until"].as_str().unwrap();
    let until = chrono::DateTime::parse_from_rfc3339(until).unwrap().timestamp_millis();
    assert!((until - theirs).abs() < 30_000, "{until} {theirs}");
}
