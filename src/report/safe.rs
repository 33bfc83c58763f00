//! Text that someone else wrote, made safe for a terminal and for Markdown.
//!
//! Names are checked at the gate, but reasons, owners' sentences and hand-edited plan files hold free text. It may be read; it
//! may not move the cursor, end a line, turn the writing direction or open a Markdown element.

use std::fmt::Write as _;

/// One line for a terminal: whatever is invisible or steers the display is written as `\u{1b}`.
#[must_use]
pub fn line(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for c in text.chars() {
        if steers(c) {
            write!(safe, "\\u{{{:x}}}", u32::from(c)).expect("writing to a string cannot fail");
        } else {
            safe.push(c);
        }
    }
    safe
}

/// One line of Markdown in which nothing is an element: every character that could open one is escaped.
/// Code spans in backticks, which our own sentences use for names, stay code where what they hold is harmless.
#[must_use]
pub fn markdown(text: &str) -> String {
    let text = line(text);
    let mut safe = String::with_capacity(text.len() + 8);
    let mut rest = text.as_str();
    while let Some(start) = rest.find('`') {
        escape(&rest[..start], &mut safe);
        let inside = &rest[start + 1..];
        match inside.find('`').map(|end| (&inside[..end], &inside[end + 1..])) {
            Some((code, after)) if is_harmless_code(code) => {
                safe.push('`');
                safe.push_str(code);
                safe.push('`');
                rest = after;
            }
            Some((text, after)) => {
                safe.push_str("\\`");
                escape(text, &mut safe);
                safe.push_str("\\`");
                rest = after;
            }
            None => {
                safe.push_str("\\`");
                rest = inside;
            }
        }
    }
    escape(rest, &mut safe);
    safe
}

/// Names, figures, paths and ranges: nothing that a renderer reads, not even inside a table.
fn is_harmless_code(code: &str) -> bool {
    !code.is_empty() && code.chars().all(|c| c.is_ascii_alphanumeric() || " -_./:=,<>~%+".contains(c))
}

fn escape(text: &str, safe: &mut String) {
    for (at, c) in text.char_indices() {
        match c {
            // Bare addresses become links on most forges; a broken scheme or `www` does not.
            ':' if text[at + 1..].starts_with("//") => safe.push_str("&#58;"),
            '.' if text[..at].to_ascii_lowercase().ends_with("www") => safe.push_str("&#46;"),
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            // A round bracket means nothing without a square one before it.
            '\\' | '`' | '*' | '_' | '[' | ']' | '#' | '|' | '~' | '@' | '$' => {
                safe.push('\\');
                safe.push(c);
            }
            _ => safe.push(c),
        }
    }
}

/// Control characters, line and paragraph separators, writing directions, invisible characters and tags.
fn steers(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
            | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reason_cannot_move_the_cursor_or_end_the_line() {
        assert_eq!(line("a\u{1b}[2Jb\nc\u{202e}d"), "a\\u{1b}[2Jb\\u{a}c\\u{202e}d");
        assert_eq!(line("Žluťoučký kůň 馬"), "Žluťoučký kůň 馬");
    }

    #[test]
    fn a_reason_cannot_open_a_markdown_element() {
        assert_eq!(markdown("<b>*x*</b>"), "&lt;b&gt;\\*x\\*&lt;/b&gt;");
        assert_eq!(markdown("[a](http://x) | b"), "\\[a\\](http&#58;//x) \\| b");
        assert_eq!(markdown("www.x.example"), "www&#46;x.example");
        assert_eq!(markdown("a\n# b"), "a\\\\u{a}\\# b");
    }

    #[test]
    fn names_in_backticks_stay_code_and_others_do_not() {
        assert_eq!(markdown("tenant `a-1` needs `>=1.34, <1.37`"), "tenant `a-1` needs `>=1.34, <1.37`");
        assert_eq!(markdown("`a|b` `c`"), "\\`a\\|b\\` `c`");
        assert_eq!(markdown("one ` alone"), "one \\` alone");
    }
}
