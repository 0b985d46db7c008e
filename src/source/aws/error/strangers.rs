//! Answers of somebody who is not AWS: a proxy, a captive portal, an endpoint of something else.

use aws_smithy_runtime_api::client::interceptors::context::InterceptorContext;
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::retries::classifiers::{ClassifyRetry, RetryAction};

/// What AWS puts beside every answer, also beside errors; spellings differ between services.
const REQUEST_ID: [&str; 3] = ["x-amzn-requestid", "x-amzn-request-id", "x-amz-request-id"];

/// Characters that are told of an answer that makes no sense.
const FIRST_WORDS: usize = 80;

/// What a response says that came whole and is not from AWS: status, content type, first words.
pub(super) fn foreign(response: &HttpResponse) -> Option<String> {
    let headers = response.headers();
    if REQUEST_ID.iter().any(|name| headers.contains_key(*name)) {
        return None;
    }
    let body = String::from_utf8_lossy(response.body().bytes()?).into_owned();
    let body = if body.trim_start().starts_with('<') { without_tags(&body) } else { body };
    let words: Vec<&str> = body.split_whitespace().take(FIRST_WORDS).collect();
    let words: String = words.join(" ").chars().take(FIRST_WORDS).collect();
    let kind = headers.get("content-type").unwrap_or("no content type");
    let words = if words.is_empty() { "an empty body".to_owned() } else { format!("'{words}'") };
    Some(format!("HTTP {}, {kind}: {words}", response.status().as_u16()))
}

/// What a page says beside its markup.
fn without_tags(page: &str) -> String {
    // A tag ends at its bracket; what stands before the first one is none.
    page.split('<')
        .filter_map(|part| part.split_once('>'))
        .map(|(_, text)| text)
        .collect::<Vec<_>>()
        .join(" ")
}

/// Keeps the SDK from asking again whoever has answered in place of AWS: it is another endpoint that is needed, not time.
#[derive(Debug)]
pub(in crate::source::aws) struct NoStrangers;

impl ClassifyRetry for NoStrangers {
    fn classify_retry(&self, context: &InterceptorContext) -> RetryAction {
        match context.response().and_then(foreign) {
            Some(_) => RetryAction::RetryForbidden,
            None => RetryAction::NoActionIndicated,
        }
    }

    fn name(&self) -> &'static str {
        "NoStrangers"
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_of_nobody_knows_whom_is_quoted() {
        use aws_smithy_runtime_api::http::StatusCode;
        use aws_smithy_types::body::SdkBody;
        let page = format!("<html>\n  <h1>Log in \u{1b}[31m</h1>{}", "x ".repeat(500));
        let mut response = HttpResponse::new(StatusCode::try_from(502).unwrap(), SdkBody::from(page));
        response.headers_mut().insert("content-type", "text/html");
        let answer = foreign(&response).unwrap();
        assert!(answer.starts_with("HTTP 502, text/html: 'Log in"), "{answer}");
        assert!(answer.chars().count() < FIRST_WORDS + 40, "{answer}");
        response.headers_mut().insert("x-amzn-requestid", "1");
        assert_eq!(foreign(&response), None, "AWS itself answers without words, too");
    }
}
