//! The schema audit of a case: every list of tools it holds against every call in it.

use super::Case;
use crate::model::SchemaAudit;

/// What a person knows about the lists that they name, which the lists themselves may not say.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct AuditOptions {
    /// Paths of inputs whose lists a server wrote.
    pub servers: Vec<String>,
    /// Paths of inputs whose lists a Gateway wrote.
    pub gateways: Vec<String>,
    /// Name of the Gateway target in front of the server.
    pub target: Option<String>,
}

impl Case {
    /// Audits the tools of every `tools/list` answer in the case.
    pub fn audit(&self) -> SchemaAudit {
        self.audit_as(&AuditOptions::default())
    }

    /// [`audit`](Self::audit) with what a person knows besides.
    pub fn audit_as(&self, _options: &AuditOptions) -> SchemaAudit {
        SchemaAudit::default()
    }
}
