//! Roundings: units that need so many whole nodes if they share them, worked out from the inventory.
//!
//! Whoever shares nodes of pools that carry at most `cap` each has at least `cap · n ≥ Σ d y`, with `y` 1 for who is there. With `D = Σ d`, `f = D mod cap > 0`, `k = ⌈D / cap⌉` and
//! `g = ⌊d / cap⌋ f + min(d mod cap, f)` every whole `n` and every choice of who is there keep `f n + Σ g (1 − y) ≥ f k`: who stays away takes with it the whole nodes that it
//! fills, and of the last one as much as it can. For a price `w ≥ 0` of that row, units pay `w g` where they share, nodes earn `w f`, and the bound gets `w (f k − Σ g)`.

use std::collections::{HashMap, HashSet};

use super::super::growth::Planned;
use super::super::scene::words;
use super::leaves::{BEYOND, Laid, not_negative, plus};
use crate::plan::certificate::{Rounding, UnitName};
use crate::vocab::tier::Tenancy;

/// A rounding in numbers.
pub struct Worked {
    over: Vec<(usize, usize)>,
    /// Units, and `g`.
    units: Vec<(usize, i128)>,
    /// `f`.
    last: i128,
    /// `f k − Σ g`.
    constant: i128,
}

/// What roundings come to in one leaf.
#[derive(Default)]
pub struct Rounded {
    /// By group and pool: what a node earns.
    pub nodes: HashMap<(usize, usize), i128>,
    /// By group, then by unit and pool: what it pays where it shares the pool.
    pub units: HashMap<usize, HashMap<(usize, usize), i128>>,
    /// What the bound gets.
    pub constant: i128,
}

/// The most that a unit may pay; sums of all that it pays stay in range.
const HIGHEST_PAID: i128 = 1 << 100;

impl Laid<'_, '_> {
    /// Works the part's roundings out.
    pub fn work_out(&self, planned: &Planned) -> Result<Vec<Worked>, String> {
        let all = self.part.roundings.iter().enumerate();
        all.map(|(index, rounding)| {
            self.work_one_out(rounding, planned).map_err(|fault| format!("rounding {index}: {fault}"))
        })
        .collect()
    }

    fn work_one_out(&self, rounding: &Rounding, planned: &Planned) -> Result<Worked, String> {
        let Rounding { over, resource, units } = rounding;
        if *resource > 3 {
            return Err(format!("there is no resource {resource}"));
        }
        let (mut seen, mut cap) = (HashSet::new(), 0);
        for (group, pool) in over {
            let place = self.place(*group)?;
            if place.tenancy == Tenancy::Dedicated {
                return Err(format!("group {group} is dedicated"));
            }
            let Some(nodes) = place.ground.nodes.get(*pool) else {
                return Err(format!("group {group} has no pool {pool}"));
            };
            if !seen.insert((group, pool)) {
                return Err(format!("pool {pool} of group {group} stands there twice"));
            }
            cap = cap.max(nodes.counted().each()[*resource]);
        }
        let (mut known, mut loads) = (HashSet::new(), Vec::with_capacity(units.len()));
        for UnitName { tenant, site } in units {
            let whose = || words(tenant, site.as_ref());
            let unit = self.unit(tenant, site.as_ref());
            let unit = unit.ok_or_else(|| format!("it speaks of {}, which is no unit with a home", whose()))?;
            let workloads = self.scene.inventory.tenant(tenant).map_or(&[][..], |(at, _)| planned.of_tenant(at));
            let [workload] = workloads else {
                return Err(format!("it speaks of {}, which has {} workloads", whose(), workloads.len()));
            };
            if !known.insert(unit) {
                return Err(format!("{} stands there twice", whose()));
            }
            loads.push((unit, workload.resources.each()[*resource]));
        }
        let all = loads.iter().try_fold(0_u64, |sum, (_, load)| sum.checked_add(*load)).ok_or(BEYOND)?;
        let Some(last) = all.checked_rem(cap).filter(|last| *last > 0) else {
            return Err("there is no part of a node to be rounded".to_owned());
        };
        let g = |load: u64| i128::from(load / cap) * i128::from(last) + i128::from((load % cap).min(last));
        let units: Vec<(usize, i128)> = loads.into_iter().map(|(unit, load)| (unit, g(load))).collect();
        let paid = units.iter().try_fold(0, |sum, (_, g)| plus(sum, *g))?;
        let last = i128::from(last);
        let constant = last * i128::from(all / cap + 1) - paid;
        Ok(Worked { over: over.clone(), units, last, constant })
    }

    /// The prices of a leaf.
    pub fn rounded(&self, prices: &[(usize, i128)]) -> Result<Rounded, String> {
        let (mut rounded, mut priced) = (Rounded::default(), HashSet::new());
        for (index, price) in prices {
            let Some(Worked { over, units, last, constant }) = self.roundings.get(*index) else {
                return Err(format!("there is no rounding {index}"));
            };
            if !priced.insert(*index) {
                return Err(format!("rounding {index} is priced twice"));
            }
            let price = not_negative(*price, "a rounding")?;
            let of = |amount: i128| price.checked_mul(amount).ok_or_else(|| BEYOND.to_owned());
            rounded.constant = plus(rounded.constant, of(*constant)?)?;
            for place in over {
                let earned = rounded.nodes.entry(*place).or_default();
                *earned = plus(*earned, of(*last)?)?;
                let paid = rounded.units.entry(place.0).or_default();
                for (unit, g) in units {
                    let paid = paid.entry((*unit, place.1)).or_default();
                    *paid = plus(*paid, of(*g)?)?;
                    if *paid > HIGHEST_PAID {
                        return Err(BEYOND.to_owned());
                    }
                }
            }
        }
        Ok(rounded)
    }
}
