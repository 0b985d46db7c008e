//! The same names where no plan is wanted: whose account they are in, and which runtime or gateway each means.

use super::super::account::Connection;
use super::super::discovery::Discovery;
use super::choose::{check_account, unknown};
use super::names::{self, Named};
use super::{Kind, Selection, SelectionError, Wanted};

/// How to reach the one account and Region that all sources are in.
///
/// # Errors
/// When they are in several.
pub(in crate::source::aws) fn connection(selection: &Selection) -> Result<Connection, SelectionError> {
    let Some((first, others)) = selection.sources.split_first() else {
        let role_arn = selection.roles.first().cloned();
        return Ok(Connection { role_arn, ..selection.connection.clone() });
    };
    let connection = selection.connection_for(first)?;
    for other in others {
        if selection.connection_for(other)? != connection {
            return Err(SelectionError::SeveralPlaces {
                first: first.name.clone(),
                other: other.name.clone(),
            });
        }
    }
    Ok(connection)
}

/// Id and name of the runtime or gateway that is meant. Where the list could not be had, what was written is the id.
///
/// # Errors
/// When the name means nothing or several things, or an ARN is of another account.
pub(in crate::source::aws) fn look_up(
    found: &Discovery,
    wanted: &Wanted,
) -> Result<(String, Option<String>), SelectionError> {
    check_account(&found.account, wanted)?;
    match wanted.kind {
        Kind::Gateway => named(found, &found.gateways, wanted, ":ListGateways"),
        Kind::Runtime | Kind::LogGroup => named(found, &found.runtimes, wanted, ":ListAgentRuntimes"),
    }
}

fn named<T: Named>(
    found: &Discovery,
    things: &[T],
    wanted: &Wanted,
    list: &str,
) -> Result<(String, Option<String>), SelectionError> {
    if let Some(meant) = names::find(things, wanted.kind, wanted.bare())? {
        return Ok((meant.thing.id().to_owned(), Some(meant.thing.name().to_owned())));
    }
    if found.problems.iter().any(|problem| problem.action().is_none_or(|action| action.ends_with(list))) {
        return Ok((wanted.bare().to_owned(), None));
    }
    let nearest = names::nearest(wanted.bare(), things.iter().map(Named::name));
    Err(unknown((&found.account, &found.region), wanted, nearest))
}
