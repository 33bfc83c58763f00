//! Enums that are written as one word. The word stands once: reading, printing and schemas take it from here.

/// A type with a fixed list of words.
pub trait Words: Sized + 'static {
    /// Every word, in order.
    const WORDS: &'static [&'static str];

    /// Reads the word that `Display` writes.
    #[must_use]
    fn from_word(word: &str) -> Option<Self>;
}

/// Gives enums `Display`, `from_word` and `WORDS` from one list.
macro_rules! words {
    ($($name:ident { $($variant:ident = $word:literal),* $(,)? })*) => {$(
        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.pad(match self { $(Self::$variant => $word),* })
            }
        }
        impl $name {
            /// Reads the word that `Display` writes.
            #[must_use]
            pub fn from_word(word: &str) -> Option<Self> {
                match word { $($word => Some(Self::$variant),)* _ => None }
            }
            /// Every word, in order.
            pub const WORDS: &'static [&'static str] = &[$($word),*];
        }
        impl $crate::vocab::words::Words for $name {
            const WORDS: &'static [&'static str] = Self::WORDS;
            fn from_word(word: &str) -> Option<Self> {
                Self::from_word(word)
            }
        }
    )*};
}

pub(crate) use words;
