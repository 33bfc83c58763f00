//! Units that must share a cluster, what the cheapest group for each of them counts for, and whether the parts cover the fleet.

use std::collections::HashMap;

use petgraph::unionfind::UnionFind;

use super::super::growth::Planned;
use super::super::near::is_one_site;
use super::super::scene::{Scene, words};
use super::candidates::{Judge, Room, Unit};
use super::doors::{Asking, Doors, Signatures};
use super::leaves::{Laid, Leaf};
use super::places::{Kind, Place};
use crate::inventory::Pin;
use crate::plan::certificate::Dimension;
use crate::vocab::name::ClusterName;
use crate::vocab::tier::Tenancy;

const BEYOND: &str = "the numbers go beyond what can be checked";

/// Below so many bundles, threads cost more than they save.
const WORTH_A_THREAD: usize = 2_000;

/// More threads than this were never measured to help.
const MOST_THREADS: usize = 8;

/// The units that the plan gives homes, those that must share a cluster together.
pub struct Bundles<'s> {
    units: Vec<Unit<'s>>,
    /// Indices of units. Mostly one each.
    all: Vec<Vec<usize>>,
    /// By signature.
    doors: Vec<Doors>,
}

impl<'s> Bundles<'s> {
    /// Bundles the units of tenants that are not left out.
    pub fn of(scene: &'s Scene<'s>, planned: &'s Planned, places: &[Place<'s>], split: &[usize]) -> Self {
        let (inventory, place_of) = (scene.inventory, place_of(places));
        let mut signatures = Signatures::new(scene);
        let mut pins: HashMap<usize, Vec<&Pin>> = HashMap::new();
        for pin in inventory.pins.iter().filter(|pin| pin.until.is_none_or(|until| inventory.fleet.date <= until)) {
            if let Some((tenant, _)) = inventory.tenant(&pin.tenant) {
                pins.entry(tenant).or_default().push(pin);
            }
        }
        let mut units = Vec::with_capacity(scene.homes.len());
        let mut index_of = vec![None; scene.units.count()];
        for (tenant_index, tenant) in inventory.tenants.iter().enumerate() {
            for (place, number) in scene.units.of_tenant(tenant_index).enumerate() {
                if scene.home_of[number].is_none() {
                    continue;
                }
                index_of[number] = Some(units.len());
                let (site, planned) = (tenant.sites.get(place), planned.of_tenant(tenant_index));
                units.push(Unit {
                    number,
                    tenant,
                    tenant_index,
                    site,
                    planned,
                    signature: signatures.of(Asking { tenant, tenant_index, site, planned }),
                    lives_in: scene.today[number].and_then(|home| place_of.get(&home.cluster).copied()),
                    pins: pins.get(&tenant_index).cloned().unwrap_or_default(),
                    is_near: false,
                    is_split: false,
                });
            }
        }
        for unit in split.iter().filter_map(|number| index_of[*number]) {
            units[unit].is_split = true;
        }
        let all = bundle(scene, &mut units, &index_of);
        Self { units, all, doors: signatures.judge(places) }
    }

    /// The bundles of each part, by index.
    ///
    /// # Errors
    /// Where a home that the rules leave open lies in no group, or in groups of two parts, or a bundle has none.
    pub fn parts(&self, judge: &Judge<'s>, count: usize) -> Result<Vec<Vec<usize>>, Vec<String>> {
        let looked = in_threads(&self.all, |chunk| {
            let mut room = Room::default();
            let mut parts = Vec::with_capacity(chunk.len());
            for bundle in chunk {
                parts.push(self.part(judge, bundle, &mut room)?);
            }
            Ok(parts)
        });
        let mut parts = vec![Vec::new(); count];
        let mut faults = Vec::new();
        let mut index = 0;
        for chunk in looked {
            match chunk {
                Ok(found) => {
                    for part in found {
                        parts[part].push(index);
                        index += 1;
                    }
                }
                Err(fault) => faults.push(fault),
            }
        }
        if faults.is_empty() { Ok(parts) } else { Err(faults) }
    }

    fn part(&self, judge: &Judge<'s>, bundle: &[usize], room: &mut Room) -> Result<usize, String> {
        // Where all doors lead into one part, so do the homes behind them. That there is a home, the leaves find.
        let led = |unit: &usize| self.doors[self.units[*unit].signature].part;
        let mut part = led(&bundle[0]);
        if let Some(only) = part.filter(|_| bundle.iter().all(|unit| led(unit) == part)) {
            return Ok(only);
        }
        part = None;
        for unit in bundle.iter().map(|unit| &self.units[*unit]) {
            let mut fault = None;
            let whose = || words(&unit.tenant.name, unit.site);
            let mut look = |place: usize| {
                let place: &Place<'_> = &judge.places[place];
                let own = *part.get_or_insert(place.part.unwrap_or(usize::MAX));
                if place.part.is_none() {
                    let place = place.words(judge.scene.inventory);
                    fault.get_or_insert_with(|| format!("{} could live in {place}, which is in no group", whose()));
                } else if place.part != Some(own) {
                    let place = place.words(judge.scene.inventory);
                    fault.get_or_insert_with(|| {
                        format!("{} could live in {place}, which is in another part than its other homes", whose())
                    });
                }
            };
            judge
                .visit(unit, &self.doors[unit.signature].all, room, &mut |candidate| look(candidate.place))
                .ok_or_else(|| too_many_ways(unit))?;
            if let Some(fault) = fault {
                return Err(fault);
            }
        }
        let first = &self.units[bundle[0]];
        part.ok_or_else(|| format!("{} has no home that the rules leave open", words(&first.tenant.name, first.site)))
    }
}

fn too_many_ways(unit: &Unit<'_>) -> String {
    let whose = words(&unit.tenant.name, unit.site);
    format!("{whose} has too many ways to give its workloads pools to be certified")
}

/// The place of each cluster that exists, by name.
fn place_of<'p>(places: &[Place<'p>]) -> HashMap<&'p ClusterName, usize> {
    let names = places.iter().enumerate().flat_map(|(index, place)| {
        let names = match &place.kind {
            Kind::Clusters(names) | Kind::Copies(names) => names.as_slice(),
            Kind::Class => &[],
        };
        names.iter().map(move |name| (*name, index))
    });
    names.collect()
}

/// Joins what is near, site by site and through others. In the order of first units.
fn bundle(scene: &Scene<'_>, units: &mut [Unit<'_>], index_of: &[Option<usize>]) -> Vec<Vec<usize>> {
    if units.iter().all(|unit| unit.tenant.near.is_empty()) {
        return (0..units.len()).map(|unit| vec![unit]).collect();
    }
    let mut joined = UnionFind::<usize>::new(units.len());
    for index in 0..units.len() {
        for (other, _) in units[index].tenant.near.iter().filter_map(|name| scene.inventory.tenant(name)) {
            for theirs in scene.units.of_tenant(other).filter_map(|number| index_of[number]) {
                if theirs != index && is_one_site(units[index].site, units[theirs].site) {
                    joined.union(index, theirs);
                    (units[index].is_near, units[theirs].is_near) = (true, true);
                }
            }
        }
    }
    let mut all: Vec<Vec<usize>> = Vec::new();
    let mut first: HashMap<usize, usize> = HashMap::new();
    for index in 0..units.len() {
        let at = *first.entry(joined.find(index)).or_insert_with(|| {
            all.push(Vec::new());
            all.len() - 1
        });
        all[at].push(index);
    }
    all
}

/// Runs `work` over pieces of `all`, in threads where that pays. What comes back is in the order of the pieces.
pub(super) fn in_threads<T: Sync, R: Send>(all: &[T], work: impl Fn(&[T]) -> R + Sync) -> Vec<R> {
    let cores = std::thread::available_parallelism().map_or(1, usize::from).min(MOST_THREADS);
    if all.len() < WORTH_A_THREAD || cores == 1 {
        return vec![work(all)];
    }
    std::thread::scope(|scope| {
        let pieces: Vec<_> = all.chunks(all.len().div_ceil(cores)).map(|piece| scope.spawn(|| work(piece))).collect();
        pieces.into_iter().map(|piece| piece.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))).collect()
    })
}

/// Leaves of a part, to be evaluated over its bundles.
pub struct Homes<'h, 'p, 's> {
    /// The part.
    pub laid: &'h Laid<'p, 's>,
    /// What units are judged against.
    pub judge: &'h Judge<'s>,
    /// All bundles.
    pub bundles: &'h Bundles<'s>,
    /// The leaves.
    pub leaves: &'h [Leaf],
}

impl<'s> Homes<'_, '_, 's> {
    /// The bound of each leaf over these bundles; nothing where one of them has no home in it.
    pub fn bounds(&self, own: &[usize]) -> Result<Vec<Option<i128>>, String> {
        let holds = self.holds();
        let pieces = in_threads(own, |piece| {
            let mut room = Room::default();
            let mut sums: Vec<Option<i128>> = self.leaves.iter().map(|_| Some(0)).collect();
            for bundle in piece {
                let least = self.bundle(&self.bundles.all[*bundle], &holds, &mut room)?;
                add(&mut sums, &least).ok_or_else(|| BEYOND.to_owned())?;
            }
            Ok::<_, String>(sums)
        });
        let mut sums: Vec<Option<i128>> = self.leaves.iter().map(|leaf| Some(leaf.constant)).collect();
        for piece in pieces {
            add(&mut sums, &piece?).ok_or_else(|| BEYOND.to_owned())?;
        }
        Ok(sums)
    }

    /// Each group's state as bits; nothing where all are welcome.
    fn holds(&self) -> Vec<Option<u64>> {
        let groups = self.laid.part.groups.iter().zip(&self.laid.place_of);
        let bits = |holds: &[bool]| holds.iter().enumerate().map(|(at, value)| u64::from(*value) << at).sum();
        groups
            .map(|(group, place)| match self.judge.places[*place].tenancy {
                Tenancy::Shared => Some(bits(&group.holds)),
                Tenancy::Dedicated => None,
            })
            .collect()
    }

    /// The state that a unit's cluster is in.
    fn values(&self, unit: &Unit<'_>) -> u64 {
        let dimensions = self.laid.part.dimensions.iter().enumerate();
        let value = |dimension: &Dimension| match dimension {
            Dimension::Environment => unit.tenant.environment.is_production(),
            Dimension::Regime(name) => unit.tenant.regulation.contains(name),
        };
        dimensions.map(|(at, dimension)| u64::from(value(dimension)) << at).sum()
    }

    /// What a bundle counts for at least, per leaf: the cheapest group for one unit, the cheapest common group for several.
    fn bundle(&self, bundle: &[usize], holds: &[Option<u64>], room: &mut Room) -> Result<Vec<Option<i128>>, String> {
        if let [unit] = bundle {
            return self.unit(&self.bundles.units[*unit], holds, 1, room);
        }
        let groups = holds.len();
        let mut sums: Vec<Option<i128>> = vec![Some(0); self.leaves.len() * groups];
        for unit in bundle {
            let least = self.unit(&self.bundles.units[*unit], holds, groups, room)?;
            // No unit counts for more than 2^120 or so, and bundles are small; what does not fit all the same is as good as nothing.
            if add(&mut sums, &least).is_none() {
                sums.fill(Some(i128::MIN / 4));
            }
        }
        Ok(sums.chunks(groups).map(|of_leaf| of_leaf.iter().flatten().min().copied()).collect())
    }

    /// What a unit counts for at least, per leaf and group; with `columns` of one, over all groups.
    fn unit(
        &self,
        unit: &Unit<'s>,
        holds: &[Option<u64>],
        columns: usize,
        room: &mut Room,
    ) -> Result<Vec<Option<i128>>, String> {
        let mut least: Vec<Option<i128>> = vec![None; self.leaves.len() * columns];
        let values = self.values(unit);
        let open = &self.bundles.doors[unit.signature].all;
        let visited = self.judge.visit(unit, open, room, &mut |candidate| {
            let place = &self.judge.places[candidate.place];
            for group in place.entries.iter().filter(|group| holds[**group].is_none_or(|holds| holds == values)) {
                for (number, leaf) in self.leaves.iter().enumerate() {
                    let allowed = !unit.is_split
                        || leaf.homes.get(&unit.number).is_none_or(|asked| {
                            asked.iter().all(|(at, form, said)| (*at == *group && *form == candidate.form) == *said)
                        });
                    if allowed {
                        let column = if columns == 1 { 0 } else { *group };
                        let cell = &mut least[number * columns + column];
                        let count = leaf.count(candidate, *group, unit.number, unit.planned, &place.ground.nodes);
                        *cell = Some(cell.map_or(count, |known| known.min(count)));
                    }
                }
            }
        });
        // Of homes that were not looked at, one could count for less.
        visited.ok_or_else(|| too_many_ways(unit)).map(|()| least)
    }
}

/// Adds what is known; what is not possible stays so. Nothing where a sum leaves its range.
fn add(sums: &mut [Option<i128>], more: &[Option<i128>]) -> Option<()> {
    for (sum, more) in sums.iter_mut().zip(more) {
        *sum = match (*sum, *more) {
            (Some(sum), Some(more)) => Some(sum.checked_add(more)?),
            (None, _) | (_, None) => None,
        };
    }
    Some(())
}
