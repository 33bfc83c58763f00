//! A bound that no solution beats, from prices on nodes, evaluated in exact integers.
//!
//! For any prices λ ≥ 0 (per place, pool and resource),
//! `L(λ) = Σ_units min over choices (own cost + λ · load) + Σ_places Σ_instances min(closed, fixed + Σ_pools min over n in [min, max] of n · (price − λ · usable))`
//! is at most the optimum: every solution pays at least that once the coupling `load ≤ usable · n` is charged at λ instead of enforced
//! (Lagrangian relaxation; Geoffrion, 1974). Limits without a price are dropped, which only lowers the bound. A class counts once per copy it may open.
//! Prices are found in floating point by dual ascent and only then rounded to integers in 2^-32 micro-units, so that
//! nothing that is wrong about them can make the bound wrong.

use std::collections::HashMap;

use crate::solve::choice::Choice;
use crate::solve::components::Component;
use crate::solve::problem::{PlaceKind, Problem};

/// Prices are integers in units of 2^-32 micro-units of money.
const UNIT: i128 = 1 << 32;

/// Steps of the ascent.
const STEPS: u32 = 400;

/// Resources per pool that have a price.
const R: usize = 4;

/// Per place of the component, per pool, per resource.
type Prices = Vec<Vec<[f64; R]>>;

/// The best bound that the ascent finds for the component.
#[must_use]
pub fn bound(problem: &Problem, part: &Component, incumbent: Option<i64>) -> i64 {
    let ascent = Ascent::new(problem, part);
    let mut prices = ascent.node_prices();
    let mut squares: Prices = prices.iter().map(|pools| vec![[0.0; R]; pools.len()]).collect();
    let mut best = ascent.exact(&prices);
    let target = incumbent.map_or(f64::INFINITY, to_f64);
    let (mut scale, mut stale) = (0.15, 0);
    let mut kept = prices.clone();
    let mut kept_value = to_f64(best);
    for _ in 0..STEPS {
        let (value, slope) = ascent.evaluate(&prices);
        if value > kept_value {
            stale = if value - kept_value > 2e-5 * value.abs() { 0 } else { stale + 1 };
            kept_value = value;
            kept.clone_from(&prices);
        } else {
            stale += 1;
        }
        if stale >= 25 {
            scale *= 0.6;
            stale = 0;
            prices.clone_from(&kept);
            if scale < 1e-4 || kept_value >= target {
                break;
            }
        }
        for (place, pools) in prices.iter_mut().enumerate() {
            for (pool, price) in pools.iter_mut().enumerate() {
                for (r, price) in price.iter_mut().enumerate() {
                    let g = slope[place][pool][r];
                    let s = &mut squares[place][pool][r];
                    *s = *s * 0.98 + g * g;
                    if *s > 0.0 {
                        *price = (*price + scale * ascent.unit_price(place, pool, r) * g / s.sqrt()).max(0.0);
                    }
                }
            }
        }
        ascent.project(&mut prices);
    }
    best = best.max(ascent.exact(&kept));
    incumbent.map_or(best, |incumbent| best.min(incumbent))
}

struct Ascent<'a> {
    problem: &'a Problem,
    part: &'a Component,
    local: HashMap<usize, usize>,
    copies: Vec<u64>,
}

fn to_f64(number: i64) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "prices are found in floating point and evaluated in integers")]
    let float = number as f64;
    float
}

/// Adds amounts times a factor.
fn add(slope: &mut [f64; R], amounts: [u64; R], factor: f64) {
    for (slope, amount) in slope.iter_mut().zip(amounts) {
        *slope += factor * to_f64(i64::try_from(amount).unwrap_or(0));
    }
}

impl<'a> Ascent<'a> {
    fn new(problem: &'a Problem, part: &'a Component) -> Self {
        let local = part.places.iter().enumerate().map(|(index, place)| (*place, index)).collect();
        let units = u64::try_from(part.units.len()).unwrap_or(u64::MAX);
        let copies = part
            .places
            .iter()
            .map(|place| match problem.places[*place].kind {
                PlaceKind::Class(class) => problem.classes[class].limit.min(units),
                PlaceKind::Cluster | PlaceKind::Copy(_) => 1,
            })
            .collect();
        Self { problem, part, local, copies }
    }

    /// What one unit of a resource costs where it fills its nodes alone.
    fn unit_price(&self, place: usize, pool: usize, r: usize) -> f64 {
        let numbers = &self.problem.places[self.part.places[place]].pools[pool];
        let usable = numbers.usable.each()[r];
        if usable == 0 { 0.0 } else { to_f64(numbers.price) / to_f64(i64::try_from(usable).unwrap_or(i64::MAX)) }
    }

    /// A start: each node's price split over CPU and memory.
    fn node_prices(&self) -> Prices {
        let mut prices: Prices = (0..self.part.places.len())
            .map(|place| {
                let pools = self.problem.places[self.part.places[place]].pools.len();
                (0..pools)
                    .map(|pool| {
                        let gpu = self.unit_price(place, pool, 3) > 0.0;
                        std::array::from_fn(|r| {
                            let share = match (r, gpu) {
                                (3, true) => 0.8,
                                (0, true) | (1, true) => 0.1,
                                (0 | 1, false) => 0.5,
                                (_, true | false) => 0.0,
                            };
                            share * self.unit_price(place, pool, r)
                        })
                    })
                    .collect()
            })
            .collect();
        self.project(&mut prices);
        prices
    }

    /// Scales prices down where a node would pay back more than it costs and nothing is gained by it.
    fn project(&self, prices: &mut Prices) {
        for (place, pools) in prices.iter_mut().enumerate() {
            let numbers = &self.problem.places[self.part.places[place]];
            for (pool, price) in pools.iter_mut().enumerate() {
                let pool = &numbers.pools[pool];
                let earned: f64 =
                    (0..R).map(|r| price[r] * to_f64(i64::try_from(pool.usable.each()[r]).unwrap_or(0))).sum();
                // A cluster with a fixed cost may earn it back over its most nodes, so a node may earn a little more than it costs.
                let spare = if pool.max == 0 {
                    0.0
                } else {
                    to_f64(numbers.fixed) / to_f64(i64::try_from(pool.max).unwrap_or(1))
                };
                let most = to_f64(pool.price) + spare;
                if earned > most {
                    price.iter_mut().for_each(|price| *price *= most / earned);
                }
            }
        }
    }

    /// L in floating point, and a subgradient.
    fn evaluate(&self, prices: &Prices) -> (f64, Prices) {
        let mut slope: Prices = prices.iter().map(|pools| vec![[0.0; R]; pools.len()]).collect();
        let mut value = 0.0;
        for unit in &self.part.units {
            let mut best: Option<(f64, &Choice)> = None;
            for choice in &self.problem.units[*unit].choices {
                let price = self.choice_price(choice, prices);
                if best.is_none_or(|(known, _)| price < known) {
                    best = Some((price, choice));
                }
            }
            let Some((price, choice)) = best else { continue };
            value += price;
            let place = self.local[&choice.place];
            for (pool, load) in &choice.shared {
                add(&mut slope[place][*pool], load.each(), 1.0);
            }
            for (pool, nodes) in &choice.dedicated {
                let usable = self.problem.places[choice.place].pools[*pool].usable;
                add(&mut slope[place][*pool], usable.times(*nodes).each(), 1.0);
            }
        }
        for (place, index) in self.part.places.iter().enumerate() {
            let numbers = &self.problem.places[*index];
            let mut open = to_f64(numbers.fixed);
            let mut nodes = Vec::with_capacity(numbers.pools.len());
            for (pool, data) in numbers.pools.iter().enumerate() {
                let earned: f64 = (0..R)
                    .map(|r| prices[place][pool][r] * to_f64(i64::try_from(data.usable.each()[r]).unwrap_or(0)))
                    .sum();
                let n = if earned > to_f64(data.price) { data.max } else { data.min };
                open += to_f64(i64::try_from(n).unwrap_or(0)) * (to_f64(data.price) - earned);
                nodes.push(n);
            }
            let closed = match numbers.kind {
                PlaceKind::Class(_) => Some(0.0),
                PlaceKind::Copy(_) => Some(to_f64(numbers.change)),
                PlaceKind::Cluster => numbers.may_close.then(|| to_f64(numbers.change)),
            };
            if let PlaceKind::Class(_) = numbers.kind {
                open += to_f64(numbers.change);
            }
            let copies = to_f64(i64::try_from(self.copies[place]).unwrap_or(0));
            if closed.is_some_and(|closed| closed <= open) {
                value += copies * closed.unwrap_or(0.0);
            } else {
                value += copies * open;
                for (pool, n) in nodes.iter().enumerate() {
                    add(&mut slope[place][pool], numbers.pools[pool].usable.times(*n).each(), -copies);
                }
            }
        }
        (value, slope)
    }

    fn choice_price(&self, choice: &Choice, prices: &Prices) -> f64 {
        let place = &prices[self.local[&choice.place]];
        let mut price = to_f64(choice.own);
        for (pool, load) in &choice.shared {
            for (price_of, amount) in place[*pool].iter().zip(load.each()) {
                price += price_of * to_f64(i64::try_from(amount).unwrap_or(0));
            }
        }
        for (pool, nodes) in &choice.dedicated {
            let usable = self.problem.places[choice.place].pools[*pool].usable.each();
            for (price_of, amount) in place[*pool].iter().zip(usable) {
                price += price_of * to_f64(i64::try_from(nodes * amount).unwrap_or(0));
            }
        }
        price
    }

    /// L in exact integers, rounded down to micro-units.
    ///
    /// Own nodes q are charged as the load `q · usable`: then `s · usable ≥ L` and `n ≥ s + Σ q` give `n · usable ≥ L + Σ q · usable`.
    fn exact(&self, prices: &Prices) -> i64 {
        #[expect(
            clippy::cast_possible_truncation,
            reason = "prices are bounded by node prices, far below 2^90 in this unit"
        )]
        let fixed = |price: f64| -> i128 {
            if price.is_finite() { (price * 4_294_967_296.0).floor().max(0.0) as i128 } else { 0 }
        };
        let prices: Vec<Vec<[i128; R]>> =
            prices.iter().map(|pools| pools.iter().map(|price| price.map(fixed)).collect()).collect();
        let dot =
            |price: &[i128; R], amounts: [u64; R]| -> i128 { (0..R).map(|r| price[r] * i128::from(amounts[r])).sum() };
        let mut value: i128 = 0;
        for unit in &self.part.units {
            let cheapest = self.problem.units[*unit]
                .choices
                .iter()
                .map(|choice| {
                    let place = &prices[self.local[&choice.place]];
                    let shared: i128 = choice.shared.iter().map(|(pool, load)| dot(&place[*pool], load.each())).sum();
                    let own: i128 = choice
                        .dedicated
                        .iter()
                        .map(|(pool, nodes)| {
                            dot(&place[*pool], self.problem.places[choice.place].pools[*pool].usable.each())
                                * i128::from(*nodes)
                        })
                        .sum();
                    i128::from(choice.own) * UNIT + shared + own
                })
                .min();
            value += cheapest.unwrap_or(0);
        }
        for (place, index) in self.part.places.iter().enumerate() {
            let numbers = &self.problem.places[*index];
            let mut open = i128::from(numbers.fixed) * UNIT;
            if let PlaceKind::Class(_) = numbers.kind {
                open += i128::from(numbers.change) * UNIT;
            }
            for (pool, data) in numbers.pools.iter().enumerate() {
                let each = i128::from(data.price) * UNIT - dot(&prices[place][pool], data.usable.each());
                open += each * i128::from(if each < 0 { data.max } else { data.min });
            }
            let least = match numbers.kind {
                PlaceKind::Class(_) => open.min(0),
                PlaceKind::Copy(_) => open.min(i128::from(numbers.change) * UNIT),
                PlaceKind::Cluster if numbers.may_close => open.min(i128::from(numbers.change) * UNIT),
                PlaceKind::Cluster => open,
            };
            value += least * i128::from(self.copies[place]);
        }
        i64::try_from(value.div_euclid(UNIT)).unwrap_or(0)
    }
}
