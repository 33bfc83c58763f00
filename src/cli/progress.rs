//! One line on standard error that says how far the search is, and Ctrl-C as a wish to end it with what there is.

use std::io::{self, Write as _};
use std::ops::ControlFlow;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use fleetplan::planner::Progress;
use fleetplan::report::words;
use fleetplan::vocab::money::Money;

use super::terminal::Terminal;

/// The line is drawn anew at most this often.
const EVERY: Duration = Duration::from_millis(80);
/// A search that ends sooner draws no line at all.
const PATIENCE: Duration = Duration::from_millis(300);

/// Set by Ctrl-C.
static INTERRUPTED: AtomicBool = AtomicBool::new(false);

/// A search that is being watched.
pub struct Watcher {
    draws: bool,
    began: Instant,
    drawn: Option<Instant>,
    interrupted: &'static AtomicBool,
    limit: Option<Duration>,
    limited: bool,
}

impl Watcher {
    /// Starts the clock and takes Ctrl-C over: once ends the search with the best plan so far, twice ends the program.
    ///
    /// After `limit` the search is asked to end as well.
    pub fn start(terminal: &Terminal, limit: Option<Duration>) -> Self {
        // Where the handler cannot be set, Ctrl-C keeps its own meaning: it ends the program.
        let _ = ctrlc::set_handler(|| {
            if INTERRUPTED.swap(true, Ordering::Relaxed) {
                std::process::exit(130);
            }
        });
        Self {
            draws: terminal.is_watched(),
            began: Instant::now(),
            drawn: None,
            interrupted: &INTERRUPTED,
            limit,
            limited: false,
        }
    }

    /// Hears of progress; says when to stop.
    pub fn hear(&mut self, progress: Progress) -> ControlFlow<()> {
        let now = Instant::now();
        let due = self.drawn.map_or(now - self.began >= PATIENCE, |drawn| now - drawn >= EVERY);
        if self.draws && due {
            self.drawn = Some(now);
            draw(&line(progress, now - self.began));
        }
        self.limited |= self.limit.is_some_and(|limit| now - self.began >= limit);
        if self.limited || self.was_interrupted() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    }

    /// True after Ctrl-C.
    pub fn was_interrupted(&self) -> bool {
        self.interrupted.load(Ordering::Relaxed)
    }

    /// True where the time ended before the search did.
    pub const fn was_limited(&self) -> bool {
        self.limited
    }

    /// Wipes the line and says how long it took.
    pub fn end(self) -> Duration {
        if self.drawn.is_some() {
            draw("");
        }
        self.began.elapsed()
    }
}

/// `search: best 61,234.50, bound 60,900.00, gap 0.55 %, 3.2 s`.
fn line(progress: Progress, since: Duration) -> String {
    let Progress { phase, incumbent, bound } = progress;
    let mut parts = Vec::new();
    parts.extend(incumbent.map(|money| format!("best {money}")));
    parts.extend(bound.map(|money| format!("bound {money}")));
    if let (Some(Money(best)), Some(Money(bound))) = (incumbent, bound)
        && best > 0
    {
        let gap = u64::try_from(i128::from(best - bound) * 1_000_000 / i128::from(best)).unwrap_or(0);
        parts.push(format!("gap {}", words::percent_up(gap)));
    }
    parts.push(format!("{:.1} s", since.as_secs_f64()));
    format!("{phase}: {}", parts.join(", "))
}

/// Goes to the line's begin, wipes it and writes; nobody misses a progress line that cannot be written.
fn draw(text: &str) {
    let mut stream = io::stderr();
    let _ = write!(stream, "\r\u{1b}[2K{text}").and_then(|()| stream.flush());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn progress_says_what_is_known_and_no_more() {
        let at = |incumbent, bound| line(Progress { phase: "search", incumbent, bound }, Duration::from_millis(3210));
        assert_eq!(at(None, None), "search: 3.2 s");
        assert_eq!(
            at(Some(Money::whole(1000)), Some(Money::whole(990))),
            "search: best 1,000.00, bound 990.00, gap 1.00 %, 3.2 s"
        );
    }

    #[test]
    fn an_interrupted_search_is_asked_to_stop_and_no_sooner() {
        static FLAG: AtomicBool = AtomicBool::new(false);
        let mut watcher = Watcher {
            draws: false,
            began: Instant::now(),
            drawn: None,
            interrupted: &FLAG,
            limit: None,
            limited: false,
        };
        let progress = Progress { phase: "search", incumbent: None, bound: None };
        assert!(watcher.hear(progress).is_continue());
        FLAG.store(true, Ordering::Relaxed);
        assert!(watcher.hear(progress).is_break() && watcher.was_interrupted());
        static CALM: AtomicBool = AtomicBool::new(false);
        let mut late = Watcher { interrupted: &CALM, limit: Some(Duration::ZERO), ..watcher };
        assert!(late.hear(progress).is_break() && late.was_limited() && !late.was_interrupted());
    }
}
