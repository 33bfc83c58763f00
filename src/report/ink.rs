//! Colour, or none: the one place that knows which style says what.

use std::fmt::Display;

use anstyle::{AnsiColor, Style};

/// Whether a text is coloured. `cli/` decides; a file never is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ink {
    /// No escape sequence at all.
    Plain,
    /// ANSI styles.
    Colour,
}

impl Ink {
    /// Colour where `wanted`.
    #[must_use]
    pub const fn new(wanted: bool) -> Self {
        if wanted { Self::Colour } else { Self::Plain }
    }

    /// True for [`Ink::Colour`].
    #[must_use]
    pub const fn is_colour(self) -> bool {
        matches!(self, Self::Colour)
    }

    /// Headings.
    #[must_use]
    pub fn strong(self, text: impl Display) -> String {
        self.wrap(text, Style::new().bold())
    }

    /// What holds: proven, open, home.
    #[must_use]
    pub fn good(self, text: impl Display) -> String {
        self.wrap(text, AnsiColor::Green.on_default().bold())
    }

    /// What needs a second look.
    #[must_use]
    pub fn warn(self, text: impl Display) -> String {
        self.wrap(text, AnsiColor::Yellow.on_default().bold())
    }

    /// What does not hold.
    #[must_use]
    pub fn bad(self, text: impl Display) -> String {
        self.wrap(text, AnsiColor::Red.on_default().bold())
    }

    /// What may be skipped: places, hints.
    #[must_use]
    pub fn quiet(self, text: impl Display) -> String {
        self.wrap(text, Style::new().dimmed())
    }

    fn wrap(self, text: impl Display, style: Style) -> String {
        match self {
            Self::Plain => text.to_string(),
            Self::Colour => format!("{style}{text}{style:#}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_ink_leaves_no_escape() {
        assert_eq!(Ink::Plain.bad("no"), "no");
        assert!(Ink::Colour.bad("no").starts_with('\u{1b}'));
    }
}
