//! The tree of a part as leaves, each with its prices laid out over the part's groups and with what its own path asks.

use std::collections::{HashMap, HashSet};

use super::super::scene::Scene;
use super::candidates::{Candidate, Takes, limits};
use super::places::{Kind, Place};
use super::roundings::{Rounded, Worked};
use crate::plan::certificate::{
    Counted, GroupPrices, HIGHEST_PRICE, HIGHEST_RANGE_PRICE, LIMITS, Link, Node, Part, Prices, Split, UNIT,
};
use crate::review::arithmetic::Node as Nodes;
use crate::vocab::resources::{Demand, Resources};
use crate::vocab::tier::{Form, Tenancy};

/// No tree that proves anything is deeper.
const DEEPEST: usize = 1_000;

/// What nodes may earn, in the same unit.
const HIGHEST_CHARGE: i128 = 1 << 80;

/// The prices of one group in one leaf.
#[derive(Clone, Default)]
pub struct Terms {
    /// Per pool, per unit of load.
    load: Vec<[i128; 4]>,
    /// Per pool, what a whole node carries at these.
    carried: Vec<i128>,
    /// Per pool: a private node, its money included.
    private: Vec<i128>,
    limits: Vec<(usize, i128)>,
    class: i128,
    /// By unit and pool, or the cluster: what it pays for being there, each node that it needs alone.
    links: HashMap<(usize, Option<usize>), i128>,
    /// By unit and pool: what it pays for sharing nodes of the pool, once.
    rounded: HashMap<(usize, usize), i128>,
}

/// A leaf.
pub struct Leaf {
    /// Per group of the part.
    terms: Vec<Terms>,
    /// What a move pays.
    moves: i128,
    /// What its bound holds beside units.
    pub constant: i128,
    /// What its path asks of homes, by unit.
    pub homes: HashMap<usize, Vec<(usize, Form, bool)>>,
}

/// A part with what its indices mean.
pub struct Laid<'p, 's> {
    /// The plan in its inventory.
    pub scene: &'s Scene<'s>,
    /// The part.
    pub part: &'p Part,
    /// All places.
    pub places: &'s [Place<'s>],
    /// The place of each of the part's groups.
    pub place_of: Vec<usize>,
    /// What one shared cluster may hold of importance.
    pub importance: u64,
    /// The part's roundings, once they are worked out.
    pub roundings: Vec<Worked>,
}

/// What bounds on sums pay for each that counts in them, in one leaf.
type Summed = HashMap<Counted, i128>;

/// Walks a tree in pre-order, with the way to where it stands.
pub struct Walk {
    at: usize,
    /// Indices of splits, and whether the first half was taken.
    way: Vec<(usize, bool)>,
    ended: bool,
}

impl Walk {
    /// At the root.
    pub const fn new() -> Self {
        Self { at: 0, way: Vec::new(), ended: false }
    }

    /// The next leaf, its node's index beside it; nothing after the last.
    pub fn next(&mut self, laid: &Laid<'_, '_>) -> Result<Option<Leaf>, String> {
        if self.ended {
            return Ok(None);
        }
        loop {
            match laid.part.tree.get(self.at) {
                None => return Err("the tree ends before every split has its two halves".to_owned()),
                Some(Node::Split(split)) => {
                    laid.check_split(split).map_err(|fault| format!("node {}: {fault}", self.at))?;
                    if self.way.len() == DEEPEST {
                        return Err(format!("the tree is deeper than {DEEPEST} splits"));
                    }
                    self.way.push((self.at, true));
                    self.at += 1;
                }
                Some(Node::Leaf(prices)) => {
                    let leaf = laid.leaf(prices, &self.way).map_err(|fault| format!("node {}: {fault}", self.at))?;
                    self.at += 1;
                    while self.way.last().is_some_and(|(_, first)| !first) {
                        self.way.pop();
                    }
                    match self.way.last_mut() {
                        Some((_, first)) => *first = false,
                        None if self.at < laid.part.tree.len() => {
                            return Err(format!("the tree goes on behind its end, at node {}", self.at));
                        }
                        None => self.ended = true,
                    }
                    // A leaf whose path contradicts itself holds no plan.
                    if let Some(leaf) = leaf {
                        return Ok(Some(leaf));
                    }
                    if self.ended {
                        return Ok(None);
                    }
                }
            }
        }
    }
}

/// From and up to how many.
#[derive(Clone, Copy, Default)]
struct Range {
    low: u64,
    high: Option<u64>,
}

impl Range {
    fn narrow(&mut self, at_most: u64, first: bool) {
        if first {
            self.high = Some(self.high.map_or(at_most, |high| high.min(at_most)));
        } else {
            self.low = self.low.max(at_most.saturating_add(1));
        }
    }

    fn is_empty(self) -> bool {
        self.high.is_some_and(|high| high < self.low)
    }

    /// The least that `price` times a number in the range can be.
    fn least(self, price: i128) -> Result<i128, String> {
        let bound = if price >= 0 {
            self.low
        } else {
            self.high.ok_or("a price below zero stands on no split that says `at_most`")?
        };
        times(price, bound)
    }
}

pub const BEYOND: &str = "the numbers go beyond what can be checked";

fn times(price: i128, count: u64) -> Result<i128, String> {
    price.checked_mul(i128::from(count)).ok_or_else(|| BEYOND.to_owned())
}

pub fn plus(one: i128, other: i128) -> Result<i128, String> {
    one.checked_add(other).ok_or_else(|| BEYOND.to_owned())
}

/// A price that is paid on one side of a limit and paid back on the other: below zero it would prove too much.
pub fn not_negative(price: i128, of: &str) -> Result<i128, String> {
    match price {
        0..=HIGHEST_PRICE => Ok(price),
        ..0 => Err(format!("the price of {of} is below zero")),
        _ => Err(format!("the price of {of} is beyond what can be checked")),
    }
}

fn signed(price: i128, of: &str) -> Result<i128, String> {
    match price.saturating_abs() {
        0..=HIGHEST_RANGE_PRICE => Ok(price),
        _ => Err(format!("the price of {of} is beyond what can be checked")),
    }
}

const WHAT: [&str; LIMITS] =
    ["pods", "pod addresses", "namespaces", "services", "load balancers", "units", "importance"];

impl<'s> Laid<'_, 's> {
    pub fn place(&self, group: usize) -> Result<&'s Place<'s>, String> {
        let place = self.place_of.get(group).ok_or_else(|| format!("there is no group {group}"))?;
        Ok(&self.places[*place])
    }

    fn check_split(&self, split: &Split) -> Result<(), String> {
        match split {
            Split::Nodes { group, pool, at_most: _ } => {
                let pools = self.place(*group)?.ground.offer.pools.len();
                if *pool >= pools {
                    return Err(format!("group {group} has no pool {pool}"));
                }
            }
            Split::Open { group, at_most: _ } => {
                if self.place(*group)?.tenancy == Tenancy::Dedicated {
                    return Err(format!("a split counts open clusters of group {group}, which is dedicated"));
                }
            }
            Split::Sum { sum, at_most: _ } => {
                if *sum >= self.part.sums.len() {
                    return Err(format!("there is no sum {sum}"));
                }
            }
            Split::Home { tenant, site, group, form } => {
                let is_cluster = self.place(*group)?.tenancy == Tenancy::Dedicated;
                if (*form == Form::Cluster) != is_cluster {
                    return Err(format!("nobody lives as `{form}` in group {group}"));
                }
                if self.unit(tenant, site.as_ref()).is_none() {
                    return Err(format!(
                        "a split speaks of {}, which is no unit with a home",
                        super::super::scene::words(tenant, site.as_ref())
                    ));
                }
            }
        }
        Ok(())
    }

    pub fn unit(
        &self,
        tenant: &crate::vocab::name::TenantName,
        site: Option<&crate::vocab::name::Residency>,
    ) -> Option<usize> {
        let (index, _) = self.scene.inventory.tenant(tenant)?;
        self.scene.units.number(index, site).filter(|unit| self.scene.home_of[*unit].is_some())
    }

    /// Units that splits and links speak of.
    pub fn split_units(&self) -> Vec<usize> {
        let named = self.part.roundings.iter().flat_map(|rounding| &rounding.units);
        let mut units: Vec<usize> = named.filter_map(|unit| self.unit(&unit.tenant, unit.site.as_ref())).collect();
        for node in &self.part.tree {
            match node {
                Node::Split(Split::Home { tenant, site, .. }) => units.extend(self.unit(tenant, site.as_ref())),
                Node::Split(Split::Nodes { .. } | Split::Open { .. } | Split::Sum { .. }) => {}
                Node::Leaf(prices) => {
                    let links = prices.groups.iter().flat_map(|group| &group.links);
                    units.extend(links.filter_map(|link| self.unit(&link.tenant, link.site.as_ref())));
                }
            }
        }
        units
    }

    /// Lays a leaf out; nothing where no plan can be in it.
    fn leaf(&self, prices: &Prices, way: &[(usize, bool)]) -> Result<Option<Leaf>, String> {
        let Prices { groups, classes, sums, roundings, moves } = prices;
        let moves = not_negative(*moves, "moves")?;
        let paid_back = match self.scene.plan.max_moves {
            Some(most) => times(moves, most)?,
            None if moves > 0 => {
                return Err("moves have a price, and the plan does not say how many it may have".to_owned());
            }
            None => 0,
        };
        let mut nodes: HashMap<(usize, usize), Range> = HashMap::new();
        let mut open: HashMap<usize, Range> = HashMap::new();
        let mut of_sums = vec![Range::default(); self.part.sums.len()];
        let mut homes: HashMap<usize, Vec<(usize, Form, bool)>> = HashMap::new();
        for (index, first) in way {
            let Node::Split(split) = &self.part.tree[*index] else { continue };
            match split {
                Split::Nodes { group, pool, at_most } => {
                    nodes.entry((*group, *pool)).or_default().narrow(*at_most, *first)
                }
                Split::Open { group, at_most } => open.entry(*group).or_default().narrow(*at_most, *first),
                Split::Sum { sum, at_most } => of_sums[*sum].narrow(*at_most, *first),
                Split::Home { tenant, site, group, form } => {
                    if let Some(unit) = self.unit(tenant, site.as_ref()) {
                        homes.entry(unit).or_default().push((*group, *form, *first));
                    }
                }
            }
        }
        let class_prices = self.class_prices(classes)?;
        let none = GroupPrices::default();
        let mut of: Vec<Option<&GroupPrices>> = vec![None; self.place_of.len()];
        for priced in groups {
            self.place(priced.group)?;
            if of[priced.group].replace(priced).is_some() {
                return Err(format!("group {} is priced twice", priced.group));
            }
        }
        let mut terms = Vec::with_capacity(of.len());
        let mut opens = Vec::with_capacity(of.len());
        let (summed, of_bounds) = self.summed(sums, &of_sums)?;
        let mut rounded = self.rounded(roundings)?;
        let mut constant = plus(plus(of_bounds, -paid_back)?, rounded.constant)?;
        for (group, priced) in of.into_iter().enumerate() {
            let place = self.place(group)?;
            let priced = priced.unwrap_or(&none);
            let class = place.class.map_or(0, |class| class_prices.get(&class).copied().unwrap_or(0));
            let (laid, value) = self
                .terms(place, (group, priced), class, (&summed, &mut rounded))
                .map_err(|fault| format!("group {group}, {}: {fault}", place.words(self.scene.inventory)))?;
            for (pool, price) in priced.nodes.iter().enumerate() {
                let range = nodes.get(&(group, pool)).copied().unwrap_or_default();
                constant = plus(constant, range.least(*price).map_err(|fault| format!("group {group}: {fault}"))?)?;
            }
            let range = open.get(&group).copied().unwrap_or_default();
            constant = plus(constant, range.least(priced.open).map_err(|fault| format!("group {group}: {fault}"))?)?;
            terms.push(laid);
            opens.push(value);
        }
        if nodes.values().chain(open.values()).chain(&of_sums).any(|range| range.is_empty()) {
            return Ok(None);
        }
        constant = plus(constant, self.clusters(&opens, &terms)?)?;
        constant = plus(constant, self.class_copies(&opens, &class_prices)?)?;
        Ok(Some(Leaf { terms, moves, constant, homes }))
    }

    /// What each node and each open cluster is paid by bounds on the sums that it counts in, and what these bounds get.
    fn summed(&self, prices: &[(usize, i128)], ranges: &[Range]) -> Result<(Summed, i128), String> {
        let (mut summed, mut constant) = (Summed::new(), 0);
        let mut priced = vec![false; ranges.len()];
        for (sum, price) in prices {
            let Some(terms) = self.part.sums.get(*sum) else { return Err(format!("there is no sum {sum}")) };
            if std::mem::replace(&mut priced[*sum], true) {
                return Err(format!("sum {sum} is priced twice"));
            }
            let of = |fault: String| format!("sum {sum}: {fault}");
            let price = signed(*price, "what a sum counts").map_err(of)?;
            constant = plus(constant, ranges[*sum].least(price).map_err(of)?)?;
            for counted in terms {
                let earned = summed.entry(*counted).or_insert(0);
                *earned = plus(*earned, price)?;
            }
        }
        Ok((summed, constant))
    }

    /// Whether the part's sums count what there is, once each.
    pub fn check_sums(&self) -> Result<(), String> {
        for (sum, terms) in self.part.sums.iter().enumerate() {
            let mut seen = HashSet::new();
            for counted in terms {
                let Counted { group, pool } = *counted;
                let place = self.place(group).map_err(|fault| format!("sum {sum}: {fault}"))?;
                if place.tenancy == Tenancy::Dedicated {
                    return Err(format!("sum {sum} counts group {group}, which is dedicated"));
                }
                if pool.is_some_and(|pool| pool >= place.ground.offer.pools.len()) {
                    return Err(format!("sum {sum} counts a pool that group {group} has not"));
                }
                if !seen.insert(*counted) {
                    return Err(format!("sum {sum} counts something of group {group} twice"));
                }
            }
        }
        Ok(())
    }

    fn class_prices(&self, classes: &[(crate::vocab::name::ClassName, i128)]) -> Result<HashMap<usize, i128>, String> {
        let mut known = HashMap::new();
        for (name, price) in classes {
            let class = self.scene.inventory.classes.iter().position(|class| class.name == *name);
            let class =
                class.filter(|class| self.place_of.iter().any(|place| self.places[*place].class == Some(*class)));
            let Some(class) = class else {
                return Err(format!("class `{name}` has a price and stands in no group of this part"));
            };
            if known.insert(class, not_negative(*price, "a copy")?).is_some() {
                return Err(format!("class `{name}` is priced twice"));
            }
        }
        Ok(known)
    }

    /// A group's prices laid out, and what one of its clusters that is open counts for.
    fn terms(
        &self,
        place: &Place<'_>,
        (group, priced): (usize, &GroupPrices),
        class: i128,
        (summed, rounded): (&Summed, &mut Rounded),
    ) -> Result<(Terms, i128), String> {
        let of_sums = |pool| summed.get(&Counted { group, pool }).copied().unwrap_or(0);
        let GroupPrices { group: _, load, nodes, private, all_nodes, limits: priced_limits, open, links } = priced;
        let pools = &place.ground.offer.pools;
        let lengths = [load.len(), nodes.len(), private.len()];
        if lengths.iter().any(|length| *length != 0 && *length != pools.len()) {
            return Err(format!("there are prices for {lengths:?} pools, and {} pools", pools.len()));
        }
        let mut terms = Terms { class, ..Terms::default() };
        for (limit, price) in priced_limits.iter().enumerate().filter(|(_, price)| **price != 0) {
            terms.limits.push((limit, not_negative(*price, WHAT[limit])?));
        }
        if place.tenancy == Tenancy::Dedicated {
            let is_bare = load.is_empty()
                && nodes.is_empty()
                && private.is_empty()
                && links.is_empty()
                && *all_nodes == 0
                && *open == 0;
            let of_units = |limit: usize| limit == 5 && !matches!(place.kind, Kind::Class);
            if !is_bare || terms.limits.iter().any(|(limit, _)| !of_units(*limit)) {
                return Err("a dedicated cluster has a price for what is worked out without one".to_owned());
            }
            return Ok((terms, 0));
        }
        let opening = if matches!(place.kind, Kind::Class) { place.change.unwrap_or(0) } else { 0 };
        let mut value = plus(times(place.fixed + opening, 1 << 32)?, class - signed(*open, "an open cluster")?)?;
        value = plus(value, -of_sums(None))?;
        let all_nodes = not_negative(*all_nodes, "a node of any pool")?;
        value = plus(value, -times(all_nodes, place.ground.offer.limits.nodes)?)?;
        for (limit, price) in &terms.limits {
            value = plus(value, -times(*price, limits(&place.ground, self.importance)[*limit])?)?;
        }
        let mut linked: Vec<i128> =
            (0..pools.len()).map(|pool| rounded.nodes.get(&(group, pool)).copied().unwrap_or(0)).collect();
        terms.rounded = rounded.units.remove(&group).unwrap_or_default();
        for link in links {
            let price = self.link(&mut terms, link, place)?;
            match link.pool {
                Some(pool) => linked[pool] = plus(linked[pool], price)?,
                None => value = plus(value, -price)?,
            }
        }
        for (index, pool) in pools.iter().enumerate() {
            let load = load.get(index).copied().unwrap_or_default();
            let node = place.ground.nodes[index].counted().each();
            let mut carried = linked[index];
            for (price, amount) in load.into_iter().zip(node) {
                carried = plus(carried, times(not_negative(price, "load")?, amount)?)?;
            }
            if carried > HIGHEST_CHARGE {
                return Err(BEYOND.to_owned());
            }
            let bounds = signed(nodes.get(index).copied().unwrap_or(0), "a node")?;
            let private = not_negative(private.get(index).copied().unwrap_or(0), "a private node")?;
            let money = times(i128::from(pool.price.0), 1 << 32)?;
            let each = plus(money - carried - bounds + all_nodes, -of_sums(Some(index)))?;
            value = plus(value, times(each, pool.min)?.min(times(each, pool.max)?))?;
            value = plus(value, -times(private, pool.max)?)?;
            terms.load.push(load);
            terms.carried.push(carried);
            terms.private.push(money + private);
        }
        Ok((terms, value))
    }

    /// Lays a link out: its price for each node, or for the cluster.
    ///
    /// Where a unit shares nodes of a pool, there are at least as many as its load needs alone, and those of others' own come on top: that is what makes
    /// the price safe. Of a unit with several workloads it is not said which one needs them.
    fn link(&self, terms: &mut Terms, link: &Link, place: &Place<'_>) -> Result<i128, String> {
        let Link { tenant, site, pool, price } = link;
        let whose = || super::super::scene::words(tenant, site.as_ref());
        let price = not_negative(*price, "being there")?;
        let Some(unit) = self.unit(tenant, site.as_ref()) else {
            return Err(format!("a link speaks of {}, which is no unit with a home", whose()));
        };
        if pool.is_some_and(|pool| pool >= place.ground.offer.pools.len()) {
            return Err(format!("a link of {} speaks of a pool that there is not", whose()));
        }
        let workloads = self.scene.inventory.tenant(tenant).map_or(0, |(_, tenant)| tenant.workloads.len());
        if pool.is_some() && workloads != 1 {
            return Err(format!("a link to nodes speaks of {}, which has {workloads} workloads", whose()));
        }
        if terms.links.insert((unit, *pool), price).is_some() {
            return Err(format!("{} is linked twice to the same", whose()));
        }
        Ok(price)
    }

    /// Clusters that exist: open in the state that counts least, or closed.
    fn clusters(&self, opens: &[i128], terms: &[Terms]) -> Result<i128, String> {
        let mut sum = 0;
        for (group, index) in self.place_of.iter().enumerate() {
            let place = &self.places[*index];
            if place.entries.first() != Some(&group) || matches!(place.kind, Kind::Class) {
                continue;
            }
            let least = match place.tenancy {
                Tenancy::Shared => {
                    let open = place.entries.iter().map(|entry| opens[*entry]).min().unwrap_or(0);
                    place.change.map_or(open, |closing| open.min(closing * UNIT))
                }
                Tenancy::Dedicated => {
                    let one = terms[group].limits.first().map_or(0, |(_, price)| *price);
                    place.idle() * UNIT - one
                }
            };
            sum = plus(sum, least.checked_mul(place.count()).ok_or(BEYOND)?)?;
        }
        Ok(sum)
    }

    /// Copies that can be opened: as many as the class has, each only where it counts for less than nothing.
    fn class_copies(&self, opens: &[i128], prices: &HashMap<usize, i128>) -> Result<i128, String> {
        let mut least: HashMap<usize, i128> = prices.keys().map(|class| (*class, 0)).collect();
        for (group, index) in self.place_of.iter().enumerate() {
            let place = &self.places[*index];
            if let (Kind::Class, Tenancy::Shared, Some(class)) = (&place.kind, place.tenancy, place.class) {
                let known = least.entry(class).or_insert(0);
                *known = (*known).min(opens[group]);
            }
        }
        let mut sum = 0;
        for (class, open) in least {
            let copies = u64::from(self.scene.inventory.classes[class].open_at_most);
            sum = plus(sum, times(open - prices.get(&class).copied().unwrap_or(0), copies)?)?;
        }
        Ok(sum)
    }
}

fn dot(prices: &[i128; 4], load: &Resources) -> i128 {
    prices
        .iter()
        .zip(load.each())
        .filter(|(price, _)| **price != 0)
        .map(|(price, amount)| price * i128::from(amount))
        .sum()
}

impl Leaf {
    /// What a home counts for in a group, at the leaf's prices.
    ///
    /// No sum here leaves its range: prices are at most 2^72, what a node carries at most 2^80, amounts and counts at most
    /// 2^40 with a unit's workloads summed, and money at most 2^63 micro-units.
    pub fn count(
        &self,
        candidate: &Candidate<'_>,
        group: usize,
        unit: usize,
        planned: &[Demand],
        nodes: &[Nodes],
    ) -> i128 {
        let terms = &self.terms[group];
        let linked = |pool: Option<usize>| terms.links.get(&(unit, pool)).copied().unwrap_or(0);
        let mut sum = candidate.own * UNIT + linked(None);
        if candidate.moves {
            sum += self.moves;
        }
        for (limit, price) in &terms.limits {
            sum += price * i128::from(candidate.uses[*limit]);
        }
        if let Some((pool, load)) = &candidate.plane {
            sum += dot(&terms.load[*pool], load);
        }
        match candidate.takes {
            Takes::Shared(pools, ends) => {
                let mut start = 0;
                for (end, planned) in ends.iter().zip(planned) {
                    let least = pools[start..*end].iter().map(|pool| {
                        let load = dot(&terms.load[*pool], &planned.resources);
                        let load = match linked(Some(*pool)) {
                            0 => load,
                            price => load + price * i128::from(nodes[*pool].count_for(&planned.resources).unwrap_or(0)),
                        };
                        load + terms.rounded.get(&(unit, *pool)).copied().unwrap_or(0)
                    });
                    let least = least.min();
                    sum += least.unwrap_or(0);
                    start = *end;
                }
            }
            Takes::Own(nodes) => {
                sum += nodes.iter().map(|(pool, count)| terms.carried[*pool] * i128::from(*count)).sum::<i128>()
            }
            Takes::Private(nodes) => {
                sum += nodes.iter().map(|(pool, count)| terms.private[*pool] * i128::from(*count)).sum::<i128>();
            }
            // A cluster that exists holds one unit; a copy counts against its class.
            Takes::Cluster => sum += terms.class,
        }
        sum
    }
}
