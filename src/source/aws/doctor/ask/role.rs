//! Asks IAM what a role may do. Nothing is tried out: IAM simulates.
//!
//! The actions and resources are those of the documented execution role:
//! <https://docs.aws.amazon.com/bedrock-agentcore/latest/devguide/runtime-permissions.html>.

use aws_sdk_iam::types::EvaluationResult;

use super::caller::Caller;
use crate::source::aws::doctor::answers::{Answer, Decision, RoleSubject, RuntimeFacts};

const ACTION: &str = "iam:SimulatePrincipalPolicy";

/// What the execution role of a runtime may do, by subject.
pub(super) async fn of_runtime(
    caller: &Caller,
    id: &str,
    facts: &RuntimeFacts,
) -> Vec<(RoleSubject, Answer<Vec<Decision>>)> {
    let mut asked = Vec::new();
    for (subject, questions) in questions(caller, id, facts) {
        let mut decisions = Ok(Vec::new());
        for (actions, resource) in &questions {
            let answer = simulate(caller, &facts.role, actions, resource.as_deref()).await;
            decisions = match (decisions, answer) {
                (Ok(mut all), Ok(more)) => {
                    all.extend(more);
                    Ok(all)
                }
                (Err(call), _) | (_, Err(call)) => Err(call),
            };
            if decisions.is_err() {
                break;
            }
        }
        asked.push((subject, decisions));
    }
    asked
}

/// Actions, with the resource that they are asked for.
type Question = (&'static [&'static str], Option<String>);

fn questions(caller: &Caller, id: &str, facts: &RuntimeFacts) -> Vec<(RoleSubject, Vec<Question>)> {
    let account = &caller.account;
    let partition = crate::source::aws::doctor::partition(account.caller());
    let place = format!("{}:{}", account.region(), account.id());
    let group =
        format!("arn:{partition}:logs:{place}:log-group:/aws/bedrock-agentcore/runtimes/{id}-DEFAULT");
    // The form with `:*` is the one that CloudWatch Logs gives as the ARN of a group, and every pattern fits it.
    let whole = format!("{group}:*");
    let directory = format!("arn:{partition}:bedrock-agentcore:{place}:workload-identity-directory/default");
    let tokens: &[&str] =
        &["bedrock-agentcore:GetWorkloadAccessToken", "bedrock-agentcore:GetWorkloadAccessTokenForJWT"];
    let mut identity = vec![(tokens, Some(directory))];
    identity.extend(facts.workload_identity.clone().map(|arn| (tokens, Some(arn))));
    vec![
        (
            RoleSubject::Logs,
            vec![
                (&["logs:CreateLogGroup", "logs:DescribeLogStreams"][..], Some(whole.clone())),
                (
                    &["logs:CreateLogStream", "logs:PutLogEvents"],
                    Some(format!("{group}:log-stream:runtime-logs")),
                ),
                (&["logs:DescribeLogGroups"], Some(format!("arn:{partition}:logs:{place}:log-group:*"))),
            ],
        ),
        (
            RoleSubject::Traces,
            vec![(
                &[
                    "xray:PutTraceSegments",
                    "xray:PutTelemetryRecords",
                    "xray:GetSamplingRules",
                    "xray:GetSamplingTargets",
                ],
                None,
            )],
        ),
        (RoleSubject::Identity, identity),
        (RoleSubject::OwnSpans, vec![(&["logs:PutResourcePolicy"], Some(whole))]),
    ]
}

/// What IAM says of `actions` of the role on `resource`; `None` for any resource.
pub(super) async fn simulate(
    caller: &Caller,
    role: &str,
    actions: &[&'static str],
    resource: Option<&str>,
) -> Answer<Vec<Decision>> {
    let names = actions.iter().map(|action| (*action).to_owned()).collect();
    let call = caller.account.iam().simulate_principal_policy().policy_source_arn(role);
    let call = call.set_action_names(Some(names)).set_resource_arns(resource.map(|arn| vec![arn.to_owned()]));
    let results = call.into_paginator().items().send().try_collect();
    let results = caller.ask(ACTION, role, results).await?;
    Ok(results.into_iter().map(decision).collect())
}

fn decision(result: EvaluationResult) -> Decision {
    Decision {
        action: result.eval_action_name,
        resource: result.eval_resource_name,
        decision: result.eval_decision.as_str().to_owned(),
        missing: result.missing_context_values.unwrap_or_default(),
    }
}
