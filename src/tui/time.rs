//! Event times and durations as short text.

use chrono::Local;

use crate::model::Timestamp;

crate::model::words! {
    /// In which zone times are shown.
    Zone {
        /// As CloudWatch shows them.
        Utc = "utc",
        /// As the clock on the wall.
        Local = "local",
    }
}

impl Zone {
    /// `14:03:07.512`.
    pub fn clock(self, at: Timestamp) -> String {
        self.format(at, "%H:%M:%S%.3f")
    }

    /// `2026-01-20 14:03:07.512 UTC`.
    pub fn full(self, at: Timestamp) -> String {
        match self {
            Self::Utc => self.format(at, "%F %T%.3f UTC"),
            Self::Local => self.format(at, "%F %T%.3f %:z"),
        }
    }

    /// `2026-01-20 14:03`.
    pub fn minute(self, at: Timestamp) -> String {
        self.format(at, "%F %H:%M")
    }

    fn format(self, at: Timestamp, format: &str) -> String {
        match self {
            Self::Utc => at.to_utc().format(format).to_string(),
            Self::Local => at.to_utc().with_timezone(&Local).format(format).to_string(),
        }
    }
}

/// Nanoseconds in at most seven characters: `7.0 ms`, `1.25 s`, `3m 20s`, `5h 12m`.
pub fn duration(nanos: i64) -> String {
    let sign = if nanos < 0 { "-" } else { "" };
    let nanos = nanos.unsigned_abs();
    let text = match nanos {
        0 => "0".into(),
        1..1_000 => format!("{nanos} ns"),
        1_000..1_000_000 => scaled(nanos as f64 / 1e3, "us"),
        1_000_000..1_000_000_000 => scaled(nanos as f64 / 1e6, "ms"),
        1_000_000_000..60_000_000_000 => scaled(nanos as f64 / 1e9, "s"),
        _ => long(nanos / 1_000_000_000),
    };
    format!("{sign}{text}")
}

fn scaled(value: f64, unit: &str) -> String {
    let digits = if value < 9.995 { 2 } else { usize::from(value < 99.95) };
    format!("{value:.digits$} {unit}")
}

fn long(seconds: u64) -> String {
    match seconds {
        0..3_600 => format!("{}m {:02}s", seconds / 60, seconds % 60),
        3_600..86_400 => format!("{}h {:02}m", seconds / 3_600, seconds / 60 % 60),
        _ => format!("{}d {:02}h", seconds / 86_400, seconds / 3_600 % 24),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_short() {
        for (nanos, text) in [
            (0, "0"),
            (999, "999 ns"),
            (7_000_000, "7.00 ms"),
            (12_340_000, "12.3 ms"),
            (999_960_000, "1000 ms"),
            (1_250_000_000, "1.25 s"),
            (200_000_000_000, "3m 20s"),
            (18_720_000_000_000, "5h 12m"),
            (180_000_000_000_000, "2d 02h"),
            (-1_500, "-1.50 us"),
        ] {
            assert_eq!(duration(nanos), text);
        }
        assert!(duration(i64::MIN).starts_with('-'));
    }

    #[test]
    fn times_in_utc_name_their_zone() {
        let at = Timestamp::parse("2026-01-20T14:03:07.512Z").unwrap();
        assert_eq!(Zone::Utc.clock(at), "14:03:07.512");
        assert_eq!(Zone::Utc.full(at), "2026-01-20 14:03:07.512 UTC");
    }
}
