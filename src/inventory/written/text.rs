//! Shapes of free and half-free text. Whatever a tenant writes ends in YAML, Markdown or a terminal some day, so that
//! control characters, invisible marks and marks that turn the direction of text are refused here.

use std::fmt;

use serde_json::{Value, json};

use super::node::{Node, Shape, shown};
use crate::inventory::Crd;
use crate::vocab::diagnostic::Diagnostic;
use crate::vocab::name::check_label;

/// The longest free text, in characters.
const LONGEST_TEXT: usize = 2000;

/// The first character that no text of an inventory may hold.
///
/// C0 and C1 controls with DEL and NEL, line and paragraph separators, non-characters, byte order marks, and the marks of
/// Unicode's bidirectional algorithm: readers of YAML 1.1 and terminals disagree about all of them.
#[must_use]
pub fn forbidden_character(text: &str) -> Option<char> {
    text.chars().find(|c| {
        c.is_control()
            || matches!(*c,
                '\u{2028}' | '\u{2029}' | '\u{FEFF}' | '\u{061C}' | '\u{200E}' | '\u{200F}'
                | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' | '\u{FDD0}'..='\u{FDEF}')
            || u32::from(*c) & 0xFFFE == 0xFFFE
    })
}

/// One line of free text.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Text(pub String);

impl Shape for Text {
    fn expects() -> String {
        "one line of text".to_owned()
    }
    fn read(node: &Node<'_>, faults: &mut Vec<Diagnostic>) -> Option<Self> {
        let expects = Self::expects();
        let text = node.string(&expects, faults)?;
        if let Some(odd) = forbidden_character(text) {
            let why = format!("the character U+{:04X} cannot stand in text", u32::from(odd));
            faults.push(node.bad("forbidden-character", why, "one line of text, without control characters"));
            return None;
        }
        if text.trim().is_empty() {
            faults.push(node.bad("empty-text", "this is empty", &expects));
            return None;
        }
        let length = text.chars().count();
        if length > LONGEST_TEXT {
            let why = format!("this has {length} characters, more than {LONGEST_TEXT}");
            faults.push(node.bad("text-too-long", why, "a shorter text"));
            return None;
        }
        Some(Self(text.to_owned()))
    }
    fn schema() -> Value {
        json!({ "type": "string", "minLength": 1, "maxLength": LONGEST_TEXT })
    }
}

/// Strings of one alphabet, read through a check that says why not.
macro_rules! checked {
    ($($(#[$doc:meta])* $name:ident: $code:literal, $expects:literal, $check:expr;)*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, Hash)]
        pub struct $name(pub String);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(&self.0)
            }
        }

        impl Shape for $name {
            fn expects() -> String {
                $expects.to_owned()
            }
            fn read(node: &Node<'_>, faults: &mut Vec<Diagnostic>) -> Option<Self> {
                let text = node.string($expects, faults)?;
                let check: fn(&str) -> bool = $check;
                if check(text) {
                    return Some(Self(text.to_owned()));
                }
                faults.push(node.bad($code, format!("`{}` is not {}", shown(text), $expects), $expects));
                None
            }
            fn schema() -> Value {
                json!({ "type": "string", "minLength": 1 })
            }
        }
    )*};
}

/// Characters of URLs, without quotes, brackets of templates and white space.
fn is_url_character(c: char) -> bool {
    c.is_ascii_alphanumeric() || "-._~:/?#@!$&()*+,;=%".contains(c)
}

/// No credentials either: whatever stands here ends in rendered files.
fn is_host_and_path(rest: &str) -> bool {
    let host = rest.split('/').next().unwrap_or("");
    let user = host.rsplit_once('@').map_or("", |(user, _)| user);
    !host.is_empty() && host != user && !user.contains(':') && rest.len() <= 500 && rest.chars().all(is_url_character)
}

checked! {
    /// Where a Git repository is: HTTPS or SSH.
    GitUrl: "bad-url", "the URL of a Git repository without credentials, such as \"https://git.example/fleet.git\" or \"ssh://git@git.example/fleet.git\"", |text| {
        let scp = text.split_once(':').is_some_and(|(host, path)| {
            host.starts_with("git@") && host.len() > 4 && !path.starts_with("//") && is_host_and_path(path)
        });
        scp || ["https://", "http://", "ssh://"].iter().any(|scheme| text.strip_prefix(scheme).is_some_and(is_host_and_path))
    };
    /// Where a Helm repository is: HTTPS or OCI.
    ChartUrl: "bad-url", "the URL of a Helm repository without credentials, such as \"https://charts.example\" or \"oci://registry.example/charts\"", |text| {
        ["https://", "http://", "oci://"].iter().any(|scheme| text.strip_prefix(scheme).is_some_and(is_host_and_path))
    };
    /// A branch, tag or commit, by the safe part of git's own rules.
    Revision: "bad-revision", "a branch, tag or commit such as \"main\"", |text| {
        !text.is_empty() && text.len() <= 250 && !text.contains("..") && !text.contains("//")
            && !text.starts_with(['-', '/', '.']) && !text.ends_with(['/', '.'])
            && text.chars().all(|c| c.is_ascii_alphanumeric() || "-._/".contains(c))
    };
    /// A folder inside a repository, with no slash at either end and no way out of it.
    Folder: "bad-path", "a folder in the repository such as \"gitops\" or \"clusters/gitops\"", |text| {
        !text.is_empty() && text.len() <= 250 && text.split('/').all(|part| {
            !part.is_empty() && part != "." && part != ".." && part != ".git" && !part.starts_with('-')
                && part.chars().all(|c| c.is_ascii_alphanumeric() || "-._".contains(c))
        })
    };
    /// A registry, or a path in one, without a scheme.
    Registry: "bad-registry", "a registry without a scheme such as \"registry.example\" or \"registry.example:5000/team\"", |text| {
        !text.is_empty() && text.len() <= 250 && text.starts_with(|c: char| c.is_ascii_alphanumeric())
            && !text.contains("//") && !text.ends_with('/')
            && text.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || "-._:/".contains(c))
    };
    /// An ISO 4217 code.
    Currency: "bad-currency", "three capital letters such as \"USD\"", |text| {
        text.len() == 3 && text.bytes().all(|b| b.is_ascii_uppercase())
    };
    /// A kernel module.
    Module: "bad-module", "the name of a kernel module such as \"wireguard\"", |text| {
        !text.is_empty() && text.len() <= 63 && text.chars().all(|c| c.is_ascii_alphanumeric() || "-_".contains(c))
    };
    /// A model of GPU.
    GpuModel: "bad-gpu", "a model of GPU such as \"nvidia-l4\"", |text| check_label(text).is_ok();
}

/// An operating system.
#[derive(Debug, Clone)]
pub struct Os(pub String);

/// A processor architecture.
#[derive(Debug, Clone)]
pub struct Arch(pub String);

macro_rules! short_lists {
    ($($name:ident: $($word:literal),*;)*) => {$(
        impl Shape for $name {
            fn expects() -> String {
                super::leaf::one_of(&[$($word),*])
            }
            fn read(node: &Node<'_>, faults: &mut Vec<Diagnostic>) -> Option<Self> {
                let words = [$($word),*];
                let known = |word: &str| words.contains(&word).then(|| Self(word.to_owned()));
                super::leaf::read_word(node, &words, known, faults)
            }
            fn schema() -> Value {
                json!({ "type": "string", "enum": [$($word),*] })
            }
        }
    )*};
}

short_lists! {
    Os: "linux", "windows";
    Arch: "amd64", "arm64";
}

/// A kernel version, `6.8` or `6.8.0-1015-aws`: the numbers before the first dash.
#[derive(Debug, Clone)]
pub struct KernelVersion(pub Vec<u64>);

/// The lowest kernel version, `>=6.3`; without a sign it means the same.
#[derive(Debug, Clone)]
pub struct LowestKernel(pub Vec<u64>);

/// Numbers with dots between, one to four of them.
fn dotted(text: &str) -> Option<Vec<u64>> {
    let number = |part: &str| {
        let digits = !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
        part.parse::<u32>().ok().filter(|_| digits).map(u64::from)
    };
    let numbers: Option<Vec<u64>> = text.split('.').map(number).collect();
    numbers.filter(|numbers| numbers.len() <= 4)
}

macro_rules! kernels {
    ($($name:ident: $expects:literal, $read:expr;)*) => {$(
        impl Shape for $name {
            fn expects() -> String {
                $expects.to_owned()
            }
            fn read(node: &Node<'_>, faults: &mut Vec<Diagnostic>) -> Option<Self> {
                let text = node.string($expects, faults)?;
                let read: fn(&str) -> Option<Vec<u64>> = $read;
                let version = read(text.trim());
                if version.is_none() {
                    let why = format!("`{}` is not {}", shown(text), $expects);
                    faults.push(node.bad("bad-kernel-version", why, $expects));
                }
                version.map(Self)
            }
            fn schema() -> Value {
                json!({ "type": "string" })
            }
        }
    )*};
}

kernels! {
    KernelVersion: "a kernel version such as \"6.8\"", |text| {
        let (numbers, rest) = text.split_at(text.find('-').unwrap_or(text.len()));
        rest.chars().all(|c| c.is_ascii_alphanumeric() || "-._+".contains(c)).then(|| dotted(numbers)).flatten()
    };
    LowestKernel: "the lowest kernel version such as \">=6.3\"", |text| {
        dotted(text.strip_prefix(">=").unwrap_or(text).trim_start())
    };
}

impl Shape for Crd {
    fn expects() -> String {
        "a custom resource definition with its version, such as \"certificates.cert-manager.io/v1\"".to_owned()
    }
    fn read(node: &Node<'_>, faults: &mut Vec<Diagnostic>) -> Option<Self> {
        let expects = Self::expects();
        let text = node.string(&expects, faults)?;
        let crd = text.split_once('/').filter(|(name, version)| {
            name.len() <= 253
                && name.contains('.')
                && name.split('.').all(|label| check_label(label).is_ok())
                && check_label(version).is_ok()
        });
        if crd.is_none() {
            faults.push(node.bad("bad-crd", format!("`{}` is not {expects}", shown(text)), &expects));
        }
        crd.map(|(name, version)| Self { name: name.to_owned(), version: version.to_owned() })
    }
    fn schema() -> Value {
        json!({ "type": "string", "pattern": r"^[a-z0-9-]+(\.[a-z0-9-]+)+/[a-z0-9-]+$" })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn characters_that_readers_disagree_about_are_found() {
        for text in ["a\nb", "a\u{7f}", "\u{85}", "\u{FFFE}", "\u{FEFF}x", "\u{202E}abc", "\u{1FFFF}", "\u{2028}", "\t"]
        {
            assert!(forbidden_character(text).is_some(), "{text:?}");
        }
        assert_eq!(forbidden_character("Grüße, 日本 🚀: {{ not a template }}"), None);
    }
}
