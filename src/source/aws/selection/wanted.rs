//! One source as it was written: `NAME`, `NAME@PROFILE`, `NAME@ROLE_ARN`, with `,REGION` behind, or an ARN.

use std::fmt;

use super::super::account::Connection;
use super::super::discovery::id_of;
use super::{Selection, SelectionError};

/// What a source is.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Kind {
    /// An agent runtime.
    Runtime,
    /// A gateway.
    Gateway,
    /// A log group, or with `*` at its end all whose names begin so.
    LogGroup,
}

/// A source.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Wanted {
    /// What it is.
    pub kind: Kind,
    /// Name, id or ARN.
    pub name: String,
    /// Whose it is, when it says so.
    pub whose: Whose,
}

/// How to reach the account of one source.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Whose {
    /// Profile.
    pub profile: Option<String>,
    /// Role to assume.
    pub role: Option<String>,
    /// Region.
    pub region: Option<String>,
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Runtime => "agent runtime",
            Self::Gateway => "gateway",
            Self::LogGroup => "log group",
        })
    }
}

impl Wanted {
    /// Reads `SOURCE[@[PROFILE|ROLE_ARN][,REGION]]`. Neither names nor ARNs of these sources hold an `@`.
    ///
    /// # Errors
    /// When a part is missing, or an ARN is one of something else.
    pub fn parse(kind: Kind, text: &str) -> Result<Self, String> {
        let (name, whose) = text.split_once('@').unwrap_or((text, ""));
        if name.is_empty() || (text.contains('@') && whose.is_empty()) {
            return Err(format!(
                "'{text}' is no {kind}; write NAME, NAME@PROFILE, NAME@ROLE_ARN or NAME@,REGION"
            ));
        }
        let wanted = Self { kind, name: name.to_owned(), whose: Whose::parse(whose) };
        if name.starts_with("arn:") && wanted.arn().is_none() {
            let form = match kind {
                Kind::Runtime => "arn:aws:bedrock-agentcore:REGION:ACCOUNT:runtime/ID",
                Kind::Gateway => "arn:aws:bedrock-agentcore:REGION:ACCOUNT:gateway/ID",
                Kind::LogGroup => "arn:aws:logs:REGION:ACCOUNT:log-group:NAME",
            };
            return Err(format!("'{name}' is no ARN of a {kind}; it looks like {form}"));
        }
        Ok(wanted)
    }

    /// The parts of its ARN, when it is written as one.
    pub(super) fn arn(&self) -> Option<Arn<'_>> {
        let mut parts = self.name.splitn(6, ':');
        let is_arn = parts.next() == Some("arn");
        let _partition = parts.next()?;
        let service = parts.next()?;
        let (region, account, resource) = (parts.next()?, parts.next()?, parts.next()?);
        let id = match self.kind {
            Kind::Runtime if resource.starts_with("runtime/") => id_of(&self.name),
            Kind::Gateway if resource.starts_with("gateway/") => id_of(&self.name),
            Kind::LogGroup => resource.strip_prefix("log-group:")?.trim_end_matches(":*"),
            _ => return None,
        };
        let expected = if self.kind == Kind::LogGroup { "logs" } else { "bedrock-agentcore" };
        (is_arn && service == expected && !region.is_empty() && !account.is_empty() && !id.is_empty())
            .then_some(Arn { region, account, id })
    }

    /// Name or id without what an ARN says around it.
    pub(super) fn bare(&self) -> &str {
        self.arn().map_or(self.name.as_str(), |arn| arn.id)
    }

    /// The ARN of a log group that is in another account than `account`: a monitoring account may read it all the same,
    /// <https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch-Unified-Cross-Account.html>.
    pub(super) fn linked(&self, account: &str) -> Option<&str> {
        let arn = self.arn().filter(|_| self.kind == Kind::LogGroup && self.prefix().is_none())?;
        let is_elsewhere = !account.is_empty() && arn.account != account;
        is_elsewhere.then(|| self.name.trim_end_matches(":*"))
    }

    /// The part before a `*` at the end.
    pub(super) fn prefix(&self) -> Option<&str> {
        self.bare().strip_suffix('*').filter(|_| self.kind == Kind::LogGroup)
    }
}

/// What an ARN says.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Arn<'a> {
    pub(super) region: &'a str,
    pub(super) account: &'a str,
    /// Id of a runtime or gateway, name of a log group.
    pub(super) id: &'a str,
}

impl Whose {
    fn parse(text: &str) -> Self {
        let (who, region) = text.split_once(',').unwrap_or((text, ""));
        let given = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
        let (role, profile) = if who.starts_with("arn:") { (given(who), None) } else { (None, given(who)) };
        Self { profile, role, region: given(region) }
    }
}

impl Selection {
    /// How to reach the account of `wanted`: what it says itself comes first, then its ARN, then the options.
    ///
    /// # Errors
    /// When several roles are given and it does not say which account it is in.
    pub fn connection_for(&self, wanted: &Wanted) -> Result<Connection, SelectionError> {
        let arn = wanted.arn();
        let whose = &wanted.whose;
        let region = whose.region.clone().or_else(|| arn.map(|arn| arn.region.to_owned()));
        let role = match (&whose.role, &whose.profile) {
            (Some(role), _) => Some(role.clone()),
            // The profile is the account's own.
            (None, Some(_)) => None,
            (None, None) => self.role_for(wanted, arn.map(|arn| arn.account))?,
        };
        Ok(Connection {
            profile: whose.profile.clone().or_else(|| self.connection.profile.clone()),
            region: region.or_else(|| self.connection.region.clone()),
            role_arn: role,
            ..self.connection.clone()
        })
    }

    /// The one role, or of several the one of the source's account.
    fn role_for(&self, wanted: &Wanted, account: Option<&str>) -> Result<Option<String>, SelectionError> {
        match (self.roles.as_slice(), account) {
            ([], _) => Ok(None),
            (roles, Some(account)) => {
                Ok(roles.iter().find(|role| role.split(':').nth(4) == Some(account)).cloned())
            }
            ([role], None) => Ok(Some(role.clone())),
            (_, None) => Err(SelectionError::WhichRole { kind: wanted.kind, name: wanted.name.clone() }),
        }
    }
}
