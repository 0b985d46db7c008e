//! Which of the things that exist a name means.

use super::{Kind, SelectionError};

/// Names that are this similar are worth asking about; 1.0 is equal.
const SIMILAR: f64 = 0.6;

/// How many names a message lists.
const SHOWN: usize = 5;

/// Something with an id and a name.
pub(super) trait Named {
    fn id(&self) -> &str;
    fn name(&self) -> &str;
}

/// What a name means.
#[derive(Debug)]
pub(super) struct Meant<'a, T> {
    pub(super) thing: &'a T,
    /// Whether only the beginning was written.
    pub(super) is_completed: bool,
}

/// Which of `things` is meant by `asked`: an id, else a name, else the beginning of one of them, when it is the only one.
///
/// # Errors
/// The candidates when several are meant; `None` when nothing is.
pub(super) fn find<'a, T: Named>(
    things: &'a [T],
    kind: Kind,
    asked: &str,
) -> Result<Option<Meant<'a, T>>, SelectionError> {
    let by = |is: &dyn Fn(&T) -> bool| -> Vec<&'a T> { things.iter().filter(|thing| is(thing)).collect() };
    let exact = by(&|thing| thing.id() == asked);
    let named = if exact.is_empty() { by(&|thing| thing.name() == asked) } else { exact };
    let is_completed = named.is_empty();
    let begun = |thing: &T| thing.name().starts_with(asked) || thing.id().starts_with(asked);
    let meant = if is_completed { by(&begun) } else { named };
    match meant.as_slice() {
        [] => Ok(None),
        [thing] => Ok(Some(Meant { thing, is_completed })),
        several => Err(SelectionError::Ambiguous {
            kind,
            name: asked.to_owned(),
            candidates: listed(several.iter().map(|thing| spelled(*thing))),
        }),
    }
}

/// `; did you mean …?` with the names that are most like `asked`, or nothing.
pub(super) fn nearest<'a>(asked: &str, names: impl IntoIterator<Item = &'a str>) -> String {
    let asked = asked.to_ascii_lowercase();
    let mut near: Vec<(f64, &str)> = names
        .into_iter()
        .map(|name| (strsim::jaro_winkler(&asked, &name.to_ascii_lowercase()), name))
        .filter(|(similarity, _)| *similarity >= SIMILAR)
        .collect();
    near.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(b.1)));
    near.dedup_by(|a, b| a.1 == b.1);
    if near.is_empty() {
        return String::new();
    }
    format!("; did you mean {}?", listed(near.into_iter().take(3).map(|(_, name)| name.to_owned())))
}

fn spelled<T: Named>(thing: &T) -> String {
    if thing.id().starts_with(thing.name()) {
        thing.id().to_owned()
    } else {
        format!("{} ({})", thing.id(), thing.name())
    }
}

fn listed(names: impl Iterator<Item = String>) -> String {
    let names: Vec<String> = names.collect();
    let shown = names.iter().take(SHOWN).map(String::as_str).collect::<Vec<_>>().join(", ");
    match names.len().saturating_sub(SHOWN) {
        0 => shown,
        more => format!("{shown} and {more} more"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Thing(&'static str, &'static str);

    impl Named for Thing {
        fn id(&self) -> &str {
            self.0
        }

        fn name(&self) -> &str {
            self.1
        }
    }

    const THINGS: [Thing; 4] = [
        Thing("ops-0123456789", "ops"),
        Thing("ops-abcdefghij", "ops"),
        Thing("ops_two-0123456789", "ops_two"),
        Thing("billing-0123456789", "billing"),
    ];

    fn found(asked: &str) -> Option<(&'static str, bool)> {
        let meant = find(&THINGS, Kind::Runtime, asked).unwrap()?;
        Some((meant.thing.0, meant.is_completed))
    }

    #[test]
    fn an_id_comes_before_a_name_before_a_beginning() {
        assert_eq!(found("ops-abcdefghij"), Some(("ops-abcdefghij", false)));
        assert_eq!(found("ops_two"), Some(("ops_two-0123456789", false)));
        assert_eq!(found("bill"), Some(("billing-0123456789", true)));
        assert_eq!(found("nothing"), None);
    }

    #[test]
    fn several_are_listed_by_id() {
        let error = find(&THINGS, Kind::Runtime, "ops").map(|_| ()).unwrap_err().to_string();
        assert!(error.contains("ops-0123456789, ops-abcdefghij;"), "{error}");
    }

    #[test]
    fn similar_names_are_offered() {
        assert_eq!(nearest("biling", THINGS.iter().map(Named::name)), "; did you mean billing?");
        assert_eq!(nearest("zzz", THINGS.iter().map(Named::name)), "");
    }
}
