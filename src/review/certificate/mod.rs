//! Check `certificate`: what the prices beside a plan prove, worked out from the inventory and the plan alone.
//!
//! A certificate flows in and the bound that it proves flows out, or what is wrong with it. Nothing of it is believed but its
//! prices: who could live where, what everything costs and which plans a leaf holds is derived here. docs/solver.md says why
//! what comes out is a bound, with the formulas and their sources.

mod bundles;
mod candidates;
mod doors;
mod leaves;
mod places;
mod roundings;

use super::arithmetic::money;
use super::blast_radius;
use super::growth::Planned;
use super::scene::Scene;
use super::{Certification, Found};
use crate::plan::certificate::{Certificate, UNIT};
use crate::plan::{Proof, Status};

use bundles::{Bundles, Homes};
use candidates::Judge;
use leaves::{Laid, Leaf, Walk};
use places::{Place, places};

/// Leaves that are evaluated together, so that candidates are derived once for all of them.
const TOGETHER: usize = 64;

/// Checks the plan's certificate, if there is one, beside the plan's fingerprint, and says what is known of the bound.
pub fn check(
    scene: &Scene<'_>,
    planned: &Planned,
    certificate: Option<(&Certificate, String)>,
    found: &mut Found,
) -> Certification {
    let Some((certificate, fingerprint)) = certificate else {
        return Certification::NotCertified { because: "there is no proof file".to_owned() };
    };
    if scene.is_blind() {
        let because = "what a move is, only the plan it was made from can tell; name it with `--from`".to_owned();
        return Certification::NotCertified { because };
    }
    match bound(scene, planned, certificate, &fingerprint) {
        Ok(bound) => {
            against_the_plan(scene, bound, found);
            Certification::Certified { bound: money(bound) }
        }
        Err(faults) => {
            for fault in faults {
                found.finding("certificate", fault, None);
            }
            Certification::NotCertified { because: "its proof file does not hold".to_owned() }
        }
    }
}

/// What the plan claims against what is proven.
fn against_the_plan(scene: &Scene<'_>, certified: i128, found: &mut Found) {
    let Proof { status, objective, bound, by: _, claim: _, limited: _ } = &scene.plan.proof;
    let mut finding = |message| found.finding("certificate", message, None);
    if certified > i128::from(objective.0) {
        finding(format!(
            "the certificate proves a bound of {}, above what this plan costs, {objective}: one of the two is wrong",
            money(certified)
        ));
    }
    if certified < i128::from(bound.0) {
        finding(format!("the certificate proves a bound of {}; the plan claims {bound}", money(certified)));
    } else if *status == Status::Optimal && certified < i128::from(objective.0) {
        finding(format!(
            "the plan is called optimal at {objective}; the certificate proves a bound of {} and no more",
            money(certified)
        ));
    }
}

/// The bound in micro-units, or everything that is wrong with the first thing that is.
fn bound(
    scene: &Scene<'_>,
    planned: &Planned,
    certificate: &Certificate,
    fingerprint: &str,
) -> Result<i128, Vec<String>> {
    let Certificate { format_version, plan, parts } = certificate;
    if *format_version != Certificate::FORMAT_VERSION {
        return Err(vec![format!("the certificate has format version {format_version}")]);
    }
    if plan != fingerprint {
        return Err(vec!["the certificate belongs to another plan than the one beside it".to_owned()]);
    }
    let places = places(scene, certificate)?;
    let importance = blast_radius::cap(scene.inventory);
    let judge = Judge { scene, places: &places, importance };
    let mut laid: Vec<Laid<'_, '_>> = parts
        .iter()
        .enumerate()
        .map(|(number, part)| Laid {
            scene,
            part,
            places: &places,
            place_of: place_of(&places, number, part.groups.len()),
            importance,
            roundings: Vec::new(),
        })
        .collect();
    for (number, laid) in laid.iter_mut().enumerate() {
        let of = |fault| vec![format!("part {number}: {fault}")];
        laid.check_sums().map_err(of)?;
        laid.roundings = laid.work_out(planned).map_err(of)?;
    }
    let split: Vec<usize> = laid.iter().flat_map(Laid::split_units).collect();
    let bundles = Bundles::of(scene, planned, &places, &split);
    let in_parts = bundles.parts(&judge, parts.len())?;
    // A cluster that stands in no part hosts nobody: that is what the parts' cover has just shown.
    let mut sum: i128 =
        places.iter().filter(|place| place.part.is_none()).map(|place| place.idle() * place.count()).sum();
    for (number, (laid, own)) in laid.iter().zip(&in_parts).enumerate() {
        let least = of_part(laid, &judge, &bundles, own).map_err(|fault| vec![format!("part {number}: {fault}")])?;
        // What the part costs is whole micro-units.
        sum += least.div_euclid(UNIT) + i128::from(least.rem_euclid(UNIT) > 0);
    }
    // Every price is nothing at least, so that no plan costs less than nothing.
    Ok(sum.max(0))
}

fn place_of(places: &[Place<'_>], part: usize, groups: usize) -> Vec<usize> {
    let mut of = vec![0; groups];
    for (index, place) in places.iter().enumerate().filter(|(_, place)| place.part == Some(part)) {
        place.entries.iter().for_each(|group| of[*group] = index);
    }
    of
}

/// The least bound of a part's leaves.
fn of_part(laid: &Laid<'_, '_>, judge: &Judge<'_>, bundles: &Bundles<'_>, own: &[usize]) -> Result<i128, String> {
    let (mut walk, mut least) = (Walk::new(), None);
    let mut block: Vec<Leaf> = Vec::with_capacity(TOGETHER);
    loop {
        let next = walk.next(laid)?;
        let ended = next.is_none();
        block.extend(next);
        if block.len() == TOGETHER || ended {
            for bound in (Homes { laid, judge, bundles, leaves: &block }).bounds(own)?.into_iter().flatten() {
                least = Some(least.map_or(bound, |least: i128| least.min(bound)));
            }
            block.clear();
        }
        if ended {
            return least.ok_or_else(|| "its leaves have room for no plan, and here is one".to_owned());
        }
    }
}
