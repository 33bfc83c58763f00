//! A linear program solver that starts warm: the bounded dual simplex.
//!
//! A [`Program`] flows in, then bounds that change; status, values, prices of rows and a proof of infeasibility flow out. It is here because the
//! prices of a tree's leaves are what a certificate is made of, and the backends behind good_lp neither give them nor start from the last
//! basis. It knows nothing of fleets. Floats decide nothing: whoever takes a price from here evaluates it in integers.
//!
//! Parts: `program` is what is solved, `factor` the basis, `dual` the iterations (Koberstein 2005: dual steepest edge, bound flipping with
//! Harris's tolerance, shifted costs), `ratio` the choice of the entering column, `refine` the last digits. No clock, no randomness: the same
//! program gives the same answer.

mod dual;
mod factor;
mod program;
mod ratio;
mod refine;
#[cfg(test)]
mod tests;

use factor::Factor;
use program::Scale;
pub use program::{Column, Program};

/// What became of a program.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    /// Solved.
    Optimal,
    /// Nothing satisfies it; [`Simplex::ray`] says why.
    Infeasible,
    /// It costs more than it was worth; the prices say so.
    Cutoff,
    /// The pivots are spent; the prices are those of the last basis.
    Budget,
    /// Numbers got out of hand.
    Trouble,
}

/// Where a variable that is not basic stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stand {
    Basic(usize),
    Lower,
    Upper,
}

/// A place to start from: which variables are basic, and at which bounds the others stand.
#[derive(Debug, Clone)]
pub struct Basis {
    head: Vec<usize>,
    stand: Vec<Stand>,
    weights: Vec<f64>,
}

/// A program with a basis.
#[derive(Debug, Clone)]
pub struct Simplex {
    /// Entries of columns, scaled.
    columns: Vec<Vec<(usize, f64)>>,
    /// The same by row.
    rows: Vec<Vec<(usize, f64)>>,
    /// Scaled costs and bounds of columns, then of rows (a row is a variable with the column −1).
    cost: Vec<f64>,
    lower: Vec<f64>,
    upper: Vec<f64>,
    scale: Scale,
    /// Costs while they are shifted to keep a basis dual feasible.
    shifted_cost: Vec<f64>,
    shifted: bool,
    head: Vec<usize>,
    stand: Vec<Stand>,
    /// Values of basic variables, by position.
    values: Vec<f64>,
    /// Reduced costs.
    reduced: Vec<f64>,
    /// Dual steepest edge weights, by position.
    weights: Vec<f64>,
    factor: Factor,
    factored: bool,
    /// Prices of rows as they were last worked out.
    prices: Vec<f64>,
    ray: Vec<f64>,
    pivots: u64,
}

impl Simplex {
    /// A program at the basis of its rows.
    #[must_use]
    pub fn new(program: &Program) -> Self {
        let scale = Scale::of(program);
        let (n, m) = (program.columns.len(), program.rows.len());
        let mut rows = vec![Vec::new(); m];
        let mut columns = Vec::with_capacity(n);
        for (index, column) in program.columns.iter().enumerate() {
            let entries: Vec<(usize, f64)> = column
                .entries
                .iter()
                .map(|(row, value)| (*row, value * scale.rows[*row] * scale.columns[index]))
                .collect();
            for (row, value) in &entries {
                rows[*row].push((index, *value));
            }
            columns.push(entries);
        }
        let mut cost: Vec<f64> =
            program.columns.iter().zip(&scale.columns).map(|(column, by)| column.cost * by * scale.cost).collect();
        cost.resize(n + m, 0.0);
        let bounds = |pick: fn(&(f64, f64)) -> f64| -> Vec<f64> {
            let columns = program.columns.iter().zip(&scale.columns);
            let columns = columns.map(|(column, by)| pick(&(column.lower, column.upper)) / by);
            columns.chain(program.rows.iter().zip(&scale.rows).map(|(row, by)| pick(row) * by)).collect()
        };
        let (lower, upper) = (bounds(|ends| ends.0), bounds(|ends| ends.1));
        let mut simplex = Self {
            columns,
            rows,
            shifted_cost: cost.clone(),
            cost,
            lower,
            upper,
            scale,
            shifted: false,
            head: Vec::new(),
            stand: Vec::new(),
            values: vec![0.0; m],
            reduced: vec![0.0; n + m],
            weights: Vec::new(),
            factor: Factor::default(),
            factored: false,
            prices: vec![0.0; m],
            ray: vec![0.0; m],
            pivots: 0,
        };
        simplex.restart();
        simplex
    }

    /// A program that is `basis`'s with rows and columns added behind the others: it starts from there, with the new rows basic.
    #[must_use]
    pub fn grown(program: &Program, basis: &Basis, pivots: u64) -> Self {
        let mut simplex = Self::new(program);
        let (n, m) = (program.columns.len(), program.rows.len());
        let known = basis.head.len();
        let (columns, rows) = basis.stand.split_at(basis.stand.len() - known);
        let place = |variable: usize| if variable < columns.len() { variable } else { variable + n - columns.len() };
        simplex.head[..known].iter_mut().zip(&basis.head).for_each(|(head, variable)| *head = place(*variable));
        simplex.stand[..columns.len()].copy_from_slice(columns);
        simplex.stand[n..n + known].copy_from_slice(rows);
        for row in known..m {
            simplex.head[row] = n + row;
            simplex.stand[n + row] = Stand::Basic(row);
        }
        simplex.weights[..known].copy_from_slice(&basis.weights);
        simplex.pivots = pivots;
        simplex
    }

    /// Goes back to the basis of rows.
    pub fn restart(&mut self) {
        let (n, m) = (self.columns.len(), self.rows.len());
        self.head = (n..n + m).collect();
        self.stand = vec![Stand::Lower; n];
        self.stand.extend((0..m).map(Stand::Basic));
        self.weights = vec![1.0; m];
        self.factored = false;
    }

    /// The basis, to come back to.
    #[must_use]
    pub fn basis(&self) -> Basis {
        Basis { head: self.head.clone(), stand: self.stand.clone(), weights: self.weights.clone() }
    }

    /// Comes back to a basis of this program.
    pub fn load(&mut self, basis: &Basis) {
        if self.head != basis.head {
            self.factored = false;
        }
        self.head.clone_from(&basis.head);
        self.stand.clone_from(&basis.stand);
        self.weights.clone_from(&basis.weights);
    }

    /// Bounds a column.
    pub fn bound(&mut self, column: usize, lower: f64, upper: f64) {
        self.lower[column] = lower / self.scale.columns[column];
        self.upper[column] = upper / self.scale.columns[column];
    }

    /// Bounds a row; either end may be infinite.
    pub fn bound_row(&mut self, row: usize, lower: f64, upper: f64) {
        let variable = self.columns.len() + row;
        self.lower[variable] = lower * self.scale.rows[row];
        self.upper[variable] = upper * self.scale.rows[row];
    }

    /// Pivots so far.
    #[must_use]
    pub const fn pivots(&self) -> u64 {
        self.pivots
    }

    /// The cost of the basis: a lower bound of the optimum while it is no solution yet.
    #[must_use]
    pub fn objective(&self) -> f64 {
        (0..self.columns.len()).map(|column| self.cost[column] * self.value_of(column)).sum::<f64>() / self.scale.cost
    }

    /// The value of a column.
    #[must_use]
    pub fn value(&self, column: usize) -> f64 {
        self.value_of(column) * self.scale.columns[column]
    }

    /// The price of a row: what one unit more on its right-hand side costs.
    #[must_use]
    pub fn price(&self, row: usize) -> f64 {
        self.prices[row] * self.scale.rows[row] / self.scale.cost
    }

    /// The reduced cost of a column at the prices of rows.
    #[must_use]
    pub fn reduced(&self, column: usize) -> f64 {
        let earned: f64 = self.columns[column].iter().map(|(row, value)| self.prices[*row] * value).sum();
        (self.cost[column] - earned) / self.scale.columns[column] / self.scale.cost
    }

    /// The direction of prices in which the bound of an infeasible program grows without end.
    #[must_use]
    pub fn ray(&self, row: usize) -> f64 {
        self.ray[row] * self.scale.rows[row]
    }

    fn value_of(&self, variable: usize) -> f64 {
        match self.stand[variable] {
            Stand::Basic(position) => self.values[position],
            Stand::Lower if self.lower[variable].is_finite() => self.lower[variable],
            Stand::Upper if self.upper[variable].is_finite() => self.upper[variable],
            Stand::Lower | Stand::Upper => 0.0,
        }
    }

    /// Calls with each row and entry of a variable's column.
    fn each_entry(&self, variable: usize, mut call: impl FnMut(usize, f64)) {
        match self.columns.get(variable) {
            Some(entries) => entries.iter().for_each(|(row, value)| call(*row, *value)),
            None => call(variable - self.columns.len(), -1.0),
        }
    }
}
