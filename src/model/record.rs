//! A record: where one stored event lies in an input, before anyone reads what it says.

use super::Timestamp;

/// A byte range of an input.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Slice {
    /// First byte.
    pub start: u64,
    /// Length in bytes.
    pub len: u32,
}

impl Slice {
    /// The range as `usize` bounds.
    pub fn range(self) -> std::ops::Range<usize> {
        self.start as usize..self.start as usize + self.len as usize
    }
}

/// How the payload's text is wrapped in the input's bytes.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
#[repr(u8)]
pub enum Escape {
    /// The bytes are the text.
    #[default]
    None,
    /// The inside of a JSON string (without its quotes).
    Json,
    /// The inside of a quoted CSV field (without its quotes; `""` stands for `"`).
    Csv,
}

/// One stored event: envelope facts, and where its payload lies.
///
/// A record that was stored as several events (a traceback, one log event per line) has its further lines
/// in [`Cut::parts`], `more` of them from `first_part`; they belong to one stream and are joined with `\n`.
#[derive(Clone, Copy, PartialEq, Debug, Default)]
pub struct Record {
    /// The payload.
    pub payload: Slice,
    /// Envelope time in nanoseconds, when the envelope has one.
    pub timestamp: Option<Timestamp>,
    /// Line of the input on which the payload starts, from 1.
    pub line: u32,
    /// Which [`Context`] it belongs to.
    pub context: u32,
    /// First of the further parts.
    pub first_part: u32,
    /// Number of further parts; 0 for almost every record.
    pub more: u16,
    /// How the payload is wrapped.
    pub escape: Escape,
}

/// What several records of one input share: stream, group, and the document parts around them.
#[derive(Clone, PartialEq, Eq, Debug, Default, Hash)]
pub struct Context {
    /// Log group, when the envelope names it.
    pub log_group: Option<String>,
    /// Log stream, when the envelope names it.
    pub log_stream: Option<String>,
    /// What the envelope already says about the payload; `None` when only the content can tell.
    pub hint: Option<Hint>,
    /// JSON text of the enclosing parts that a reader of the payload needs: OTLP `resource` and `scope`,
    /// a parent X-Ray segment's `trace_id` and `id`. An object; its keys are read like the payload's own.
    pub inherited: Option<String>,
}

/// Payload shapes that only the envelope can tell.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash)]
pub enum Hint {
    /// An X-Ray segment or subsegment document.
    XraySegment,
    /// An entry of `TraceSummaries`.
    XraySummary,
    /// A span in OTLP/JSON encoding.
    OtlpSpan,
    /// A log record in OTLP/JSON encoding.
    OtlpLog,
    /// A row of a Logs Insights result without `@message`: an object of its columns.
    InsightsRow,
    /// An entry of a HAR log, or one line of a client's exchange journal.
    HttpExchange,
    /// A `tools/list` response.
    ToolsList,
}

/// The outcome of cutting one input.
#[derive(Clone, Debug, Default)]
pub struct Cut {
    /// Name of the envelope, as `inputs[].format` of the check document spells it.
    pub format: Format,
    /// All records, in input order.
    pub records: Vec<Record>,
    /// Further lines of records that were stored as several events.
    pub parts: Vec<Slice>,
    /// Shared facts, addressed by [`Record::context`]; never empty.
    pub contexts: Vec<Context>,
    /// Documents found inside this one (base64, nested gzip), to be cut in turn.
    pub children: Vec<super::Input>,
    /// What could not be read.
    pub issues: Vec<super::Issue>,
}

/// How records were stored or fetched.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Hash, PartialOrd, Ord, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Format {
    /// Nothing could be read.
    #[default]
    Unreadable,
    /// Zero bytes, or white space only.
    Empty,
    /// `aws logs filter-log-events`.
    FilterLogEvents,
    /// `aws logs get-log-events`.
    GetLogEvents,
    /// `aws logs tail`, any of its three formats.
    AwsLogsTail,
    /// `aws logs … --output table`.
    AwsTable,
    /// `aws logs get-query-results` (Logs Insights).
    GetQueryResults,
    /// CSV export of the Logs Insights console.
    ConsoleCsv,
    /// S3 export task: `ISO-8601Z message` lines.
    S3Export,
    /// Subscription filter or Firehose `logEvents` messages.
    Subscription,
    /// `StartLiveTail` session objects.
    LiveTail,
    /// One JSON object per line.
    JsonLines,
    /// JSON documents that are records themselves, possibly pretty-printed, or an array of records.
    JsonDocument,
    /// `aws xray batch-get-traces`.
    BatchGetTraces,
    /// `aws xray get-trace-summaries`.
    GetTraceSummaries,
    /// `aws xray list-retrieved-traces`.
    ListRetrievedTraces,
    /// OTLP/JSON lines of the file exporter.
    OtlpJson,
    /// CloudTrail `Records`.
    CloudTrail,
    /// An MCP `tools/list` response.
    ToolsList,
    /// HTTP archive.
    Har,
    /// One HTTP exchange per line.
    HttpExchanges,
    /// Plain text.
    Text,
}
