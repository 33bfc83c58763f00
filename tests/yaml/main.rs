//! What the one YAML writer writes, as real readers read it: kubectl (Go's YAML, offline) and PyYAML.
//!
//! Strings of the kinds that other writers get wrong become keys and values of a map; each reader turns the file into JSON, which must be
//! the map again. A seeded slice runs here; `FLEETPLAN_FULL=1 cargo test --release --test yaml` runs a million. `FLEETPLAN_KUBECTL` and
//! `FLEETPLAN_PYTHON` name other readers than those on the path. Without a reader the test says so loudly, and fails where
//! `FLEETPLAN_REQUIRE_TOOLS=1`.
#![expect(clippy::unwrap_used, reason = "what does not answer is a failed test")]
#![expect(clippy::print_stderr, reason = "what was skipped and what was measured is said")]

use std::io::Write as _;
use std::process::{Command, Stdio};
use std::thread;

use fleetplan::gitops::yaml_text;
use serde_json::{Map, Value, json};

/// Keys and values, together, in a slice and in a full run.
const SLICE: usize = 20_000;
const FULL: usize = 1_000_000;
/// Entries of one file: a reader's start costs more than reading them.
const ENTRIES: usize = 2_000;

/// Pieces that mean something to some reader of YAML, alone or beside others.
const PIECES: &[&str] = &[
    "-",
    "?",
    ":",
    ",",
    "[",
    "]",
    "{",
    "}",
    "#",
    "&",
    "*",
    "!",
    "|",
    ">",
    "'",
    "\"",
    "%",
    "@",
    "`",
    "---",
    "...",
    "- ",
    ": ",
    " #",
    "? ",
    "!!",
    "<<",
    "=",
    "~",
    "null",
    "Null",
    "true",
    "True",
    "yes",
    "Yes",
    "no",
    "NO",
    "on",
    "off",
    "y",
    "n",
    ".inf",
    "-.INF",
    ".nan",
    "0",
    "00",
    "0o7",
    "0x1F",
    "0b1",
    "1_000",
    "1e3",
    "1.",
    ".5",
    "+1",
    "-0",
    "12:30",
    "190:20:30",
    "2026-11-23",
    "2026-11-23T10:00:00Z",
    " ",
    "  ",
    "\t",
    "\n",
    "\n\n",
    "\n ",
    "\n\t",
    " \n",
    "a",
    "B",
    "é",
    "ß",
    "中",
    "😀",
    "\u{a0}",
    "\u{3000}",
    "\u{200b}",
    "\u{d7ff}",
    "\u{e000}",
    "\u{fffd}",
    "\u{10ffff}",
    "\\",
    "\\n",
    "\\x41",
    "/",
    "$",
    "${x}",
    "{{x}}",
    "<x>",
    "x: y",
    "- x",
    "\"\"",
    "''",
    "|-",
    ">+",
    "!!str",
];

/// A small generator of numbers (splitmix64): the same everywhere, whatever a crate's next version does.
struct Numbers(u64);

impl Numbers {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn below(&mut self, end: usize) -> usize {
        usize::try_from(self.next() % u64::try_from(end).unwrap()).unwrap()
    }

    fn string(&mut self) -> String {
        let pieces = self.below(6) + usize::from(self.below(20) > 0);
        let mut text = String::new();
        for _ in 0..pieces {
            if self.below(8) == 0 {
                text.extend(char::from_u32(u32::try_from(self.below(0x11_0000)).unwrap()).filter(|c| is_let_in(*c)));
            } else {
                text.push_str(PIECES[self.below(PIECES.len())]);
            }
        }
        text
    }
}

/// What the gate of an inventory lets in, and tabs and line breaks beside: no other control character, no line separator, byte order mark
/// or mark of direction, no non-character. Readers disagree about those, so they never get here.
fn is_let_in(c: char) -> bool {
    !(c.is_control()
        || matches!(c,
            '\u{2028}' | '\u{2029}' | '\u{FEFF}' | '\u{061C}' | '\u{200E}' | '\u{200F}'
            | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' | '\u{FDD0}'..='\u{FDEF}')
        || u32::from(c) & 0xFFFE == 0xFFFE)
}

/// One reader: a program that reads YAML on its standard input and writes JSON.
struct Reader {
    name: &'static str,
    program: String,
    arguments: Vec<&'static str>,
}

fn readers() -> Vec<Reader> {
    let program = |variable: &str, otherwise: &str| std::env::var(variable).unwrap_or_else(|_| otherwise.to_owned());
    vec![
        Reader {
            name: "kubectl",
            program: program("FLEETPLAN_KUBECTL", "kubectl"),
            arguments: vec!["annotate", "--local", "-f", "-", "-o", "json", "read=yes"],
        },
        Reader {
            name: "PyYAML",
            program: program("FLEETPLAN_PYTHON", "python3"),
            arguments: vec![
                "-c",
                "import json, sys, yaml; json.dump(yaml.load(sys.stdin.buffer.read(), getattr(yaml, 'CSafeLoader', yaml.SafeLoader)), sys.stdout)",
            ],
        },
    ]
}

impl Reader {
    fn read(&self, text: &str) -> Result<Value, String> {
        let mut child = Command::new(&self.program)
            .args(&self.arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .map_err(|error| format!("`{}` does not start: {error}", self.program))?;
        let mut input = child.stdin.take().unwrap();
        let text = text.to_owned();
        let feeder = thread::spawn(move || input.write_all(text.as_bytes()));
        let done = child.wait_with_output().map_err(|error| error.to_string())?;
        // A reader that gives up early closes its input: its own words say more than the broken pipe.
        let _ = feeder.join();
        if !done.status.success() {
            return Err(String::from_utf8_lossy(&done.stderr).chars().take(600).collect());
        }
        serde_json::from_slice(&done.stdout).map_err(|error| error.to_string())
    }
}

fn document(data: &Map<String, Value>) -> Value {
    json!({ "apiVersion": "v1", "kind": "ConfigMap", "metadata": { "name": "strings" }, "data": data })
}

/// The smallest part of the data that a reader misreads, for the message.
fn culprit(reader: &Reader, data: &Map<String, Value>) -> String {
    let mut entries: Vec<(&String, &Value)> = data.iter().collect();
    while entries.len() > 1 {
        let half = entries.split_off(entries.len() / 2);
        let is_misread = |part: &[(&String, &Value)]| {
            let part: Map<String, Value> = part.iter().map(|(key, value)| ((*key).clone(), (*value).clone())).collect();
            reader.read(&yaml_text(&[document(&part)])).map_or(true, |read| read["data"] != Value::from(part))
        };
        if !is_misread(&entries) {
            entries = half;
        }
    }
    format!("{entries:?}")
}

#[test]
fn every_string_is_read_back_by_kubectl_and_pyyaml() {
    let is_full = std::env::var("FLEETPLAN_FULL").is_ok_and(|value| value == "1");
    let is_required = std::env::var("FLEETPLAN_REQUIRE_TOOLS").is_ok_and(|value| value == "1");
    let plain = Map::from_iter([("a".to_owned(), Value::from("b"))]);
    for reader in readers() {
        if let Err(why) = reader.read(&yaml_text(&[document(&plain)])) {
            assert!(!is_required, "{} cannot be asked: {why}", reader.name);
            eprintln!("SKIPPED: {} is not here, so that nothing was read by it: {why}", reader.name);
            continue;
        }
        let (mut numbers, mut strings) = (Numbers(20_261_123), 0);
        while strings < if is_full { FULL } else { SLICE } {
            let data: Map<String, Value> =
                (0..ENTRIES).map(|_| (numbers.string(), Value::from(numbers.string()))).collect();
            strings += 2 * data.len();
            match reader.read(&yaml_text(&[document(&data)])) {
                Ok(read) if read["data"] == Value::from(data.clone()) => {}
                Ok(_) => panic!("{} misreads {}", reader.name, culprit(&reader, &data)),
                Err(why) => panic!("{} refuses {}: {why}", reader.name, culprit(&reader, &data)),
            }
        }
        eprintln!("{}: {strings} keys and values, none misread, none refused", reader.name);
    }
}
