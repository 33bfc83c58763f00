//! Plan files: the round trip, its stability, and the answer to every kind of faulty file.

use proptest::prelude::*;

use super::{LARGEST_FILE, read, write};
use crate::plan::fixture::{placement, plan};
use crate::plan::{
    Action, FORMAT_VERSION, MoneyByKind, Move, PlacedWorkload, Placement, Plan, PlannedCluster, PlannedPool, Proof,
    Status,
};
use crate::vocab::diagnostic::{Diagnostic, Sources};
use crate::vocab::money::Money;
use crate::vocab::tier::{Form, Tenancy};
use crate::vocab::version::Minor;

/// The code and place of every fault.
fn faults(text: &str) -> Vec<String> {
    let mut sources = Sources::default();
    sources.add("plan.toml", text);
    let place = |fault: Diagnostic| {
        assert!(!fault.help.is_empty(), "no way out: {fault:?}");
        let place = fault.primary.map_or_else(|| "nowhere".to_owned(), |label| sources.place(label.span).to_string());
        format!("{} {place}", fault.code)
    };
    read("plan.toml", text).unwrap_err().into_iter().map(place).collect()
}

fn line_of(text: &str, needle: &str) -> usize {
    text.lines().position(|line| line.contains(needle)).unwrap() + 1
}

#[test]
fn a_plan_reads_well() {
    insta::assert_snapshot!(write(&Plan { moves: vec![a_move()], from: Some("1".repeat(64)), ..plan() }));
}

fn a_move() -> Move {
    Move {
        tenant: "ant".parse().unwrap(),
        site: Some("eu".parse().unwrap()),
        from: "namespace/shared in us-1".to_owned(),
        to: "namespace/shared in eu-1".to_owned(),
    }
}

#[test]
fn comments_and_blank_lines_are_no_edit() {
    let text = write(&plan()).replace("\n[", "\n\n# a remark\n[");
    assert_eq!(read("plan.toml", &text), Ok(plan()));
}

#[test]
fn the_fingerprint_is_the_digest_in_the_file() {
    let plan = plan();
    assert!(write(&plan).contains(&format!("digest = \"sha256:{}\"", plan.fingerprint())));
}

#[test]
fn a_file_that_was_edited_by_hand_is_refused_with_a_way_to_go_on() {
    let text = write(&plan()).replacen("nodes = 3", "nodes = 2", 1);
    assert_eq!(faults(&text), [format!("plan-edited plan.toml:{}:10", line_of(&text, "digest"))]);
}

#[test]
fn a_file_of_a_newer_fleetplan_is_refused_before_its_keys_are_judged() {
    let text = write(&plan()).replace("format_version = 1", "format_version = 2") + "\n[unheard_of]\n";
    assert_eq!(faults(&text), [format!("newer-format plan.toml:{}:18", line_of(&text, "format_version"))]);
}

#[test]
fn all_faults_of_form_are_found_at_once() {
    let text = write(&plan())
        .replace("currency = \"USD\"", "curency = \"USD\"")
        .replace("date = 2026-11-23", "date = \"2026-11-23\"")
        .replace("toil = \"10.00\"", "toil = \"ten\"")
        .replacen("nodes = 3", "nodes = -3", 1)
        .replacen("tier = \"namespace\"", "tier = \"nest\"", 1)
        .replace("tenant = \"bee\"", "tenant = \"../x\"");
    let expected = [
        "missing-key plan.toml:1:1",
        "wrong-type plan.toml:7:8",
        "unknown-key plan.toml:8:1",
        "invalid-value plan.toml:22:8",
        "invalid-value plan.toml:33:31",
        "invalid-value plan.toml:50:8",
        "invalid-value plan.toml:59:10",
    ];
    assert_eq!(faults(&text), expected, "{text}");
}

#[test]
fn what_is_no_toml_is_said_with_its_place() {
    assert_eq!(faults("format_version = \n"), ["toml-syntax plan.toml:1:18"]);
    let text = write(&plan());
    let cut = &text[..text.find("eu-west").unwrap() + 2];
    assert!(faults(cut).iter().all(|fault| fault.starts_with("toml-syntax")), "{:?}", faults(cut));
}

#[test]
fn a_file_that_lost_its_last_placement_is_not_taken_for_a_smaller_plan() {
    let text = write(&plan());
    let cut = &text[..text.rfind("[[placement]]").unwrap()];
    assert!(faults(cut)[0].starts_with("plan-edited"), "{:?}", faults(cut));
}

#[test]
fn an_empty_file_lacks_every_key() {
    let found = faults("");
    assert_eq!(found.len(), 8, "{found:?}");
    assert!(found.iter().all(|fault| fault.starts_with("missing-key")));
}

#[test]
fn a_table_of_the_wrong_shape_is_one_fault() {
    let text = write(&plan()).replace("[proof]", "[[proof]]");
    assert!(matches!(&faults(&text)[..], [one] if one.starts_with("wrong-type")), "{:?}", faults(&text));
}

#[test]
fn a_huge_file_is_refused_before_it_is_parsed() {
    let text = "#".repeat(LARGEST_FILE + 1);
    assert_eq!(faults(&text), ["file-too-large nowhere"]);
}

#[test]
fn money_beyond_a_machine_word_is_refused() {
    let text = write(&plan()).replace("toil = \"10.00\"", "toil = \"99999999999999999999\"");
    assert!(matches!(&faults(&text)[..], [one] if one.starts_with("invalid-value")));
}

prop_compose! {
    fn name()(text in "[a-z]([a-z0-9-]{0,8}[a-z0-9])?") -> String { text }
}

prop_compose! {
    fn workload()(workload in name(), pool in name(), nodes: u64) -> PlacedWorkload {
        // TOML's integers end at i64; so do ours in files, and no pool comes near.
        PlacedWorkload { workload: workload.parse().unwrap(), pool: pool.parse().unwrap(), nodes: nodes >> 1 }
    }
}

prop_compose! {
    fn any_placement()(
        tenant in name(), site in prop::option::of(name()), form in prop::sample::select(Form::ALL.to_vec()),
        minor in prop::option::of(0_u16..999), pools in prop::collection::vec(workload(), 0..3),
        monthly: i64, rule in ".*", reason in "\\PC*|[\\x00-\\x7f]*",
    ) -> Placement {
        Placement {
            site: site.map(|site| site.parse().unwrap()), kubernetes: minor.map(Minor), pools, monthly: Money(monthly), rule, reason,
            ..placement(&tenant, form, "eu-1")
        }
    }
}

prop_compose! {
    fn any_cluster()(
        name in name(), class in prop::option::of(name()), minor in 0_u16..999,
        action in prop::sample::select(vec![Action::Open, Action::Keep, Action::Close]), dedicated: bool,
        counts in prop::collection::vec(any::<[u32; 4]>(), 0..3), monthly: i64,
    ) -> PlannedCluster {
        let pools = counts.into_iter().map(|[nodes, shared, dedicated, private]| PlannedPool {
            pool: "p".parse().unwrap(), nodes: nodes.into(), shared: shared.into(), dedicated: dedicated.into(), private: private.into(),
        });
        PlannedCluster {
            name: name.parse().unwrap(), class: class.map(|class| class.parse().unwrap()), kubernetes: Minor(minor),
            region: "r".parse().unwrap(), tenancy: if dedicated { Tenancy::Dedicated } else { Tenancy::Shared },
            action, pools: pools.collect(), monthly: Money(monthly),
        }
    }
}

prop_compose! {
    fn any_plan()(
        placements in prop::collection::vec(any_placement(), 0..4), clusters in prop::collection::vec(any_cluster(), 0..3),
        unplaced in prop::collection::vec(name(), 0..3), money: [i64; 9], text in ".*", from in prop::option::of(".*"),
        status in prop::sample::select(vec![Status::Optimal, Status::Feasible, Status::Impossible, Status::Unknown]),
        day in 1_i8..29, moves in 0_usize..2,
    ) -> Plan {
        let [a, b, c, d, e, f, g, objective, bound] = money.map(Money);
        Plan {
            format_version: FORMAT_VERSION, fleet: "acme".parse().unwrap(), date: jiff::civil::date(2026, 2, day),
            currency: text.clone(), fingerprint: text.clone(), from, proof: Proof { status, objective, bound, claim: (moves == 2).then(|| text.clone()), by: text, limited: moves == 1 },
            money: MoneyByKind {
                control_planes: a, extended_support: b, nodes: c, licences: d, toil: e, storage_and_load_balancers: f, one_off: g,
            },
            placements, unplaced: unplaced.iter().map(|name| name.parse().unwrap()).collect(), clusters,
            max_moves: (moves == 1).then_some(1), moves: vec![a_move(); moves],
        }
    }
}

proptest! {
    #[test]
    fn what_was_written_is_read_back_and_written_again_byte_for_byte(plan in any_plan()) {
        let text = write(&plan);
        let back = read("plan.toml", &text).unwrap();
        prop_assert_eq!(&back, &plan);
        prop_assert_eq!(write(&back), text);
    }

    #[test]
    fn no_text_makes_the_reader_panic(text in "(\\[\\[?[a-z]{1,9}\\]\\]?\n|[a-z_]{1,14} = [0-9a-z\"\\[{}\\].-]{0,9}\n|\\PC)*") {
        prop_assert!(read("plan.toml", &text).is_err());
    }
}
