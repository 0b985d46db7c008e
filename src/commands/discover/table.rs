//! The list for people, with the command to type next.

use std::io::{self, Write};

use super::document::{Delivery, Document, Endpoint, Gateway, Group, Memory, Runtime, Target};
use crate::commands::live::{bytes, reach_options};
use crate::model::shell_word;
use crate::source::aws::Connection;

/// Indent of a resource, and of what belongs to it.
const FIRST: &str = "  ";
const SECOND: &str = "      ";

/// Writes `document`; `connection` is repeated in the commands.
pub(super) fn write(document: &Document, connection: &Connection, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "account {}, {}", document.account, document.region)?;
    runtimes(&document.runtimes, out)?;
    gateways(&document.gateways, out)?;
    memories(&document.memories, out)?;
    if !document.other_log_groups.is_empty() {
        writeln!(out, "\nother log groups")?;
        groups(&document.other_log_groups, FIRST, "", out)?;
    }
    if !document.problems.is_empty() {
        writeln!(out, "\nnot listed, or not in full")?;
        for problem in &document.problems {
            writeln!(out, "{FIRST}{problem}")?;
        }
    }
    next(document, connection, out)
}

fn runtimes(runtimes: &[Runtime], out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "\nagent runtimes: {}", runtimes.len())?;
    let rows = runtimes.iter().map(|runtime| {
        let endpoints: Vec<String> = runtime.endpoints.iter().map(endpoint).collect();
        [
            runtime.name.to_string(),
            runtime.id.to_string(),
            format!("version {}", runtime.version),
            runtime.status.to_string(),
            if endpoints.is_empty() { "no endpoint".to_owned() } else { endpoints.join(", ") },
        ]
    });
    for (row, runtime) in aligned(rows).into_iter().zip(runtimes) {
        writeln!(out, "{FIRST}{row}")?;
        for caller in &runtime.called_by {
            writeln!(out, "{SECOND}called by  gateway {}, target {}", caller.gateway, caller.target)?;
        }
        groups(&runtime.log_groups, SECOND, "log group  ", out)?;
        if runtime.log_groups.is_empty() {
            writeln!(out, "{SECOND}no log group: it never started, or its role may not write logs")?;
        }
        deliveries(&runtime.deliveries, out)?;
    }
    Ok(())
}

fn endpoint(endpoint: &Endpoint) -> String {
    let mut text = endpoint.name.to_string();
    if let Some(live) = &endpoint.live_version {
        let coming = endpoint.target_version.as_ref().filter(|target| *target != live);
        let coming = coming.map(|target| format!(", {target} to come")).unwrap_or_default();
        text = format!("{text} (version {live}{coming})");
    }
    if endpoint.status.as_str() != "READY" {
        text = format!("{text} {}", endpoint.status);
    }
    text
}

fn gateways(gateways: &[Gateway], out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "\ngateways: {}", gateways.len())?;
    let rows = gateways.iter().map(|gateway| {
        [
            gateway.name.to_string(),
            gateway.id.to_string(),
            gateway.status.to_string(),
            gateway.authorizer.to_string(),
        ]
    });
    for (row, gateway) in aligned(rows).into_iter().zip(gateways) {
        writeln!(out, "{FIRST}{row}")?;
        for target in &gateway.targets {
            self::target(target, out)?;
        }
        groups(&gateway.log_groups, SECOND, "log group  ", out)?;
        if gateway.log_groups.is_empty() {
            writeln!(out, "{SECOND}no log group: nothing delivers its logs")?;
        }
        deliveries(&gateway.deliveries, out)?;
    }
    Ok(())
}

fn target(target: &Target, out: &mut dyn Write) -> io::Result<()> {
    let kind = target.kind.as_ref().map(|kind| format!("  {kind}")).unwrap_or_default();
    let runtime = target.runtime.as_ref().map(|runtime| format!("  calls {runtime}")).unwrap_or_default();
    let read = target.last_synchronized.map(|at| format!("  tools read {at}")).unwrap_or_default();
    writeln!(
        out,
        "{SECOND}target     {}  {}  {}{kind}{runtime}{read}",
        target.name, target.id, target.status
    )?;
    for reason in &target.status_reasons {
        writeln!(out, "{SECOND}           because: {reason}")?;
    }
    Ok(())
}

fn memories(memories: &[Memory], out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "\nmemories: {}", memories.len())?;
    for memory in memories {
        let status = memory.status.as_ref().map(|status| format!("  {status}")).unwrap_or_default();
        writeln!(out, "{FIRST}{}{status}", memory.id)?;
        groups(&memory.log_groups, SECOND, "log group  ", out)?;
        deliveries(&memory.deliveries, out)?;
    }
    Ok(())
}

fn groups(groups: &[Group], indent: &str, label: &str, out: &mut dyn Write) -> io::Result<()> {
    let rows = groups.iter().map(|group| {
        let size = group.stored_bytes.and_then(|bytes| u64::try_from(bytes).ok()).map(bytes);
        let kept = group.retention_days.map(|days| format!(", kept {days} days")).unwrap_or_default();
        let size = size.unwrap_or_else(|| "size unknown".to_owned());
        let delivered = if group.is_delivered { ", by a log delivery" } else { "" };
        [format!("{label}{}", group.name), format!("{size}{kept}{delivered}")]
    });
    aligned(rows).iter().try_for_each(|row| writeln!(out, "{indent}{row}"))
}

/// Deliveries to log groups show as such.
fn deliveries(deliveries: &[Delivery], out: &mut dyn Write) -> io::Result<()> {
    for delivery in deliveries.iter().filter(|delivery| delivery.destination_type.as_str() != "CWL") {
        let to = delivery.destination.as_ref().map(|to| format!(" {to}")).unwrap_or_default();
        writeln!(out, "{SECOND}delivers   {} to {}{to}", delivery.log_type, delivery.destination_type)?;
    }
    Ok(())
}

/// The commands that read the first runtime and the first gateway.
fn next(document: &Document, connection: &Connection, out: &mut dyn Write) -> io::Result<()> {
    let reach = reach_options(connection);
    let mut commands = Vec::new();
    if let Some(runtime) = document.runtimes.first() {
        commands.push(format!("agentcore-triage --runtime {} -f{reach}", shell_word(runtime.name.as_str())));
    }
    if let Some(gateway) = document.gateways.first() {
        commands.push(format!("agentcore-triage --gateway {} -f{reach}", shell_word(gateway.name.as_str())));
    }
    if let (true, Some(group)) = (commands.is_empty(), document.other_log_groups.first()) {
        commands.push(format!("agentcore-triage --log-group {} -f{reach}", shell_word(group.name.as_str())));
    }
    if commands.is_empty() {
        return writeln!(
            out,
            "\nnothing is here; another account or Region: agentcore-triage discover --profile NAME --region REGION"
        );
    }
    writeln!(out, "\nnext")?;
    commands.iter().try_for_each(|command| writeln!(out, "{FIRST}{command}"))
}

/// The cells of each row in columns as wide as their widest cell.
fn aligned<const N: usize>(rows: impl IntoIterator<Item = [String; N]>) -> Vec<String> {
    let rows: Vec<[String; N]> = rows.into_iter().collect();
    let width = |column: usize| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or(0);
    let widths: Vec<usize> = (0..N).map(width).collect();
    let line = |row: &[String; N]| {
        let cells: Vec<String> =
            row.iter().zip(&widths).map(|(cell, &width)| format!("{cell:width$}")).collect();
        cells.join("  ").trim_end().to_owned()
    };
    rows.iter().map(line).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::aws::discovery as found;
    use crate::text::Door;

    fn group(name: &str) -> found::Group {
        found::Group {
            name: name.to_owned(),
            arn: None,
            stored_bytes: Some(12_345_678),
            created: None,
            retention_days: Some(30),
            is_delivered: true,
        }
    }

    fn discovery() -> found::Discovery {
        let runtime = found::Runtime {
            id: "agent-0123456789".to_owned(),
            name: "agent".to_owned(),
            arn: "arn:aws:bedrock-agentcore:us-east-1:111122223333:runtime/agent-0123456789".to_owned(),
            version: "3".to_owned(),
            status: "READY".to_owned(),
            updated: None,
            endpoints: vec![found::Endpoint {
                name: "DEFAULT".to_owned(),
                live_version: Some("2".to_owned()),
                target_version: Some("3".to_owned()),
                status: "UPDATING".to_owned(),
            }],
            log_groups: Vec::new(),
            deliveries: Vec::new(),
        };
        let gateway = found::Gateway {
            id: "ops-k7w2pd9xq4".to_owned(),
            name: "ops".to_owned(),
            status: "READY".to_owned(),
            authorizer: "AWS_IAM".to_owned(),
            targets: vec![found::Target {
                id: "TARGETID01".to_owned(),
                name: "trail".to_owned(),
                status: "SYNCHRONIZE_UNSUCCESSFUL".to_owned(),
                reasons: vec!["\u{1b}[31mno tools\nfound".to_owned()],
                kind: Some("MCP_SERVER".to_owned()),
                last_synchronized: None,
                runtime: Some(runtime.arn.clone()),
            }],
            log_groups: vec![group(
                "/aws/vendedlogs/bedrock-agentcore/gateway/APPLICATION_LOGS/ops-k7w2pd9xq4",
            )],
            deliveries: vec![found::Delivery {
                log_type: "TRACES".to_owned(),
                destination_type: "XRAY".to_owned(),
                destination: None,
            }],
        };
        found::Discovery {
            account: "111122223333".to_owned(),
            region: "us-east-1".to_owned(),
            runtimes: vec![runtime],
            gateways: vec![gateway],
            other_log_groups: vec![group("aws/spans")],
            ..found::Discovery::default()
        }
    }

    #[test]
    fn a_list_says_what_belongs_together_and_what_to_type_next() {
        let document = Document::new(&discovery(), Door { redact: true });
        let mut out = Vec::new();
        let connection = Connection { profile: Some("my team".to_owned()), ..Connection::default() };
        write(&document, &connection, &mut out).unwrap();
        insta::assert_snapshot!(String::from_utf8(out).unwrap());
    }

    #[test]
    fn an_empty_account_gets_a_next_step_too() {
        let document = Document::new(&found::Discovery::default(), Door { redact: true });
        let mut out = Vec::new();
        write(&document, &Connection::default(), &mut out).unwrap();
        assert!(String::from_utf8(out).unwrap().contains("discover --profile NAME --region REGION"));
    }
}
