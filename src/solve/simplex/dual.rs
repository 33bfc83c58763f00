//! The iterations of the dual simplex: a row that is infeasible leaves, a column enters, the dual objective grows.
//!
//! Koberstein, "The Dual Simplex Method" (2005), is followed throughout; its chapters are named where a step is theirs.

use crate::solve::simplex::ratio::{Breakpoint, DUAL_TOLERANCE, Entering, choose};
use crate::solve::simplex::{Simplex, Stand, Status};

/// Values may be outside their bounds by so much.
const PRIMAL_TOLERANCE: f64 = 1e-9;
/// Steps without gain after which costs are spread.
const PATIENCE: usize = 60;
/// Iterations between two looks at the objective.
const LOOKS: u64 = 8;
/// How often shifted costs are taken back before what is left of them is accepted.
const CLEANINGS: usize = 4;

impl Simplex {
    /// Solves the program from its basis, with at most so many pivots; ends early where the cost goes above the cutoff.
    pub fn solve(&mut self, cutoff: f64, pivots: u64) -> Status {
        self.shifted_cost.copy_from_slice(&self.cost);
        self.shifted = false;
        let end = self.pivots.saturating_add(pivots);
        if (!self.factored || self.factor.is_long()) && !self.refactor() {
            return Status::Trouble;
        }
        self.restore();
        let status = self.iterate(cutoff, end);
        if status == Status::Trouble {
            return status;
        }
        self.refine();
        status
    }

    fn iterate(&mut self, cutoff: f64, end: u64) -> Status {
        let (mut stale, mut cleanings, mut distrust) = (0_usize, 0_usize, 0_usize);
        loop {
            if self.factor.is_long() {
                if !self.refactor() {
                    return Status::Trouble;
                }
                self.restore();
            }
            if self.pivots.is_multiple_of(LOOKS) && self.objective() > cutoff {
                return Status::Cutoff;
            }
            let Some((position, gap)) = self.leaving() else {
                if !self.factor.is_fresh() {
                    if !self.refactor() {
                        return Status::Trouble;
                    }
                    self.restore();
                    if self.leaving().is_some() && self.pivots < end {
                        self.pivots += 1;
                        continue;
                    }
                }
                if self.shifted && cleanings < CLEANINGS {
                    cleanings += 1;
                    self.shifted_cost.copy_from_slice(&self.cost);
                    self.shifted = false;
                    self.restore();
                    continue;
                }
                return if self.objective() > cutoff { Status::Cutoff } else { Status::Optimal };
            };
            if self.pivots >= end {
                return Status::Budget;
            }
            let (rho, row) = self.pivot_row(position);
            let sign = gap.signum();
            match choose(self.breakpoints(&row, sign), gap.abs(), cleanings > 1) {
                Entering::Nothing if !self.factor.is_fresh() && distrust < 8 => {
                    distrust += 1;
                    if !self.refactor() {
                        return Status::Trouble;
                    }
                    self.restore();
                }
                Entering::Nothing => {
                    // Along this row of the inverse the dual objective grows by the gap at every step, and nothing ends it.
                    self.ray = rho.iter().map(|value| sign * value).collect();
                    return Status::Infeasible;
                }
                Entering::Column { variable, flips } => match self.pivot(position, variable, &flips, &rho, &row) {
                    Some(step) => {
                        self.pivots += 1;
                        stale = if step.abs() < 1e-12 { stale + 1 } else { 0 };
                        if stale > PATIENCE {
                            stale = 0;
                            self.spread_costs();
                        }
                    }
                    None if distrust < 8 => {
                        distrust += 1;
                        if !self.refactor() {
                            return Status::Trouble;
                        }
                        self.restore();
                    }
                    None => return Status::Trouble,
                },
            }
        }
    }

    /// Factors the basis; columns that depend on others make way for rows.
    fn refactor(&mut self) -> bool {
        for _ in 0..3 {
            let columns: Vec<Vec<(usize, f64)>> = self.head.iter().map(|variable| self.column(*variable)).collect();
            match self.factor.refactor(&columns) {
                Ok(()) => {
                    self.factored = true;
                    return true;
                }
                Err(singular) => {
                    for (row, position) in singular.rows.into_iter().zip(singular.positions) {
                        let logical = self.columns.len() + row;
                        if matches!(self.stand[logical], Stand::Basic(_)) {
                            return false;
                        }
                        self.stand[self.head[position]] = Stand::Lower;
                        self.head[position] = logical;
                        self.stand[logical] = Stand::Basic(position);
                        self.weights.fill(1.0);
                    }
                }
            }
        }
        false
    }

    fn column(&self, variable: usize) -> Vec<(usize, f64)> {
        let mut column = Vec::new();
        self.each_entry(variable, |row, value| column.push((row, value)));
        column
    }

    /// Works reduced costs and values out anew; what is not basic goes to the bound that its reduced cost wants.
    fn restore(&mut self) {
        let (n, m) = (self.columns.len(), self.rows.len());
        let mut prices: Vec<f64> = self.head.iter().map(|variable| self.shifted_cost[*variable]).collect();
        self.factor.solve_transposed(&mut prices);
        let mut rest = vec![0.0; m];
        for variable in 0..n + m {
            if matches!(self.stand[variable], Stand::Basic(_)) {
                self.reduced[variable] = 0.0;
                continue;
            }
            let mut reduced = self.shifted_cost[variable];
            self.each_entry(variable, |row, value| reduced -= prices[row] * value);
            self.reduced[variable] = reduced;
            self.stand_right(variable);
            let value = self.value_of(variable);
            if value != 0.0 {
                self.each_entry(variable, |row, entry| rest[row] -= entry * value);
            }
        }
        self.factor.solve(&mut rest);
        self.values = rest;
    }

    /// Puts a variable at the bound that its reduced cost wants, or shifts its cost where that bound is infinite.
    fn stand_right(&mut self, variable: usize) {
        let reduced = self.reduced[variable];
        let (lower, upper) = (self.lower[variable].is_finite(), self.upper[variable].is_finite());
        let wants = if reduced > DUAL_TOLERANCE {
            Stand::Lower
        } else if reduced < -DUAL_TOLERANCE {
            Stand::Upper
        } else {
            match self.stand[variable] {
                Stand::Upper if upper => Stand::Upper,
                Stand::Lower if lower => Stand::Lower,
                _ if lower => Stand::Lower,
                _ => Stand::Upper,
            }
        };
        let possible = if wants == Stand::Lower { lower } else { upper };
        self.stand[variable] = match (possible, wants) {
            (true, wants) => wants,
            (false, wants) => {
                if reduced.abs() > DUAL_TOLERANCE {
                    self.shift(variable, -reduced);
                }
                if wants == Stand::Lower { Stand::Upper } else { Stand::Lower }
            }
        };
    }

    fn shift(&mut self, variable: usize, by: f64) {
        self.shifted_cost[variable] += by;
        self.reduced[variable] += by;
        self.shifted = true;
    }

    /// The row that leaves, and by how much it is above (or below: negative) its bound. Largest infeasibility over its edge (chapter 8).
    fn leaving(&self) -> Option<(usize, f64)> {
        let mut best: Option<(usize, f64)> = None;
        let mut most = 0.0;
        for (position, variable) in self.head.iter().enumerate() {
            let value = self.values[position];
            let gap = if value > self.upper[*variable] + PRIMAL_TOLERANCE {
                value - self.upper[*variable]
            } else if value < self.lower[*variable] - PRIMAL_TOLERANCE {
                value - self.lower[*variable]
            } else {
                continue;
            };
            let weight = gap * gap / self.weights[position];
            if weight > most {
                most = weight;
                best = Some((position, gap));
            }
        }
        best
    }

    /// The row of the inverse at a position, and the pivot row: variables that are not basic, with their entries.
    fn pivot_row(&mut self, position: usize) -> (Vec<f64>, Vec<(usize, f64)>) {
        let (n, m) = (self.columns.len(), self.rows.len());
        let mut rho = vec![0.0; m];
        rho[position] = 1.0;
        self.factor.solve_transposed(&mut rho);
        let mut entries = vec![0.0; n];
        let mut row = Vec::new();
        for (at, value) in rho.iter().enumerate() {
            if value.abs() < 1e-14 {
                continue;
            }
            for (column, entry) in &self.rows[at] {
                entries[*column] += value * entry;
            }
            if !matches!(self.stand[n + at], Stand::Basic(_)) {
                row.push((n + at, -value));
            }
        }
        let basic = |variable: usize| matches!(self.stand[variable], Stand::Basic(_));
        row.extend(entries.iter().copied().enumerate().filter(|(at, entry)| entry.abs() > 1e-12 && !basic(*at)));
        (rho, row)
    }

    /// Columns whose reduced costs shrink where the leaving row's does grow in the direction of the sign.
    fn breakpoints(&self, row: &[(usize, f64)], sign: f64) -> Vec<Breakpoint> {
        row.iter()
            .filter_map(|(variable, entry)| {
                let range = self.upper[*variable] - self.lower[*variable];
                let direction = if self.stand[*variable] == Stand::Upper { -1.0 } else { 1.0 };
                let size = sign * entry * direction;
                (size > 0.0 && range > 0.0).then(|| Breakpoint {
                    variable: *variable,
                    size,
                    slack: self.reduced[*variable] * direction,
                    range,
                })
            })
            .collect()
    }

    /// Exchanges the basic variable at a position for another; the dual step, or nothing where the numbers do not agree.
    fn pivot(
        &mut self,
        position: usize,
        entering: usize,
        flips: &[usize],
        rho: &[f64],
        row: &[(usize, f64)],
    ) -> Option<f64> {
        let m = self.rows.len();
        let mut column = vec![0.0; m];
        self.each_entry(entering, |at, value| column[at] += value);
        self.factor.solve(&mut column);
        let pivot = column[position];
        let expected = row.iter().find(|(variable, _)| *variable == entering).map_or(0.0, |(_, entry)| *entry);
        let differ = (pivot - expected).abs() > 1e-7 * (1.0 + pivot.abs());
        if pivot.abs() < 1e-11 || (differ && !self.factor.is_fresh()) {
            return None;
        }
        if !flips.is_empty() {
            let mut change = vec![0.0; m];
            for variable in flips {
                let before = self.value_of(*variable);
                self.stand[*variable] = if self.stand[*variable] == Stand::Upper { Stand::Lower } else { Stand::Upper };
                let by = self.value_of(*variable) - before;
                self.each_entry(*variable, |at, value| change[at] -= value * by);
            }
            self.factor.solve(&mut change);
            self.values.iter_mut().zip(&change).for_each(|(value, change)| *value += change);
        }
        let leaving = self.head[position];
        let up = self.values[position] > self.upper[leaving];
        let down = self.values[position] < self.lower[leaving];
        let (bound, stand) = if up {
            (self.upper[leaving], Stand::Upper)
        } else if down
            || !self.upper[leaving].is_finite()
            || (self.lower[leaving].is_finite()
                && self.values[position] - self.lower[leaving] < self.upper[leaving] - self.values[position])
        {
            (self.lower[leaving], Stand::Lower)
        } else {
            (self.upper[leaving], Stand::Upper)
        };
        // A reduced cost on the wrong side of zero is rounding: the step has no length then.
        let wrong = match self.stand[entering] {
            Stand::Upper => self.reduced[entering] > 0.0,
            Stand::Lower | Stand::Basic(_) => self.reduced[entering] < 0.0,
        };
        if wrong {
            let by = -self.reduced[entering];
            self.shift(entering, by);
        }
        let dual_step = self.reduced[entering] / pivot;
        for (variable, entry) in row {
            self.reduced[*variable] -= dual_step * entry;
        }
        self.reduced[entering] = 0.0;
        self.reduced[leaving] = -dual_step;
        let start = self.value_of(entering);
        let primal_step = (self.values[position] - bound) / pivot;
        for (value, entry) in self.values.iter_mut().zip(&column) {
            *value -= primal_step * entry;
        }
        self.values[position] = start + primal_step;
        self.update_weights(position, pivot, rho, &column);
        self.factor.exchange(position, &column);
        self.head[position] = entering;
        self.stand[entering] = Stand::Basic(position);
        self.stand[leaving] = stand;
        for (variable, _) in row {
            let reduced = self.reduced[*variable];
            let wrong = match self.stand[*variable] {
                Stand::Lower => reduced < 0.0,
                Stand::Upper => reduced > 0.0,
                Stand::Basic(_) => false,
            };
            if wrong && self.lower[*variable] < self.upper[*variable] {
                self.shift(*variable, -reduced);
            }
        }
        Some(dual_step)
    }

    /// Forrest and Goldfarb's update of the edges' squared lengths (1992).
    fn update_weights(&mut self, position: usize, pivot: f64, rho: &[f64], column: &[f64]) {
        let length: f64 = rho.iter().map(|value| value * value).sum();
        let mut tau = rho.to_vec();
        self.factor.solve(&mut tau);
        for (at, entry) in column.iter().enumerate() {
            if at != position && *entry != 0.0 {
                let ratio = entry / pivot;
                let weight = self.weights[at] - 2.0 * ratio * tau[at] + ratio * ratio * length;
                self.weights[at] = weight.max(ratio * ratio * 1e-2).max(1e-4);
            }
        }
        self.weights[position] = (length / (pivot * pivot)).max(1e-4);
    }

    /// Spreads costs a little, so that ties end: a fixed sequence, away from zero reduced costs.
    fn spread_costs(&mut self) {
        let mut seed = 0x9E37_79B9_7F4A_7C15_u64;
        for variable in 0..self.columns.len() {
            seed ^= seed << 13;
            seed ^= seed >> 7;
            seed ^= seed << 17;
            let part = 0.5 + (seed >> 40) as f64 / (1_u64 << 25) as f64;
            let by = part * 1e-6 * (1.0 + self.cost[variable].abs());
            match self.stand[variable] {
                Stand::Lower => self.shift(variable, by),
                Stand::Upper => self.shift(variable, -by),
                Stand::Basic(_) => {}
            }
        }
    }
}
