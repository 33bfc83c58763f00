//! Standard output and standard error: who may be coloured, who is quiet, and what a closed pipe means.

use std::io::{self, IsTerminal as _, Write as _};

use anstream::{AutoStream, ColorChoice};
use fleetplan::report::Ink;

use super::failure::Failure;

/// When to colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, clap::ValueEnum)]
pub enum Colour {
    /// On a terminal, unless the environment says `NO_COLOR`.
    #[default]
    Auto,
    /// Always, pipes and files included.
    Always,
    /// Never.
    Never,
}

impl From<Colour> for clap::ColorChoice {
    fn from(colour: Colour) -> Self {
        match colour {
            Colour::Auto => Self::Auto,
            Colour::Always => Self::Always,
            Colour::Never => Self::Never,
        }
    }
}

/// The two streams.
pub struct Terminal {
    out: ColorChoice,
    err: ColorChoice,
    quiet: bool,
}

impl Terminal {
    /// Decides once what may be coloured.
    pub fn new(colour: Colour, quiet: bool) -> Self {
        let choose = |auto: ColorChoice| match colour {
            Colour::Auto => auto,
            Colour::Always => ColorChoice::Always,
            Colour::Never => ColorChoice::Never,
        };
        Self { out: choose(AutoStream::choice(&io::stdout())), err: choose(AutoStream::choice(&io::stderr())), quiet }
    }

    /// How to write an answer.
    pub fn ink(&self) -> Ink {
        Ink::new(self.out != ColorChoice::Never)
    }

    /// How to write a note.
    pub fn note_ink(&self) -> Ink {
        Ink::new(self.err != ColorChoice::Never)
    }

    /// True where a line may be drawn over and over: standard error is a terminal and nobody asked for quiet.
    pub fn is_watched(&self) -> bool {
        !self.quiet && io::stderr().is_terminal()
    }

    /// The answer, to standard output. Who closed the pipe has read enough: that is no failure.
    ///
    /// # Errors
    /// When standard output cannot take it for another reason, such as a full disk.
    pub fn print(&self, text: &str) -> Result<(), Failure> {
        let mut stream = AutoStream::new(io::stdout(), self.out);
        match stream.write_all(text.as_bytes()).and_then(|()| stream.flush()) {
            Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
                Err(Failure::outside("cannot-write", format!("cannot write to standard output: {error}")))
            }
            Ok(()) | Err(_) => Ok(()),
        }
    }

    /// A note beside the answer, to standard error, unless quiet was asked for.
    pub fn note(&self, text: &str) {
        if !self.quiet {
            self.complain(text);
        }
    }

    /// What has to be said even when quiet was asked for, to standard error. Where that fails, nobody is left to be told.
    pub fn complain(&self, text: &str) {
        let mut stream = AutoStream::new(io::stderr(), self.err);
        let _ = stream.write_all(text.as_bytes()).and_then(|()| stream.flush());
    }
}
